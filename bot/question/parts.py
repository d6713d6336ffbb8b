"""Cut a question that asks several things into its parts, by rules of English: text in, parts out.

Questions one after the other are cut, and nothing doubtful: "who runs it, and how much does it
cost?". A cut stands before a word that asks (how, what, which, who, when, where, why, did, can …);
what stands before a colon belongs to every part. Of a comparison each part has one of the things
and the words that they share: "is Orrin's lock longer than Sarn's?" becomes "is Orrin's lock
longer?" and "is Sarn's lock longer?".

A part that leans on the others, or says little itself, gets their names and noun groups as context.
A question that asks one thing has no parts.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.question.conversation import leans, phrases
from bot.question.kinds import Kind
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
# What joins the second thing to what stands before it.
_JOINT = re.compile(
    r"(?:(?:^|\s+|(?<=\W))(?:vs\.?|versus|v\.?|or|and|&|than|that|those|the|compared|relative|next"
    r"|opposed|alongside|against|with|from|to|as|of|both|between)|\s*[,;/&–—-])\s*$",
    re.IGNORECASE,
)
_OWNER, _OWNED = re.compile(r"['’]s(?!\w)"), re.compile(r"['’]s\s+\S")
_EACH = re.compile(r"\beach(?:\s+one|\s+of\s+(?:them|the\s+two))?\b|\bthe\s+two\b", re.IGNORECASE)
_AT_ONCE = re.compile(r"\b(?:both|between|side by side)\s+", re.IGNORECASE)


def parts(question: str) -> tuple[str, ...]:
    """Return the parts as questions, at most three; () for a question that asks one thing."""
    said = " ".join(question.split())
    found = _one_after_the_other(said)
    return found if 2 <= len(found) <= MOST and all(map(content_words, found)) else ()


def parts_of(asked: Question) -> tuple[Question, ...]:
    """Return the parts of a question, each to be searched and answered like a question."""
    if asked.kind is Kind.COMPARISON and asked.compared:  # its sides share their words already
        cut = sides(asked.searched, *asked.compared)
        return tuple(replace(asked, text=one, asked=one, core=one, rewritten=False) for one in cut)
    cut = parts(asked.searched)
    return tuple(_part(asked, one, [other for other in cut if other != one]) for one in cut)


def sides(question: str, one: str, other: str) -> tuple[str, ...]:
    """Return the question for each of two things, given by its words; () where they do not stand.

    The things come apart and in order, as the question has them.
    """
    start = question.find(one) if one else -1
    second = question.find(other, start + len(one)) if other and start >= 0 else -1
    if second < 0:
        return ()
    head, tail = question[:start], question[second + len(other) :]
    between = question[start + len(one) : second]
    while found := _JOINT.search(between):
        between = between[: found.start()]
    head = _AT_ONCE.sub("", head)
    if (owner := _OWNER.match(tail)) and (owned := _OWNED.search(one + between)):
        tail = tail[owner.end() :]  # "Poland's army or Hungary's": the same of theirs
        if owned.start() < len(one):
            other += one[owned.start() :]
    asked = (_EACH.sub("it", f"{head}{side}{between}{tail}") for side in (one, other))
    return tuple(" ".join(text.split()) for text in asked)


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
