"""Answer a question for a list: its items in the brief's own words, in the brief's order.

The items are those of one list under its lead, or the rows of one table; or sentences that
enumerate them, else several that each name some. Where none is about what was asked the question is
a fact's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.answering.answer import DraftAnswer, Outcome
from bot.answering.answerability import Decision, around, initials, proper
from bot.answering.kinds.citing import passages_of
from bot.answering.kinds.items import (
    ItemList,
    head_of,
    is_titled,
    lists_in,
    of_countries,
    sections_in,
)
from bot.answering.kinds.quoting import Line, drafted, lines_of, without_joint
from bot.answering.kinds.sources import Sources
from bot.answering.readable import bare, cells, is_row
from bot.answering.reranking import RerankedLibrary, judged, readings
from bot.answering.selection import UNFIT, Scored, repeated
from bot.language.names import enumerated, is_country
from bot.language.words import LIGHT, lines
from bot.question.kinds import Kind
from bot.question.question import Question
from bot.question.wanted import AnswerKind
from index.dates import MONTHS
from index.library import Library
from index.models.reranker import Window
from index.passage import BriefRef
from index.sentences import split
from index.words import content_words, said, share, stem, stems, words

ITEMS = 12  # shown at most
FEWEST = 2  # items that make a list
BRIEFS = 3  # best briefs in which lists are looked for
ITEM_WORDS = 45  # beyond that an item is quoted by its first sentence
LEAST_COVERED = 0.5  # weight of the question's words that lead, heading and title must say
NAMED = 0.5  # share of the question's names that they must say
SEVERAL = 3  # names in a sentence that enumerates
MOSTLY = 0.6  # weight of the words that an enumerating sentence says where nothing else is sure
FAR_COVERED = 0.8  # … of a list that is in none of the best passages
NEAR = 5  # best passages
# How the reader must read a list for it to be shown, and how much less than the best sentence, also
# where that leads to it; and one that reads better than all sentences. Set by reading the answers
# to 50 questions over CRS reports.
LEAST_READ, BEHIND, FAR_BEHIND, BETTER_READ = -1.3, 1.3, 2.5, -2.5
READ, FEW_READ = 12, 4  # lists that are read, and for a question that need not want one
LONGEST = 400  # characters of one
LONGEST_TABLE = 30  # rows, beyond which a table is no list
# Logarithm of how much less likely than the best an enumerating sentence may be, one that does not
# enumerate, and an enumerating one beside another. Set by reading, on beige books and CRS reports.
LIKELY, AS_LIKELY, BESIDE = 3.0, 1.0, 2.0
SENTENCES = 5  # that give the items
ADDS = 1  # names, or words of weight, that a further sentence must add

_CLOSED = re.compile(r"[.!?][\"”’')\]]*$")  # what ends so leads to nothing
_TOTAL = re.compile(r"^(?:grand\s+|sub-?)?totals?\b", re.IGNORECASE)
_INSIDE = r"(?:[^,;:.!?]|[.,](?=\d))"
_ITEM = rf"[\w$€£(]{_INSIDE}{{0,60}}"
_THINGS = re.compile(  # "timber, salted fish, and wool"
    rf"{_ITEM}[,;]\s{_ITEM}[,;]\s(?:{_ITEM}[,;]\s)*(?:{_ITEM}\s)?(?:and|or|as\swell\sas)\s\w"
)
_LIGHT = frozenset(map(stem, LIGHT))
_COUNTRIES, _NO_COUNTRIES = (
    frozenset(map(stem, line.partition(":")[2].split())) for line in lines("kinds_of_names")
)


def list_answer(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return the items asked for, or None where no list or enumeration has them."""
    hits = sources.found.hits
    ranked, decision = judged(question, hits, sources.library)
    if not ranked or decision.outcome is Outcome.DECLINED:
        return None
    head = stem(head_of(question.searched, question.subject))
    near = _near(sources, [item.candidate.hit.brief for item in ranked])
    lists = [one for one in near if _may_be(one, head)]
    sure = decision.outcome is Outcome.ANSWERED
    best, read = ranked[0].candidate, [one.reading for one in ranked if one.reading is not None]
    line = Line(best.hit, best.core, best.end)
    whole = _best_read(_read(question, lists, sources.library), line, max(read, default=0.0))
    if whole:
        return _listed(question, whole, decision)
    found = _best_by_words(question, head, ranked, lists)
    if found and not found.header:
        return _listed(question, found, decision)
    sentences = naming_items(question, ranked, head, sure=sure, alone=found is None)
    if not sentences:
        return _listed(question, found, decision) if found else None
    return drafted(question, lines_of([one.candidate for one in sentences]), decision)


