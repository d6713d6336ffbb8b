"""Answer a comparison: one line a side on the same measure, each with its side as its label.

Where one sentence or row compares both it stands alone. Where only one side is found it is shown,
and a note says that nothing was found on the other; a sentence that does not speak of its side
never stands for it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from bot.answering.answer import DraftAnswer, Outcome
from bot.answering.answerability import Decision
from bot.answering.extractive import near_passages
from bot.answering.kinds.catalogue import ages_of_two
from bot.answering.kinds.compared_rows import row_of_columns, rows_of_sides
from bot.answering.kinds.quoting import Line, drafted
from bot.answering.kinds.sides import apart, as_named, key_words, says
from bot.answering.kinds.sources import Sources
from bot.answering.reranking import RerankedLibrary, judged, readings, window
from bot.answering.search import HITS, editions
from bot.answering.selection import Scored, repeated
from bot.language.dates import moments
from bot.language.quantities import quantities
from bot.language.words import LIGHT
from bot.question.question import Question
from bot.question.wanted import FIGURES
from index.passage import Hit
from index.words import said, stem

UNTELLING = 0.15  # penalty from which a sentence is none to compare: a note, a caption
DEEP = 12  # best sentences of a side that are paired
LIKELY = 4.0  # logarithm of how much less likely than the best of its side a sentence may be
BOTH = 2.0  # … one that speaks of both sides, against the best of either
# Confidence from which two sides are set side by side, and the reader's logit for the better of two
# sentences; of some twenty comparisons over the libraries of bench.kinds (dev), the right ones
# had .44 and -2.3 at least.
LIKELY_ENOUGH, READ_TOGETHER = 0.3, -2.0
OF_A_MATTER = 0.4  # cosine of two sentences of different briefs, at least
NAMED = 0.5  # share of a side's words that speak of it
# What two sentences gain by being alike, against the logarithm of their odds.
SAME_TABLE, SAME_KIND, SAME_UNIT, SAME_PASSAGE, SAME_BRIEF, COSINE = 2.0, 2.0, 1.0, 0.5, 0.5, 1.0
ASIDE = 1.0  # what one loses whose side only its heading, title or date names
UNNAMED = 4.0  # … by the share of its side's name that it does not say
_LIGHT = frozenset(map(stem, LIGHT))
_AGE = re.compile(
    r"\b(?:first|last|older|newer|oldest|newest|earlier|later|earliest|latest|(?:more|most)\s+recent"
    r"|came\s+out|published|written|issued|updated|dated?)\b",
    re.IGNORECASE,
)


def comparison_answer(question: Question, sources: Sources) -> DraftAnswer | None:
    """Return a line for each side that is found, what may answer where none is, or None."""
    if asks_for_ages(question) and (draft := ages_of_two(question, sources)):
        return draft
    if len(question.parts) != 2 or len(question.compared) != 2 or not sources.found.hits:
        return None
    hits, library = sources.found.hits, sources.library
    names = question.compared
    weighed = [
        judged(part, _hits_of(part, name, sources), library)
        for part, name in zip(question.parts, names, strict=True)
    ]
    ranked = [found for found, _ in weighed]
    if not all(ranked):
        return None
    measure = _measure(question, sources)
    own = apart(as_named(names, hits))
    sides = [
        _speaking(found, mine, theirs, measure)
        for found, mine, theirs in zip(ranked, own, reversed(own), strict=True)
    ]
    decision = _decision(question, sources, [one for _, one in weighed])
    sure = decision.confidence >= LIKELY_ENOUGH
    both = _of_both(question, ranked, own, measure) if sure else None
    if both and (both.candidate.is_row or _tells(question, [both], measure, library)):
        return drafted(question, [_quoted(both)], decision)
    if rows := rows_of_sides(question, names, hits) or row_of_columns(question, names, hits):
        return drafted(question, rows, decision)
    pair = _pair(*sides, any_unit=bool(measure))
    if sure and pair and _tells(question, pair, measure, library):
        lines = [_quoted(item, name) for item, name in zip(pair, names, strict=True)]
        return drafted(question, lines, decision)
    if decision.outcome is Outcome.DECLINED:
        return None
    for found, name, other in zip(sides, names, reversed(names), strict=True):
        alone = (
            found
            and decision.outcome is Outcome.ANSWERED
            and _tells(question, found[:1], measure, library)
        )
        if alone and said(measure, _told(found[0])):
            note = f"Nothing to compare it with was found on “{other}”."
            return drafted(question, [_quoted(found[0], name)], decision, [note])
    return DraftAnswer(
        confidence=decision.confidence,
        features=decision.features,
        near=near_passages(hits, ranked[0]),
    )


def asks_for_ages(question: Question) -> bool:
    """Return whether the dates of two briefs may be what is compared."""
    return bool(_AGE.search(question.searched))


def _hits_of(part: Question, name: str, sources: Sources) -> Sequence[Hit]:
    """Return the hits of a side: of a time those of the editions of that time, if there are any."""
    if moments(name) and editions(part, sources.briefs()):
        return sources.search(part, HITS).hits
    return sources.found.hits


def _decision(question: Question, sources: Sources, sides: Sequence[Decision]) -> Decision:
    """Return the more confident decision of the sides, or that of the whole if neither answers."""
    best = max(sides, key=lambda decision: decision.confidence)
    if best.outcome is Outcome.ANSWERED:
        return best
    _, whole = judged(question, sources.found.hits, sources.library)
    return max(best, whole, key=lambda decision: decision.confidence)


def _measure(question: Question, sources: Sources) -> frozenset[str]:
    """Return the stems that both sides share and some brief has: what is compared.

    Those of the sides themselves, as "navy" of two navies, only where there are no others.
    """
    shared = _shared(question)
    known = frozenset(shared - sources.library.unknown(sorted(shared)))
    return known.difference(*map(key_words, question.compared)) or known


def _tells(
    question: Question, lines: Sequence[Scored], measure: frozenset[str], library: RerankedLibrary
) -> bool:
    """Return whether sentences tell what is compared, by their words and by the reader.

    It reads them as answers to the whole question, or each as one to its side's.
    """
    if measure and not any(_measures(item, measure) for item in lines):
        return False
    read = readings(question, [window(item.candidate) for item in lines], library)
    if not read:
        return True
    whole = max(read)
    sides = [item.reading for item in lines if item.reading is not None]
    each = min(sides) if sides and _is_known(question, library) else whole
    return max(whole, each) >= READ_TOGETHER and (len(lines) == 1 or _of_a_matter(*lines))


def _is_known(question: Question, library: RerankedLibrary) -> bool:
    """Return whether briefs have all words that the sides share: what is compared is known."""
    return not library.unknown(sorted(_shared(question)))


def _shared(question: Question) -> frozenset[str]:
    first, second = (frozenset(part.stems) for part in question.parts)
    return (first & second) - _LIGHT


def _of_a_matter(one: Scored, other: Scored) -> bool:
    """Return whether two sentences may be of one thing: of one brief, or alike."""
    same = one.candidate.hit.brief.id == other.candidate.hit.brief.id
    return same or float(one.vector @ other.vector) >= OF_A_MATTER


def _measures(item: Scored, measure: frozenset[str]) -> bool:
    """Return whether a sentence, or what stands above it, says something of what is compared."""
    return bool(said(measure, f"{_told(item)} {_setting(item)}"))


def _speaking(
    ranked: Sequence[Scored], own: str, other: str, measure: frozenset[str]
) -> list[Scored]:
    """Return the likely sentences that speak of a side and not of the other instead, best first.

    They, or what stands above them, also say something of what is compared.
    """
    found = []
    for item in ranked:
        told, setting = _told(item), f"{_told(item)} {_setting(item)}"
        if not _is_line(item):
            continue
        if measure and not said(measure, f"{setting} {item.candidate.hit.passage.text}"):
            continue
        if (named := says(own, told)) >= NAMED:
            found.append(replace(item, score=item.score - UNNAMED * (1 - named)))
        elif says(own, setting) >= NAMED > says(other, setting):
            found.append(replace(item, score=item.score - ASIDE))
    found.sort(key=lambda item: -item.score)
    return [item for item in found if found[0].score - item.score <= LIKELY][:DEEP]


def _of_both(
    question: Question,
    ranked: Sequence[Sequence[Scored]],
    names: Sequence[str],
    measure: frozenset[str],
) -> Scored | None:
    """Return the sentence that speaks of both sides and is among the likely ones of each."""
    places = [{_key(item): item.score - found[0].score for item in found} for found in ranked]
    fitting = []
    for item in filter(_is_line, ranked[0]):
        if not all(_key(item) in place for place in places):  # of times, each has its own editions
            continue
        behind = [place[_key(item)] for place in places]
        row = item.candidate.is_row
        if min(behind) < -(LIKELY if row else BOTH):
            continue
        if measure and not _measures(item, measure):
            continue
        enough = (
            row or question.wants not in FIGURES or len(quantities(item.candidate.sentence)) > 1
        )
        if enough and all(says(name, _told(item)) >= NAMED for name in names):
            fitting.append((sum(behind), item))
    return max(fitting, key=lambda entry: entry[0])[1] if fitting else None


def _pair(
    first: Sequence[Scored], second: Sequence[Scored], *, any_unit: bool
) -> tuple[Scored, Scored] | None:
    """Return the likeliest sentences of two sides that are also most alike.

    Where nothing says what is compared they must at least count the same thing.
    """
    pairs = [
        (
            one.score - first[0].score + other.score - second[0].score + _alike(one, other),
            one,
            other,
        )
        for one, other in product(first, second)
        if _key(one) != _key(other)
        and (one.candidate.is_row or not repeated(one, [other]))  # rows of a table are all alike
        and (any_unit or _share_a_unit(one, other))
    ]
    return max(pairs, key=lambda pair: pair[0])[1:] if pairs else None


def _alike(one: Scored, other: Scored) -> float:
    """Return how much speaks for two sentences giving the same measure."""
    here, there = one.candidate, other.candidate
    table = here.is_row and there.is_row and here.hit.passage.heading == there.hit.passage.heading
    return (
        SAME_TABLE * table
        + SAME_PASSAGE * (here.hit.passage_id == there.hit.passage_id)
        + SAME_BRIEF * (here.hit.brief.id == there.hit.brief.id)
        + SAME_UNIT * _share_a_unit(one, other)
        + SAME_KIND * (min(one.feature("offers"), other.feature("offers")) > 0)
        + COSINE * float(one.vector @ other.vector)
    )


def _share_a_unit(one: Scored, other: Scored) -> bool:
    first, second = (
        {figure.unit for figure in quantities(item.candidate.sentence) if not figure.ordinal}
        for item in (one, other)
    )
    return bool(first & second - {""})


def _is_line(item: Scored) -> bool:
    """Return whether a sentence may stand for a side: whole, or a row that has a header."""
    candidate, passage = item.candidate, item.candidate.hit.passage
    if candidate.unfit:
        return False
    return bool(passage.header) if candidate.is_row else candidate.penalty < UNTELLING


def _told(item: Scored) -> str:
    """Return a sentence, or a row with the names of its columns."""
    candidate, passage = item.candidate, item.candidate.hit.passage
    if not candidate.is_row:
        return candidate.text
    return f"{candidate.text} {passage.header}"


def _setting(item: Scored) -> str:
    """Return what stands above a sentence: headings, title, and when the brief is of."""
    hit = item.candidate.hit
    return " ".join(
        (*hit.passage.heading, hit.passage.context, hit.brief.title, hit.brief.date or "")
    )


def _key(item: Scored) -> tuple[str, int]:
    return item.candidate.hit.passage_id, item.candidate.core


def _quoted(item: Scored, name: str = "") -> Line:
    candidate = item.candidate
    return Line(candidate.hit, candidate.start, candidate.end, _spelled(name, candidate.text))


def _spelled(name: str, text: str) -> str:
    """Return a side as the brief spells it, else as typed with a capital."""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    shown = found[0] if found else name
    return shown[:1].upper() + shown[1:]
