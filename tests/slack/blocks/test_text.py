"""Text made safe for Slack, and Slack's made readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import text
from tests.slack.blocks import foreign
from tests.slack.blocks.hostile import PAYLOADS, generated
from tests.slack.fake.limits import length

ANY = st.one_of(st.text(), st.integers(0, 10**9).map(generated), st.sampled_from(PAYLOADS))


def test_three_characters_are_escaped_and_nothing_else() -> None:
    assert text.escape('a & b < c > d "e" *f*') == 'a &amp; b &lt; c &gt; d "e" *f*'
    assert text.escape("&lt;") == "&amp;lt;"


def test_control_and_bidi_characters_are_replaced_one_by_one() -> None:
    """So that offsets hold."""
    assert text.clean("a\x00b\u202ec\u061cd\ud800") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert text.clean("two\nlines\tand tabs") == "two\nlines\tand tabs"


@given(ANY)
def test_escaping_is_undone_by_unescaping(said: str) -> None:
    """Nothing but what cannot be sent is lost."""
    assert text.unescape(text.escape(said)) == text.clean(said)


@given(ANY)
def test_no_text_commands_slack(said: str) -> None:
    """No mention and no link under another name in a message's text, and nothing invisible."""
    assert foreign.in_text(text.escape(said)) == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<@UBOT> what about wheat?", "what about wheat?"),
        ("<@UBOT|briefs>  what\tabout <@U2|Ana>?", "what about @Ana?"),
        ("so <@UBOT>, and <@U2>?", "so , and @U2?"),
        ("in <#C1|trade> or <#C2>", "in #trade or #C2"),
        ("see <https://a.example/x?a=1&amp;b=2>", "see https://a.example/x?a=1&b=2"),
        ("see <https://a.example|the page>", "see the page"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<!here> <!subteam^S1|@all> <!date^1^{date}|today>", "@here @all today"),
        ("a &lt; b &amp;&amp; c &amp;lt;", "a < b && c &lt;"),
        ("one\n\n two", "one\n\ntwo"),
    ],
)
def test_what_was_typed_is_readable(typed: str, read: str) -> None:
    """Words for commands, no escapes, our own mention off."""
    assert text.readable(typed, "UBOT") == read


@given(ANY)
def test_anything_typed_can_be_read(said: str) -> None:
    assert text.readable(said, "UBOT") == text.readable(said, "UBOT").strip()


def test_only_http_addresses_without_tricks_are_linked() -> None:
    """No user names, no spaces, nothing that turns the writing; percent-encoded and in punycode."""
    for url, made in {
        "https://a.example": "https://a.example",
        "https://a.example/x|y z>": "https://a.example/x%7Cy%20z%3E",
        "https://bücher.example/é": "https://xn--bcher-kva.example/%C3%A9",
        "https://a.example/?a=1&b=2#p": "https://a.example/?a=1&b=2#p",
        "http://127.0.0.1:8080/x": "http://127.0.0.1:8080/x",
    }.items():
        assert text.web_address(url) == made
    for url in (
        "", "javascript:alert(1)", "ftp://a.example", "/b/w.pdf", "https://", "https://a b.example",
        "https://good.example@evil.example/", "https://a.example/\u202e", "mailto:a@b.example",
        "https://a.example:port/", "https://[x", "https://a.example/" + "x" * 3_000,
        "data:text/html,x", "https://a|b.example",
    ):  # fmt: skip
        assert text.web_address(url) is None, url


@given(ANY, st.integers(1, 300))
def test_split_text_loses_nothing_but_white_space(said: str, limit: int) -> None:
    """And every piece has the weight allowed, unless one character is heavier."""
    pieces = text.split(said, limit)
    assert "".join("".join(pieces).split()) == "".join(said.split())
    assert all(length(piece) <= max(limit, 5) for piece in pieces)


def test_text_is_cut_between_paragraphs_else_between_sentences() -> None:
    assert text.split("One two. Three.\n\nFour five.", 22) == ["One two. Three.", "Four five."]
    assert text.split("One two three. Four five six. Seven.", 33) == [
        "One two three. Four five six.",
        "Seven.",
    ]
    assert text.split("one two three four", 9) == ["one two", "three", "four"]
    assert text.split("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert text.split("  ", 10) == []


@given(ANY, st.integers(10, 300))
def test_shortened_text_fits(said: str, limit: int) -> None:
    """Counted the way Slack may count."""
    assert length(text.shorten(said, limit)) <= limit
    assert length(text.one_line(said, limit)) <= limit
    assert "\n" not in text.one_line(said, limit)


@given(ANY)
def test_ready_text_is_cut_without_harm(said: str) -> None:
    """No entity is torn apart."""
    cut = text.fit(text.escape(said), 40)
    assert len(cut) <= 40
    assert foreign.in_text(cut) == []
