"""Remove from OpenDocument XML what no reader of the document sees, and return it.

Styles are those of the content and of styles.xml, with the styles that they rest on.
"""

from dataclasses import dataclass, replace
from typing import Any

from ingest.readers.styles import WHITE, Colour, lengths, near, paint, pixels_of_font

_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_STYLE, _TEXT, _TABLE, _DRAW = (_NS % name for name in ("style", "text", "table", "drawing"))
_FO, _SVG, _PRESENTATION = (
    _NS % name for name in ("xsl-fo-compatible", "svg-compatible", "presentation")
)
_TINY = 2.7  # pixels, two points
_FAR = 800.0  # pixels off the page
_CHAIN = 12  # styles that rest on each other, at most
_NAMES = (
    f"{_TEXT}style-name",
    f"{_TABLE}style-name",
    f"{_DRAW}style-name",
    f"{_DRAW}text-style-name",
)
_UNSEEN = (f"{_SVG}title", f"{_SVG}desc", f"{_TEXT}hidden-text")


@dataclass(frozen=True)
class _State:
    ink: Colour | None = None
    ground: Colour = WHITE
    size: float = 16.0  # pixels
    hidden: bool = False


class OdfStyles:
    """The styles of a document by name."""

    def __init__(self, *roots: Any) -> None:
        """Read the styles of content.xml and of styles.xml; None for one that is missing."""
        self._by_name = {
            style.get(f"{_STYLE}name"): style
            for root in roots
            if root is not None
            for style in root.iter(f"{_STYLE}style", f"{_STYLE}page-layout")
        }

    def properties(self, name: str | None) -> dict[str, str]:
        """Return what a style and those that it rests on state, by attribute."""
        found: dict[str, str] = {}
        for _ in range(_CHAIN):
            style = self._by_name.get(name)
            if style is None:
                break
            for node in style:
                found = {**node.attrib, **found}
            name = style.get(f"{_STYLE}parent-style-name")
        return found


def remove_hidden(body: Any, styles: OdfStyles) -> list[str]:
    """Remove hidden elements and text from the tree in place; return their texts."""
    removed: list[str] = []
    stack = [(body, _State())]
    while stack:
        element, inherited = stack.pop()
        if not isinstance(element.tag, str):
            continue
        state = _inherit(element, inherited, styles)
        if element is not body and (_is_away(element, styles) or element.tag in _UNSEEN):
            removed.append("".join(element.itertext()) or element.get(f"{_TEXT}string-value") or "")
            _remove(element)
            continue
        if _is_silent(state):
            removed.append(_silence(element))
        stack += [(child, state) for child in element]
    return [text for text in removed if text.strip()]


def _inherit(element: Any, state: _State, styles: OdfStyles) -> _State:
    for name in filter(None, map(element.get, _NAMES)):
        stated = styles.properties(name)
        if ink := paint(stated.get(f"{_FO}color")):
            state = replace(state, ink=ink.colour)
        if ground := paint(
            stated.get(f"{_FO}background-color") or stated.get(f"{_DRAW}fill-color")
        ):
            state = replace(state, ground=ground.colour)
        size = pixels_of_font(stated.get(f"{_FO}font-size", ""), state.size)
        if size is not None:
            state = replace(state, size=size)
        if display := stated.get(f"{_TEXT}display"):
            state = replace(state, hidden=display == "none")
    return state


def _is_silent(state: _State) -> bool:
    camouflaged = state.ink is not None and near(state.ink, state.ground)
    return state.hidden or state.size <= _TINY or camouflaged


def _is_away(element: Any, styles: OdfStyles) -> bool:
    """Tell whether an element is switched off, or stands beyond the page."""
    if element.get(f"{_TEXT}display") == "none" or element.get(f"{_TEXT}is-hidden") == "true":
        return True
    switch = element.find(f"{_TEXT}hidden-paragraph")  # hides the paragraph that it stands in
    if switch is not None and switch.get(f"{_TEXT}is-hidden") == "true":
        return True
    if element.get(f"{_TABLE}visibility") in ("collapse", "filter"):
        return True
    names = [element.get(name) for name in _NAMES]
    stated = [styles.properties(name) for name in names if name]
    if any(
        each.get(f"{_TABLE}display") == "false"
        or each.get(f"{_PRESENTATION}visibility") == "hidden"
        for each in stated
    ):
        return True
    places = [element.get(f"{_SVG}{side}") or "" for side in ("x", "y")]
    places += [each.get(f"{_FO}margin-left", "") for each in stated]
    places += [each.get(f"{_FO}text-indent", "") for each in stated]
    moved = [size for place in places for size in lengths(place)]
    return any(size <= -_FAR or size >= 4 * _FAR for size in moved)


def _silence(element: Any) -> str:
    """Remove and return the text of the element itself, not that of elements inside it."""
    taken = [element.text or "", *(child.tail or "" for child in element)]
    element.text = None
    for child in element:
        child.tail = None
    return " ".join(part.strip() for part in taken if part.strip())


def _remove(element: Any) -> None:
    """Remove an element but keep the text behind it."""
    parent, tail = element.getparent(), element.tail or ""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
