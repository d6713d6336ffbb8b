"""Check messages and views against Slack's limits; each function returns what is wrong, in words.

    limits.message({"text": ..., "blocks": [...]})   # [] when all is well
    limits.view({"type": "modal", ...})
    limits.blocks([...])

The figures are those of Slack's reference (docs.slack.dev, block-kit and methods); where two
sources differ, the stricter holds. Blocks and elements that the bot never sends are not known here,
and so are refused.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

Payload = dict[str, Any]
Found = Iterator[str]

TEXT = 4000  # `text` of a message: what chat.update takes and chat.postMessage advises
MESSAGE = 13_200  # characters of all blocks of a message, as measured: msg_blocks_too_long
MARKDOWN = 12_000  # characters of all markdown blocks of a message together
RICH = 4000  # characters of one rich_text block
METADATA = 3000  # characters of its JSON; ids only are meant to be there
VIEW = 250_000  # bytes
BLOCKS, VIEW_BLOCKS = 50, 100

CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
STYLES = {"bold", "italic", "strike", "code"}
INLINE = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "channel": "channel_id",
}  # and what each needs
HOLDERS = {"rich_text_section", "rich_text_quote", "rich_text_list"}
OPTIONS = {"static_select": 100, "multi_static_select": 100, "radio_buttons": 10}


def length(text: str) -> int:
    """Return the length that Slack may count: escaped, in UTF-16 units."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return len(escaped.encode("utf-16-le", "surrogatepass")) // 2


def violations(sent: Any) -> list[str]:
    """Return what Slack would refuse in blocks (a list), a view or a message (dicts)."""
    if isinstance(sent, list | tuple):
        return blocks(list(sent))
    return view(sent) if sent.get("type") in {"modal", "home"} else message(sent)


def message(payload: Payload) -> list[str]:
    """Violations of a chat.postMessage, chat.update or response_url payload."""
    wrong: list[str] = []
    if len(payload.get("text") or "") > TEXT:
        wrong.append(f"text has {len(payload['text'])} characters, at most {TEXT}")
    if payload.get("blocks") and not payload.get("text"):
        wrong.append("blocks without a text beside them")
    if payload.get("metadata"):
        wrong += metadata(payload["metadata"])
    given = payload.get("blocks") or []
    if size(given) > MESSAGE:
        wrong.append(f"blocks have {size(given)} characters, at most {MESSAGE}")
    return wrong + blocks(given)


def size(given: Any) -> int:
    """Return the characters of the words in blocks, as Slack adds them up."""
    if isinstance(given, list):
        return sum(map(size, given))
    if not isinstance(given, dict):
        return 0
    said = given.get("text")
    own = len(said) if isinstance(said, str) else 0
    return own + sum(size(one) for one in given.values() if isinstance(one, list | dict))


def metadata(value: Any) -> list[str]:
    if not isinstance(value, dict) or not value.get("event_type"):
        return ["metadata has no event_type"]
    if not isinstance(value.get("event_payload"), dict):
        return ["metadata has no event_payload"]
    if set(value) - {"event_type", "event_payload", "entities"}:
        return ["metadata has unknown keys"]
    size = len(json.dumps(value))
    return [f"metadata has {size} characters, at most {METADATA}"] if size > METADATA else []


def view(value: Payload) -> list[str]:
    return list(_view(value)) + blocks(value.get("blocks"), most=VIEW_BLOCKS, inputs=True)


def blocks(value: Any, *, most: int = BLOCKS, inputs: bool = False) -> list[str]:
    if not isinstance(value, list):
        return ["blocks is not a list"]
    count = sum(map(_expanded, value))
    wrong = [f"blocks: {count} of them, at most {most}"] if count > most else []
    marked = sum(len(one.get("text") or "") for one in value if one.get("type") == "markdown")
    if marked > MARKDOWN:
        wrong.append(f"markdown: {marked} characters, at most {MARKDOWN} in a message")
    named = [block.get("block_id") for block in value if block.get("block_id")]
    if len(named) != len(set(named)):
        wrong.append("blocks: a block_id stands twice")
    for number, block in enumerate(value):
        check = CHECKS.get(block.get("type"))
        where = f"blocks[{number}] {block.get('type')}"
        if check is None or block["type"] == ("context_actions" if inputs else "input"):
            wrong.append(f"{where}: unknown or misplaced block")
            continue
        if len(str(block.get("block_id") or "")) > 255:
            wrong.append(f"{where}: block_id over 255 characters")
        wrong += [f"{where}: {words}" for words in check(block)]
    return wrong


def _view(value: Payload) -> Found:
    kind, given = value.get("type"), value.get("blocks") or []
    if kind not in {"modal", "home"}:
        yield f"view: type {kind!r}"
    for name in ("title", "submit", "close"):
        if name in value or (kind, name) == ("modal", "title"):
            yield from _text(value.get(name), 24, name)
            if kind == "home":
                yield f"{name}: a Home tab has none"
    yield from _most(value, {"private_metadata": 3000, "callback_id": 255})
    if any(block.get("type") == "input" for block in given) and "submit" not in value:
        yield "submit: a modal with inputs needs it"
    if len(json.dumps(value)) > VIEW:
        yield f"view: over {VIEW} bytes"


def _text(value: Any, most: int, name: str = "text", *, plain: bool = True) -> Found:
    """A text object of 1 to `most` characters; mrkdwn is escaped already when it is sent."""
    kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"{name}: no text object of type {' or '.join(sorted(kinds))}"
        return
    said = value.get("text")
    if not isinstance(said, str) or not said.strip():
        yield f"{name}: empty or no string"
    elif (count := length(said) if value["type"] == "plain_text" else len(said)) > most:
        yield f"{name}: {count} characters, at most {most}"
    if set(value) - {"type", "text", "emoji" if value["type"] == "plain_text" else "verbatim"}:
        yield f"{name}: unknown keys"


