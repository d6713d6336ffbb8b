"""Write a text the one way in which texts are compared: text in, text out.

Digits in groups of any kind ("1 000", "1'000"), raised dots and fractions ("61·4", "2½"), signs
("minus 2.3", U+2212, "(4.3) billion"), short scales ("25k", "5 lakh"), dates with foreign months or
in figures ("7 septembre", "15.09.2016"), ligatures, full width, note marks, words broken at the end
of a line. Diacritics stay: names are compared without them where they are compared.
"""

import re
import unicodedata
from functools import lru_cache

from bot.language.untrusted import visible
from bot.language.words import lines
from index.dates import MONTHS

# Letters that Unicode does not take apart into a plain one and its mark.
_UNDIVIDED = str.maketrans(
    dict(zip("łŁøØđĐıœŒæÆß", ("l L o O d D i oe OE ae AE ss").split(), strict=True))
)
_SUPERSCRIPTS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾]+")
_FRACTION = re.compile(r"(\d*)\s?([¼½¾⅐-⅞])")
_WRITTEN_FRACTION = re.compile(r"(?<![\d/.,])(\d{1,3})\s([1-9])/([2-9])(?![\d/])")
_FOREIGN = {
    name: MONTHS[int(number) - 1]
    for number, *names in map(str.split, lines("months"))
    for name in names
}
_FOREIGN_DATE = re.compile(
    rf"\b(\d{{1,2}})(?:er|\.|º)?\s(?:de\s)?({'|'.join(_FOREIGN)})\b(?:\s(?:de\s)?(\d{{4}}))?", re.I
)
_IN_FIGURES = re.compile(r"(?<![\d.,/-])(\d{1,2})([./])(\d{1,2})\2((?:19|20)\d\d)(?![\d/-]|\.\d)")
_MONTH = "|".join(MONTHS)
_SCALE = (
    r"(?=\s?(?:%|‰|percent|per\s?cent|points?\b|percentage|million|billion|trillion|bn\b|mn\b"
    r"|dollars|euros|pounds))"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(form), new)
    for form, new in (
        (r"[‐‑]", "-"),
        (r"[−﹣]", "-"),
        (r"(?<=[a-z]{2})-\s*\n\s*(?=[a-z]{2})|­", ""),
        (r"(?<=[a-z]{3})- (?!(?:and|or|to|nor)\b)(?=[a-z]{3})", ""),
        (r"(?<=\d)[·∙•](?=\d)", "."),
        (r"(?<![\d.,])(\d{1,3})['’´](\d{3})['’´](\d{3})(?!\d)", r"\1,\2,\3"),
        (r"(?<![\d.,])(\d{1,3})['’´](\d{3})(?!\d)", r"\1,\2"),
        (r"(?<![\d.,] )(?<![\d.,-])(\d{1,3}) (\d{3}) (\d{3})(?![\d,]|\.\d)", r"\1,\2,\3"),
        (r"(?<![\d.,] )(?<![\d.,-])(\d{1,3}) (\d{3})(?! ?\d|[\d,]|\.\d)", r"\1,\2"),
        (rf"(?<![\d.,])(\d+),(\d{{1,2}}){_SCALE}", r"\1.\2"),
        (r"(?i)\b(?:minus|negative)\s(?=[$€£]?\d)", "-"),
        (rf"\(([$€£]?\d[\d,]*(?:\.\d+)?)\){_SCALE}", r"-\1"),
        (r"(?<=\d)\s?k(?=\s[a-z]|[.,;)]|$)", " thousand"),
        (r"(?<=\d)m(?=\s(?:people|men|women|euros?|dollars?|pounds?|[a-z]{3,}s)\b)", " million"),
        (r"(?i)\bhalf an? (?=hundred|thousand|million|billion|trillion)", "0.5 "),
        (r"(?i)\bhalf an? (?=percentage point|point)", "0.5 "),
        (r"(?i)\ba quarter of an? (?=million|billion|trillion|percentage point|point)", "0.25 "),
        (rf"\b(\d{{1,2}})(?: to | and |\s?[-–]\s?)(\d{{1,2}} )({_MONTH})\b", r"\1 \3 to \2\3"),
        (r"\bSt\.? (?=[A-Z])", "Saint "),
        (r"\bSte\.? (?=[A-Z])", "Sainte "),
    )
)  # fmt: skip
_INDIAN = re.compile(r"(\d+(?:\.\d+)?)\s(lakhs?|crores?)\b", re.I)
_ROMAN = re.compile(r"\b([XVI]{1,5})(?:th|st|nd|rd)?(?=\s[Cc]entur)")
_VALUES = {"I": 1, "V": 5, "X": 10}
_DIGITS_MISREAD = re.compile(r"(?<![\w.,])(?=[\dlOI.,]*\d)[\dlOI][\dlOI.,]*[\dlOI](?![\w])")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Return a text in the writing in which it is compared; line breaks stay."""
    if not text.isascii():
        text = _SUPERSCRIPTS.sub("", visible(text).replace("\t", " "))
        text = _FRACTION.sub(_as_decimal, text)
        text = _folded(text)
    text = _WRITTEN_FRACTION.sub(lambda at: f"{int(at[1]) + int(at[2]) / int(at[3]):g}", text)
    text = _FOREIGN_DATE.sub(_in_english, text)
    text = _IN_FIGURES.sub(_as_iso, text)
    for form, new in _RULES:
        text = form.sub(new, text)
    text = _INDIAN.sub(_western, text)
    text = _ROMAN.sub(lambda at: f"{_roman(at[1])}th", text)
    return _DIGITS_MISREAD.sub(lambda at: at[0].translate(str.maketrans("lIO", "110")), text)


def _folded(text: str) -> str:
    """Return a text with ligatures, full width and odd spaces made plain (NFKC), but for quotes."""
    text = text.translate(_UNDIVIDED)
    return "".join(
        char if char in "…“”‘’„«»´" else unicodedata.normalize("NFKC", char) for char in text
    )


def _as_decimal(at: re.Match[str]) -> str:
    value = unicodedata.numeric(at[2]) + float(at[1] or 0)
    return "half" if value == 0.5 and not at[1] else f"{value:g}"


def _in_english(at: re.Match[str]) -> str:
    return " ".join(filter(None, (at[1], _FOREIGN[at[2].lower()], at[3])))


def _as_iso(at: re.Match[str]) -> str:
    """Return "15.09.2016" as 2016-09-15; with slashes only where it can be read one way."""
    first, second = int(at[1]), int(at[3])
    if at[2] == "/" and first <= 12 and second <= 12 and first != second:
        return at[0]
    day, month = (first, second) if second <= 12 else (second, first)
    return f"{at[4]}-{month:02d}-{day:02d}" if month <= 12 and day <= 31 else at[0]


def _western(at: re.Match[str]) -> str:
    size = 100_000 if at[2].lower().startswith("l") else 10_000_000
    return f"{float(at[1]) * size:,.0f}"


def _roman(said: str) -> int:
    values = [_VALUES[char] for char in said]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )
