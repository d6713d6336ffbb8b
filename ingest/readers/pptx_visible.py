"""Tell which shapes and runs of a PowerPoint slide nobody sees.

Looks at a shape's place and switch, at its type, and at colours that the slide itself states. Left
standing, with a warning: pale text whose ground a theme or picture paints, and text under a filled
shape or picture.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ingest.readers.styles import WHITE, Colour, near, paint

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_TINY = 200  # hundredths of a point; smaller type cannot be read
_FAINT = 5_000  # thousandths of a per cent of alpha
_LIGHT = ("bg1", "lt1")
PALE = "pale text on a ground that the slide does not state; check it"
COVERED = "text that a shape or picture covers; check it"

_Box = tuple[int, int, int, int]  # left, top, right, bottom, in English metric units


def is_away(shape: Any, size: tuple[int, int]) -> bool:
    """Tell whether a shape is switched off, or lies beyond the slide."""
    if is_switched_off(shape):
        return True
    box = _box(shape)
    if box is None:
        return False
    left, top, right, bottom = box
    return right <= 0 or bottom <= 0 or left >= size[0] or top >= size[1]


def is_switched_off(shape: Any) -> bool:
    """Tell whether a shape or group is hidden in the list of a slide's objects."""
    named = next(shape.element.iter(f"{_P}cNvPr"), None)
    return named is not None and named.get("hidden") in ("1", "true")


def shown_runs(paragraph: Any, ground: Colour | None) -> tuple[str, str, bool]:
    """Return a paragraph's text that is seen, the text that is not, and whether some is pale.

    `ground` is the colour behind it; None where the slide does not state it.
    """
    seen: list[str] = []
    hidden: list[str] = []
    unsure = False
    for run in paragraph.runs:
        properties = run._r.find(f"{_A}rPr")
        ink = _fill(properties)
        size = int(properties.get("sz", "1800")) if properties is not None else 1800
        pale = ink is not None and near(ink, ground or WHITE)
        if size <= _TINY or _is_clear(properties) or (pale and ground is not None):
            hidden.append(run.text)
        else:
            unsure = unsure or pale
            seen.append(run.text)
    return "".join(seen), "".join(hidden), unsure


def ground_of(shape: Any, below: Sequence[Any], slide: Any) -> Colour | None:
    """Return the colour behind a shape's text; None if a theme, picture or gradient paints it.

    `below` are the shapes that are drawn before it.
    """
    properties = shape.element.find(f"{_P}spPr")
    if properties is not None and _paints(properties):
        return _fill(properties)
    place = _box(shape)
    master = slide.slide_layout.slide_master
    drawn = [*master.shapes, *slide.slide_layout.shapes, *below]
    for other in reversed(drawn):
        area, painted = _box(other), other.element.find(f"{_P}spPr")
        meets = place is None or area is None or _meets(place, area)
        if meets and (_is_picture(other) or (painted is not None and _paints(painted))):
            return None if _is_picture(other) else _fill(painted)
        if meets and other.element.find(f"{_P}style") is not None:
            return None
    if properties is not None and shape.element.find(f"{_P}style") is not None:
        return None  # the theme fills it
    return _page(slide)


def ground_of_cell(cell: Any) -> Colour | None:
    """Return the colour that a table's cell states behind its text; None if the table's style."""
    return _fill(cell._tc.find(f"{_A}tcPr"))


def covered(shapes: Sequence[Any]) -> Iterator[Any]:
    """Yield the shapes with text that a later picture or filled shape without text covers."""
    for place, shape in enumerate(shapes):
        box = _box(shape)
        if box is None or not (shape.has_text_frame and shape.text_frame.text.strip()):
            continue
        for other in shapes[place + 1 :]:
            area, painted = _box(other), other.element.find(f"{_P}spPr")
            solid = _is_picture(other) or (painted is not None and _fill(painted) is not None)
            says = other.has_text_frame and other.text_frame.text.strip()
            if area and solid and not says and _holds(area, box):
                yield shape
                break


def _page(slide: Any) -> Colour | None:
    """Return the colour of a slide, its layout or its master; white where none states one."""
    master = slide.slide_layout.slide_master.element
    for each in (slide, slide.slide_layout, slide.slide_layout.slide_master):
        stated = each.element.find(f"{_P}cSld/{_P}bg")
        if stated is not None:
            properties = stated.find(f"{_P}bgPr")
            if properties is not None:
                return _fill(properties)
            reference, names = stated.find(f"{_P}bgRef"), next(master.iter(f"{_P}clrMap"), None)
            usual = names is None or names.get("bg1") == "lt1"
            return None if reference is None or not usual else _colour(reference)
    return WHITE


def _paints(properties: Any) -> bool:
    kinds = ("solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
    return any(properties.find(f"{_A}{kind}") is not None for kind in kinds)


def _fill(properties: Any) -> Colour | None:
    solid = properties.find(f"{_A}solidFill") if properties is not None else None
    return None if solid is None else _colour(solid)


def _colour(element: Any) -> Colour | None:
    stated = element.find(f"{_A}srgbClr")
    if stated is not None:
        found = paint(f"#{stated.get('val')}")
        return found.colour if found else None
    theme = element.find(f"{_A}schemeClr")
    plain = theme is not None and not len(theme)
    return WHITE if plain and theme.get("val") in _LIGHT else None


def _is_clear(properties: Any) -> bool:
    """Tell whether letters are filled with nothing, or with a colour that is transparent."""
    if properties is None:
        return False
    if properties.find(f"{_A}noFill") is not None:
        return properties.find(f"{_A}ln/{_A}solidFill") is None
    alphas = properties.iterfind(f"{_A}solidFill/*/{_A}alpha")
    return any(int(alpha.get("val", "100000")) <= _FAINT for alpha in alphas)


def _is_picture(shape: Any) -> bool:
    return bool(shape.element.tag == f"{_P}pic")


def _box(shape: Any) -> _Box | None:
    if None in (shape.left, shape.top, shape.width, shape.height):
        return None
    return shape.left, shape.top, shape.left + shape.width, shape.top + shape.height


def _meets(one: _Box, other: _Box) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart


def _holds(outer: _Box, inner: _Box) -> bool:
    return (
        outer[0] <= inner[0] and outer[1] <= inner[1]
        and inner[2] <= outer[2] and inner[3] <= outer[3]
    )  # fmt: skip
