"""Dates as documents state them in many languages: "7 septembre 2016", "2016年9月7日", "1er mars".

A text goes in; an ISO date with the place of its wording comes out, or nothing. English and digits
are `index.dates`'s; the months, the weekdays and the order of day, month and year of other
languages come from Unicode's CLDR through Babel. A wrong date is worse than none: what can be read
as two dates ("09/07/2016", or "5 listopada", October in one language and November in another) is
left alone, and `unclear_date` says so.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path

from index import dates
from index.dates import is_iso

_DATA = Path(__file__).parent / "data"
_YEAR = r"(?P<y>(?:1[5-9]|20)\d\d)(?!\d)"
_DAY = r"(?<![\d./-])(?P<d>\d{1,2})(?:\.?[ºª°]|er\b|re\b)?(?!\d)"  # "1er", "1.º"
_LETTER = r"[^\W\d_]"
_HAS_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_FIELD = re.compile(r"'([^']*)'|([A-Za-z])\2*|([^A-Za-z']+)")
_SPACE = r"[\s,.]*"
_REACH = 2_000  # characters of a text in which a date is looked for

Located = tuple[str, int, int]  # ISO date, start and end of its wording


def find_date(text: str, *, month_first: bool = False) -> str | None:
    """Return the first date in a text that can only mean one day, month or year."""
    found = locate_date(text, month_first=month_first)
    return found[0] if found else None


def locate_date(text: str, *, month_first: bool = False) -> Located | None:
    """Return the first date in a text with the start and end of its wording.

    `month_first` says that the author writes 04/05/2026 for April 5.
    """
    plain = _plain_digits(text)
    english = dates.locate_date(plain, month_first=month_first)
    other, _ = _foreign(plain[: english[1]] if english else plain)
    return other or english


def whole_date(text: str) -> str | None:
    """Return the date that all of a text states: for what is typed on the command line."""
    text = text.strip()
    if is_iso(text):
        return text
    found = locate_date(text)
    return found[0] if found and (found[1], found[2]) == (0, len(text)) else None


def fault_of(text: str) -> str:
    """Return what a text is in which `whole_date` finds none."""
    return "a date that can be read in two ways" if unclear_date(text) else "not a date"


def unclear_date(text: str) -> str | None:
    """Return the wording of a date that can be read as two days, such as "09/07/2016"."""
    plain = _plain_digits(text)
    if both := dates.two_ways(plain):
        return both
    _, doubt = _foreign(plain)
    return doubt


@cache
def labels(kind: str) -> frozenset[str]:
    """Return the labels of a kind ("published", "updated", "article", "after") in small letters."""
    lines = (_DATA / "date_labels.txt").read_text(encoding="utf-8").splitlines()
    found = (line.partition(": ")[2] for line in lines if line.startswith(f"{kind}: "))
    return frozenset(label.strip() for line in found for label in line.split("|"))


@cache
def weekdays() -> frozenset[str]:
    """Return the names of weekdays in all languages, long and short, in small letters."""
    from babel import Locale

    found: set[str] = set()
    for name in ("en", *_languages()):
        for width in ("wide", "abbreviated"):
            for day in Locale.parse(name).days["format"][width].values():
                found.add(day.lower().strip(" ."))
    return frozenset(found)


def _plain_digits(text: str) -> str:
    """Return the text with ASCII digits, its offsets kept, without what lies beyond reach."""
    text = text[:_REACH]
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char, char)) for char in text)


@dataclass(frozen=True, eq=False)
class _Form:
    """How one language writes a date: as its rule has it, and in the looser ways people use."""

    pattern: str  # of CLDR, such as "d 'de' MMMM 'de' y"
    months: dict[str, int]

    @cached_property
    def strict(self) -> re.Pattern[str]:
        return _regex(self.pattern, self.months, strict=True)

    @cached_property
    def loose(self) -> re.Pattern[str]:
        return _regex(self.pattern, self.months, strict=False)


def _foreign(text: str) -> tuple[Located | None, str | None]:
    """Return the first date in another language than English, or the wording that is in doubt."""
    if not _HAS_YEAR.search(text):
        return None, None
    forms = _forms_for(text)
    read = {"strict": _readings(text, forms, strict=True), "loose": _readings(text, forms)}
    for start in sorted({at for found in read.values() for at in found}):
        for manner in ("strict", "loose"):
            meant: set[tuple[str, int]] = read[manner].get(start, set())
            longest = max((end for _, end in meant), default=0)
            isos = {iso for iso, end in meant if end >= longest - 3}  # 3: "г." or "r." behind
            full = {iso for iso in isos if len(iso) == 10} or isos
            if len(full) == 1:
                return (full.pop(), start, longest), None
        if read["loose"].get(start):
            longest = max(end for _, end in read["loose"][start])
            return None, text[start:longest].strip()
    return None, None


def _readings(
    text: str, forms: set[_Form], *, strict: bool = False
) -> dict[int, set[tuple[str, int]]]:
    """Return by start what dates the forms read there, each with its end."""
    found: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for form in forms:
        for match in (form.strict if strict else form.loose).finditer(text):
            iso = _iso(match.groupdict(), form.months)
            if iso and (len(iso) == 10 or _stands_alone(match)):
                found[match.start()].add((iso, match.end()))
    return found


def _stands_alone(match: re.Match[str]) -> bool:
    """Tell "septembre 2016" from a word in a sentence that is some language's month as well."""
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :].lstrip()
    if re.search(r"\d(?:er|re|[.ºª°])*$", before):  # a day that the month has not: "30 février"
        return False
    if match["name"][0].isupper() or not match["name"].isascii():
        return True
    return not before[-1:].isalnum() and not after[:1].isalnum()


