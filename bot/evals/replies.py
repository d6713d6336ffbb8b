"""Judge a reply by what a gold question expects of it: an answer in, a judgement out.

What is judged is what a reader sees: the sentences of an answer with the briefs they cite, or,
where the bot is unsure, the passages it shows instead. bot/evals/judging.py compares quotations.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.answering.answer import Answer, Citation, Outcome, Sentence
from bot.evals.gold import Alternatives, Expected, GoldQuestion
from bot.evals.judging import contains, meets, names_of, quotes
from bot.question.kinds import Kind
from index.passage import BriefRef
from index.sentences import split

# Kinds whose lines are about briefs, or about their wording, and not sentences of theirs.
_OF_ROWS = frozenset({Kind.CATALOGUE, Kind.WHAT_CHANGED, Kind.HELP})
# Kinds that are all answered in sentences of the briefs, so that no reader can tell them apart.
_ALIKE = frozenset({Kind.FACT, Kind.LIST, Kind.COMPARISON})
# Kinds that may name a brief in a line of its own, whose citation quotes the title.
_NAMING_BRIEFS = frozenset({Kind.OVERVIEW, Kind.SUMMARY, Kind.CHANGE_OF_VIEW})
_CAPTION = re.compile(
    r"(?:table|figure|fig|chart|box|map|graph)\s*\d*[.:–—-]|(?:source|notes?)s?:", re.I
)
_BULLET = re.compile(r"\s*(?:[•*–—-]|\(?[\da-z]{1,3}[.)])\s")
_END = re.compile(r"[.!?:;…][\"'”’)\]\d]*$")
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})


class ReplyCost(StrEnum):
    """What a reply is to its reader."""

    NONE = "right"
    WRONG_ANSWER = "wrong answer"
    WRONG_REFUSAL = "wrong refusal"
    UNSURE_SHOWN = "unsure, the answer shown"
    UNSURE_WITHOUT = "unsure, without the answer"


# In minutes of an analyst who has to send the right answer on: a wrong answer is found out later
# and taken back; after a refusal the briefs are searched by hand, or it is believed; a passage is
# read in half a minute, and in vain once more before the search by hand.
MINUTES = {
    ReplyCost.NONE: 0.0,
    ReplyCost.WRONG_ANSWER: 10.0,
    ReplyCost.WRONG_REFUSAL: 5.0,
    ReplyCost.UNSURE_SHOWN: 0.5,
    ReplyCost.UNSURE_WITHOUT: 5.5,
}
IN_VAIN = 0.5  # minutes to read what may answer a question that no brief answers


@dataclass(frozen=True)
class ReplyJudgement:
    """How a reply compares with what is expected; None where the gold line expects nothing."""

    kind: Kind  # that the question was taken for
    outcome: Outcome
    kind_right: bool | None
    outcome_right: bool | None
    right: bool  # outcome, content and form
    faults: tuple[str, ...]  # what it lacks or should not have
    cost: ReplyCost
    minutes: float  # that it costs its reader
    no_sentences: tuple[str, ...]  # why, for each sentence shown that is no sentence of a text
    prose: int  # sentences shown that should be sentences of a text
    one_sentence: bool | None  # answered in one where one is enough; None elsewhere


@dataclass(frozen=True)
class ShownText:
    """A sentence shown, or a passage shown instead of an answer, with the briefs it is from."""

    text: str
    briefs: tuple[BriefRef, ...] = ()

    def is_or_says(self, wanted: str) -> bool:
        """Return whether it is from the brief of that name, or holds that text."""
        return self.is_from(wanted) or says(self.text, wanted)

    def is_from(self, name: str) -> bool:
        """Return whether it is from the brief of that name."""
        return any(_bare(name) in names_of(brief) for brief in self.briefs)


def judge(gold: GoldQuestion, answer: Answer) -> ReplyJudgement:
    """Compare a reply with what its gold question expects."""
    expected, outcome, kind = gold.expected, answer.outcome, answer.kind
    parts = tuple(_shown(answer, outcome))
    kind_right = kind in expected.kinds if expected.kinds else None
    outcome_right = _outcome_right(gold, outcome)
    faults = tuple(_faults(gold, answer, parts, outcome))
    right = outcome_right is not False and not faults and _form_right(expected, answer)
    prose = _prose(answer)
    reasons = [_no_sentence(one, _cited(one, answer), expected) for one in prose]
    cost, minutes = _cost(gold, outcome, right=right, shown=not faults)
    return ReplyJudgement(
        kind=kind,
        outcome=outcome,
        kind_right=kind_right,
        outcome_right=outcome_right,
        right=right,
        faults=faults,
        cost=cost,
        minutes=minutes,
        no_sentences=tuple(filter(None, reasons)),
        prose=len(prose),
        one_sentence=_one_sentence(gold, answer) if outcome is Outcome.ANSWERED else None,
    )


def says(text: str, wanted: str) -> bool:
    """Return whether a text holds words or a figure, whole, whatever the case and the quote marks.

    "1%" does not stand in "11%", nor "sea" in "search".
    """
    pattern = re.escape(_folded(wanted))
    before = r"(?<![\d.,])(?<!\w)" if wanted[0].isdigit() else r"(?<!\w)" * wanted[0].isalpha()
    after = r"(?![.,]?\d)(?!\w)" if wanted[-1].isdigit() else r"(?!\w)" * wanted[-1].isalpha()
    return re.search(before + pattern + after, _folded(text)) is not None


def _shown(answer: Answer, outcome: Outcome) -> Iterator[ShownText]:
    if outcome is Outcome.ANSWERED:
        for sentence in answer.sentences:
            yield ShownText(sentence.text, tuple(one.brief for one in _cited(sentence, answer)))
        yield from map(ShownText, answer.draft.notes)
    elif outcome is Outcome.UNSURE:
        yield from (ShownText(hit.passage.text, (hit.brief,)) for hit in answer.nearest)


def _cited(sentence: Sentence, answer: Answer) -> list[Citation]:
    return [one for one in answer.citations if one.number in sentence.citations]


def _form_right(expected: Expected, answer: Answer) -> bool:
    """Return whether an answer has the form that its kind wants; a greeting is taken for one."""
    kinds = set(expected.kinds)
    if Kind.HELP not in kinds and answer.outcome is not Outcome.ANSWERED:
        return True
    return not kinds or answer.kind in kinds or (answer.kind in _ALIKE and bool(kinds & _ALIKE))


def _outcome_right(gold: GoldQuestion, outcome: Outcome) -> bool | None:
    if gold.expected.outcomes:
        return outcome in gold.expected.outcomes
    return None if gold.answerable is None else (outcome is Outcome.ANSWERED) is gold.answerable


def _faults(
    gold: GoldQuestion, answer: Answer, parts: Sequence[ShownText], outcome: Outcome
) -> Iterator[str]:
    """Yield what is missing from what is shown, and what should not be there."""
    expected = gold.expected
    text = "\n".join(part.text for part in parts)
    yield from (f"shows {one!r}" for one in expected.contains_not if says(text, one))
    if outcome is Outcome.DECLINED and Outcome.DECLINED in expected.outcomes:
        return
    yield from _missing(expected, parts, text)
    if outcome is Outcome.ANSWERED and len(answer.sentences) < expected.at_least:
        yield f"only {len(answer.sentences)} of {expected.at_least} sentences"
    wanted = [name for names in expected.briefs for name in names]
    if expected.only_these:
        for brief in dict.fromkeys(brief for part in parts for brief in part.briefs):
            if names_of(brief).isdisjoint(map(_bare, wanted)):
                yield f"cites {brief.title!r}"
    for needs in gold.needed:
        if outcome is Outcome.UNSURE:
            there = any(meets(hit, needs) for hit in answer.nearest)
        else:
            there = any(quotes(one.quote, one.hit, needs) for one in answer.citations)
        if not there:
            yield f"no {(needs[0].quote or ' or '.join(needs[0].briefs) or 'paragraph')[:60]!r}"
    if gold.answer and contains(text, gold.answer) is False:
        yield f"does not say {gold.answer!r}"


def _missing(expected: Expected, parts: Sequence[ShownText], text: str) -> Iterator[str]:
    for names in expected.briefs:
        if not any(part.is_from(name) for part in parts for name in names):
            yield f"no brief {_either(names)}"
    for texts in expected.contains:
        if not any(says(text, one) for one in texts):
            yield f"no {_either(texts)}"
    if expected.first and not any(
        part.is_or_says(one) for part in parts[:1] for one in expected.first
    ):
        yield f"does not begin with {_either(expected.first)}"
    places = [
        next((at for at, part in enumerate(parts) if part.is_or_says(one)), None)
        for one in expected.order
    ]
    found = [place for place in places if place is not None]
    if len(found) < len(places) or found != sorted(found):
        yield f"not in the order {', '.join(expected.order)}"


def _cost(
    gold: GoldQuestion, outcome: Outcome, *, right: bool, shown: bool
) -> tuple[ReplyCost, float]:
    """Say what a reply is to its reader; a question with no answer can only be read in vain."""
    if right:
        cost = ReplyCost.NONE
    elif outcome is Outcome.ANSWERED:
        cost = ReplyCost.WRONG_ANSWER
    elif outcome is Outcome.DECLINED:
        cost = ReplyCost.WRONG_REFUSAL
    elif gold.answerable is False:
        return ReplyCost.UNSURE_WITHOUT, IN_VAIN
    else:
        cost = ReplyCost.UNSURE_SHOWN if shown else ReplyCost.UNSURE_WITHOUT
    return cost, MINUTES[cost]


def _one_sentence(gold: GoldQuestion, answer: Answer) -> bool | None:
    """Return whether one sentence was shown; None where more than one is asked for."""
    asked = gold.expected.one_sentence
    if not asked and set(gold.expected.kinds) <= {Kind.FACT} and len(gold.needed) == 1:
        quote = gold.needed[0][0].quote
        asked = bool(quote) and len(list(split(quote))) == 1
    return len(answer.sentences) == 1 if asked else None


def _prose(answer: Answer) -> list[Sentence]:
    """Return the sentences shown that should be sentences of a text."""
    if answer.kind in _OF_ROWS:
        return []
    naming = answer.kind in _NAMING_BRIEFS
    return [
        sentence
        for sentence in answer.sentences
        if not (naming and all(_is_title(one) for one in _cited(sentence, answer)))
    ]


def _is_title(citation: Citation) -> bool:
    return _bare(citation.quote) == _bare(citation.brief.title)


def _no_sentence(sentence: Sentence, cited: Sequence[Citation], expected: Expected) -> str:
    """Say what a sentence of an answer is that is none of a text: "row", "heading" …, or "".

    A row that holds what is asked for may be shown.
    """
    wanted = [one for texts in expected.contains for one in texts]
    for one in cited:
        quote = one.quote.strip()
        if "|" in quote and not any(says(sentence.text, text) for text in wanted):
            return "row"
        if _CAPTION.match(quote):
            return "caption"
        if quote.endswith("?"):
            return "question"
        if _is_heading(one):
            return "heading"
    return ""


def _is_heading(citation: Citation) -> bool:
    """Return whether a quotation is a heading, or a line of its own that ends like one."""
    passage, quote = citation.hit.passage, citation.quote.strip()
    if _bare(quote) in {_bare(one) for one in (*passage.heading, citation.brief.title)}:
        return True
    start = passage.text.rfind("\n", 0, citation.start - passage.start) + 1
    end = passage.text.find("\n", citation.end - passage.start)
    line = passage.text[start : end if end >= 0 else None]
    return (
        _bare(line) == _bare(quote)
        and not _BULLET.match(line)
        and not _END.search(quote)
        and "|" not in quote
    )


def _either(texts: Alternatives) -> str:
    return " or ".join(map(repr, texts))


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def _folded(text: str) -> str:
    return _bare(text.translate(_PLAIN))