def with_items(question: Question, draft: DraftAnswer, sources: Sources) -> DraftAnswer:
    """Return the draft of a fact, or a list's where its items take the place of the sentences.

    So it is where the first of them leads to a list, or where the question may want several things
    and a list is read as an answer to it.
    """
    if not draft.answered or draft.mode != "extractive" or is_row(draft.citations[0].quote):
        return draft
    first = draft.citations[0]
    decision = Decision(Outcome.ANSWERED, draft.confidence, draft.features)
    start = first.start - first.hit.passage.start
    line = Line(first.hit, start, first.end - first.hit.passage.start)
    if not _CLOSED.search(line.text.strip()):
        lists = [one for one in _lists_of(first.brief, sources.library) if one.items]
        if led := next((one for one in lists if one.lead.strip() == line.text.strip()), None):
            return replace(_listed(question, led, decision, line), kind=Kind.LIST)
    if question.wants is not AnswerKind.ANY or question.yes_or_no or question.parts:
        return draft
    near = _near(sources, [hit.brief for hit in sources.found.hits])
    read = _read(question, [one for one in near if _may_be(one, "")], sources.library, FEW_READ)
    if not read:
        return draft
    title = " > ".join((first.brief.title, *first.hit.passage.heading))
    (reading,) = readings(question, [Window(line.text, "", title)], sources.library)
    found = _best_read(read, line, reading)
    return replace(_listed(question, found, decision), kind=Kind.LIST) if found else draft


def _near(sources: Sources, briefs: Sequence[BriefRef]) -> Iterator[ItemList]:
    """Yield the lists of the first few briefs."""
    for brief in list({one.id: one for one in briefs}.values())[:BRIEFS]:
        yield from _lists_of(brief, sources.library)


def _lists_of(brief: BriefRef, library: Library) -> Iterator[ItemList]:
    passages = passages_of(library, brief)
    yield from lists_in(passages, library.brief(brief.id, brief.version).text)
    yield from sections_in(passages)


def _may_be(one: ItemList, head: str) -> bool:
    """Return whether a list is one that can be shown, of such things as are asked for."""
    if len(one.items) < FEWEST or (one.header and len(one.items) > LONGEST_TABLE):
        return False
    return head not in _COUNTRIES or of_countries(one)


def _read(
    question: Question, lists: Sequence[ItemList], library: RerankedLibrary, most: int = READ
) -> list[tuple[float, ItemList]]:
    """Return the lists that say most of the question, with what the reader makes of each.

    [] where nothing reads.
    """
    led = [one for one in lists if one.header or (one.lead and not _CLOSED.search(one.lead))]
    said_most = sorted(led, key=lambda one: -_covered(question, f"{one.setting} {one.text}"))
    chosen = said_most[:most]
    windows = [
        Window(one.text[:LONGEST], "", " > ".join((one.brief.title, *one.heading)))
        for one in chosen
    ]
    read = readings(question, windows, library)
    return list(zip(read, chosen, strict=True)) if read else []


def _best_read(read: Sequence[tuple[float, ItemList]], best: Line, bar: float) -> ItemList | None:
    """Return the list that is read as an answer, None where a sentence is read as a better one.

    One that the `best` sentence leads to, or stands in, goes before others. `bar` is the reading of
    sentences.
    """
    fitting: list[tuple[bool, float, int, ItemList]] = []
    for reading, one in read:
        own = one.lead.strip() == best.text.strip() or any(
            item.hit.passage_id == best.hit.passage_id and item.start <= best.start < item.end
            for item in one.items
        )
        near = reading >= bar - (FAR_BEHIND if own else BEHIND) and reading >= LEAST_READ
        if near or reading >= max(bar, BETTER_READ):
            fitting.append((own, reading, -len(fitting), one))
    return max(fitting, key=lambda entry: entry[:3])[-1] if fitting else None


