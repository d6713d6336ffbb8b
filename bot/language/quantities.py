"""Find the numbers of a text: text in, quantities with value, unit and modifier out, in order.

Reads digits with scale and unit ("$1.2 billion", "1,200 million dollars", "5 to 7 percent"), number
words ("twenty-five", "two dozen", "a third"), and ordinals. English only; knows nothing of dates:
the caller leaves out the stretches that are dates.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "dozen": 12.0, "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12,
}  # fmt: skip
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()
_SMALL = {word: float(value) for value, word in enumerate(_ONES)}
_SMALL |= {word: 20.0 + 10 * at for at, word in enumerate(_TENS)}
_RANKS = {word: float(value) for value, word in enumerate(_ORDINALS) if value}
_RANKS |= {word[:-1] + "ieth": 20.0 + 10 * at for at, word in enumerate(_TENS)}
_RANKS |= {"hundredth": 100.0}
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5,
          "fifths": 5, "tenth": 10, "tenths": 10, "fourth": 4, "fourths": 4,
          "sixth": 6, "eighth": 8}  # fmt: skip
_ONCE = {
    "once": 1.0,
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "triple": 3.0,
    "tripled": 3.0,
    "doubles": 2.0,
    "doubling": 2.0,
    "triples": 3.0,
    "tripling": 3.0,
    "trebled": 3.0,
    "quadruple": 4.0,
    "quadrupled": 4.0,
    "twofold": 2.0,
    "threefold": 3.0,
    "fourfold": 4.0,
    "fivefold": 5.0,
    "tenfold": 10.0,
}

_SCALE = r"hundred|thousand|million|billion|trillion|dozen"
_CODES = "EUR|USD|GBP|JPY|CHF|CNY|RMB|RUB|INR|UAH|PLN|SEK|NOK|DKK|CZK|HUF"
_WORD = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_ONES[1:10])})\b)?|(?:{'|'.join(_ONES)}))\b"
_NUMBER = re.compile(
    rf"""
    (?:(?<![\w])(?P<minus>-))?
    (?P<money>US\s?\$|[A-Z]{{1,2}}\$|[$€£¥]|\b(?:{_CODES})(?=\s?\d))\s?(?P<paid>\d[\d,]*(?:\.\d+)?)
        (?:[\s-]?(?P<paid_scale>(?:{_SCALE})s?|[kmb]n?|tn)\b)?
  | (?<![\w.,])(?P<rank>\d[\d,]*)(?:st|nd|rd|th)\b
  | (?<![\w.])(?P<digits>-?\d[\d,]*(?:\.\d+)?)(?![\d])(?:[\s-]?(?P<scale>(?:{_SCALE})s?|bn|mn)\b)?
  | \b(?P<part_of>an?|one|two|three|four|nine)?[\s-]?
      \b(?P<part>half|thirds?|quarters?|fourths|fifths|tenths
        |(?:(?<=\ba\s)|(?<=\ban\s)|(?<=\bone\s)|(?<=\bone-))(?:fif|six|eigh|ten)th(?=\sof\b))\b
  | \b(?P<words>(?:{_WORD}|an?(?=\s(?:{_SCALE})\b))
      (?:[\s-](?:{_SCALE})s?\b(?:\s(?:and\s)?{_WORD})?)*)(?:[\s-](?P<ending>{"|".join(_RANKS)})\b)?
  | \b(?P<ordinal>{"|".join(_RANKS)})\b
  | \b(?P<times>{"|".join(_ONCE)})\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_UNIT = re.compile(
    r"""[\s-]*(?:
    (?P<points>percentage[\s-]points?|pp\b|p\.p\.|(?:basis\s)?points?\b)
  | (?P<share>%|per\s?cent\b|percent\b|pct\b)
  | (?P<currency>(?:U\.?S\.?\s|American\s)?dollars?|euros?|pounds?\ssterling|yen|yuan|renminbi
      |rubles?|roubles?|rupees?|USD|EUR|GBP)\b
  | (?P<measure>years?|months?|weeks?|days?|hours?|minutes?|seconds?|km|kilomet(?:er|re)s?|miles?
      |met(?:er|re)s?|feet|foot|inches|acres?|hectares?|tons?|tonnes?|barrels?|gallons?|pounds?
      |kilograms?|kg|kilowatts?|megawatts?|gigawatts?|[kKMG]W\b|degrees?|times)\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_MORE = (
    r"more\sthan|over|above|exceed(?:s|ed|ing)?|greater\sthan|at\sleast|no\s(?:less|fewer)\sthan"
)
_LESS = r"less\sthan|fewer\sthan|under|below|at\smost|no\smore\sthan|up\sto|as\s(?:much|many)\sas"
_ABOUT = (
    r"about|around|roughly|approximately|nearly|almost|some|an?\sestimated|estimated|close\sto|~"
)
_EXACT = r"exactly|precisely|just"
_RATE = re.compile(
    r"""(?:\s(?!and\b|or\b|to\b|from\b)[a-z-]+){0,4}?(?:\s(?:an?|per|each|every)\s
    (?P<unit>year|month|week|day|hour|quarter)\b(?!\s(?:later|earlier|ago|before|after|from))|\s(?P<adverb>annually|yearly|monthly|weekly|daily)\b
    |\s(?P<whole>over|across|within|during)\s(?:the\snext\s)?(?:\d+|two|three|four|five|six|seven
    |eight|nine|ten|several)\s(?:years|months|weeks|days)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:(?P<exact>\b(?:{_EXACT}))|(?P<more>\b(?:{_MORE}))|(?P<less>\b(?:{_LESS}))|(?P<about>\b(?:{_ABOUT})|~))\s*(?:an?\s)?$",
    re.IGNORECASE,
)
_MONEY = {"$": "$", "€": "€", "£": "£", "¥": "¥", "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥",
          "CNY": "cny", "RMB": "cny", "RUB": "rub", "INR": "inr"}  # fmt: skip
