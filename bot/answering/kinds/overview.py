"""An overview of a topic: the briefs on it, the newest first, with what each says about it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.answering.answer import DraftAnswer, NearPassage
from bot.answering.candidates import Quotable
from bot.answering.kinds.citing import Quoted, Told, heading_of, hits_of, leads, more_line, telling
from bot.answering.kinds.sources import Sources
from bot.answering.kinds.topics import ENOUGH, OnTopic, Topic, topic_asked
from bot.question.question import Question
from index.search import Query
from index.words import said, share, word_weights

BRIEFS = 6  # shown at most
SENTENCES = 2  # of each
OF_NAMED = 3  # … of one that the question names
PASSAGES = 4  # of a brief that are looked at …
OPENING = 2  # … and of its beginning, where it is on the topic as a whole
# Cosine of topic and sentence from which a brief that mentions it once tells something of it. Over
# 60 district reports "Zika" has .61 and "Brexit" .49, "drones", used for surveying, .26.
TELLS = 0.45
MAY_TELL = 0.3  # … from which its passage is shown, as one that may answer
OWNER = 0.1  # less for a name that only says whose something is: "Taiwan's Evergreen"
PART = 0.3  # of the weight of several words that one sentence must say
SEVERAL = 3  # passages in all from which what only mentions a topic may answer

_OWNER = re.compile(r"\b([A-Z]\w+)['’]s\s+[A-Z]")


def overview(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return what the briefs say about the question's subject; None if it may ask for a fact."""
    if question.selection.named:
        return _of_named(question, sources)
    topic, notes = topic_asked(question, sources)
    if not topic.on:
        return _of_mentions(topic, sources, notes, sure=question.selection.sure)
    shown = topic.strongest(BRIEFS)
    quoted = Quoted()
    for one, found in zip(shown, said_of(topic, shown, sources), strict=True):
        for at, told in enumerate(found):
            quoted.quote(told.candidate, "" if at else heading_of(one.brief))
    if not quoted.sentences:
        return None
    if others := [one.brief for one in topic.on if one not in shown]:
        what = "more briefs are on it" if len(others) > 1 else "more brief is on it"
        notes = (*notes, more_line(others, what))
    return DraftAnswer(
        tuple(quoted.sentences), tuple(quoted.citations), confidence=1.0, notes=notes
    )


def _of_named(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return what the briefs that a question names say about its subject; None if nothing."""
    library, subject = sources.library, question.subject
    weights = word_weights(subject, "", library.idf)
    quoted = Quoted()
    for brief in (one for one in sources.briefs() if one.id in question.briefs):
        query = Query(subject, filters=replace(sources.filters, briefs=(brief.id,)))
        near = library.search(query, PASSAGES)
        headed = [
            (name, passage)
            for name, passage in library.passages(library.brief(brief.id, brief.version))
            if share(weights, said(weights, " ".join(passage.heading[-1:]))) >= ENOUGH
        ][:PASSAGES]
        known = {name for name, _ in headed}
        hits = [*hits_of(brief, headed), *(hit for hit in near if hit.passage_id not in known)]
        (found,) = telling(subject, weights, [hits], library, most=OF_NAMED, bonus=leads)
        kept = (
            told for told in found if told.candidate.hit.passage_id in known or told.cosine >= TELLS
        )
        for at, told in enumerate(kept):
            quoted.quote(told.candidate, "" if at else heading_of(brief))
    if not quoted.sentences:
        return None
    return DraftAnswer(tuple(quoted.sentences), tuple(quoted.citations), confidence=1.0)


def said_of(
    topic: Topic,
    shown: Sequence[OnTopic],
    sources: Sources,
    *,
    most: int = SENTENCES,
    closing: int = 0,
    bonus: Callable[[Quotable], float] = leads,
    enough: Sequence[float] = (0.0,),
) -> list[list[Told]]:
    """Return the most telling sentences on a topic of each of some briefs on it.

    `closing` passages at the end of a brief are looked at too. The sentences say `enough` of
    the topic's weight, by the first of these shares that any of its brief says.
    """
    library = sources.library
    near = library.nearest_of(topic.subject, [one.passages for one in shown], PASSAGES)
    for at, one in enumerate(shown):
        near[at] += one.hits
        whole = one.strength > 2 or one.hits or not near[at]  # it is on it as a whole
        if whole or closing:
            known = {hit.passage_id for hit in near[at]}
            all_of_it = library.passages(one.brief)
            ends = all_of_it[len(all_of_it) - closing :] if closing else []
            further = hits_of(one.brief, [*(all_of_it[:OPENING] if whole else []), *ends])
            near[at] += [hit for hit in further if hit.passage_id not in known]

    told: list[list[Told]] = [[] for _ in near]
    for least in enough:
        missing = [[] if own else hits for own, hits in zip(told, near, strict=True)]
        if any(missing):
            found = telling(
                topic.subject, topic.weights, missing, library, most=most, enough=least, bonus=bonus
            )
            told = [own or other for own, other in zip(told, found, strict=True)]
    return told


def _of_mentions(
    topic: Topic, sources: Sources, notes: tuple[str, ...], *, sure: bool
) -> DraftAnswer | None:
    """Return what there is on a topic that briefs only mention: an answer, passages, or none."""
    if not topic.passing:
        return DraftAnswer(notes=notes) if sure else None
    library, shown = sources.library, topic.passing[:BRIEFS]
    near = library.nearest_of(topic.subject, [one.passages for one in shown], PASSAGES)
    enough = ENOUGH if len(topic.weights) == 1 else PART
    found = telling(topic.subject, topic.weights, near, library, most=1, enough=enough, bonus=leads)
    told_of = (_as_owner(one[0], topic) for one in found if one)
    best = sorted(told_of, key=lambda told: -told.cosine)
    quoted = Quoted()
    for told in best:
        if told.cosine >= TELLS:
            quoted.quote(told.candidate, heading_of(told.candidate.hit.brief))
    if quoted.sentences:
        return DraftAnswer(
            tuple(quoted.sentences), tuple(quoted.citations), confidence=0.6, notes=notes
        )
    if not sure:
        return None
    often = sum(len(one.passages) for one in topic.passing) >= SEVERAL
    if best and (often or best[0].cosine >= MAY_TELL):
        passages = (told.candidate for told in best[:2])
        near_to = tuple(NearPassage(one.hit, (one.core, one.end)) for one in passages)
        return DraftAnswer(near=near_to, notes=notes)
    return DraftAnswer(notes=(*notes, mention_line(topic)))


def _as_owner(told: Told, topic: Topic) -> Told:
    """Return a sentence with less said for it, where all it says is whose something is."""
    owners = " ".join(_OWNER.findall(told.candidate.text))
    owned = bool(owners) and share(topic.weights, said(topic.weights, owners)) >= PART
    return replace(told, cosine=told.cosine - OWNER) if owned else told


def mention_line(topic: Topic) -> str:
    """Return a note on the briefs that mention a topic and are not on it."""
    briefs = [one.brief for one in topic.passing]
    what = "brief mentions it in passing" if len(briefs) == 1 else "briefs mention it in passing"
    return more_line(briefs, what)
