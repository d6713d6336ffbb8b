"""Read the styles that an HTML page states itself: rules of `<style>` elements, inline styles.

tinycss2 parses, cssselect tells which elements a selector means. Of the properties only those are
kept that can hide text. The page is taken as shown on a screen of a usual width. Not read: external
style sheets, which are never fetched, and rules for states such as `:hover`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cssselect
import tinycss2
from cssselect.parser import Class, Element, Hash
from lxml.etree import XPathError
from lxml.html import HtmlElement
from tinycss2 import color5

Colour = tuple[int, int, int]
Style = Mapping[
    str, str
]  # property in lower case to value; later declarations replace earlier ones

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
_NEAR = 24  # largest difference of a colour channel, of 255, that the eye does not tell apart
_MOST_SELECTORS = 1_500  # with combinators or the like; each is searched for in the whole page
_SCREEN = 1280.0  # pixels, the width for which media queries are decided
_EM = 16.0
_TO_PIXELS = {"px": 1.0, "pt": 1.33, "em": _EM, "rem": _EM, "vw": 12.0, "vh": 8.0, "%": 0.16,
              "cm": 38.0, "mm": 3.8, "in": 96.0, "ex": 8.0, "ch": 8.0, "pc": 16.0}  # fmt: skip
_LENGTH = re.compile(
    r"(-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(px|pt|em|rem|vw|vh|cm|mm|in|ex|ch|pc|%)?"
)
_NAMED = re.compile(r"[.#](-?[_a-zA-Z][\w-]*)")
_NOT = re.compile(r":not\([^)]*\)")
_PROPERTIES = frozenset(
    "display visibility opacity filter color background background-color background-image "
    "font font-size -webkit-text-fill-color overflow overflow-x overflow-y width height max-width "
    "max-height inline-size block-size clip clip-path position left top right bottom inset "
    "text-indent margin margin-left margin-top transform translate scale zoom mso-hide z-index "
    "content-visibility letter-spacing white-space -webkit-text-security".split()
)


def near(one: Colour, other: Colour) -> bool:
    """Tell whether the eye takes two colours for one."""
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


def lengths(value: str) -> list[float]:
    """Return all lengths in a value in pixels, relative ones taken at usual sizes."""
    return [
        float(digits) * _TO_PIXELS.get(unit, 1.0) for digits, unit in _LENGTH.findall(value[:1000])
    ]


def number(value: str | None) -> float | None:
    """Return a value that is one number or percentage; None for any other."""
    match = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)(%?)\s*", value or "")
    return float(match[1]) / (100 if match[2] else 1) if match else None


@dataclass(frozen=True)
class Paint:
    """A colour and how much of what lies beneath it hides, from 0 to 1."""

    colour: Colour
    alpha: float

    def over(self, ground: Colour) -> Colour:
        """Return the colour that is seen on a ground."""
        red, green, blue = (
            round(own * self.alpha + other * (1 - self.alpha))
            for own, other in zip(self.colour, ground, strict=True)
        )
        return red, green, blue


def paint(value: str | None) -> Paint | None:
    """Return what a CSS value paints with; None if it states no colour that we can read."""
    found = color5.parse_color(value.strip()) if value else None
    if found is None or isinstance(found, str):
        return None
    try:
        *channels, alpha = found.to("srgb")
    except NotImplementedError:  # of a space whose first coordinate is lightness
        share = found.coordinates[0] or 0.0
        light = share / (1 if found.space.startswith("ok") else 100)
        colour = WHITE if light >= 0.97 else BLACK if light <= 0.03 else None
        return Paint(colour, found.alpha) if colour else None
    red, green, blue = (min(255, max(0, round(255 * (each or 0.0)))) for each in channels)
    return Paint((red, green, blue), alpha if alpha is not None else 1.0)


def attribute_paint(value: str | None) -> Paint | None:
    """Return the colour of an HTML attribute, where the # may lack."""
    if value and re.fullmatch(r"[0-9a-fA-F]{6}", value.strip()):
        value = "#" + value.strip()
    return paint(value)