_CURRENCIES = {"dol": "$", "us": "$", "u.s": "$", "ame": "$", "eur": "€", "gbp": "£", "pou": "£",
               "yen": "¥", "yua": "cny", "ren": "cny", "rub": "rub", "rou": "rub",
               "rup": "inr"}  # fmt: skip
_MEASURES = {"kilomet": "km", "met": "meter", "feet": "foot", "tonn": "ton", "kilogram": "kg"}
_MULTIPLES = {
    "basis points": ("points", 0.01), "kilowatt": ("watt", 1e3), "megawatt": ("watt", 1e6),
    "gigawatt": ("watt", 1e9), "kw": ("watt", 1e3), "mw": ("watt", 1e6), "gw": ("watt", 1e9),
    "mile": ("km", 1.609), "week": ("day", 7.0),
}  # fmt: skip
_POINT_GROUP = re.compile(r"\d{1,3}\.\d{3}")
ROUNDING = 0.05  # of the value: how far an approximate number may lie from an exact one
BEYOND = 0.3  # of the value: how far "more than 40" may lie below the number it stands for


@dataclass(frozen=True)
class Quantity:
    """One number: its value in single units, and what it counts.

    `unit` is "%", "points", a currency, a measure or "". `bound` is "more", "less", "about",
    "exact", "range" (one end of it) or "". `rate` is the time it is given for: "year", "day",
    "whole" (of several years) or "".
    `weak` numbers ("one", "half", "first", "double") are as often words as numbers.
    """

    value: float
    unit: str
    bound: str
    ordinal: bool
    weak: bool
    start: int
    end: int
    said: str
    rate: str = ""


def quantities(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Quantity]:
    """Return the numbers of a text outside the stretches `taken`, in order."""
    found: list[Quantity] = []
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        start += len(match.group()) - len(match.group().lstrip(" -\n\t"))
        if any(start < until and since < end for since, until in taken):
            continue
        quantity = _quantity(text, match, start)
        if quantity is not None:
            found.append(quantity)
    return _ranges(text, found)


def agreement(claim: Quantity, other: Quantity) -> float:
    """Return how well two quantities agree: 1 the same, 0.5 about the same, 0 not."""
    about = claim.bound == "about"
    if {claim.unit, other.unit} == {"", "%"} and not (claim.ordinal or other.ordinal):
        claim, other = _as_share(claim), _as_share(other)  # "half" and "50 percent"
    if claim.ordinal != other.ordinal:
        return 0.0
    if claim.unit != other.unit:
        claim, other = _in_base(claim), _in_base(other)
    if not _same_unit(claim, other):
        bare = "" in (claim.unit, other.unit) and {claim.unit, other.unit} & {"%", "points"}
        cell = claim.value % 1 and _equal(abs(claim.value), abs(other.value))
        return 0.5 if bare and cell else 0.0  # 7.4 of a table whose heading says "percent"
    if {claim.bound, other.bound} == {"more", "less"} or _other_rate(claim, other):
        return 0.0
    if _equal(claim.value, other.value):
        return 0.5 if _firmer(claim, other) else 1.0
    if claim.value and _equal(claim.value, -other.value):
        return 0.5  # a fall of 2.3 percent, or the wrong sign
    return _near(claim, other, about=about)


