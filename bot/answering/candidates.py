"""Cut hits into the sentences that could be quoted, and say what speaks against quoting each.

Each is an exact stretch of one passage. What is no sentence (bot/answering/apparatus.py), a header
row, and a row that nothing explains are `unfit`: never quoted, but seen by the ranking, which was
fitted with them. An accusation takes along the sentence that denies it, and the answer of a Q&A
its question.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.apparatus import is_caption, is_question, is_reference, is_sentence
from bot.answering.readable import LABELLED, cells, is_row
from index.passage import Hit
from index.sentences import split
from index.words import words

MAX_WORDS = 60  # beyond that a sentence is no short answer
MIN_WORDS = 4  # below that it is a fragment
DENIED_WITHIN = 2  # sentences after an accusation in which its denial is looked for
EXPLAINED = 2  # cells of a row that are understood without a header: a label and its value

_DANGLING = re.compile(
    r"""^[\"'“‘(]*(?:(?:it|its|he|she|his|her|they|their|them|such|both|neither|this|these|those
    |that|the\ (?:former|latter|same|two|other|others))\b|(?:instead|therefore|thus|hence
    |consequently|accordingly|as\ a\ result|for\ example|for\ instance|similarly|likewise
    |in\ contrast|by\ contrast|on\ the\ other\ hand|otherwise|that\ is|in\ other\ words)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_MARK = re.compile(  # of a bullet, an item or a note: no part of what it says
    r"^(?:[•▪◦]\s*)*(?:\(?(?:[a-z]|[ivx]{2,4}|\d{1,2})[.)]\s+(?=[\"“'(]?[A-Z]))?"
    r"(?:Notes?\s?:\s+(?=[\"“'(]?[A-Z\d]))?"
)
_RULE_ROW = re.compile(r"^[\s|:\-–=]+$")
_FOOTNOTE = re.compile(
    r"""^\(?(?:\[?\d{1,3}[\]).]?\s+)?(?:For\ (?:more|further|additional|a\ discussion)|[Ss]ee\b|Ibid
    |Id\.|(?:P\.L\.|Public\ Law)\ \d+[-–]\d+(?:[,;.)]|$)|\d+\ (?:U\.S\.C|C\.F\.R|Stat))""",
    re.VERBOSE,
)
_DESIGNATION = r"\b(?!FY)[A-Z]{1,4}\d{4,6}"  # of a report: "R43347"
_CITATION = re.compile(rf"\b(?:Ibid|see also|by [A-Z]\w+ [A-Z])|{_DESIGNATION}\b")
_NOTE = re.compile(r"^[|\s]*(?:Sources?|Notes?|Note on|Data):\s")
_SIGNPOST = re.compile(
    r"\b(?:this|the (?:first|second|third|fourth|fifth|next|following|last|final|remaining))"
    r" (?:sections?|report|brief|part|product|paper|appendix)\b"
    r"|\b(?:Figures?|Tables?) [A-Z]?-?\d+(?:\w* )?(?:provides?|shows?|presents?|lists?|displays?"
    r"|illustrates?|summarizes|depicts?|details|contains?|compares?|identifies|breaks)\b",
    re.IGNORECASE,
)
_ENDS_WHOLE = re.compile(r"""[.!?…:;]["'”’»)\]]*(?:\[?\d{1,3}\]?)?$""")
_ACCUSES = re.compile(
    r"\b(?:accus|alleg|purported|blam(?:e[sd]?|ing)\b|critics\b|claim(?:s|ed|ing)?\b|suspected of"
    r"|charged with|denounc|reported(?:ly)? (?:on|that)\b)",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|disput(?:es?|ed|ing)|dismiss(?:es|ed|ing)?"
    r"|refut(?:es?|ed|ing))\b(?:[^.;]{0,40}?\b(?:(?P<named>alleg\w+|accusations?|charges|claims?)"
    r"|reports?|wrongdoing|involvement|it|this|that|any|having|doing)\b|(?=[.;,]|$))"
    r"|\b(?:false|baseless|unfounded|untrue|groundless|fabricated)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quotable:
    """A stretch of a passage that may be quoted: one sentence, with those it needs around it."""

    hit: Hit
    rank: int  # of the hit, from 0
    start: int  # offsets into the passage's text, end exclusive
    end: int
    core: int  # where the sentence itself starts; before it stands the one that it leans on
    is_row: bool
    penalty: float  # in [0, 1]: what speaks against quoting it whatever is asked
    close: int = 0  # where the sentence itself ends, 0 for `end`; behind it stands its denial
    answers: bool = False  # the question just before it, which `start` takes along
    unfit: bool = False  # no sentence and no row that could be understood: never quoted

    @property
    def text(self) -> str:
        """The whole stretch."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def sentence(self) -> str:
        """The sentence without those that go along."""
        return self.hit.passage.text[self.core : self.close or self.end]

    def overlaps(self, other: "Quotable") -> bool:
        """Return whether both quote some of the same characters."""
        same = self.hit.passage_id == other.hit.passage_id
        return same and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class _Piece:
    """A sentence or row of a passage."""

    found: int  # where it starts, its bullet or number included
    start: int
    end: int
    text: str


def candidates(hits: Sequence[Hit]) -> list[Quotable]:
    """Return the sentences of the hits in the order of hits and of text."""
    return [found for rank, hit in enumerate(hits) for found in _of_hit(hit, rank)]


def _of_hit(hit: Hit, rank: int) -> Iterator[Quotable]:
    text = hit.passage.text
    pieces = list(_pieces(text))
    before: _Piece | None = None
    for at, piece in enumerate(pieces):
        row = is_row(piece.text)
        if _RULE_ROW.match(piece.text) or (not row and is_reference(piece.text)):
            continue
        answers = before is not None and _answers(text, before, piece)
        leans = answers or (not row and bool(_DANGLING.match(piece.text)))
        joined = before if leans and before and _short(text[before.start : piece.end]) else None
        denial = None if row else _denial(piece, pieces[at + 1 : at + 1 + DENIED_WITHIN])
        yield Quotable(
            hit=hit,
            rank=rank,
            start=joined.start if joined else piece.start,
            end=denial.end if denial else piece.end,
            core=piece.start,
            is_row=row,
            penalty=_penalty(
                piece.text,
                row,
                leans and not joined,
                answers,
                bool(_NOTE.match(text[piece.found :])),
            ),
            close=piece.end if denial else 0,
            answers=answers and joined is not None,
            unfit=not (_is_told(hit, piece.text) if row else answers or _is_said(hit, piece)),
        )
        before = None if row else piece


def _pieces(text: str) -> Iterator[_Piece]:
    for found, end in split(text):
        start = end - len(_MARK.sub("", text[found:end], count=1))
        yield _Piece(found, start, end, text[start:end])


def _is_told(hit: Hit, row: str) -> bool:
    """Return whether a row can be understood: by its known header, or by itself."""
    if not row.rstrip().endswith("|") or row.strip() == hit.passage.header.strip():
        return False
    filled = [cell for cell in cells(row) if cell]
    if len(filled) < EXPLAINED:
        return False
    if hit.passage.header:
        return len(cells(hit.passage.header)) == len(cells(row))
    return len(filled) == EXPLAINED and any(map(str.isdigit, filled[-1]))


def _is_said(hit: Hit, piece: _Piece) -> bool:
    """Return whether a stretch that is no row is a sentence of the text."""
    if " | " in piece.text or (hit.passage.kind == "table" and _frames(hit.passage.text, piece)):
        return False
    return is_sentence(LABELLED.sub("", piece.text, count=1))


def _frames(text: str, piece: _Piece) -> bool:
    """Return whether a line is the caption of its table rather than a sentence before it."""
    line = text[text.rfind("\n", 0, piece.found) + 1 :].partition("\n")[0]
    return is_caption(line) or not _ENDS_WHOLE.search(line.rstrip())


def _answers(text: str, before: _Piece, piece: _Piece) -> bool:
    """Return whether a sentence answers the question just before it."""
    if not is_question(before.text) or is_question(piece.text):
        return False
    return "\n" not in text[before.end : piece.found] or bool(LABELLED.match(piece.text))


def _denial(piece: _Piece, following: Sequence[_Piece]) -> _Piece | None:
    """Return the sentence, soon after an accusation, that denies it.

    A denial that names "the allegations" itself is one of the sentence just before it.
    """
    accuses = bool(_ACCUSES.search(piece.text))
    for at, other in enumerate(following):
        found = None if is_row(other.text) else _DENIES.search(other.text)
        if found and (accuses or (at == 0 and found["named"])):
            return other
    return None


def _short(text: str) -> bool:
    return len(words(text)) <= MAX_WORDS


def _penalty(sentence: str, row: bool, dangles: bool, answers: bool, noted: bool) -> float:
    count = len(words(sentence))
    reasons = [
        0.5 if count < MIN_WORDS and not answers else 0.0,
        min(0.5, 0.01 * max(0, count - MAX_WORDS) + (0.1 if count > MAX_WORDS else 0.0)),
        0.25 if sentence.endswith("?") else 0.0,
        0.1 if dangles else 0.0,
        0.4 if _FOOTNOTE.match(sentence) else 0.0,
        0.2 if _CITATION.search(sentence) and count < 30 else 0.0,
        0.15 if not row and not _ENDS_WHOLE.search(sentence) else 0.0,
        0.05 if sentence.endswith(":") else 0.0,
        0.5 if is_caption(sentence) else 0.0,
        0.3 if noted else 0.0,
        0.1 if _SIGNPOST.search(sentence) else 0.0,
    ]
    return min(1.0, sum(reasons))