def background(value: str) -> tuple[Paint | None, bool]:
    """Return the colour in a `background`, and whether pictures of unknown colours lie over it."""
    pictured = "url(" in value or "image(" in value or "element(" in value
    paints: list[Paint] = []
    for token in _tokens(tinycss2.parse_component_value_list(value)):
        if found := paint(token):
            paints.append(found)
    if "gradient(" in value and paints:
        alike = all(near(paints[0].colour, each.colour) for each in paints)
        return (paints[0], pictured) if alike else (None, True)
    return (paints[-1] if paints else None), pictured


def _tokens(nodes: Sequence[Any]) -> Iterator[str]:
    for node in nodes:
        if node.type == "function" and "gradient" in node.lower_name:
            yield from _tokens(node.arguments)
        elif node.type in ("ident", "hash", "function"):
            yield node.serialize()


def font_size(font: str) -> str | None:
    """Return the size in a `font` shorthand."""
    match = re.search(r"(?:^|\s)((?:\d+\.?\d*|\.\d+)(?:px|pt|em|rem|%|vw|mm|cm)?)(?=[\s/])", font)
    return match[1] if match else None


def pixels_of_font(size: str, parent: float) -> float | None:
    """Return a font's size in pixels, where that of the element around it is `parent`."""
    match = re.fullmatch(r"(\d+\.?\d*|\.\d+)(em|%)", size)
    if match:
        return float(match[1]) * parent / (100 if match[2] == "%" else 1)
    found = lengths(size)
    return found[0] if found else None


def declarations(css: str) -> dict[str, str]:
    """Return the declarations of an inline style that can hide text, and its variables."""
    found = [(important, name, value) for name, value, important in _declared(css)]
    return {name: value for _, name, value in sorted(found, key=lambda each: each[0])}


def _declared(css: Any) -> Iterator[tuple[str, str, bool]]:
    if isinstance(css, str) and ":" not in css:
        return
    for node in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration" and (
            node.lower_name in _PROPERTIES or node.name.startswith("--")
        ):
            name = node.name if node.name.startswith("--") else node.lower_name
            value = re.sub(r"/\*.*?\*/", "", tinycss2.serialize(node.value), flags=re.DOTALL)
            yield name, value.strip().lower(), node.important


_Rank = tuple[bool, tuple[int, int, int], int]  # important, specificity, order
_Rule = tuple[_Rank, str, str]


