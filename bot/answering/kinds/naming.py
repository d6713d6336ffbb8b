"""Find the brief that a question is about: by its number or title, "this brief", a filter.

Where the words fit several alike, all of them are candidates, first the one whose title they say
most of; where they fit none, the nearest title is told.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answering.answerability import initials
from bot.answering.kinds.citing import row_of
from bot.answering.kinds.sources import Sources
from bot.answering.kinds.topics import day_of, topic_of
from bot.language.names import is_name
from bot.question.kinds import Kind
from bot.question.question import Question
from index.passage import BriefRef
from index.vectors.snapshot import Filters
from index.words import content_words, said, share, stem, word_weights
from index.words import words as split_words

MOST = 6  # candidates
TITLED = 0.6  # of the weight of the words said that a title must have
ENOUGH_WORDS = 2  # known words that name a brief without the unknown one among them
CLOSE = 0.9  # of the best share, from which a title fits as well

_THIS = re.compile(
    r"^\W*(?:(?:what(?:'s| is)? in )?(?:this|that|it|its|them|the same"
    r"|the (?:last|first|cited) one)(?:\s+(?:brief|report|paper|memo|note|document|publication"
    r"|analysis|one|text))?)?\W*$",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"\b(?:(?:the|our|your|this|that|a|an)\s+)?(?:(?:latest|newest|current|new|old|previous|earlier"
    r"|first|original|last|recent|second|third|two|both)\s+)*(?:briefs?|reports?|papers?|memos?|notes?"
    r"|documents?|publications?|analysis|write-?ups?|versions?|editions?|one)\b"
    r"(?:\s+(?:on|about|regarding|covering|of|titled|called|from|for)\b)?|\bv\.?\s?\d+\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(
    r"^\W*(?:the |our |your )?(?:very )?(?:newest|latest|most recent|last) "
    r"(?:brief|report|paper|memo|note|document|publication|analysis|one)\b",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\b(?:brief|report|paper|memo|note|document|publication|write-?up|one)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\b(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z][\w.-]*\d[\w.-]*", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """The briefs that may be meant; `nearest` where none is."""

    briefs: tuple[BriefRef, ...] = ()
    nearest: BriefRef | None = None
    as_document: bool = False  # a brief was asked for in so many words
    clear: bool = False  # the first fits better than the others

    @property
    def one(self) -> BriefRef | None:
        """The brief, where it is clear which."""
        return self.briefs[0] if len(self.briefs) == 1 else None


def brief_named(question: Question, sources: Sources) -> Named:
    """Return which brief a question is about."""
    subject = question.subject
    filters = sources.within(question, always=True)
    if _THIS.match(subject):
        return Named(_pointed_at(sources), as_document=True)
    if question.about_cited and sources.cited and not question.briefs:
        return Named(_by_ids(sources.cited[:1], sources), as_document=True)
    if question.briefs and (found := _by_ids(question.briefs, sources)):
        return _ordered(_of_time(found, filters, sources), subject, sources, as_document=True)
    numbers = _NUMBER.findall(subject)
    if numbers and not content_words(_NUMBER.sub(" ", _NOUN.sub(" ", subject))):
        written = [one for one in sources.briefs() if _joined(numbers[0]) in _joined(one.title)]
        return _ordered(written, subject, sources, as_document=True)
    if _NEWEST.search(subject) and (newest := _newest(subject, filters, sources)):
        return Named((newest,), as_document=True)
    return _by_title(question, sources, filters)


def _newest(subject: str, filters: Filters, sources: Sources) -> BriefRef | None:
    """Return the newest brief, of those on the topic that is named beside, if any is."""
    words = " ".join(_NOUN.sub(" ", subject).split())
    briefs = sources.library.briefs(filters)
    if content_words(words):
        briefs = tuple(one.brief for one in topic_of(words, sources, filters).on)
    return max(briefs, key=lambda one: (day_of(one), one.id), default=None)


def _pointed_at(sources: Sources) -> tuple[BriefRef, ...]:
    """Return the brief that "this" means: the one of the filter, else the one cited last."""
    if sources.filters.briefs:
        return tuple(sources.briefs())
    if sources.cited:
        return _by_ids(sources.cited[:1], sources)
    return tuple(sources.briefs()) if len(sources.briefs()) == 1 else ()


def _by_ids(ids: Sequence[str], sources: Sources) -> tuple[BriefRef, ...]:
    found = [brief for brief in sources.briefs() if brief.id in ids]
    return tuple(sorted(found, key=lambda one: (day_of(one), one.id), reverse=True))


def _of_time(
    found: tuple[BriefRef, ...], filters: Filters, sources: Sources
) -> tuple[BriefRef, ...]:
    """Return those of the time that is named, where that leaves any."""
    passing = {brief.id for brief in sources.library.briefs(filters)}
    return tuple(one for one in found if one.id in passing) or found


def _by_title(question: Question, sources: Sources, filters: Filters) -> Named:
    as_document = bool(_DOCUMENT.search(question.subject))
    subject = question.subject
    if question.period and not sources.library.briefs(filters):
        subject = subject.replace(question.period.said, " ")
    words = " ".join(_NOUN.sub(" ", subject).split())
    briefs = sources.library.briefs(filters) or sources.briefs()
    weights = _known(word_weights(words, "", sources.library.idf), words, sources)
    if not weights:
        return Named(tuple(briefs[:1]) if len(briefs) == 1 else (), as_document=as_document)
    shares = [(share(weights, _said_by(weights, one)), one) for one in briefs]
    best = max((value for value, _ in shares), default=0.0)
    fitting = [one for value, one in shares if value >= max(TITLED, CLOSE * best)]
    if not fitting and (as_document or question.kind is Kind.SUMMARY):
        found = _on_it(words, sources, filters)
        fitting = found if as_document or len(found) == 1 else []
    nearest = max(shares, key=lambda pair: (pair[0], day_of(pair[1])), default=(0.0, None))
    if not fitting:
        return Named(nearest=nearest[1] if nearest[0] > 0 else None, as_document=as_document)
    return _ordered(fitting, words, sources, as_document=as_document)


def _said_by(weights: Mapping[str, float], brief: BriefRef) -> frozenset[str]:
    """Return which words a title says, by initials or as a designation written otherwise too."""
    title = f"{brief.title} {brief.number or ''}"
    numbers = (one for one in weights if one[-1:].isdigit() and one[:1].isalpha())
    written = {one for one in numbers if one in _joined(title)}
    return said(weights, title) | written | (frozenset(weights) & initials(title))


def _joined(text: str) -> str:
    """Return the letters and digits of a text: "xm30" of "XM-30"."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _ordered(
    briefs: Sequence[BriefRef], typed: str, sources: Sources, *, as_document: bool
) -> Named:
    """Return the briefs that may be meant, first the one of whose title most is typed."""
    whole = {one.id: _share_of_title(one, typed, sources) for one in briefs}
    found = sorted(briefs, key=lambda one: (whole[one.id], day_of(one), one.id), reverse=True)
    clear = len(found) < 2 or whole[found[0].id] > whole[found[1].id]
    return Named(tuple(found[:MOST]), as_document=as_document, clear=clear)


