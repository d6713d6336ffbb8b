"""Make a quotation readable, and prove that nothing else was done to it: texts in, text out.

What an editor may do to a quotation and no more: footnote marks and bullets go, white space
becomes single spaces, the question before an answer stands in [brackets]. A table row under a known
header is put into words ("Sweden — 2024: 7"), of row, header and caption alone; any other stands as
it is.
"""

import re
from collections import Counter

from bot.answering.apparatus import is_caption, is_question
from index.passage import header_in
from index.sentences import split

BRACKETED = 80  # characters of a name in brackets, at most

_BULLETS = re.compile(r"(?m)^\s*(?:[•▪◦]\s*)+")
# After a mark of punctuation only, and not inside a number: "fell.12", "fell.[12]", "in 2020.3".
_FOOTNOTES = re.compile(
    r"(?:(?<=[^\W\d][.,;:!?])|(?<=[^\W\d][.,;:!?][\"”’)])|(?<=[)\]%\"”’][.,;:!?])"
    r"|(?<=\b(?:19|20)\d\d[.,;]))\d{1,3}(?=\s|$)"
    r"|(?<=[\w.,;:!?\"”’)])\s?\[\d{1,3}\](?=[\s.,;:!?)]|$)"
)
_OPENING_MARK = re.compile(r"^(?:\[\d{1,3}\]\s*|\d{1,3}(?=[A-Z][a-z]))")
# Records of earlier versions name the subject of a sentence in brackets; new answers do not.
_NOUNS = (
    "agency|department|bureau|service|office|commission|authority|ministry|board|council|committee"
    "|bank|bill|act|law|court|programme|program|fund|plan|initiative|treaty|agreement|convention"
    "|protocol|company|firm|corporation|president|minister|secretary|judge|justice|governor|senator"
    "|chancellor"
)
_SUBJECT = re.compile(
    r"(?:(?:It|He|She|They|(?P<its>Its|His|Her|Their))\b"
    rf"|(?:The|This|That) (?i:{_NOUNS})(?P<possessive>[’']s)?(?![\w’'-]))"
)
_BAR = re.compile(r"(?<!\\)\|")
_WORDS = re.compile(r"[^\s|;:()—]+")
LABELLED = re.compile(r"^(?:Question|Answer|Q|A)\s?\d{0,2}\s?:\s", re.IGNORECASE)  # of a Q&A


def bare(quote: str) -> str:
    """Return a quotation without footnote marks and bullets, in single spaces."""
    text = _FOOTNOTES.sub("", _BULLETS.sub(" ", quote))
    return _OPENING_MARK.sub("", " ".join(text.split()))


def shown(quote: str, passage: str, context: str, *, answers: bool = False) -> str:
    """Return the text that stands for a quotation; `answers` the question that it begins with."""
    if is_row(quote):
        return row(quote, header_in(passage, context), caption_in(passage, context))
    return answered(quote) or bare(quote) if answers else bare(quote)


def answered(quote: str) -> str:
    """Return an answer with the question before it in brackets, "" where there is none."""
    for _, end in split(quote):
        if is_question(quote[:end]) and quote[end:].strip():
            question, answer = (
                LABELLED.sub("", bare(one), count=1) for one in (quote[:end], quote[end:])
            )
            return f"[{question}] {answer}"
    return ""


def is_row(quote: str) -> bool:
    """Return whether a quotation is a row of a table."""
    return quote.lstrip().startswith("|")


def row(quote: str, header: str = "", caption: str = "") -> str:
    """Return a table row as words: its label, each further cell after its column's name, a caption.

    Without a header of as many cells it is returned as it stands.
    """
    found = [bare(cell) for cell in cells(quote)]
    names = [bare(cell) for cell in cells(header)]
    if len(names) != len(found) or header.strip() == quote.strip():
        return bare(quote)
    label, *values = found
    if names[0] and not any(map(str.isalpha, label)):
        label = f"{names[0]} {label}".strip()
    said = [
        f"{name}: {value}" if name else value
        for name, value in zip(names[1:], values, strict=True)
        if value
    ]
    told = f"{label} — {'; '.join(said)}" if label and said else label or "; ".join(said)
    return f"{told} ({caption})" if caption else told


def caption_in(passage: str, context: str) -> str:
    """Return what stands over the table of a row, its caption or unit; "" for other text."""
    for text in (context, passage):
        above = text.split("\n|", 1)[0] if "\n|" in text and not text.startswith("|") else ""
        lines = [line for line in map(bare, above.splitlines()) if line]
        if lines and (is_caption(lines[-1]) or lines[-1][-1] not in ".!?;,"):
            return lines[-1].rstrip(":")
    return ""


def is_drawn_from(text: str, quote: str, header: str, caption: str) -> bool:
    """Return whether a row in words has no word, or not so often, that its table does not have."""
    given = Counter(_WORDS.findall(" ".join((bare(quote), bare(header), caption))))
    return not Counter(_WORDS.findall(text)) - given


def cells(line: str) -> list[str]:
    """Return the cells of a table row, [""] for what is none."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in _BAR.split(inner)]


def faithful(text: str, quote: str, passage: str = "", context: str = "") -> bool:
    """Return whether a text differs from its quotation only by what an editor may do."""
    if text == quote:
        return True
    if is_row(quote):
        header, caption = header_in(passage, context), caption_in(passage, context)
        return text == row(quote, header, caption) and is_drawn_from(text, quote, header, caption)
    if text.startswith("[") and text == answered(quote):
        return True
    return _matches(text, bare(quote), " ".join(passage.split()))


def _matches(text: str, quote: str, passage: str) -> bool:
    """Return whether a text is a quotation but for a name of the passage in brackets before it."""
    if text == quote:
        return True
    if not text.startswith("["):
        return False
    name, _, rest = text[1:].partition("]")
    subject = _SUBJECT.match(quote)
    if subject is None or len(name) > BRACKETED:
        return False
    if subject["its"] or subject["possessive"]:
        bare_name = name.removesuffix("’s") if name.endswith("’s") else name.removesuffix("’")
        return bare_name != name and _stands(bare_name, passage) and rest == quote[subject.end() :]
    return _stands(name, passage) and rest == quote[subject.end() :]


def _stands(name: str, passage: str) -> bool:
    """Return whether a passage holds a name; its article may have had no capital there."""
    lower = f"the {name[4:]}" if name.startswith("The ") else name
    return bool(name.strip()) and (name in passage or lower in passage)