@dataclass
class PageStyles:
    """The rules of a page's own `<style>` elements."""

    is_external: bool = False  # style sheets that we do not see may state more
    _by_name: dict[str, list[_Rule]] = field(default_factory=dict)
    _by_element: dict[HtmlElement, list[_Rule]] = field(default_factory=dict)
    _order: int = 0
    _searched: int = 0

    @classmethod
    def of(cls, root: HtmlElement) -> "PageStyles":
        """Read all style elements of a page."""
        styles = cls(bool(root.xpath("//link[contains(@rel, 'stylesheet')]")))
        sheets = [each for each in root.iter("style") if _is_for_screens(each.get("media") or "")]
        if sheets:
            names = _Names.of(root)
            for sheet in sheets:
                rules = tinycss2.parse_stylesheet(
                    re.sub("<!--|-->", "", sheet.text or ""),
                    skip_comments=True, skip_whitespace=True,
                )  # fmt: skip
                styles._read(root, names, rules)
        return styles

    def style_of(self, element: HtmlElement) -> dict[str, str]:
        """Return the declarations that hold for an element, those of its own style over others."""
        own = element.get("style")
        if not self._by_name and not self._by_element:
            return declarations(own) if own else {}
        found = list(self._by_element.get(element, ()))
        keys = [str(element.tag), *(f".{name}" for name in (element.get("class") or "").split())]
        for key in (*keys, f"#{element.get('id')}", "*"):
            found += self._by_name.get(key, ())
        if own:
            rank = (1 << 20, 0, 0)
            found += [((hard, rank, 0), name, value) for name, value, hard in _declared(own)]
        return {name: value for _, name, value in sorted(found, key=lambda rule: rule[0])}

    def _read(self, root: HtmlElement, names: "_Names", rules: Sequence[Any]) -> None:
        for rule in rules:
            if rule.type == "qualified-rule":
                declared = list(_declared(rule.content))
                if declared:
                    self._add(root, names, tinycss2.serialize(rule.prelude), declared)
            elif rule.type == "at-rule":
                self._read_at(root, names, rule)

    def _read_at(self, root: HtmlElement, names: "_Names", rule: Any) -> None:
        if rule.lower_at_keyword == "import":
            self.is_external = True
        query = tinycss2.serialize(rule.prelude)
        applies = rule.lower_at_keyword in ("layer", "supports") and "not" not in query
        if rule.content and (
            applies or (rule.lower_at_keyword == "media" and _is_for_screens(query))
        ):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            self._read(root, names, inner)

    def _add(
        self, root: HtmlElement, names: "_Names", prelude: str,
        declared: Sequence[tuple[str, str, bool]],
    ) -> None:  # fmt: skip
        try:
            selectors = cssselect.parse(prelude)
        except cssselect.SelectorError:
            return
        for selector in selectors:
            if selector.pseudo_element is not None:
                continue
            self._order += 1
            rules: list[_Rule] = [
                ((hard, selector.specificity(), self._order), name, value)
                for name, value, hard in declared
            ]
            if key := _key(selector.parsed_tree):
                self._by_name.setdefault(key, []).extend(rules)
            elif names.may_match(prelude) and self._searched < _MOST_SELECTORS:
                self._searched += 1
                for element in _matched(root, selector):
                    self._by_element.setdefault(element, []).extend(rules)


def _key(tree: Any) -> str | None:
    """Return the name by which a selector of one tag, class or id finds its elements."""
    if isinstance(tree, Element) and not tree.namespace:
        return (tree.element or "*").lower()
    if isinstance(tree, Class | Hash) and _key(tree.selector) == "*":
        return f".{tree.class_name}" if isinstance(tree, Class) else f"#{tree.id}"
    return None


def _matched(root: HtmlElement, selector: cssselect.Selector) -> list[HtmlElement]:
    try:
        path = cssselect.HTMLTranslator().selector_to_xpath(selector)
        found: list[HtmlElement] = root.getroottree().xpath(path)
    except (cssselect.SelectorError, XPathError):
        return []
    return found


@dataclass(frozen=True)
class _Names:
    """The classes and ids of a page, so that rules for others need no search."""

    names: frozenset[str]

    @classmethod
    def of(cls, root: HtmlElement) -> "_Names":
        stated = root.xpath("//@class | //@id")
        return cls(frozenset(name for value in stated for name in value.split()))

    def may_match(self, prelude: str) -> bool:
        """Tell whether any of a rule's selectors speaks of names that the page has."""
        return any(
            self.names.issuperset(_NAMED.findall(selector))
            for selector in _NOT.sub("", prelude).split(",")
        )


def _is_for_screens(query: str) -> bool:
    """Tell whether a media query holds for a screen of the usual width."""
    query = query.strip().lower()
    return not query or any(_holds(each) for each in query.split(","))


def _holds(query: str) -> bool:
    if re.search(r"\b(?:not|print|speech)\b", query):
        return False
    for feature, value in re.findall(r"\(\s*([\w-]+)\s*:\s*([^)]*)\)", query):
        size = (lengths(value) or [0.0])[0]
        if feature == "min-width" and size > _SCREEN:
            return False
        if feature == "max-width" and size < _SCREEN:
            return False
        if feature not in ("min-width", "max-width"):
            return False
    return "<" not in query and ">" not in query