def _share_of_title(brief: BriefRef, typed: str, sources: Sources) -> float:
    """Return how much of the weight of a title is typed, in tenths."""
    weights = word_weights(brief.title, "", sources.library.idf)
    return round(share(weights, said(weights, typed)), 1)


def _known(weights: Mapping[str, float], typed: str, sources: Sources) -> Mapping[str, float]:
    """Return the weights of words that no passage has left out, if enough are left and no names.

    Such a word is typed wrong, or not of the title: "the breif on nord stream".
    """
    unknown = sources.library.unknown(list(weights))
    names = {
        stem(one)
        for word in typed.split()
        if is_name(word, opens=False)
        for one in split_words(word)
    }
    kept = {term: weight for term, weight in weights.items() if term not in unknown - names}
    if len(kept) < ENOUGH_WORDS or len(kept) == len(weights):
        return weights
    total = sum(kept.values())
    return {term: weight / total for term, weight in kept.items()}


def _on_it(words: str, sources: Sources, filters: Filters) -> list[BriefRef]:
    """Return the briefs on a topic whose titles do not say it: "the brief on chips"."""
    topic = topic_of(words, sources, filters)
    strongest = topic.strongest(1)
    return [strongest[0].brief] if len(topic.on) == 1 else [one.brief for one in topic.on]


def others_line(briefs: Sequence[BriefRef]) -> tuple[str, ...]:
    """Return the note on the other briefs that a question may mean, () where there are none."""
    return (f"May be meant too: {'; '.join(map(row_of, briefs))}.",) if briefs else ()


def unknown_brief(nearest: BriefRef | None) -> str:
    """Return the line that no brief of that name is here, with the nearest title."""
    line = "I found no brief of that name."
    return line if nearest is None else f"{line} The nearest title: {row_of(nearest)}."