def _iso(parts: dict[str, str | None], months: dict[str, int]) -> str | None:
    month, day = months.get(_key(parts["name"] or "")), parts.get("d")
    if not month:
        return None
    iso = f"{parts['y']}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    return iso if is_iso(iso) else None


def _forms_for(text: str) -> set[_Form]:
    """Return the forms of the languages whose months stand in a text."""
    by_word, by_digits = _forms()
    words = {word.lower() for word in re.findall(rf"{_LETTER}+", text)}
    words |= {word[1:] for word in words}  # Hebrew writes "in" as one letter with the month
    found = {form for word in words for form in by_word.get(word, ())}
    if re.search("[年년]", text):
        found.update(by_digits)
    return found


@cache
def _forms() -> tuple[dict[str, tuple[_Form, ...]], tuple[_Form, ...]]:
    """Return the forms by the first word of each month's name, and those with months in digits."""
    by_word: dict[str, list[_Form]] = defaultdict(list)
    by_digits: list[_Form] = []
    for language in _languages():
        for form in _forms_of(language):
            heads = {next(iter(re.findall(rf"{_LETTER}+", name)), "") for name in form.months}
            heads |= {re.findall(rf"{_LETTER}+", name)[-1] for name in form.months if heads - {""}}
            for head in heads - {""}:
                by_word[head].append(form)
            if any(name[0].isdigit() for name in form.months):
                by_digits.append(form)
    return {word: tuple(forms) for word, forms in by_word.items()}, tuple(by_digits)


def _forms_of(language: str) -> Iterator[_Form]:
    from babel import Locale

    locale = Locale.parse(language)
    months = {
        _key(name): number
        for kind, width in (
            ("format", "wide"), ("stand-alone", "wide"),
            ("format", "abbreviated"), ("stand-alone", "abbreviated"),
        )
        for number, name in locale.months[kind][width].items()
        if not re.fullmatch(r"M\d\d", name)
    }  # fmt: skip
    patterns = (locale.date_formats["long"].pattern, locale.datetime_skeletons["yMMMM"].pattern)
    for pattern in patterns:
        yield _Form(pattern, months)


def _regex(pattern: str, months: dict[str, int], *, strict: bool) -> re.Pattern[str]:
    """Return what finds a CLDR date pattern, such as "d 'de' MMMM 'de' y", in a text."""
    names = "|".join(
        re.escape(name).replace("'", "['’]").replace(r"\ ", r"\s+")
        for name in sorted(months, key=len, reverse=True)
    )
    parts: list[str] = []
    for literal, letter, mark in (match.groups() for match in _FIELD.finditer(pattern)):
        if letter == "d":
            parts.append(_DAY)
        elif letter in ("M", "L"):
            parts.append(rf"(?P<name>{names})(?!{_LETTER})\.?")
        elif letter == "y":
            parts.append(rf"{_YEAR}(?:\s*(?:{'|'.join(sorted(labels('after')))})(?!{_LETTER})\.?)?")
        elif letter != "G":
            parts.append(_literal(literal or mark or "", strict=strict))
    return re.compile("".join(parts), re.IGNORECASE)


def _literal(text: str, *, strict: bool) -> str:
    """Return what a pattern's literal becomes: its word, which people leave out, or its mark."""
    word = re.escape(text.strip(" ,\u200f"))
    if strict:
        return rf"[\s,]*{word}\s*"
    return f"{_SPACE}(?:{word})?{_SPACE}" if word else _SPACE


def _key(name: str) -> str:
    return " ".join(name.lower().replace("’", "'").split()).rstrip(".")


@cache
def _languages() -> tuple[str, ...]:
    lines = (_DATA / "date_languages.txt").read_text(encoding="utf-8").splitlines()
    return tuple(chain.from_iterable(line.split() for line in lines if not line.startswith("#")))
