"""Cut hits into the sentences that could be quoted, and say what speaks against quoting each.

Each is an exact stretch of one passage. What only names a source ("GAO, Surface Transportation,
GAO-14-628R, May 28, 2014.") is left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.passage import Hit
from index.sentences import split
from index.words import words

MAX_WORDS = 60  # beyond that a sentence is no short answer
MIN_WORDS = 4  # below that it is a fragment

_DANGLING = re.compile(
    r"""^[\"'“‘(]*(?:(?:it|its|he|she|his|her|they|their|them|such|both|neither|this|these|those
    |that|the\ (?:former|latter|same|two|other|others))\b|(?:instead|therefore|thus|hence
    |consequently|accordingly|as\ a\ result|for\ example|for\ instance|similarly|likewise
    |in\ contrast|by\ contrast|on\ the\ other\ hand|otherwise|that\ is|in\ other\ words)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_ROW = re.compile(r"^\s*\|")
_MARK = re.compile(  # of a bullet or of an item: no part of what it says
    r"^(?:[•▪◦]\s*)*(?:\(?(?:[a-z]|[ivx]{2,4}|\d{1,2})[.)]\s+(?=[\"“'(]?[A-Z]))?"
)
_RULE_ROW = re.compile(r"^[\s|:\-–=]+$")
_FOOTNOTE = re.compile(
    r"""^\(?(?:\[?\d{1,3}[\]).]?\s+)?(?:For\ (?:more|further|additional|a\ discussion)|[Ss]ee\b|Ibid
    |Id\.|(?:P\.L\.|Public\ Law)\ \d+[-–]\d+(?:[,;.)]|$)|\d+\ (?:U\.S\.C|C\.F\.R|Stat))""",
    re.VERBOSE,
)
_DESIGNATION = r"\b(?!FY)[A-Z]{1,4}\d{4,6}"  # of a report: "R43347"
# A reference bears the marks of one (an address, a volume, pages, a title in quotation marks that
# ends in a comma, an author in capitals, "hereinafter", "see") and, its titles taken out, no verb.
_REFERS = re.compile(
    rf"""https?://|\bhereinafter\b|\bet\ al\b|\b(?:[Vv]ol|[Nn]o|pp?)\.\s?\d|\bIbid\b
    |\b[Aa]ccessed\b|,[”"]\s(?=[A-Z\d])|\b(?:Working\ Paper|[Pp]ress\ [Rr]elease|Fed\.\ Reg\.)
    |^\W*(?:\d{{1,3}}\.\s)?(?:Department\ of\b|[A-Z]{{2,5}},\ (?=[“"A-Z\d]))
    |{_DESIGNATION},\ (?=[“"A-Z])
    |^\W*(?:\d{{1,3}}\.\s)?(?:[Ss]ee|[Ff]or\ (?:details|more|further|additional|example
      |a\ discussion)\b.{{0,60}}\bsee)\b""",
    re.VERBOSE,
)
_TITLE = re.compile(r"[“\"][^”\"]*[”\"]")
_ADDRESS = re.compile(r"https?://\S+")
_SEE = re.compile(r"\b(?:see(?: also)?|cited|archived|hereinafter|accessed|updated|based)\b")
_VERB = re.compile(
    r"""\b(?:is|are|was|were|be|been|has|have|had|will|would|can|cannot|could|may|might|must|should
    |shall|does|do|did|said|says|found|finds|shows|began|gave|made|held|holds|rose|fell|took|led
    |means|requires?|provides?|includes?|allows?|remains?|states|applies|covers|became|came|went
    |[a-z]{2,}ed)\b""",
    re.VERBOSE,
)
_CITATION = re.compile(rf"\b(?:Ibid|see also|by [A-Z]\w+ [A-Z])|{_DESIGNATION}\b")
_CAPTION = re.compile(r"^[|\s]*(?:Figure|Table|Box|Chart|Appendix) [A-Z]?-?\d*\b")
_NOTE = re.compile(r"^[|\s]*(?:Sources?|Notes?|Note on|Data):\s")
_SIGNPOST = re.compile(
    r"\b(?:this|the (?:first|second|third|fourth|fifth|next|following|last|final|remaining))"
    r" (?:sections?|report|brief|part|product|paper|appendix)\b"
    r"|\b(?:Figures?|Tables?) [A-Z]?-?\d+\w* (?:provides?|shows?|presents?|lists?|displays?"
    r"|illustrates?|summarizes|depicts?|details|contains?|compares?|identifies|breaks)\b",
    re.IGNORECASE,
)
_ENDS_WHOLE = re.compile(r"""[.!?…:;]["'”’»)\]]*(?:\[?\d{1,3}\]?)?$""")


