"""Remove from an HTML tree what a person looking at the page does not see, and name it.

Looks at elements, attributes, inline styles and the page's own style sheets; fetches nothing. Known
gaps: external style sheets, scripts, masks, and text behind another element, which is warned of
where the page puts text behind others or an empty box over it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml.etree import _Comment, _ProcessingInstruction
from lxml.html import HtmlElement

from index.left_out import OmissionReason
from ingest.readers.styles import (
    WHITE,
    Colour,
    PageStyles,
    Paint,
    Style,
    attribute_paint,
    background,
    font_size,
    lengths,
    near,
    number,
    paint,
    pixels_of_font,
)

_NO_TEXT = frozenset("script style link meta base head title source track param".split())
_CONTROLS = frozenset(
    "select option optgroup datalist button textarea progress meter input".split()
)
_UNSEEN_TAGS = (
    _NO_TEXT
    | _CONTROLS
    | frozenset(
        "template noscript iframe frame frameset noframes object embed applet svg canvas audio "
        "video map area rp math-annotation annotation annotation-xml slot portal".split()
    )
)
# Class names of the large frameworks for text that only screen readers get.
_UNSEEN_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only hidden d-none "
    "is-hidden u-hidden element-invisible hide offscreen off-screen a11y-hidden".split()
)
_FURNITURE = frozenset("nav header footer form menu".split())
_PAINTING = frozenset(("color", "text", "bgcolor", "background"))  # attributes
_FAR = 400  # offset in pixels that moves text off any screen
_BEYOND = 5_000  # ... to the right or below, where pages may scroll
_TINY = 2.0  # size in pixels below which no one reads
_FAINT = 0.05  # opacity below which nothing is seen
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,([^()]*(?:\([^()]*\)[^()]*)*))?\)")
_PALE = "white text on a background that the page does not state; check it"
_COVERED = "text that other elements of the page may cover; check it"
_ALIKE = "text of the colour of its background, unless a style sheet elsewhere changes it; check it"
_LATE = "most of the page is hidden until a script shows it; it was read"
_MOST = 0.5  # of the page's text: what hides so much is taken back by a script


@dataclass(frozen=True)
class Unseen:
    """What was removed of a page, with reasons, and what the report should say of it."""

    texts: tuple[tuple[OmissionReason, str], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _State:
    """What an element inherits. A background of None is one that the page does not state."""

    paint: Paint | None = None
    background: Colour | None = None
    pictured: bool = False  # a picture of unknown colours is the background
    is_certain: bool = False  # one element states both colours
    size: float = 16.0  # of the type, in pixels
    visible: bool = True
    squeezed: bool = False  # letters set over each other, or shown as dots
    opacity: float = 1.0
    furniture: bool = False
    variables: Style = field(default_factory=dict)


def remove_hidden(root: HtmlElement) -> Unseen:
    """Remove hidden elements and text from the tree in place; return them with warnings.

    Text as white as an unstated background goes if nothing but the page's own default can lie
    behind it; where an external style sheet may paint the background it stays, with a warning.
    """
    styles = PageStyles.of(root)
    texts: list[tuple[OmissionReason, str]] = []
    warnings: set[str] = set()
    most = _MOST * _length_of(root)
    stack: list[tuple[HtmlElement, _State]] = [(root, _State())]
    while stack:
        element, inherited = stack.pop()
        if isinstance(element, _Comment | _ProcessingInstruction):
            remove(element)
            continue
        state, style = _inherit(element, inherited, styles.style_of(element))
        hidden = _is_removed(element, state, style)
        late = (hidden or (inherited.visible and not state.visible)) and (
            element.tag in ("html", "body") or _length_of(element) > most
        )
        if late:
            warnings.add(_LATE)
            state = replace(state, visible=True, opacity=1.0)
        elif hidden:
            texts += _removed_texts(element, state)
            remove(element)
            continue
        warnings.update(_warnings(element, state, style, styles.is_external))
        if _is_silent(state, styles.is_external):
            texts.append((_reason(state), _silence(element)))
        stack.extend((child, state) for child in element)
    return Unseen(tuple(texts), tuple(sorted(warnings)))


def _removed_texts(element: HtmlElement, state: _State) -> Iterator[tuple[OmissionReason, str]]:
    if element.tag in _NO_TEXT:
        return
    reason = OmissionReason.NAVIGATION if element.tag in _CONTROLS else _reason(state)
    said = [part for part in _said(element) if part.strip()]
    if said:
        yield reason, " ".join(said)


def _length_of(element: HtmlElement) -> int:
    return sum(len(part.strip()) for part in _said(element))


def _said(element: HtmlElement) -> Iterator[str]:
    """Yield the text in an element, without scripts and comments."""
    for node in element.iter():
        if isinstance(node.tag, str) and node.tag not in _NO_TEXT:
            yield node.text or ""
        if node is not element:
            yield node.tail or ""
    yield element.get("value") or "" if element.tag == "input" else ""


def _reason(state: _State) -> OmissionReason:
    return OmissionReason.NAVIGATION if state.furniture else OmissionReason.HIDDEN


def _is_removed(element: HtmlElement, state: _State, style: Style) -> bool:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN_TAGS:
        return True
    if element.get("hidden") is not None and style.get("display", "none") == "none":
        return True
    if element.get("aria-hidden", "").strip().lower() == "true":
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    if _has_hiding_class(element) or _has_no_size(element) or state.opacity <= _FAINT:
        return True
    return _hides(style)


def _has_hiding_class(element: HtmlElement) -> bool:
    """Tell whether a framework's class hides it, on all screens (unlike "hidden md:block")."""
    names = element.get("class", "").lower().split()
    shown = any(
        re.search(r"[:-](?:block|flex|inline|grid|table|inline-block)$", name) for name in names
    )
    return bool(_UNSEEN_CLASSES.intersection(names)) and not shown


