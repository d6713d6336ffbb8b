"""Find where two briefs state different figures for the same thing: sentences in, a note out.

Strict, for a false alarm costs more trust than a missed one: the two sentences must share most of
their words, speak of no different dates, and each must give a number of one kind that the other
does not. Knows nothing of ranking.
"""

from calendar import month_name
from dataclasses import dataclass

from bot.answering.candidates import Candidate
from bot.answering.readable import bare
from bot.language import facts, quantities
from bot.language.facts import DATE, NUMBER, STOP, Token
from bot.language.quantities import Quantity
from index.passage import BriefRef

ALIKE = 0.6  # share of the words of both that two sentences must have in common
LONGEST = 60  # characters of a title in a note


@dataclass(frozen=True)
class Difference:
    """Two sentences of different briefs, the newer first, and the figures that differ."""

    newer: Candidate
    older: Candidate
    newer_said: str
    older_said: str

    @property
    def note(self) -> str:
        """One line for the reader, with both figures and both dates."""
        return (
            f"The briefs differ: {self.newer_said} in {_brief(self.newer.hit.brief)}, "
            f"{self.older_said} in {_brief(self.older.hit.brief)}."
        )


def difference(one: Candidate, other: Candidate) -> Difference | None:
    """Return how two sentences differ, None where they agree or speak of different things."""
    if one.hit.brief.id == other.hit.brief.id:
        return None
    newer, older = sorted((one, other), key=lambda item: item.hit.brief.date or "", reverse=True)
    first, second = facts.read(bare(newer.sentence)), facts.read(bare(older.sentence))
    if not _same_matter(first, second):
        return None
    pair = _figures(first, second)
    return Difference(newer, older, *pair) if pair else None


def _same_matter(first: tuple[Token, ...], second: tuple[Token, ...]) -> bool:
    dates = [{token.key for token in tokens if token.kind == DATE} for tokens in (first, second)]
    if dates[0] - dates[1] and dates[1] - dates[0]:
        return False
    said = [
        {token.key for token in tokens if token.kind not in (STOP, DATE, NUMBER)}
        for tokens in (first, second)
    ]
    union = said[0] | said[1]
    return bool(union) and len(said[0] & said[1]) / len(union) >= ALIKE


def _figures(first: tuple[Token, ...], second: tuple[Token, ...]) -> tuple[str, str] | None:
    """Return the first figure of each that the other contradicts."""
    mine, theirs = _only(first, second), _only(second, first)
    if not mine or len(mine) != len(theirs):
        return None
    for (said, value), (other_said, other) in zip(mine, theirs, strict=True):
        if value.unit != other.unit or quantities.agreement(value, other) > 0:
            return None
        if quantities.agreement(other, value) > 0:
            return None
        return said, other_said
    return None


def _only(tokens: tuple[Token, ...], others: tuple[Token, ...]) -> list[tuple[str, Quantity]]:
    """Return the figures of a sentence that the other does not give."""
    known = {token.key for token in others}
    return [
        (token.said, token.fact)
        for token in tokens
        if token.kind == NUMBER
        and isinstance(token.fact, Quantity)
        and not token.fact.ordinal
        and token.key not in known
    ]


def _brief(brief: BriefRef) -> str:
    title = brief.title if len(brief.title) <= LONGEST else brief.title[: LONGEST - 1] + "…"
    return f"“{title}” ({said_date(brief.date)})"


def said_date(iso: str | None) -> str:
    """Return a partial ISO date in words: "12 March 2024"; "no date" for None."""
    if not iso:
        return "no date"
    year, *rest = iso.split("-")
    month = [month_name[int(rest[0])]] if rest else []
    day = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*day, *month, year])
