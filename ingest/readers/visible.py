"""Remove from an HTML tree what a person looking at the page does not see.

Looks at elements, attributes, inline styles and the plain class, id and tag rules of `<style>`
elements; fetches nothing. Known gaps: external style sheets, `@media` rules and selectors with
combinators, scripts, text behind another element, and names of colours beyond the common ones.
"""

import re
from dataclasses import dataclass, replace

from lxml.etree import _Comment, _ProcessingInstruction
from lxml.html import HtmlElement

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
_NEAR = 24  # largest difference of a colour channel, of 255, that the eye does not tell apart
_NAMES: dict[str, Colour] = {
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "green": (0, 128, 0),
    "blue": (0, 0, 255), "yellow": (255, 255, 0), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "silver": (192, 192, 192), "navy": (0, 0, 128), "snow": (255, 250, 250),
    "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255),
    "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211),
    "aqua": (0, 255, 255), "cyan": (0, 255, 255), "lime": (0, 255, 0),
    "maroon": (128, 0, 0), "orange": (255, 165, 0), "purple": (128, 0, 128), "teal": (0, 128, 128),
    "floralwhite": (255, 250, 240), "azure": (240, 255, 255), "mintcream": (245, 255, 250),
}  # fmt: skip
_TO_PIXELS = {"px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "vw": 12.0, "vh": 8.0, "%": 0.16,
              "cm": 38.0, "mm": 3.8, "in": 96.0, "ex": 8.0, "ch": 8.0, "pc": 16.0}  # fmt: skip


def near(one: Colour, other: Colour) -> bool:
    """Tell whether the eye takes two colours for one."""
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


def colour(value: str | None) -> Colour | None:
    """Return the first colour in a CSS or HTML value; None if it states none that we can read."""
    if not value:
        return None
    value = value.strip().lower()
    if match := re.search(r"#([0-9a-f]{6})(?:[0-9a-f]{2})?\b", value):
        return _hex(match[1])
    if match := re.search(r"#([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?\b", value):
        return _hex("".join(digit * 2 for digit in match.groups()))
    if match := re.search(r"rgba?\(([^)]*)\)", value):
        return _rgb(match[1])
    if match := re.search(r"hsla?\([^)]*?([\d.]+)%\s*(?:[,/][^)%]*%?)?\)", value):
        light = float(match[1])  # lightness alone tells only black and white
        return WHITE if light >= 97 else (0, 0, 0) if light <= 3 else None
    return next((_NAMES[word] for word in re.findall(r"[a-z]+", value) if word in _NAMES), None)


def _hex(digits: str) -> Colour:
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _rgb(arguments: str) -> Colour | None:
    numbers = re.findall(r"([\d.]+)(%?)", arguments)[:3]
    if len(numbers) < 3:
        return None
    red, green, blue = (round(_float(n) * (2.55 if percent else 1)) for n, percent in numbers)
    return red, green, blue


def is_clear(value: str | None) -> bool:
    """Tell whether a colour is fully transparent."""
    if not value:
        return False
    return "transparent" in value or bool(
        re.search(
            r"(?:rgb|hsl)a?\([^)]*[,/]\s*(?:0|0?\.0\d*|0\.0+)%?\s*\)$|#[0-9a-f]{6}00\b", value
        )
        and not re.search(r"^(?:rgb|hsl)\([^,)]*,[^,)]*,[^,)]*\)$", value)
    )


def font_size(font: str) -> str | None:
    """Return the size in a `font` shorthand."""
    match = re.search(r"(?:^|\s)([\d.]+(?:px|pt|em|rem|%))", font)
    return match[1] if match else None


def pixels(value: str | None) -> float | None:
    """Return the first length in a value."""
    sizes = lengths(value or "")
    return sizes[0] if sizes else None


def lengths(value: str) -> list[float]:
    """Return all lengths in a value in pixels, relative ones taken at usual sizes."""
    found = re.findall(
        r"(-?(?:\d+\.?\d*|\.\d+)(?:e\d+)?)(px|pt|em|rem|vw|vh|cm|mm|in|ex|ch|pc|%)?", value
    )
    return [_float(digits) * _TO_PIXELS.get(unit, 1.0) for digits, unit in found]