def _has_no_size(element: HtmlElement) -> bool:
    sizes = (element.get("width", ""), element.get("height", ""))
    return element.tag != "col" and any(re.fullmatch(r"0(?:px|%)?", size.strip()) for size in sizes)


def _hides(style: Style) -> bool:
    """Tell whether declarations take an element and all inside it out of sight."""
    if not style:
        return False
    if style.get("display") == "none" or style.get("content-visibility") == "hidden":
        return True
    if style.get("mso-hide") == "all" or number(style.get("zoom")) == 0:
        return True
    filters = style.get("filter", "")
    if re.search(r"opacity\(\s*(?:0(?:\.0\d*)?%?|\.0\d*)\s*\)", filters):
        return True
    if blur := re.search(r"blur\(([^)]*)\)", filters):
        return any(size >= 8 for size in lengths(blur[1]))
    return _is_clipped(style) or _is_off_screen(style) or _is_transformed_away(style)


def _is_clipped(style: Style) -> bool:
    overflow = " ".join(style.get(f"overflow{side}", "") for side in ("", "-x", "-y"))
    if re.search("hidden|clip", overflow):
        for name in ("width", "height", "max-width", "max-height", "inline-size", "block-size"):
            size = _length(style.get(name))
            if size is not None and size <= _TINY:
                return True
        indent = style.get("text-indent", "")
        if indent.endswith("%") and (number(indent) or 0) >= 1 and "nowrap" in _wrap(style):
            return True
    if re.search(r"rect\(\s*(?:0|1px)[\w\s,]*\)", style.get("clip", "")):
        return all(size <= _TINY for size in lengths(style["clip"]))
    path = style.get("clip-path", "")
    if inset := re.search(r"inset\(\s*([\d.]+)%", path):
        return (number(inset[1]) or 0) >= 50
    return bool(
        re.search(
            r"circle\(\s*0|polygon\(\s*0[a-z%]*\s+0[a-z%]*\s*(?:,\s*0[a-z%]*\s+0[a-z%]*\s*)*\)",
            path,
        )
    )


def _wrap(style: Style) -> str:
    return style.get("white-space", "")


def _length(value: str | None) -> float | None:
    """Return the first length in a value in pixels."""
    found = lengths(value or "")
    return found[0] if found else None


def _is_off_screen(style: Style) -> bool:
    if style.get("position") in ("absolute", "fixed", "relative"):
        for name in ("left", "top", "right", "bottom", "inset"):
            if any(size <= -_FAR for size in lengths(style.get(name, ""))):
                return True
        if any(
            size >= _BEYOND for size in lengths(f"{style.get('left', '')} {style.get('top', '')}")
        ):
            return True
    names = ("text-indent", "margin-left", "margin-top", "margin")
    moved = " ".join(style.get(name, "") for name in names)
    return any(size <= -_FAR for size in lengths(moved)) or any(
        size >= _BEYOND for size in lengths(style.get("text-indent", ""))
    )


