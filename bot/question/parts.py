"""Cut a question that asks several things into its parts, by rules of English: text in, parts out.

Two forms are cut, and nothing doubtful:

- questions one after the other: "who runs it, and how much does it cost?". A cut stands before a
  word that asks (how, what, which, who, when, where, why, did, can …); what stands before a colon
  belongs to every part;
- things compared: "the fee in Orrin vs. Sarn", "compare A with B", "A and B side by side". Each
  part has one of the things and the words that they share. "vs" and "versus" compare always, except
  of suits and cases; "and", "with" and "to" only beside a word that compares. How far a thing
  reaches is told by its like on the other side: a name by a name, "under the old rule" by "under
  the new one"; else it begins behind a preposition or a mark.

A part that leans on the others, or says little itself, gets their names and noun groups as context.
A question that asks one thing has no parts.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.question.conversation import leans, phrases
from bot.question.question import Question
from index.words import content_words

MOST = 3  # parts
FEW = 3  # content words up to which a part says too little by itself

_ASKING = (
    r"(?:(?:by|for|to|of|in|at|on|from|since|until|under|with)\s+)?"
    r"(?:how|what|which|who|whom|whose|when|where|why)\b"
)
_HELPING = (
    r"(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|must|may)(?:n['’]t)?"
)
_SUBJECT = r"(?:it|its|they|their|he|she|his|her|the|this|that|these|those|any|there|[A-Z]\S*)\b"
_CUT = re.compile(
    rf"(?:\s*[,;?]\s*|\s+)(?:and|but|&|\+)\s+(?:also\s+|then\s+|if\s+so,?\s+)?(?=(?i:{_ASKING}))"
    rf"|\s*[,;?]\s*(?:and|but|&|\+)\s+(?:also\s+|then\s+)?(?=(?i:{_HELPING})\s+{_SUBJECT})"
    rf"|\s+(?:and|&)\s+(?=(?i:{_HELPING})\s+(?:it|they|he|she|the)\b)"
    rf"|\s*[?;]\s+(?=(?i:{_ASKING}|{_HELPING}\s+{_SUBJECT}))"
)
_ASKS = re.compile(rf"\b(?:{_ASKING}|{_HELPING}\b)", re.IGNORECASE)
_PREFIX = re.compile(r"^[^:?]{2,80}:\s+")

_VERSUS = re.compile(
    r",?\s+(?:vs\.?|versus|compared\s+(?:to|with)|as\s+opposed\s+to)\s+", re.IGNORECASE
)
_SUED = re.compile(
    r"\b(?:suits?|lawsuits?|cases?|claims?|action|ruled|v)\.?$|\b(?:judges?|sued?|suing)\b",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"\b(?:compare|side\s+by\s+side|difference\s+between|both|respectively)\b", re.IGNORECASE
)
_COMPARE = re.compile(
    r"^\W*(?:(?:please|pls)\s+)?compare:?\s+((?!with|to)\S.*?)\s+(?:with|to|against)\s+(.+)$",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"^(?:how\s+)?(?:does|do|did)\s+(.+?)\s+compare\s+(?:with|to|against)\s+(.+)$", re.IGNORECASE
)
_AND = re.compile(r"\s+(?:and|&)\s+", re.IGNORECASE)
_MARKS = re.compile(r"[,:;?!](?=\s|$)|\s+side\s+by\s+side\b", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|an?)\s", re.IGNORECASE)
_PREPOSITION = (
    r"(?:in|at|for|of|under|with|by|on|from|during|between|before|after|since|through|within)"
)
_DANGLES = re.compile(rf"\s{_PREPOSITION}$", re.IGNORECASE)
_LEADS = re.compile(rf"^{_PREPOSITION}\s", re.IGNORECASE)
_INSIDE = re.compile(rf"\s{_PREPOSITION}\s", re.IGNORECASE)
_LAST = re.compile(rf"^.*\s(?={_PREPOSITION}\s)", re.IGNORECASE)
_BEHIND = re.compile(rf"(\S+)\s+(?:(of)|{_PREPOSITION}|both)\s+", re.IGNORECASE)
_WORD = r"(?:[A-Z][\w.&/'’-]*|\d[\w,.-]*)"
_NAME_ENDS = re.compile(
    rf"(?:^|.*?(?:[,:;]\s+|\b(?:{_PREPOSITION}|both|the|an?)\s+))(?P<name>(?:the\s+)?{_WORD}(?:\s{_WORD})*)$"
)
_NAME_BEGINS = re.compile(rf"^(?:the\s+)?{_WORD}(?:\s{_WORD})*")


def parts(question: str) -> tuple[str, ...]:
    """Return the parts as questions, at most three; () for a question that asks one thing."""
    said = " ".join(question.split())
    for found in (_one_after_the_other(said), compared(said)):
        if 2 <= len(found) <= MOST and all(map(content_words, found)):
            return found
    return ()


def parts_of(asked: Question) -> tuple[Question, ...]:
    """Return the parts of a question, each to be searched and answered like a question."""
    cut = parts(asked.searched)
    return tuple(_part(asked, one, [other for other in cut if other != one]) for one in cut)


def _one_after_the_other(question: str) -> tuple[str, ...]:
    prefix = _PREFIX.match(question)
    shared = prefix.group() if prefix else ""
    pieces = [piece.strip(" ,;?.") for piece in _CUT.split(question[len(shared) :])]
    if not all(map(_ASKS.search, pieces)) or not all(map(content_words, pieces)):
        return ()
    return tuple(f"{shared}{piece}?" for piece in pieces)


def _part(asked: Question, part: str, others: Sequence[str]) -> Question:
    own = {word.lower() for word in part.split()}
    lent = [phrase for other in others for phrase in phrases(other)]
    lent = [phrase for phrase in dict.fromkeys(lent) if not {*phrase.lower().split()} <= own]
    if not lent or not (leans(part) or len(content_words(part)) <= FEW):
        return replace(asked, text=part, asked=part, core=part)
    return replace(
        asked,
        text=f"{part} (about: {', '.join(lent)})",
        asked=part,
        context=tuple(
            dict.fromkeys((*(w for phrase in lent for w in phrase.split()), *asked.context))
        ),
        core=part,
    )


def compared(question: str) -> tuple[str, ...]:
    """Return the question once for each of two things compared; () where it compares none."""
    said = question.strip(" ?.!")
    joints = [found for found in _VERSUS.finditer(said) if not _SUED.search(said[: found.start()])]
    if joints:
        return _parted(said, joints, names_only=False)
    if found := _COMPARE.match(said):
        return _between(found[1], found[2])
    if found := _COMPARES.match(said):
        return found[1], found[2]
    return _parted(said, list(_AND.finditer(said)), names_only=True) if _CUE.search(said) else ()


def _between(one: str, rest: str) -> tuple[str, ...]:
    """Return the two things of "compare A with B", each with what follows a mark behind B."""
    mark = _MARKS.search(rest)
    other, tail = (rest[: mark.start()], rest[mark.start() :]) if mark else (rest, "")
    return f"{one}{tail}", f"{other}{tail}"


def _parted(said: str, joints: list[re.Match[str]], *, names_only: bool) -> tuple[str, ...]:
    """Return what stands on each side of the one joint, with the words that both share."""
    if len(joints) != 1:
        return ()
    left, right = said[: joints[0].start()], said[joints[0].end() :]
    if _DANGLES.search(left):
        return ()
    one, other = _NAME_ENDS.match(left), _NAME_BEGINS.match(right)
    if one and other:
        start, end = one.start("name"), other.end()
    elif _LEADS.match(right):
        start, end = _length(_LAST, left), _to_mark(right)
    elif names_only and not (_ARTICLE.match(right) and _ARTICLE.match(left, _behind(left))):
        return ()
    else:
        end = _to_mark(right)
        clause = max((mark.end() for mark in _MARKS.finditer(left)), default=0)
        inside = _INSIDE.search(right[:end])
        start = clause if inside else max(clause, _behind(left))
    before, after = left[:start].rstrip(), right[end:]
    return f"{left}{after}", f"{before} {right}".strip()


def _behind(text: str) -> int:
    """Return where what stands behind the last preposition begins; "of" may be part of a name."""
    ends = [f.end() for f in _BEHIND.finditer(text) if not (f[2] and f[1][0].isupper())]
    return max(ends, default=0)


def _length(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0


def _to_mark(text: str) -> int:
    mark = _MARKS.search(text)
    return mark.start() if mark else len(text)
