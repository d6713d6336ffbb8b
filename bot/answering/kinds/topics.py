"""Tell which briefs are on a topic, and which only mention it: its words in, briefs out.

A brief is on a topic that its title, its authors' desk, a heading or its opening names, or that
many of its passages speak of. No text is read: the full-text index knows which passages have the
words. Where none is on it by its words, a brief is that has a passage of the same sense.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.answering import freshness
from bot.answering.kinds.sources import Sources
from bot.language.words import lines
from bot.question.question import Question
from index.dates import last_day
from index.passage import BriefRef, Hit
from index.retrieval import Mentions
from index.search import Query
from index.vectors.snapshot import Filters
from index.words import said, share, word_weights

ENOUGH = 0.7  # of a topic's weight that a title, or a passage, must say
OFTEN = 0.25  # share of a brief's passages from which it is on what they say …
AT_LEAST = 3  # … if they are so many
MANY = 8  # passages that are enough in a brief of any length
# Cosine of topic and passage from which the sense alone decides. Over the example briefs "the
# polish vote" has .67 with the election in Poland, the nearest topic that no brief has .36.
SAME_SENSE = 0.55
NEAR_SENSE = 3  # passages that may be of the same sense

_NAMES = [
    [form.strip() for form in line.split("|")]
    for line in (*lines("aliases"), *lines("country_names"))
]


@dataclass(frozen=True)
class OnTopic:
    """A brief with how much it is on a topic: 3 by its title, 2 by its text, 1 mentions it."""

    brief: BriefRef
    strength: int
    mentions: Mentions | None = None
    hits: tuple[Hit, ...] = ()  # known by their sense alone

    @property
    def passages(self) -> tuple[int, ...]:
        """The numbers of the passages that may say most about the topic."""
        if self.mentions is None:
            return ()
        lead = (self.mentions.first,) if self.strength > 2 or self.mentions.opens else ()
        return tuple(dict.fromkeys((*lead, *self.mentions.said)))


@dataclass(frozen=True)
class Topic:
    """A topic in a library: the briefs on it, the newest first, and those that mention it."""

    subject: str
    weights: Mapping[str, float] = field(default_factory=dict)
    on: tuple[OnTopic, ...] = ()
    passing: tuple[OnTopic, ...] = ()

    def strongest(self, limit: int) -> tuple[OnTopic, ...]:
        """Return the briefs that are most on it, at most `limit`, the newest first."""
        chosen = sorted(self.on, key=_strength, reverse=True)[:limit]
        return tuple(one for one in self.on if one in chosen)


def topic_asked(
    question: Question, sources: Sources, enough: float = ENOUGH
) -> tuple[Topic, tuple[str, ...]]:
    """Return the topic of a question in the time that it names, and what to note on that.

    Where no brief of that time is on it, all briefs are looked at.
    """
    filters = sources.within(question)
    topic = topic_of(question.subject, sources, filters, enough)
    if filters == sources.filters or question.period is None:
        return topic, ()
    if topic.on:
        return topic, (freshness.taken(question.period),)
    return topic_of(question.subject, sources, sources.filters), (
        freshness.missed(question.period),
    )


def topic_of(
    subject: str,
    sources: Sources,
    filters: Filters,
    enough: float = ENOUGH,
    *,
    by_sense: bool = True,
) -> Topic:
    """Return which of the briefs that filters let through are on a subject.

    A title, or a passage, speaks of it that says `enough` of its weight. `by_sense`: where none is
    on it by its words, one may be by its sense.
    """
    briefs = sources.library.briefs(filters)
    found: dict[str, OnTopic] = {}
    weights: Mapping[str, float] = {}
    most = -1
    for form in _forms(subject):
        own = word_weights(form, "", sources.library.idf)
        speaking = _by_words(own, briefs, sources, enough)
        if len(speaking) > most:  # its sentences are told by the words that the briefs use
            weights, most = own, len(speaking)
        for one in speaking:
            known = found.get(one.brief.id)
            if known is None or _strength(one) > _strength(known):
                found[one.brief.id] = one
    on = [one for one in found.values() if one.strength > 1]
    passing = [one for one in found.values() if one.strength == 1]
    if by_sense and not on and weights:
        on = _by_sense(subject, sources, filters)
        passing = [one for one in passing if one.brief not in [other.brief for other in on]]
    return Topic(subject, weights, newest_first(on), newest_first(passing))


def newest_first(found: Sequence[OnTopic]) -> tuple[OnTopic, ...]:
    """Return briefs in order of date; the stronger of a day first, those without a date last."""
    by_strength = sorted(found, key=lambda one: (*_strength(one), one.brief.id), reverse=True)
    return tuple(sorted(by_strength, key=lambda one: day_of(one.brief), reverse=True))


def day_of(brief: BriefRef) -> str:
    """Return the last day that a brief's date may be, "" for one without."""
    return last_day(brief.date) if brief.date else ""


def _forms(subject: str) -> list[str]:
    """Return a subject and, where it is a name with several forms, the others."""
    bare = subject.lower().removeprefix("the ").strip()
    others = [form for forms in _NAMES if bare in forms for form in forms if form != bare]
    return [subject, *others]


def _by_words(
    weights: Mapping[str, float], briefs: Sequence[BriefRef], sources: Sources, enough: float
) -> list[OnTopic]:
    if not weights:
        return []
    where = sources.library.mentions(weights, enough)
    found = []
    for brief in briefs:
        mentions = where.get(brief.id)
        titled = share(weights, said(weights, brief.title)) >= enough
        signed = not titled and share(weights, said(weights, "; ".join(brief.authors))) >= enough
        if titled or signed or mentions:
            strength = 3 if titled else 2 if signed or (mentions and _on(mentions)) else 1
            found.append(OnTopic(brief, strength, mentions))
    return found


def _on(mentions: Mentions) -> bool:
    count = len(mentions.said)
    often = count >= AT_LEAST and count >= OFTEN * mentions.passages
    return mentions.opens or bool(mentions.headed) or often or count >= MANY


def _strength(one: OnTopic) -> tuple[float, ...]:
    count = len(one.mentions.said) if one.mentions else 0
    return one.strength, count / one.mentions.passages if one.mentions else 0.0, count


def _by_sense(subject: str, sources: Sources, filters: Filters) -> list[OnTopic]:
    hits = sources.library.search(Query(subject, (), filters), NEAR_SENSE)
    near = [hit for hit in hits if hit.cosine >= SAME_SENSE]
    briefs = {hit.brief.id: hit.brief for hit in near}
    return [
        OnTopic(brief, 2, hits=tuple(hit for hit in near if hit.brief.id == brief_id))
        for brief_id, brief in briefs.items()
    ]