def number(value: str | None) -> float | None:
    """Return a value that is one number or percentage; None for any other."""
    match = re.fullmatch(r"\s*([\d.]+)(%?)\s*", value or "")
    return _float(match[1]) / (100 if match[2] else 1) if match else None


def _float(digits: str) -> float:
    try:
        return float(digits)
    except ValueError:
        return 0.0


_UNSEEN_TAGS = frozenset(
    "script style template noscript iframe frame frameset noframes object embed applet svg canvas "
    "audio video map area head title meta link base datalist select option optgroup textarea "
    "button rp progress meter math-annotation annotation annotation-xml param "
    "source track slot portal".split()
)
# Class names of the large frameworks for text that only screen readers get.
_UNSEEN_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only hidden d-none "
    "is-hidden u-hidden element-invisible hide offscreen off-screen a11y-hidden".split()
)
_FAR = 400  # offset in pixels that moves text off any screen
_TINY = 2.0  # size in pixels below which no one reads


@dataclass(frozen=True)
class _State:
    """What an element inherits. A background of None is one that the page does not state."""

    colour: Colour | None = None
    background: Colour | None = None
    tiny: bool = False
    invisible: bool = False


def remove_hidden(root: HtmlElement) -> tuple[str, ...]:
    """Remove hidden elements and text from the tree in place; return warnings for the report.

    Text as white as an unstated background goes if nothing but the page's own default can lie
    behind it; where an external style sheet may paint the background it stays, with a warning.
    """
    sheet = _SheetRules(root)
    unresolved = False
    stack: list[tuple[HtmlElement, _State]] = [(root, _State())]
    while stack:
        element, inherited = stack.pop()
        if _is_removed(element, root, sheet):
            remove(element)
            continue
        state = _inherit(element, inherited, sheet.style_of(element))
        pale = state.colour is not None and state.background is None and near(state.colour, WHITE)
        unresolved = unresolved or (
            pale and sheet.is_external and bool(element.text_content().strip())
        )
        if state.invisible or state.tiny or _is_camouflaged(state, sheet.is_external):
            _silence(element)
        stack.extend((child, state) for child in element)
    return ("white text on a background that the page does not state; check it",) * unresolved


class _SheetRules:
    """The declarations of simple selectors in the page's own `<style>` elements."""

    def __init__(self, root: HtmlElement) -> None:
        self.is_external = bool(root.xpath("//link[contains(@rel, 'stylesheet')]"))
        self._rules: dict[str, str] = {}
        for style in root.iter("style"):
            self._read(style.text or "")

    def _read(self, css: str) -> None:
        css = re.sub(r"/\*.*?\*/|<!--|-->", "", css, flags=re.DOTALL)
        self.is_external = self.is_external or "@import" in css
        css = re.sub(r"@[^{};]*;", "", css)
        css = re.sub(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
        for match in re.finditer(r"([^{}]{1,2000})\{([^{}]*)\}", css):
            for selector in match[1].split(","):
                name = selector.strip()
                if re.fullmatch(r"(?:[a-zA-Z][\w-]*)?(?:[.#][\w-]+)?", name) and name:
                    self._rules[name] = f"{self._rules.get(name, '')};{match[2]}"

    def style_of(self, element: HtmlElement) -> dict[str, str]:
        """Return the declarations that hold for an element, its own style last."""
        css = ""
        if self._rules:
            tag, names = str(element.tag), [f".{name}" for name in element.get("class", "").split()]
            names += [f"#{element.get('id')}"] if element.get("id") else []
            keys = (tag, *names, *(tag + name for name in names))
            css = ";".join(self._rules[key] for key in keys if key in self._rules)
        return _declarations(f"{css};{element.get('style', '')}")


def _declarations(css: str) -> dict[str, str]:
    found: dict[str, str] = {}
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for declaration in css.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip().lower()] = value.replace("!important", "").strip().lower()
    return found


def _is_removed(element: HtmlElement, root: HtmlElement, sheet: _SheetRules) -> bool:
    if isinstance(element, _Comment | _ProcessingInstruction) or not isinstance(element.tag, str):
        return True
    if element is root or element.tag == "body":
        return False
    if element.tag in _UNSEEN_TAGS or element.get("hidden") is not None:
        return True
    if element.get("aria-hidden", "").strip().lower() == "true":
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    if element.tag == "input" or _has_hiding_class(element):
        return True
    return _hides(sheet.style_of(element)) or _has_no_size(element)


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


