"""Remove from a Word document's XML what Word does not show, and name it.

A run's properties are its own, those of its character and paragraph styles, and the defaults. Left
standing, with a warning: white text in tables and boxes whose ground another part states, and text
that a drawing of one colour may cover.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.readers.styles import WHITE, Colour, near, paint

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_OFF = ("0", "false", "off", "none")
_TINY = 4  # half points; smaller type cannot be read
_NARROW = 10  # per cent of the width of a letter
_BEYOND = 12_000  # twips to the left or right, more than a page is wide
_BEYOND_EMU = 12_000_000  # English metric units, more than a page is wide
_COVER_EMU = 360_000  # a centimetre
_CHAIN = 12  # styles that rest on each other, at most
_LIGHT_GROUND = ("background1", "light1", "bg1", "lt1")
_PALE = "white text whose ground is not stated; check it"
_COVERED = "text that a drawing may cover; check it"


@dataclass(frozen=True)
class DocxStyles:
    """The properties that a document's styles give to runs and paragraphs."""

    by_id: dict[str, Any] = field(default_factory=dict)
    defaults: tuple[Any, ...] = ()  # w:rPr elements
    default_paragraph: str | None = None

    @classmethod
    def of(cls, root: Any) -> "DocxStyles":
        """Read word/styles.xml; `root` is None where a document has none."""
        if root is None:
            return cls()
        every = {style.get(f"{_W}styleId", ""): style for style in root.iter(f"{_W}style")}
        usual = next(
            (
                name
                for name, style in every.items()
                if style.get(f"{_W}type") == "paragraph" and style.get(f"{_W}default") == "1"
            ),
            None,
        )
        return cls(every, tuple(root.iterfind(f"{_W}docDefaults//{_W}rPr")), usual)

    def chain(self, name: str | None) -> Iterator[Any]:
        """Yield a style and those that it rests on."""
        for _ in range(_CHAIN):
            style = self.by_id.get(name or "")
            if style is None:
                return
            yield style
            name = _value(style, "basedOn")


@dataclass
class Removed:
    """What was removed so far."""

    texts: list[str] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)


def remove_hidden(root: Any, styles: DocxStyles, removed: Removed) -> None:
    """Remove hidden rows, paragraphs, drawings and runs from a part in place."""
    for element in [*root.iter(f"{_W}tr"), *root.iter(f"{_W}p"), *root.iter(f"{_W}drawing")]:
        if _is_away(element, styles):
            _remove(element, removed)
    page = root.find(f"{_W}background")
    ground = _rgb(page.get(f"{_W}color")) if page is not None else None
    for run in list(root.iter(f"{_W}r")):
        paragraph = next(run.iterancestors(f"{_W}p"), None)
        if _is_hidden(run, paragraph, styles, ground or WHITE, removed):
            _remove(run, removed)
    if any(_covers(anchor) for anchor in root.iter(f"{_DRAWING}anchor")):
        removed.warnings.add(_COVERED)


def _remove(element: Any, removed: Removed) -> None:
    text = "".join(node.text or "" for node in element.iter(f"{_W}t"))
    if text.strip():
        removed.texts.append(text)
    if element.getparent() is not None:
        element.getparent().remove(element)


def _is_away(element: Any, styles: DocxStyles) -> bool:
    """Tell whether a row is hidden, or a paragraph or drawing stands beyond the page."""
    if element.tag == f"{_W}tr":
        return _is_on(element.find(f"{_W}trPr/{_W}hidden"))
    if element.tag == f"{_W}drawing":
        return _is_away_drawing(element)
    for properties in _paragraph_properties(element, styles):
        indent, frame = properties.find(f"{_W}ind"), properties.find(f"{_W}framePr")
        sides = [*(indent.attrib.values() if indent is not None else ())]
        sides += [frame.get(f"{_W}x"), frame.get(f"{_W}y")] if frame is not None else []
        if any(abs(_whole(side)) >= _BEYOND for side in sides):
            return True
    return False


def _is_away_drawing(drawing: Any) -> bool:
    if any(named.get("hidden", "0") in ("1", "true") for named in drawing.iter(f"{_DRAWING}docPr")):
        return True
    offsets = (node.text for node in drawing.iter(f"{_DRAWING}posOffset"))
    return any(abs(_whole(offset)) >= _BEYOND_EMU for offset in offsets)


def _covers(anchor: Any) -> bool:
    """Tell whether a filled drawing without text lies before the text, as large as words are."""
    extent = anchor.find(f"{_DRAWING}extent")
    if extent is None or anchor.get("behindDoc") in ("1", "true"):
        return False
    large = min(_whole(extent.get("cx")), _whole(extent.get("cy"))) >= _COVER_EMU
    free = anchor.find(f"{_DRAWING}wrapNone") is not None
    says = next(anchor.iter(f"{_W}txbxContent"), None) is not None
    shape = next((node for node in anchor.iter() if str(node.tag).endswith("}spPr")), None)
    filled = shape is not None and shape.find(f"{_A}solidFill") is not None
    return large and free and filled and not says