@dataclass(frozen=True)
class Quotable:
    """A stretch of a passage that may be quoted: one sentence, with the one before if it leans."""

    hit: Hit
    rank: int  # of the hit, from 0
    start: int  # offsets into the passage's text, end exclusive
    end: int
    core: int  # where the sentence itself starts; before it stands the one that it leans on
    is_row: bool
    penalty: float  # in [0, 1]: what speaks against quoting it whatever is asked

    @property
    def text(self) -> str:
        """The whole stretch."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def sentence(self) -> str:
        """The sentence without the one that it leans on."""
        return self.hit.passage.text[self.core : self.end]

    def overlaps(self, other: "Quotable") -> bool:
        """Return whether both quote some of the same characters."""
        same = self.hit.passage_id == other.hit.passage_id
        return same and self.start < other.end and other.start < self.end


def candidates(hits: Sequence[Hit]) -> list[Quotable]:
    """Return the sentences of the hits in the order of hits and of text."""
    return [found for rank, hit in enumerate(hits) for found in _of_hit(hit, rank)]


def is_reference(sentence: str) -> bool:
    """Return whether a sentence only names a source, and so says nothing that could answer."""
    if not _REFERS.search(sentence):
        return False
    rest = _SEE.sub(" ", _ADDRESS.sub(" ", _TITLE.sub(" ", sentence)))
    return not _VERB.search(rest)


def has_verb(sentence: str) -> bool:
    """Return whether a sentence has one of the common verbs, or a word in -ed."""
    return bool(_VERB.search(sentence))


def _of_hit(hit: Hit, rank: int) -> Iterator[Quotable]:
    text = hit.passage.text
    before: tuple[int, int] | None = None
    for found, end in split(text):
        start = end - len(_MARK.sub("", text[found:end], count=1))
        sentence = text[start:end]
        is_row = bool(_ROW.match(sentence))
        if _RULE_ROW.match(sentence) or (not is_row and is_reference(sentence)):
            continue
        leans = not is_row and bool(_DANGLING.match(sentence))
        joined = before if leans and before and _short(text[before[0] : end]) else None
        yield Quotable(
            hit=hit,
            rank=rank,
            start=joined[0] if joined else start,
            end=end,
            core=start,
            is_row=is_row,
            penalty=_penalty(sentence, is_row, leans and not joined),
        )
        before = None if is_row else (start, end)


def _short(text: str) -> bool:
    return len(words(text)) <= MAX_WORDS


def _penalty(sentence: str, is_row: bool, dangles: bool) -> float:
    count = len(words(sentence))
    reasons = [
        0.5 if count < MIN_WORDS else 0.0,
        min(0.5, 0.01 * max(0, count - MAX_WORDS) + (0.1 if count > MAX_WORDS else 0.0)),
        0.25 if sentence.endswith("?") else 0.0,
        0.1 if dangles else 0.0,
        0.4 if _FOOTNOTE.match(sentence) else 0.0,
        0.2 if _CITATION.search(sentence) and count < 30 else 0.0,
        0.15 if not is_row and not _ENDS_WHOLE.search(sentence) else 0.0,
        0.05 if sentence.endswith(":") else 0.0,
        0.5 if _CAPTION.match(sentence) else 0.0,
        0.3 if _NOTE.match(sentence) else 0.0,
        0.1 if _SIGNPOST.search(sentence) else 0.0,
    ]
    return min(1.0, sum(reasons))