def _hides(style: dict[str, str]) -> bool:
    """Tell whether declarations take an element and all inside it out of sight."""
    if not style:
        return False
    if style.get("display") == "none" or style.get("content-visibility") == "hidden":
        return True
    if style.get("mso-hide") == "all" or number(style.get("zoom")) == 0:
        return True
    opacity = number(style.get("opacity"))
    if opacity is not None and opacity <= 0.05:
        return True
    if re.search(r"opacity\(\s*(?:0(?:\.0\d*)?%?|\.0\d*)\s*\)", style.get("filter", "")):
        return True
    return _is_clipped(style) or _is_off_screen(style) or _is_transformed_away(style)


def _is_clipped(style: dict[str, str]) -> bool:
    overflow = " ".join(
        (style.get("overflow", ""), style.get("overflow-x", ""), style.get("overflow-y", ""))
    )
    if re.search("hidden|clip", overflow):
        for name in ("width", "height", "max-width", "max-height", "inline-size", "block-size"):
            size = pixels(style.get(name))
            if size is not None and size <= _TINY:
                return True
    if re.search(r"rect\(\s*(?:0|1px)[\w\s,]*\)", style.get("clip", "")):
        return all(size <= _TINY for size in lengths(style["clip"]))
    path = style.get("clip-path", "")
    if inset := re.search(r"inset\(\s*([\d.]+)%", path):
        return float(inset[1]) >= 50
    return bool(
        re.search(
            r"circle\(\s*0|polygon\(\s*0[a-z%]*\s+0[a-z%]*\s*(?:,\s*0[a-z%]*\s+0[a-z%]*\s*)*\)",
            path,
        )
    )


def _is_off_screen(style: dict[str, str]) -> bool:
    if style.get("position") in ("absolute", "fixed", "relative"):
        for name in ("left", "top", "right", "bottom", "inset"):
            if any(size <= -_FAR for size in lengths(style.get(name, ""))):
                return True
        if any(
            size >= 5_000 for size in lengths(f"{style.get('left', '')} {style.get('top', '')}")
        ):
            return True
    names = ("text-indent", "margin-left", "margin-top", "margin")
    moved = " ".join(style.get(name, "") for name in names)
    return any(size <= -_FAR for size in lengths(moved))


def _is_transformed_away(style: dict[str, str]) -> bool:
    transform = f"{style.get('transform', '')} {style.get('translate', '')}"
    if (
        re.search(r"scale[xy]?\(\s*0(?:\.0\d*)?\s*[,)]", transform)
        or number(style.get("scale")) == 0
    ):
        return True
    return "translate" in style.keys() | set(re.findall("translate", transform)) and any(
        abs(size) >= _FAR for size in lengths(transform)
    )


def _inherit(element: HtmlElement, state: _State, style: dict[str, str]) -> _State:
    own = colour(style.get("color") or element.get("color") or element.get("text"))
    fill = colour(style.get("-webkit-text-fill-color"))
    if own or fill:
        state = replace(state, colour=fill or own)
    clear = is_clear(style.get("color")) or is_clear(style.get("-webkit-text-fill-color"))
    visibility = style.get("visibility")
    if visibility or clear or own:
        hidden = visibility in ("hidden", "collapse") if visibility else state.invisible and not own
        state = replace(state, invisible=hidden or clear)
    painted = style.get("background-color") or style.get("background") or element.get("bgcolor")
    if painted and not is_clear(painted):
        state = replace(state, background=colour(painted) or state.background or (0, 0, 0))
    size = style.get("font-size") or font_size(style.get("font", ""))
    if size is not None and (height := pixels(size)) is not None:
        state = replace(state, tiny=height <= _TINY if "%" not in size else height <= 1.6)
    elif size is not None:
        state = replace(state, tiny=False)
    return state


def _is_camouflaged(state: _State, may_be_painted: bool) -> bool:
    if state.colour is None:
        return False
    if state.background is None:
        return not may_be_painted and near(state.colour, WHITE)
    return near(state.colour, state.background)


def _silence(element: HtmlElement) -> None:
    """Remove the text that belongs to the element itself, not that of elements inside it."""
    element.text = None
    for child in element:
        child.tail = None


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