def _is_hidden(
    run: Any, paragraph: Any, styles: DocxStyles, page: Colour, removed: Removed
) -> bool:
    properties = list(_run_properties(run, paragraph, styles))
    if _is_on(_first(properties, "vanish")):
        return True
    size, width = _first(properties, "sz"), _first(properties, "w")
    if size is not None and _whole(size.get(f"{_W}val", "20")) <= _TINY:
        return True
    if width is not None and _whole(width.get(f"{_W}val", "100").rstrip("%")) <= _NARROW:
        return True
    if any(_is_unfilled(each) for each in properties[:1]):
        return True
    ink = _ink(_first(properties, "color"))
    if ink is None:
        return False
    ground = _ground(properties, paragraph, styles)
    if ground is None and _is_elsewhere(run):
        if near(ink, page):
            removed.warnings.add(_PALE)
        return False
    return near(ink, ground or page)


def _run_properties(run: Any, paragraph: Any, styles: DocxStyles) -> Iterator[Any]:
    """Yield the w:rPr elements that hold for a run, the nearest first."""
    own = run.find(f"{_W}rPr")
    if own is not None:
        yield own
    named = [own.find(f"{_W}rStyle").get(f"{_W}val")] if _has(own, "rStyle") else []
    stated = paragraph.find(f"{_W}pPr") if paragraph is not None else None
    styled = _value(stated, "pStyle") if stated is not None else None
    for name in (*named, styled or styles.default_paragraph):
        for style in styles.chain(name):
            if (found := style.find(f"{_W}rPr")) is not None:
                yield found
    yield from styles.defaults


def _paragraph_properties(paragraph: Any, styles: DocxStyles) -> Iterator[Any]:
    own = paragraph.find(f"{_W}pPr")
    if own is not None:
        yield own
    name = _value(own, "pStyle") if own is not None else None
    for style in styles.chain(name or styles.default_paragraph):
        if (found := style.find(f"{_W}pPr")) is not None:
            yield found


def _ground(properties: list[Any], paragraph: Any, styles: DocxStyles) -> Colour | None:
    """Return the colour behind a run: its own, its paragraph's or its cell's; None if unstated."""
    light = _first(properties, "highlight")
    if light is not None and (marked := paint(light.get(f"{_W}val", "").lower())):
        return marked.colour
    shades = [_first(properties, "shd")]
    if paragraph is not None:
        shades.append(_first(list(_paragraph_properties(paragraph, styles)), "shd"))
        shades += [cell.find(f"{_W}tcPr/{_W}shd") for cell in paragraph.iterancestors(f"{_W}tc")]
    return next((found for shade in shades if (found := _rgb(_fill(shade)))), None)


def _is_elsewhere(run: Any) -> bool:
    """Tell whether the run stands in a table or box, whose style may state its ground."""
    return any(
        next(run.iterancestors(f"{_W}{tag}"), None) is not None for tag in ("tbl", "txbxContent")
    )


def _is_unfilled(properties: Any) -> bool:
    """Tell whether letters are filled with nothing, or with a colour that is all transparent."""
    fill = properties.find(f"{_W14}textFill")
    if fill is None:
        return False
    alphas = (_whole(alpha.get(f"{_W14}val")) for alpha in fill.iter(f"{_W14}alpha"))
    return fill.find(f"{_W14}noFill") is not None or any(alpha >= 95_000 for alpha in alphas)


def _ink(color: Any) -> Colour | None:
    if color is None:
        return None
    if color.get(f"{_W}themeColor") in _LIGHT_GROUND and not color.get(f"{_W}themeShade"):
        return WHITE
    return _rgb(color.get(f"{_W}val"))


def _fill(shade: Any) -> str | None:
    return None if shade is None else shade.get(f"{_W}fill")


def _rgb(value: str | None) -> Colour | None:
    found = paint(f"#{value}") if value else None
    return found.colour if found else None


def _first(properties: list[Any], name: str) -> Any:
    every = (each.find(f"{_W}{name}") for each in properties)
    return next((found for found in every if found is not None), None)


def _has(element: Any, name: str) -> bool:
    return element is not None and element.find(f"{_W}{name}") is not None


def _value(element: Any, name: str) -> str | None:
    found = element.find(f"{_W}{name}")
    return None if found is None else found.get(f"{_W}val")


def _is_on(switch: Any) -> bool:
    return switch is not None and switch.get(f"{_W}val", "1").lower() not in _OFF


def _whole(value: str | None) -> int:
    try:
        return int(float(value or 0))
    except ValueError:
        return 0