def _most(value: Payload, limits: dict[str, int]) -> Found:
    for name, most in limits.items():
        if length(str(value.get(name) or "")) > most:
            yield f"{name}: over {most} characters"


def _section(block: Payload) -> Found:
    yield from _text(block.get("text"), 3000, plain=False)
    if block.get("accessory"):
        yield from _element(block["accessory"])


def _context(block: Payload) -> Found:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        yield f"{len(elements)} elements, 1 to 10"
    for one in elements:
        yield from _text(one, 2000, plain=False)


def _several(most: int, *, feedback: bool = False) -> Callable[[Payload], Found]:
    def check(block: Payload) -> Found:
        elements = block.get("elements") or []
        if not 1 <= len(elements) <= most:
            yield f"{len(elements)} elements, 1 to {most}"
        ids = [one.get("action_id") for one in elements if one.get("action_id")]
        if len(ids) != len(set(ids)):
            yield "an action_id stands twice"
        for one in elements:
            if (one.get("type") == "feedback_buttons") != feedback:
                yield f"{one.get('type')!r} may not stand here"
            else:
                yield from _element(one)

    return check


def _input(block: Payload) -> Found:
    yield from _text(block.get("label"), 2000, "label")
    if block.get("hint"):
        yield from _text(block["hint"], 2000, "hint")
    yield from _element(block.get("element") or {})


def _element(value: Payload) -> Found:
    kind = value.get("type")
    yield from _most(value, {"action_id": 255})
    if kind == "button":
        yield from _button(value)
    elif kind == "feedback_buttons":
        for side in ("positive_button", "negative_button"):
            yield from _button(value.get(side) or {}, feedback=True)
    elif kind in OPTIONS:
        yield from _menu(value, OPTIONS[kind])
    elif kind == "plain_text_input":
        longest, first = value.get("max_length", 3000), value.get("initial_value") or ""
        if not 1 <= longest <= 3000 or length(first) > longest:
            yield "max_length or initial_value over 3000"
    elif kind != "file_input" or not 1 <= value.get("max_files", 10) <= 10:
        yield f"unknown or wrong element {kind!r}"
    if value.get("placeholder"):
        yield from _text(value["placeholder"], 150, "placeholder")


def _button(value: Payload, *, feedback: bool = False) -> Found:
    yield from _text(value.get("text"), 75)
    yield from _most(value, {"value": 2000, "url": 3000, "accessibility_label": 75})
    if feedback and not value.get("value"):
        yield "a feedback button without value"
    if not feedback and value.get("style") not in {None, "primary", "danger"}:
        yield f"style {value['style']!r}"
    for name, most in CONFIRM.items() if "confirm" in value else ():
        yield from _text(value["confirm"].get(name), most, f"confirm.{name}")


def _menu(value: Payload, most: int) -> Found:
    options = value.get("options") or []
    if not 1 <= len(options) <= most:
        yield f"needs 1 to {most} options"
    if len({one.get("value") for one in options}) < len(options):
        yield "an option stands twice"
    for one in options:
        yield from _text(one.get("text"), 75, "option")
        if not 1 <= length(one.get("value") or "") <= 150:
            yield "an option's value is missing or over 150 characters"
    first = [*value.get("initial_options", ()), value.get("initial_option")]
    if any(one is not None and one not in options for one in first):
        yield "an initial option is not among the options"


def _rich_text(block: Payload) -> Found:
    if not block.get("elements"):
        yield "no elements"
    total = 0
    for part in block.get("elements") or []:
        if part.get("type") not in HOLDERS:
            yield f"{part.get('type')!r} may not stand here"
        listed = part.get("type") == "rich_text_list"
        for row in part.get("elements") or [] if listed else [part]:
            if listed and row.get("type") != "rich_text_section":
                yield "a list holds sections only"
            if not row.get("elements"):
                yield "an empty section"
            for one in row.get("elements") or []:
                total += length(one.get("text") or "")
                yield from _inline(one)
    if total > RICH:
        yield f"{total} characters of rich text, at most {RICH}"


def _inline(part: Payload) -> Found:
    kind = part.get("type")
    if kind not in INLINE or not part.get(INLINE[kind]):
        yield f"unknown or empty {kind!r} in rich text"
    if set(part.get("style") or {}) - STYLES:
        yield f"style {part['style']!r}"


def _markdown(block: Payload) -> Found:
    if not block.get("text"):
        yield "empty text"


def _expanded(block: Payload) -> int:
    """Return how many blocks Slack makes of one: of markdown one for each stretch of a kind."""
    if block.get("type") != "markdown":
        return 1
    kinds = [_kind_of_row(row) for row in str(block.get("text") or "").splitlines() if row.strip()]
    return max(1, sum(one != before for one, before in zip(kinds, ["", *kinds], strict=False)))


def _kind_of_row(row: str) -> str:
    for mark, kind in (("#", "heading"), ("|", "table"), ("```", "code"), ("---", "rule")):
        if row.lstrip().startswith(mark):
            return kind
    return "text"


def _nothing(block: Payload) -> Found:
    yield from ()


CHECKS: dict[Any, Callable[[Payload], Found]] = {
    "section": _section, "context": _context, "actions": _several(25), "divider": _nothing,
    "header": lambda block: _text(block.get("text"), 150), "input": _input,
    "context_actions": _several(5, feedback=True), "rich_text": _rich_text,
    "markdown": _markdown,
}  # fmt: skip