def _is_transformed_away(style: Style) -> bool:
    transform = f"{style.get('transform', '')} {style.get('translate', '')}"
    if re.search(
        r"(?:scale(?:x|y|3d)?|matrix)\(\s*0(?:\.0\d*)?\s*[,)]|rotate[xy]\(\s*-?90deg", transform
    ) or re.match(r"0(?:\.0\d*)?$", style.get("scale", "")):
        return True
    return "translate" in style.keys() | set(re.findall("translate", transform)) and any(
        abs(size) >= _FAR for size in lengths(transform)
    )


def _inherit(
    element: HtmlElement, state: _State, stated: dict[str, str]
) -> tuple[_State, dict[str, str]]:
    """Return what holds in an element, and its style with the variables filled in."""
    if not stated and element.tag not in _FURNITURE and not _PAINTING.intersection(element.keys()):
        return state, stated
    own = {name: value for name, value in stated.items() if name.startswith("--")}
    variables = {**state.variables, **own} if own else state.variables
    style = {name: _filled(value, variables) for name, value in stated.items()}
    furniture = state.furniture or element.tag in _FURNITURE
    state = replace(state, variables=variables, furniture=furniture)
    state = _coloured(element, state, style)
    opacity = number(style.get("opacity"))
    if opacity is not None:
        state = replace(state, opacity=state.opacity * opacity)
    if visibility := style.get("visibility"):
        state = replace(state, visible=visibility not in ("hidden", "collapse"))
    size = style.get("font-size") or font_size(style.get("font", ""))
    if size:
        found = pixels_of_font(size, state.size)
        state = replace(state, size=16.0 if found is None else found)
    spacing = style.get("letter-spacing")
    if spacing or "-webkit-text-security" in style:
        narrow = any(gap <= -0.5 * state.size for gap in lengths(spacing or ""))
        dots = style.get("-webkit-text-security", "none") != "none"
        state = replace(state, squeezed=narrow or dots)
    return state, style


def _filled(value: str, variables: Style) -> str:
    for _ in range(8):  # variables made of variables
        if "var(" not in value:
            break
        value = _VARIABLE.sub(
            lambda found: variables.get(found[1], found[2] or "").strip()[:200], value
        )
    return value


def _coloured(element: HtmlElement, state: _State, style: Style) -> _State:
    own = paint(style.get("color")) or attribute_paint(element.get("color") or element.get("text"))
    ink = paint(style.get("-webkit-text-fill-color")) or own
    if ink:
        state = replace(state, paint=ink)
    painted = [style.get(name, "") for name in ("background", "background-color")]
    ground, pictured = background(" ".join((*painted, style.get("background-image", ""))))
    ground = ground or attribute_paint(element.get("bgcolor"))
    if ground and ground.alpha > _FAINT:
        state = replace(state, background=ground.over(state.background or WHITE), pictured=False)
    if pictured or element.get("background"):
        state = replace(state, pictured=True)
    if ink or ground:
        state = replace(state, is_certain=ink is not None and ground is not None)
    return state


def _is_silent(state: _State, may_be_painted: bool) -> bool:
    """Tell whether the text of an element itself is not seen, whatever elements in it say."""
    if not state.visible or state.squeezed or state.size <= _TINY:
        return True
    if state.paint is None or state.pictured:
        return False
    if state.paint.alpha <= _FAINT:
        return True
    return _is_camouflaged(state) and (state.is_certain or not may_be_painted)


def _is_camouflaged(state: _State) -> bool:
    ground = state.background or WHITE
    return state.paint is not None and near(state.paint.over(ground), ground)


def _warnings(
    element: HtmlElement, state: _State, style: Style, is_external: bool
) -> Iterator[str]:
    """Yield what cannot be judged of an element that stays."""
    unsure = (is_external and not state.is_certain) or state.pictured
    if unsure and _is_camouflaged(state) and element.text_content().strip():
        yield _PALE if state.background is None else _ALIKE
    if style.get("position") not in ("absolute", "fixed", "relative"):
        return
    behind = (style.get("z-index") or "").startswith("-")
    said = bool(element.text_content().strip())
    sides = ("left", "top", "right", "bottom", "inset", "width", "height")
    over = style["position"] != "relative" and any(name in style for name in sides)
    paints = background(f"{style.get('background', '')} {style.get('background-color', '')}")[0]
    if (behind and said) or (over and not said and paints and paints.alpha > 1 - _FAINT):
        yield _COVERED


def _silence(element: HtmlElement) -> str:
    """Remove and return the text of the element itself, not that of elements inside it."""
    taken = [element.text or "", *(child.tail or "" for child in element)]
    element.text = None
    for child in element:
        child.tail = None
    return " ".join(part.strip() for part in taken if part.strip())


def remove(element: HtmlElement) -> None:
    """Remove an element but keep the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
