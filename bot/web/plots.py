"""The statistics as plots: numbers in; out come shapes for templates/plots.html and a table.

Places across are shares of the width, so that a plot fits any screen; heights are in pixels. Not
drawn with matplotlib: it writes style attributes, which our Content-Security-Policy forbids, knows
one colour scheme and one width, takes half a second to import and is an optional dependency.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import ClassVar

from bot.audit.statistics import Day, Month

DAYS, WEEKS = 62, 366  # days up to which a bar is a day, or a week; beyond, it is a month
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH = len("2026-05")
_FEWEST = 14  # bars that there is room for; fewer leave some of it empty
_LABELS = 5  # on an axis of time: what a phone has room for
_APART = 0.25  # of the width, between the names of two months


@dataclass(frozen=True)
class Bar:
    """A bar with the text that pointing at it shows."""

    title: str
    at: float  # left edge
    width: float
    values: tuple[float, ...]  # heights of its parts from the bottom, or the number of a row


@dataclass(frozen=True)
class LinePoint:
    """A point of a line, its height above the bottom of the plot; None leaves a gap."""

    title: str
    at: float
    height: float | None


@dataclass(frozen=True)
class Plot:
    """A plot, and its numbers as a table; without numbers there are no rows and no plot."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    described: str = ""
    ticks: tuple[tuple[float, str], ...] = ()  # height, label
    labels: tuple[tuple[float, str], ...] = ()  # place, text
    bars: tuple[Bar, ...] = ()
    lines: tuple[tuple[LinePoint, ...], ...] = ()

    top: ClassVar[int] = 30  # for the legend
    height: ClassVar[int] = 180
    below: ClassVar[int] = 24  # for the labels
    row: ClassVar[int] = 34  # of one horizontal bar with its label


def days(found: Sequence[Day]) -> Plot:
    """Return questions over time as bars: answered below, not answered above."""
    bars, grain = _spans(found)
    title, head = "Questions over time", (grain, "Answered", "Not answered")
    if not any(bar.answers or bar.declined for bar in bars):
        return Plot("days", title, head)
    ticks = _ticks(max(bar.answers + bar.declined for bar in bars))
    width, scale = 1 / max(len(bars), _FEWEST), Plot.height / ticks[-1]
    asked, declined = (sum(numbers) for numbers in zip(*map(_asked, bars), strict=True))
    step = -(-max(len(bars), _FEWEST) // _LABELS)
    return Plot(
        "days",
        title,
        head,
        tuple((_label(bar.day), f"{bar.answers:,}", f"{bar.declined:,}") for bar in bars),
        f"{asked:,} questions from {found[0].day} to {found[-1].day}, {declined:,} not answered",
        tuple((at * scale, str(at)) for at in ticks),
        tuple(
            ((at + 0.5) * width, _label(bars[at].day, year=False))
            for at in range(0, len(bars), step)
        ),
        tuple(
            Bar(
                f"{_label(bar.day)}: {bar.answers} answered, {bar.declined} not answered",
                at * width,
                width,
                (bar.answers * scale, bar.declined * scale),
            )
            for at, bar in enumerate(bars)
        ),
    )


def kinds(found: Mapping[str, int]) -> Plot:
    """Return counts by kind as horizontal bars, the most frequent first."""
    title, head = "Findings by kind", ("Kind", "Findings")
    counts = sorted((-n, kind) for kind, n in found.items() if n)
    if not counts:
        return Plot("kinds", title, head)
    rows = tuple((kind, f"{-n:,}") for n, kind in counts)
    most = counts[0][0]
    return Plot(
        "kinds",
        title,
        head,
        rows,
        ", ".join(" ".join(row) for row in rows),
        bars=tuple(
            Bar(kind, 0, 0.85 * n / most, (-n,))
            for n, kind in counts  # 0.85: room for the number
        ),
    )


def agreement(found: Sequence[Month]) -> Plot:
    """Return month by month how checks and editors agree: the share of sentences, and kappa."""
    title, head = (
        "Agreement between checks and editors",
        ("Month", "Judged", "Agreed", "Cohen's kappa"),
    )
    if not found:
        return Plot("agreement", title, head)
    shares = [one.agreed / one.judged for one in found]
    kappas = [one.kappa for one in found]
    shown = ["–" if one is None else f"{one:.2f}" for one in kappas]
    rows = tuple(
        (_label(one.month), f"{one.judged:,}", f"{share:.0%}", kappa)
        for one, share, kappa in zip(found, shares, shown, strict=True)
    )
    titles = [f"{month}: {share} of {n} agreed, kappa {kappa}" for month, n, share, kappa in rows]
    lowest = -1.0 if any((one or 0) < 0 for one in kappas) else 0.0
    places = _places(found)

    def height(value: float) -> float:
        return Plot.height * (value - lowest) / (1 - lowest)

    def line(values: Sequence[float | None]) -> tuple[LinePoint, ...]:
        return tuple(
            LinePoint(title, at, None if value is None else height(value))
            for title, at, value in zip(titles, places, values, strict=True)
        )

    return Plot(
        "agreement",
        title,
        head,
        rows,
        "; ".join(titles),
        tuple((height(at), f"{at:.1f}") for at in (lowest, (1 + lowest) / 2, 1.0)),
        _apart([(place, _label(one.month)) for place, one in zip(places, found, strict=True)]),
        lines=(line(shares), line(kappas)),
    )


def _asked(day: Day) -> tuple[int, int]:
    return day.answers + day.declined, day.declined


def _places(found: Sequence[Month]) -> list[float]:
    """Return where each month is, in (0, 1): months without a judgement keep their room."""
    at = [int(one.month[:4]) * 12 + int(one.month[5:7]) for one in found]
    room = at[-1] - at[0] + 1
    return [(one - at[0] + 0.5) / room for one in at]


def _apart(labels: Sequence[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """Return the labels that do not overlap on a phone."""
    shown: list[tuple[float, str]] = []
    for place, text in labels:
        if not shown or place - shown[-1][0] >= _APART:
            shown.append((place, text))
    return tuple(shown)


def _ticks(most: int) -> list[int]:
    """Return whole numbers from 0 to at least `most`, in steps of 1, 2 or 5 and zeros."""
    steps = (digit * 10**zeros for zeros in count() for digit in (1, 2, 5))
    step = next(step for step in steps if step * 4 >= most)
    return list(range(0, step * -(-most // step) + 1, step))


def _spans(found: Sequence[Day]) -> tuple[list[Day], str]:
    """Return days, weeks from Monday on, or months ("2026-05"), and the name of that unit."""
    grain = "Day" if len(found) <= DAYS else "Week from" if len(found) <= WEEKS else "Month"
    together: dict[str, Day] = {}
    for one in found:
        begins = one.day
        if grain == "Week from":
            day = date.fromisoformat(one.day)
            begins = (day - timedelta(days=day.weekday())).isoformat()
        elif grain == "Month":
            begins = one.day[:_MONTH]
        before = together.get(begins, Day(begins, 0, 0))
        together[begins] = Day(begins, before.answers + one.answers, before.declined + one.declined)
    return list(together.values()), grain


def _label(iso: str, *, year: bool = True) -> str:
    """Return "May 2026" for a month; "3 May 2026", or "3 May", for a day."""
    month = _MONTHS[int(iso[5:7]) - 1]
    if len(iso) == _MONTH:
        return f"{month} {iso[:4]}"
    return f"{int(iso[8:])} {month}" + (f" {iso[:4]}" if year else "")