def _in_base(quantity: Quantity) -> Quantity:
    """Return a quantity in the unit that others are multiples of: megawatts in watts."""
    unit, factor = _MULTIPLES.get(quantity.unit, (quantity.unit, 1.0))
    return replace(quantity, unit=unit, value=quantity.value * factor)


def _other_rate(claim: Quantity, other: Quantity) -> bool:
    return bool(claim.rate and other.rate) and claim.rate != other.rate


def _firmer(claim: Quantity, other: Quantity) -> bool:
    """Return whether one of two equal numbers is a bound, an end of a range or a rate alone."""
    if claim.rate != other.rate or {claim.bound, other.bound} == {"exact", "about"}:
        return True
    return claim.bound != other.bound and bool(
        {claim.bound, other.bound} & {"more", "less", "range"}
    )


def _as_share(quantity: Quantity) -> Quantity:
    if quantity.unit == "%" or not 0 < quantity.value < 1:
        return quantity
    bound = quantity.bound if quantity.value in (0.5, 0.25, 0.75) else "about"
    return replace(quantity, value=quantity.value * 100, unit="%", bound=bound)


def _near(claim: Quantity, other: Quantity, *, about: bool) -> float:
    if claim.ordinal or not claim.value:
        return 0.0
    if any(_POINT_GROUP.fullmatch(one.said.split()[0]) for one in (claim, other)) and (
        _equal(claim.value * 1000, other.value) or _equal(claim.value, other.value * 1000)
    ):
        return 0.5  # "12.500 soldiers" is written so where a comma is the decimal point
    off = (other.value - claim.value) / abs(claim.value)
    if claim.bound in ("more", "less"):  # "over 40" of 41; of "over 45" it is another bound
        beyond = off if claim.bound == "more" else -off
        return 1.0 if 0 < beyond <= BEYOND and other.bound not in ("more", "less") else 0.0
    if "about" in (claim.bound, other.bound) and abs(off) <= ROUNDING:
        return 1.0 if about else 0.5
    rounded = _equal(_rounded(other.value, claim.value), claim.value)
    shown = len(f"{abs(claim.value):.10g}".replace(".", "").rstrip("0"))
    fit = shown >= 2 or abs(claim.value) >= 1000
    return 0.5 if rounded and abs(off) <= ROUNDING and fit else 0.0


def _rounded(value: float, like: float) -> float:
    """Round a value to as many significant digits as another shows."""
    digits = f"{like:.6g}".replace(".", "").replace("-", "").split("e")[0].strip("0")
    return float(f"{value:.{max(1, len(digits))}g}")


def _same_unit(one: Quantity, other: Quantity) -> bool:
    if one.unit == other.unit or "" in (one.unit, other.unit):
        # A bare number may be a share or a sum that a table names elsewhere, but not both ways.
        return one.unit == other.unit or not {one.unit, other.unit} & {"%", "points"}
    return False


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(one), abs(other))


def _quantity(text: str, match: re.Match[str], start: int) -> Quantity | None:
    read = _value(match)
    if read is None:
        return None
    value, ordinal, weak = read
    end = match.end()
    money = match["money"] or " "
    unit = _MONEY.get(money, "") or _MONEY.get(money[-1], "" if money == " " else money.lower())
    if not ordinal and (named := _UNIT.match(text, end)):
        unit = unit or _unit(named)
        end = named.end()
        weak = weak and not named["share"]
    if match["minus"]:
        value = -value
    before = _BEFORE.search(text, max(0, start - 24), start)
    bound = before.lastgroup or "" if before else ""
    rate = "" if ordinal or weak else _rate(text, end)
    return Quantity(value, unit, bound, ordinal, weak, start, end, text[start:end], rate)


