"""Check blocks and views against the limits of Slack's reference (Block Kit), the strict way."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

_MESSAGE = {"section", "context", "actions", "context_actions", "divider", "header", "rich_text"}
_VIEW = (_MESSAGE - {"context_actions"}) | {"input"}
_RICH = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
_ACTION_LIMITS = {"action_id": 255, "value": 2_000, "url": 3_000}


def length(text: str) -> int:
    """Return the length that Slack may count: escaped, in UTF-16 units."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return len(escaped.encode("utf-16-le", "surrogatepass")) // 2


def violations(sent: Any) -> list[str]:
    """Return what Slack would refuse in blocks (a list), a view or a message (dicts)."""
    json.dumps(sent)
    if isinstance(sent, list | tuple):
        return list(_blocks(list(sent), _MESSAGE, 50))
    if "text" in sent and sent.get("type") not in {"modal", "home"}:
        said = sent["text"]  # escaped already
        long = [f"{len(said)} characters of text"] if not 0 < len(said) <= 4_000 else []
        return [*long, *_blocks(list(sent["blocks"]), _MESSAGE, 50)]
    return [*_view(sent), *_blocks(sent["blocks"], _VIEW, 100)]


def _view(view: dict[str, Any]) -> Iterator[str]:
    for name in ("title", "submit", "close"):
        if name in view:
            yield from _plain(view[name], 24)
            if view["type"] == "home":
                yield f"home with {name}"
    yield from _most(view.get("private_metadata", ""), 3_000, "private_metadata")
    yield from _most(view.get("callback_id", ""), 255, "callback_id")
    if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
        yield "input without submit"
    yield from _most(json.dumps(view), 250_000, "view")


def _blocks(blocks: list[Any], known: set[str], most: int) -> Iterator[str]:
    if not 1 <= len(blocks) <= most:
        yield f"{len(blocks)} blocks"
    names = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name} twice" for name, count in names.items() if count > 1)
    for block in blocks:
        kind = block["type"]
        if kind not in known:
            yield f"block {kind}"
            continue
        yield from globals().get(f"_{kind}", _nothing)(block)


def _nothing(block: dict[str, Any]) -> Iterator[str]:
    yield from ()


def _header(block: dict[str, Any]) -> Iterator[str]:
    yield from _plain(block["text"], 150)


def _section(block: dict[str, Any]) -> Iterator[str]:
    yield from _text(block["text"]["text"], 3_000)


def _context(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 10:
        yield "context elements"
    for element in block["elements"]:
        yield from _plain(element, 2_000)


def _actions(block: dict[str, Any]) -> Iterator[str]:
    elements = block["elements"]
    if not 1 <= len(elements) <= 25:
        yield "actions elements"
    if len({one["action_id"] for one in elements}) < len(elements):
        yield "action_id twice in a block"
    for one in elements:
        yield from _plain(one["text"], 75)
        yield from _limits(one)
        if one.get("style") not in {None, "primary", "danger"}:
            yield "style"
        if "confirm" in one:
            asked = one["confirm"]
            yield from _plain(asked["title"], 100)
            yield from _plain(asked["text"], 300)
            yield from _plain(asked["confirm"], 30)
            yield from _plain(asked["deny"], 30)


def _context_actions(block: dict[str, Any]) -> Iterator[str]:
    for one in block["elements"]:
        yield from _limits(one)
        for side in ("positive_button", "negative_button"):
            yield from _plain(one[side]["text"], 75)
            yield from _limits(one[side])


def _input(block: dict[str, Any]) -> Iterator[str]:
    yield from _plain(block["label"], 2_000)
    element = block["element"]
    yield from _limits(element)
    options = element.get("options", ())
    most = 10 if element["type"] in {"radio_buttons", "checkboxes"} else 100
    if "options" in element and not 1 <= len(options) <= most:
        yield f"{len(options)} options"
    if len({one["value"] for one in options}) < len(options):
        yield "option twice"
    first = element.get("initial_options", [])
    first = [*first, *([element["initial_option"]] if "initial_option" in element else [])]
    if any(one not in options for one in first):
        yield "initial option is not an option"
    for one in options:
        yield from _plain(one["text"], 75)
        yield from _most(one["value"], 150, "option value")
    if length(element.get("initial_value", "")) > element.get("max_length", 3_000):
        yield "initial value"
    if element["type"] == "file_input" and not 1 <= element["max_files"] <= 10:
        yield "max_files"


def _rich_text(block: dict[str, Any]) -> Iterator[str]:
    total = 0
    if not block["elements"]:
        yield "empty rich text"
    for part in block["elements"]:
        if part["type"] not in _RICH or not part["elements"]:
            yield f"rich text part {part['type']}"
        items = part["elements"]
        if part["type"] == "rich_text_list":
            items = [one for item in items for one in item["elements"]]
        for one in items:
            if one["type"] not in {"text", "link", "user"}:
                yield f"rich text element {one['type']}"
            if one.get("text") == "":
                yield "empty text element"
            total += length(one.get("text", ""))
    if total > 4_000:
        yield f"{total} characters of rich text"


def _limits(element: dict[str, Any]) -> Iterator[str]:
    for name, most in _ACTION_LIMITS.items():
        yield from _most(element.get(name, ""), most, name)


def _plain(given: dict[str, Any], most: int) -> Iterator[str]:
    if given["type"] != "plain_text":
        yield f"{given['type']} for plain_text"
    yield from _text(given["text"], most)


def _text(said: str, most: int) -> Iterator[str]:
    if not said.strip():
        yield "empty text"
    yield from _most(said, most, said[:40])


def _most(said: str, most: int, name: str) -> Iterator[str]:
    if length(said) > most:
        yield f"{name}: {length(said)} of {most}"
