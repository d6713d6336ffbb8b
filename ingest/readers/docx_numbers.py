"""Write the numbers of a Word document's lists into its paragraphs, as Word shows them.

Word keeps them apart from the text: a paragraph, or its style, names a list and a level, and
`numbering.xml` says how the list counts and what it writes ("Recommendation %1:"). The numbers go
between two marks, which `plain_number` resolves once the blocks are made.
"""

import re
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARK = "\ue001"  # around a number until blocks are made; Unicode gives it no meaning
_MARKED = re.compile(rf"^(?:[^\s|]{{1,8}} )?{_MARK}([^{_MARK}]*){_MARK}\s*")
_INSIDE = re.compile(rf"{_MARK}([^{_MARK}]*){_MARK}")
_PLACE = re.compile(r"%([1-9])")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    restarts: int | None = None  # the level above which it starts again; None for any


@dataclass
class _List:
    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)  # where this list overrides the other


def number_lists(root: Any, numbering: Any, styles: Any) -> None:
    """Put the number of each numbered paragraph below `root` at its beginning, in place."""
    lists = _lists(numbering)
    styled = _styled(styles)
    counts: dict[str, dict[int, int]] = {}
    begun: set[tuple[str, int]] = set()
    for paragraph in root.iter(f"{W}p"):
        number, level = _place(paragraph, styled)
        found = lists.get(number or "")
        if number is None or found is None:
            continue
        counted = counts.setdefault(found.abstract, {})
        start = found.levels.get(level, _Level()).start
        if level in found.starts and (number, level) not in begun:
            counted[level] = found.starts[level] - 1
        begun.add((number, level))
        counted[level] = counted.get(level, start - 1) + 1
        for deeper in [each for each in counted if each > level]:
            del counted[deeper]
        _write(paragraph, _label(found.levels, level, counted))


def plain_number(text: str) -> str:
    """Return a block's text with the number that Word shows, and no other, before it."""
    if marked := _MARKED.match(text):
        return f"{marked[1]} {text[marked.end() :]}".strip()
    return _INSIDE.sub(lambda found: f"{found[1]} " if found[1] else "", text)


def _value(element: Any, name: str) -> str | None:
    found = element.find(f"{W}{name}") if element is not None else None
    return None if found is None else found.get(f"{W}val")


def _whole(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isdigit() and len(value) < 7 else otherwise


def _lists(numbering: Any) -> dict[str, _List]:
    abstracts = {
        each.get(f"{W}abstractNumId"): _levels(each) for each in numbering.iter(f"{W}abstractNum")
    }
    lists: dict[str, _List] = {}
    for each in numbering.iter(f"{W}num"):
        abstract = _value(each, "abstractNumId") or ""
        levels = dict(abstracts.get(abstract, {}))
        starts: dict[int, int] = {}
        for override in each.iter(f"{W}lvlOverride"):
            level = _whole(override.get(f"{W}ilvl"), 0)
            levels |= _levels(override)
            if (start := _value(override, "startOverride")) is not None:
                starts[level] = _whole(start, 1)
        lists[each.get(f"{W}numId") or ""] = _List(abstract, levels, starts)
    return lists


def _levels(element: Any) -> dict[int, _Level]:
    return {
        _whole(level.get(f"{W}ilvl"), 0): _Level(
            _whole(_value(level, "start"), 1),
            _value(level, "numFmt") or "decimal",
            _value(level, "lvlText") or "",
        )
        for level in element.iter(f"{W}lvl")
    }


def _styled(styles: Any) -> dict[str, tuple[str | None, int]]:
    """Return list and level of each paragraph style that has one, its own or its parent's."""
    own: dict[str, tuple[str | None, int | None, str | None]] = {}
    for style in styles.iter(f"{W}style") if styles is not None else ():
        properties = style.find(f"{W}pPr/{W}numPr")
        stated, depth = _value(properties, "numId"), _value(properties, "ilvl")
        own[style.get(f"{W}styleId") or ""] = (
            stated, None if depth is None else _whole(depth, 0), _value(style, "basedOn"),
        )  # fmt: skip
    found: dict[str, tuple[str | None, int]] = {}
    for name in own:
        number: str | None = None
        level: int | None = None
        parent, seen = name, set[str]()
        while parent in own and parent not in seen and number is None:
            seen.add(parent)
            number, near, above = own[parent]
            level = near if level is None else level
            parent = above or ""
        if number is not None:
            found[name] = (number, level or 0)
    return found


def _place(paragraph: Any, styled: dict[str, tuple[str | None, int]]) -> tuple[str | None, int]:
    properties = paragraph.find(f"{W}pPr")
    number, level = styled.get(_value(properties, "pStyle") or "", (None, 0))
    own = properties.find(f"{W}numPr") if properties is not None else None
    if own is not None:
        number = _value(own, "numId") or number
        level = _whole(_value(own, "ilvl"), level)
    return (None if number == "0" else number), level


def _label(levels: dict[int, _Level], level: int, counted: dict[int, int]) -> str:
    """Return what Word writes before the paragraph: "2.1", "(b)"; "" for a bullet."""
    if levels.get(level, _Level()).form in ("bullet", "none"):
        return ""

    def numeral(place: re.Match[str]) -> str:
        at = int(place[1]) - 1
        one = levels.get(at, _Level())
        return _numeral(counted.get(at, one.start), one.form)

    return _PLACE.sub(numeral, levels.get(level, _Level(text=f"%{level + 1}.")).text).strip()


def _numeral(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letters = chr(ord("a") + (number - 1) % 26) * (1 + (number - 1) // 26)
        return letters if form == "lowerLetter" else letters.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (number // value)
            number %= value
        return roman if form == "lowerRoman" else roman.upper()
    return f"{number:02d}" if form == "decimalZero" else str(number)


def _write(paragraph: Any, label: str) -> None:
    run = paragraph.makeelement(f"{W}r", {})
    text = run.makeelement(f"{W}t", {})
    text.text = f"{_MARK}{label}{_MARK}"
    run.append(text)
    properties = paragraph.find(f"{W}pPr")
    paragraph.insert(0 if properties is None else paragraph.index(properties) + 1, run)
