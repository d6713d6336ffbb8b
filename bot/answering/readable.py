"""Make a quotation readable, and prove that nothing else was done to it: texts in, text out.

What an editor may do to a quotation and no more: footnote marks and bullets go, white space
becomes single spaces, the bars of a table row become words ("Sweden — 2024: 7"), a subject that
was named before the quotation ("It", "The agency’s") is named in brackets. Knows nothing of
questions.
"""

import re
from collections.abc import Iterator

from bot.language.kinds import POINTING

BRACKETED = 80  # characters of a name in brackets, at most

_BULLETS = re.compile(r"(?m)^\s*(?:[•▪◦]\s*)+")
# After a mark of punctuation only, and not inside a number: "fell.12", "fell.[12]", "in 2020.3".
_FOOTNOTES = re.compile(
    r"(?:(?<=[^\W\d][.,;:!?])|(?<=[^\W\d][.,;:!?][\"”’)])|(?<=[)\]%\"”’][.,;:!?])"
    r"|(?<=\b(?:19|20)\d\d[.,;]))\d{1,3}(?=\s|$)"
    r"|(?<=[\w.,;:!?\"”’)])\s?\[\d{1,3}\](?=[\s.,;:!?)]|$)"
)
_OPENING_MARK = re.compile(r"^(?:\[\d{1,3}\]\s*|\d{1,3}(?=[A-Z][a-z]))")
_PRONOUN = re.compile(r"(?:It|He|She|They|(?P<possessive>Its|His|Her|Their))\b")
_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^[\s|:\-–=]*$")


def bare(quote: str) -> str:
    """Return a quotation without footnote marks and bullets, in single spaces."""
    text = _FOOTNOTES.sub("", _BULLETS.sub(" ", quote))
    return _OPENING_MARK.sub("", " ".join(text.split()))


def is_row(quote: str) -> bool:
    """Return whether a quotation is a row of a table."""
    return quote.lstrip().startswith("|")


def row(quote: str, header: str = "") -> str:
    """Return a table row as words: its label, then each further cell after its column's name.

    Without a header of as many cells the names are left out.
    """
    found = [bare(cell) for cell in cells(quote)]
    names = [bare(cell) for cell in cells(header)]
    if len(names) != len(found):
        names = [""] * len(found)
    label, *values = found
    said = [
        f"{name}: {value}" if name else value
        for name, value in zip(names[1:], values, strict=True)
        if value
    ]
    return f"{label} — {'; '.join(said)}" if label and said else label or "; ".join(said)


def cells(line: str) -> list[str]:
    """Return the cells of a table row, [""] for what is none."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in _BAR.split(inner)]


def headers(quote: str, passage: str, context: str) -> Iterator[str]:
    """Yield the rows that may name the columns of a row: the first of its passage or context."""
    for text in (passage, context):
        found = next((line for line in text.splitlines() if "|" in line), "")
        header = found[found.find("|") :]
        if header and header.strip() != quote.strip() and not _RULE.match(header):
            yield header
    yield ""


def faithful(text: str, quote: str, passage: str = "", context: str = "") -> bool:
    """Return whether a text differs from its quotation only by what an editor may do."""
    if text == quote:
        return True
    if is_row(quote):
        return any(text == row(quote, header) for header in headers(quote, passage, context))
    return _matches(text, bare(quote), " ".join(passage.split()))


def _matches(text: str, quote: str, passage: str) -> bool:
    """Return whether a text is a quotation but for a name of the passage in brackets before it."""
    if text == quote:
        return True
    if not text.startswith("["):
        return False
    name, _, rest = text[1:].partition("]")
    subject = _PRONOUN.match(quote) or POINTING.match(quote)
    if subject is None or len(name) > BRACKETED:
        return False
    if subject["possessive"]:
        bare_name = name.removesuffix("’s") if name.endswith("’s") else name.removesuffix("’")
        return bare_name != name and _stands(bare_name, passage) and rest == quote[subject.end() :]
    return _stands(name, passage) and rest == quote[subject.end() :]


def _stands(name: str, passage: str) -> bool:
    """Return whether a passage holds a name; its article may have had no capital there."""
    lower = f"the {name[4:]}" if name.startswith("The ") else name
    return bool(name.strip()) and (name in passage or lower in passage)
