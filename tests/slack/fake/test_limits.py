"""The validator finds what breaks Slack's limits, and lets pass what does not."""

from typing import Any

from tests.slack.fake import limits, markup


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(**facts: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": plain("Go"), "value": "1"} | facts


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def section(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text)} | more


def menu(count: int, length: int = 5, **more: Any) -> dict[str, Any]:
    options = [{"text": plain(f"{n:0{length}}"), "value": str(n)} for n in range(count)]
    return {"type": "static_select", "action_id": "m", "options": options} | more


def quote(*parts: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_quote", "elements": list(parts)}],
    }


FEEDBACK = {
    "type": "feedback_buttons", "action_id": "f",
    "positive_button": {"text": plain("Good"), "value": "a:up"},
    "negative_button": {"text": plain("Bad"), "value": "a:down"},
}  # fmt: skip

SOUND = [
    section("x" * 3000, accessory=menu(100)),
    {"type": "context", "elements": [mrkdwn("x")] * 10},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider"},
    actions(*[button(action_id=str(n)) for n in range(25)]),
    actions(button(text=plain("x" * 75), value="x" * 2000, url="https://e.org", style="danger")),
    {"type": "context_actions", "elements": [FEEDBACK]},
    quote({"type": "text", "text": "Finland", "style": {"bold": True}}),
    quote({"type": "text", "text": "x" * 4000}),
]

BROKEN = {
    "section over 3000": section("x" * 3001),
    "section without text": {"type": "section"},
    "empty text": section(" "),
    "text as a string": {"type": "section", "text": "x"},
    "unknown key of a text": {"type": "section", "text": mrkdwn("x") | {"emoji": True}},
    "header over 150": {"type": "header", "text": plain("x" * 151)},
    "header over 150 once escaped": {"type": "header", "text": plain("<" * 40)},
    "header in mrkdwn": {"type": "header", "text": mrkdwn("x")},
    "eleven in context": {"type": "context", "elements": [mrkdwn("x")] * 11},
    "empty context": {"type": "context", "elements": []},
    "twenty-six actions": actions(*[button(action_id=str(n)) for n in range(26)]),
    "one action_id twice": actions(button(), button()),
    "button label over 75": actions(button(text=plain("x" * 76))),
    "button label in mrkdwn": actions(button(text=mrkdwn("x"))),
    "button value over 2000": actions(button(value="x" * 2001)),
    "action_id over 255": actions(button(action_id="x" * 256)),
    "button url over 3000": actions(button(url="https://" + "x" * 3000)),
    "unknown style": actions(button(style="loud")),
    "button in context": {"type": "context", "elements": [button()]},
    "button in context_actions": {"type": "context_actions", "elements": [button()]},
    "feedback without value": {
        "type": "context_actions",
        "elements": [FEEDBACK | {"positive_button": {"text": plain("Good")}}],
    },
    "101 options": section(accessory=menu(101)),
    "option label over 75": section(accessory=menu(1, 76)),
    "unknown initial option": section(
        accessory=menu(1, initial_option={"text": plain("x"), "value": "x"})
    ),
    "rich text of strings": quote({"type": "mrkdwn", "text": "x"}),
    "empty rich text": quote({"type": "text", "text": ""}),
    "empty quote": quote(),
    "style of rich text": quote({"type": "text", "text": "x", "style": {"loud": True}}),
    "rich text over 4000": quote({"type": "text", "text": "x" * 4001}),
    "block_id over 255": section(block_id="x" * 256),
    "unknown block": {"type": "paragraph", "text": "x"},
    "input in a message": {"type": "input", "label": plain("x"), "element": {}},
    "confirm title over 100": actions(
        button(confirm={"title": plain("x" * 101), "text": plain("x"), "confirm": plain("x"),
                        "deny": plain("x")})
    ),
}  # fmt: skip


def test_at_the_limit_is_sound() -> None:
    for block in SOUND:
        assert limits.blocks([block]) == [], block["type"]


def test_over_the_limit_is_found() -> None:
    """Each once, with the place where it stands."""
    for name, block in BROKEN.items():
        found = limits.blocks([block])
        assert len(found) == 1, (name, found)
        assert found[0].startswith("blocks[0]"), name


def test_what_holds_for_all_blocks_together() -> None:
    assert limits.blocks([section()] * 50) == []
    assert limits.blocks([section()] * 51) == ["blocks: 51 of them, at most 50"]
    assert limits.blocks([section(block_id="a")] * 2) == ["blocks: a block_id stands twice"]


def test_messages() -> None:
    """Text beside blocks, its length, metadata."""
    assert limits.message({"text": "x" * 4000, "blocks": [section()]}) == []
    assert limits.message({"blocks": [section()]}) == ["blocks without a text beside them"]
    assert len(limits.message({"text": "x" * 4001})) == 1
    full = {"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x" * 3_300}]}
    ]}  # fmt: skip
    assert limits.message({"text": "x", "blocks": [full] * 4}) == []
    assert len(limits.message({"text": "x", "blocks": [full] * 4 + [section()]})) == 1
    marked = {"type": "markdown", "text": "x" * 6_001}
    assert len(limits.message({"text": "x", "blocks": [marked] * 2})) == 1
    rows = {"type": "markdown", "text": "# A\n\nwords\n\n| a |\n" * 17}  # 51 blocks of Slack's
    assert len(limits.message({"text": "x", "blocks": [rows]})) == 1
    sound = {"event_type": "brief_answer", "event_payload": {"answer_id": "a"}}
    assert limits.message({"text": "x", "metadata": sound}) == []
    assert len(limits.message({"text": "x", "metadata": {"event_type": "a"}})) == 1


def test_views() -> None:
    """Titles of 24 characters, 100 blocks, a button where there is something to send."""
    field = {"type": "input", "label": plain("Why"),
             "element": {"type": "plain_text_input", "action_id": "a"}}  # fmt: skip
    modal = {"type": "modal", "title": plain("x" * 24), "blocks": [section()] * 100}
    assert limits.view(modal) == []
    assert limits.view(modal | {"blocks": [field], "submit": plain("Send")}) == []
    assert limits.view(modal | {"blocks": [field]}) == ["submit: a modal with inputs needs it"]
    assert len(limits.view(modal | {"title": plain("x" * 25)})) == 1
    assert len(limits.view(modal | {"blocks": [section()] * 101})) == 1
    assert len(limits.view(modal | {"private_metadata": "x" * 3001})) == 1
    feedback = {"type": "context_actions", "elements": [FEEDBACK]}
    assert len(limits.view(modal | {"blocks": [feedback]})) == 1
    assert limits.view({"type": "home", "blocks": [section()]}) == []
    assert len(limits.view({"type": "home", "blocks": [], "submit": plain("Send")})) == 1


def test_broadcasts_and_links_are_found_wherever_they_hide() -> None:
    """In mrkdwn and rich text; not in plain text."""
    payload = {
        "text": "<!channel> &lt;!here&gt;",
        "blocks": [
            section("<@U1> and <https://evil.org|https://good.org>"),
            {"type": "header", "text": plain("<!everyone> https://plain.org")},
            quote({"type": "text", "text": "<@U2>"}, {"type": "user", "user_id": "U3"}),
            actions(button(url="https://button.org")),
        ],
    }
    assert markup.broadcasts(payload) == ["<!channel>"]
    assert sorted(set(markup.links(payload))) == ["https://button.org", "https://evil.org"]