def _rate(text: str, end: int) -> str:
    """Return the time for which a number is given: "5 billion a year", "… over five years"."""
    found = _RATE.match(text, end)
    if found is None:
        return ""
    if found["whole"]:
        return "whole"
    said = (found["unit"] or found["adverb"]).lower()
    return {"annually": "year", "daily": "day"}.get(said, said.removesuffix("ly"))


def _value(match: re.Match[str]) -> tuple[float, bool, bool] | None:
    """Return (value, ordinal, weak) of a match."""
    if digits := match["paid"] or match["digits"]:
        scale = (match["paid_scale"] or match["scale"] or "").lower()
        scale = scale.removesuffix("s") if len(scale) > 2 else scale
        return _digits(digits) * _SCALES.get(scale, 1.0), False, False
    if match["rank"]:
        return _digits(match["rank"]), True, False
    if match["part"]:
        parts = _PARTS[match["part"].lower()]
        count = _SMALL.get((match["part_of"] or "a").lower(), 1.0)
        bare = match["part_of"] is None
        if match["part"].lower() == "third" and (bare or _ranks(match)):
            return 3.0, True, True
        return count / parts, False, parts in (2, 4) and bare
    if match["words"]:
        return _spelled(match)
    if match["ordinal"]:
        rank = _RANKS[match["ordinal"].lower()]
        return rank, True, rank <= 2
    return _ONCE[match["times"].lower()], False, True


def _ranks(match: re.Match[str]) -> bool:
    """Return whether "a third" is followed by what it is the third of its kind of."""
    follows = re.match(r"[\s-]+(?!of\b|the\b|more\b|less\b|to\b|in\b|and\b|as\b)[a-z]",
                       match.string[match.end() : match.end() + 8])  # fmt: skip
    return bool(follows) and (match["part_of"] or "").lower() in ("a", "an")


def _digits(said: str) -> float:
    return float(said.replace(",", "") or 0)


def _spelled(match: re.Match[str]) -> tuple[float, bool, bool]:
    total = part = 0.0
    said = re.split(r"[\s-]+", match["words"].lower())
    for word in said:
        if word in _SMALL:
            part += _SMALL[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word.removesuffix("s") in _SCALES:
            total, part = total + (part or 1) * _SCALES[word.removesuffix("s")], 0.0
    value = total + part
    if ending := match["ending"]:
        return value + _RANKS[ending.lower()], True, False
    return value, False, said == ["one"] or value == 0


def _unit(named: re.Match[str]) -> str:
    if named["points"]:
        return "basis points" if named["points"].lower().startswith("basis") else "points"
    if named["share"]:
        return "%"
    if currency := named["currency"]:
        bare = currency.lower()
        return next((unit for key, unit in _CURRENCIES.items() if bare.startswith(key)), bare)
    bare = named["measure"].lower().rstrip("s")
    return next((unit for key, unit in _MEASURES.items() if bare.startswith(key)), bare)


def _ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give the first number of "5 to 7 percent" and "$5-7 million" the unit and scale of both."""
    for at in range(len(found) - 1):
        first, second = found[at], found[at + 1]
        between = text[first.end : second.start]
        if (
            first.ordinal
            or second.ordinal
            or not re.fullmatch(r"\s*(?:to|and|or|[-–—])\s*\$?", between)
        ):
            continue
        joined = not re.search(r"\b(?:and|or)\b", between) or bool(
            re.search(r"\bbetween\s*\$?$", text[: first.start])
        )
        unit, value = (
            first.unit or (second.unit if joined or second.unit == "%" else ""),
            first.value,
        )
        scale = _scale_of(second)
        if joined and scale > 1 and value < 1000 and value * scale <= second.value:
            value *= scale
        moved = re.search(r"\bfrom\s*[$€£]?$", text[: first.start]) is not None
        bound = "range" if joined and not moved and not first.bound else first.bound
        found[at] = replace(first, value=value, unit=unit, bound=bound)
        if joined and not moved:
            found[at + 1] = second = replace(second, bound=second.bound or "range")
        if not second.unit and first.unit in _MONEY.values():
            found[at + 1] = replace(second, unit=first.unit)
    return found


def _scale_of(quantity: Quantity) -> float:
    words = re.findall(rf"(?:{_SCALE})", quantity.said.lower())
    return _SCALES[words[-1]] if words and words[-1] not in ("dozen", "hundred") else 1.0
