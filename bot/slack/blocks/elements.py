"""The pieces of Block Kit that the builders are made of: text in, plain dicts out.

Text that is not ours goes into `plain_text` and `rich_text` elements alone, where Slack parses
nothing. Lengths are those of Slack's reference (docs.slack.dev/reference/block-kit), less what it
may count beside: see `text.weight`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack import text

Block = dict[str, Any]
View = dict[str, Any]
Element = dict[str, Any]

VIEW_BLOCKS = 100  # in a dialog or App Home
# Characters of one rich_text block. A section's limit is 3,000; as the text of a message, with what
# bot.slack.text puts between to keep links from forming, it is at most half as long again.
RICH = 2_400
MESSAGE_TEXT = 3_800  # characters of a message's text; chat.update refuses more than 4,000
HEADER, TITLE, LABEL, OPTION = 150, 24, 75, 75
CONTEXT = 1_500
OPTIONS = 100  # of a select menu


@dataclass(frozen=True)
class Message:
    """One message: blocks, and the text that stands for them where they are not shown."""

    text: str
    blocks: tuple[Block, ...]


def plain(said: str, limit: int) -> Element:
    """Return a plain_text object in one line; nothing in it is parsed, emoji codes neither."""
    return {"type": "plain_text", "text": text.one_line(said, limit) or "–", "emoji": False}


def words(said: str, *, bold: bool = False, italic: bool = False, code: bool = False) -> Element:
    style = {name: True for name, on in (("bold", bold), ("italic", italic), ("code", code)) if on}
    element: Element = {"type": "text", "text": text.clean(said)}
    return {**element, "style": style} if style else element


def web_link(url: str | None, said: str) -> Element | None:
    """Return a link element in bold with these words; None for an unfit address."""
    address = text.web_address(url)
    if address is None:
        return None
    return {"type": "link", "url": address, "text": text.clean(said), "style": {"bold": True}}


def section(elements: Iterable[Element | None]) -> Element:
    return {"type": "rich_text_section", "elements": _present(elements)}


def quotation(elements: Iterable[Element | None]) -> Element:
    return {"type": "rich_text_quote", "elements": _present(elements)}


def rich(*parts: Element) -> Block:
    """Return a rich_text block of sections, lists and quotes."""
    return {"type": "rich_text", "elements": list(parts)}


def paragraph(said: str, *, bold: bool = False) -> Block:
    return rich(section([words(text.shorten(said, RICH), bold=bold)]))


def bullets(items: Sequence[Sequence[Element | None]]) -> Element:
    """Return a bulleted list; each item is a run of elements."""
    return {
        "type": "rich_text_list",
        "style": "bullet",
        "elements": [section(item) for item in items],
    }


def emphasised(said: str, bold: Iterable[tuple[int, int]]) -> list[Element]:
    """Return text elements with the stretches given, end exclusive, in bold."""
    made, at = [], 0
    for start, end in merged(bold):
        start, end = max(start, at), min(end, len(said))
        if start < end:
            made += [words(said[at:start]), words(said[start:end], bold=True)]
            at = end
    return [one for one in (*made, words(said[at:])) if one["text"]]


def merged(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches in order, those that touch made one."""
    made: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if made and start <= made[-1][1]:
            made[-1] = made[-1][0], max(end, made[-1][1])
        else:
            made.append((start, end))
    return made


def clipped(stretches: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of stretches inside start:end, counted from start."""
    inside = ((max(a, start) - start, min(b, end) - start) for a, b in stretches)
    return [(a, b) for a, b in inside if a < b]


def header(said: str) -> Block:
    return {"type": "header", "text": plain(said, HEADER)}


def context(*said: str) -> Block:
    return {"type": "context", "elements": [plain(one, CONTEXT) for one in said[:10]]}


def divider() -> Block:
    return {"type": "divider"}


def button(
    label: str,
    action_id: str,
    value: str | None = None,
    *,
    style: str | None = None,
    confirm: Element | None = None,
) -> Element:
    made: Element = {"type": "button", "text": plain(label, LABEL), "action_id": action_id}
    extra = {"value": value, "style": style, "confirm": confirm}
    return {**made, **{name: given for name, given in extra.items() if given is not None}}


def confirmation(title: str, said: str, yes: str, no: str, *, danger: bool = True) -> Element:
    """Return the question that Slack asks before it tells us of a click."""
    return {
        "title": plain(title, 100),
        "text": plain(said, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
        "style": "danger" if danger else "primary",
    }


def row(*buttons: Element) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def option(label: str, value: str) -> Element:
    return {"text": plain(label, OPTION), "value": value}


def entry(
    name: str, label: str, element: Element, *, optional: bool = False, hint: str | None = None
) -> Block:
    """Return a field of a dialog; `name` is both its block_id and its action_id."""
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label, 2_000),
        "element": {**element, "action_id": name},
        "optional": optional,
    }
    return {**made, "hint": plain(hint, 2_000)} if hint else made


def _present(elements: Iterable[Element | None]) -> list[Element]:
    """Return what is there and not empty; Slack refuses empty text, and sections of nothing."""
    present = [one for one in elements if one is not None and one.get("text") != ""]
    return present or [{"type": "text", "text": "–"}]