def _best_by_words(
    question: Question, head: str, ranked: Sequence[Scored], lists: Sequence[ItemList]
) -> ItemList | None:
    """Return the list that says what was asked; the one with the best sentence of several."""
    places = {
        item.candidate.hit.passage_id: -rank for rank, item in reversed(list(enumerate(ranked)))
    }
    near = {item.candidate.hit.passage_id for item in ranked if item.candidate.rank < NEAR}
    fitting: list[tuple[float, int, int, ItemList]] = []
    for one in lists:
        told = f"{one.lead} {one.header}" if one.header else one.about
        covered = _covered(question, one.setting)
        close = any(hit.passage_id in near for hit in one.hits)
        if not close and one.header:
            continue
        least = LEAST_COVERED if close else FAR_COVERED
        if (
            head in stems(told)
            and covered >= least
            and _share_named(question, one.setting) >= NAMED
        ):
            place = max(places.get(hit.passage_id, -len(ranked)) for hit in one.hits)
            fitting.append((round(covered, 2), place, len(fitting), one))
    return max(fitting, key=lambda entry: entry[:2])[-1] if fitting else None


def _share_named(question: Question, text: str) -> float:
    wanted = proper(question)
    found = said(wanted, text) | (wanted & initials(text))
    return len(found) / len(wanted) if wanted else 1.0


def _listed(
    question: Question, found: ItemList, decision: Decision, lead: Line | None = None
) -> DraftAnswer:
    """Return the draft of a list, behind its lead where that is given."""
    items: dict[str, Line] = {}
    asked_for = _asked_for(question, found)
    whole = all(len(words(item.text)) <= ITEM_WORDS for item in asked_for)
    headed = sum(map(is_titled, asked_for)) * 2 > len(asked_for)
    for item in asked_for:
        quoted = _cut(item, whole, headed)
        label = bare(cells(item.text)[0]) if is_row(item.text) else quoted.text
        if label and not (found.header and item is asked_for[-1] and _TOTAL.match(label)):
            items.setdefault(" ".join(words(label)), quoted)
    shown = list(items.values())[:ITEMS]
    more = len(items) - len(shown)
    notes = [f"The list goes on: {more} more in the brief."] if more else []
    return drafted(question, [lead, *shown] if lead else shown, decision, notes)


def _asked_for(question: Question, found: ItemList) -> list[Line]:
    """Return the rows that say a name of the question's that nothing above them says, or all."""
    lacking = proper(question) - said(question.names, found.setting) - initials(found.setting)
    if not found.header:
        return found.items
    figures = [any(map(str.isdigit, item.text)) for item in found.items]
    first = figures.index(True) if sum(figures) * 2 > len(figures) else 0  # behind a 2nd header
    named = [item for item in found.items if lacking and lacking <= said(lacking, item.text)]
    return named or found.items[first:]


def _cut(item: Line, whole: bool, headed: bool) -> Line:
    """Return an item without the "; and" that ends it, by its first sentence where it is long.

    A row is quoted whole where all are short, else by its first cell. Where the items are `headed`
    the heading stands before the quotation.
    """
    text = item.text
    if item.label:
        return item
    if is_row(text):
        label = cells(text)[0]
        start = item.start + text.index(label)
        return item if whole or not label else Line(item.hit, start, start + len(label))
    titled, sentences = is_titled(item), split(text) or [(0, len(text))]
    start = sentences[1][0] if titled and headed else 0
    end = sentences[titled][1] if len(words(text[start:])) > ITEM_WORDS else len(text)
    label = text[: sentences[0][1]].rstrip(" .:") if start else ""
    return Line(item.hit, item.start + start, item.start + len(without_joint(text[:end])), label)


def naming_items(
    question: Question, ranked: Sequence[Scored], head: str, *, sure: bool, alone: bool = True
) -> list[Scored]:
    """Return the sentences that name what is asked for, [] where none does or one names one thing.

    `sure`: the briefs answer. `alone`: there is no table either, so that several sentences that do
    not enumerate will do.
    """
    ranked = [one for one in ranked if _are_of_kind(question, one, head)]
    sentences = _enumerating(question, ranked, head, sure=sure)
    if sure and (sentences or alone):
        found = _once([*sentences, *_naming_some(question, ranked, sentences[:1])])
        kept = [one for one in found if one is found[0] or _beside(question, one, found[0], head)]
        sentences = kept if sentences or len(kept) >= FEWEST else []
    return sentences


def _beside(question: Question, item: Scored, first: Scored, head: str) -> bool:
    """Return whether a sentence names more of what the first names, of the same matter."""
    opening, sentence = first.candidate.sentence, item.candidate.sentence
    row = len(_row_of_names(question, opening)) >= SEVERAL
    if not row and head not in _COUNTRIES:
        return True
    matter = said(proper(question), opening)
    several = len(_row_of_names(question, sentence)) >= FEWEST or _THINGS.search(sentence)
    return bool(several or not row) and matter <= said(matter, sentence)


def _enumerating(
    question: Question, ranked: Sequence[Scored], head: str, *, sure: bool
) -> list[Scored]:
    """Return the likely sentences that name several things, the likeliest first.

    A further one stands beside the first if it is hardly less likely and names what that does not.
    Where it is not sure that the briefs answer, they must say most of what was asked.
    """
    chosen: list[Scored] = []
    for item in ranked:
        behind = ranked[0].score - item.score
        if behind > LIKELY or (chosen and chosen[0].score - item.score > BESIDE):
            break
        if not _quotable(item) or not _names_several(question, item, head, sure=sure):
            continue
        if not chosen or _adds(question, item, chosen):
            chosen.append(item)
    return chosen[:SENTENCES]


def _naming_some(
    question: Question, ranked: Sequence[Scored], first: Sequence[Scored]
) -> list[Scored]:
    """Return the sentences about as likely as the best that each add something; [] for one."""
    chosen = list(first)
    for item in ranked:
        if ranked[0].score - item.score > AS_LIKELY:
            break
        if _quotable(item) and (not chosen or _adds(question, item, chosen)):
            chosen.append(item)
    return chosen if len(chosen) >= FEWEST else []


def _once(items: Sequence[Scored]) -> list[Scored]:
    """Return the first of the sentences that do not repeat one before them."""
    kept: list[Scored] = []
    for item in items:
        if not any(item is one for one in kept) and not repeated(item, kept):
            kept.append(item)
    return kept[:SENTENCES]


def _quotable(item: Scored) -> bool:
    candidate = item.candidate
    return not (candidate.unfit or candidate.is_row or candidate.penalty >= UNFIT)


def _names_several(question: Question, item: Scored, head: str, *, sure: bool) -> bool:
    candidate = item.candidate
    if _share_named(question, around(candidate.hit)) < NAMED:
        return False
    of_names = len(_row_of_names(question, candidate.sentence)) >= SEVERAL
    if not (of_names or _THINGS.search(candidate.sentence)):
        return False
    told = " ".join((candidate.hit.brief.title, *candidate.hit.passage.heading, candidate.sentence))
    covered = _covered(question, told, but=head)
    if sure:
        return covered >= LEAST_COVERED or item.score >= 0
    if head not in stems(candidate.sentence):
        return of_names and covered >= MOSTLY
    return covered >= MOSTLY or (of_names and _covered(question, told) >= LEAST_COVERED)


def _adds(question: Question, item: Scored, chosen: Sequence[Scored]) -> bool:
    """Return whether a sentence repeats none of the others and names what they do not."""
    if repeated(item, chosen):
        return False
    known = set(words(question.text)).union(*(words(one.candidate.sentence) for one in chosen))
    own = {word for word in content_words(item.candidate.sentence) if len(word) > 2}
    return len(own - known) > ADDS


def _are_of_kind(question: Question, item: Scored, head: str) -> bool:
    """Return whether what a sentence names in a row may be what is asked for: countries or not."""
    row = _row_of_names(question, item.candidate.sentence)
    countries = sum(map(is_country, row))
    if head in _COUNTRIES:
        return not row or countries > 0
    return head not in _NO_COUNTRIES or not row or countries < len(row)


def _row_of_names(question: Question, sentence: str) -> list[str]:
    """Return the names that a sentence has in a row and that the question does not say."""
    asked = {*words(question.text), *(month.lower() for month in MONTHS)}
    return [name for name in enumerated(sentence) if not asked & set(words(name))]


def _covered(question: Question, text: str, but: str = "") -> float:
    """Return the share of the question's weightier words that a text says, one left out."""
    weights = {one: weight for one, weight in question.weights.items() if one not in (*_LIGHT, but)}
    return share(weights, said(weights, text)) / sum(weights.values()) if weights else 0.0
