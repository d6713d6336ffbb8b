"""Draw the desk's statistics as SVG: numbers in, a picture and the table that says the same out.

Colours come from the classes in static/plots.css, so that they follow light and dark. Of our own
making: matplotlib takes half a second to import, is an extra, writes style attributes, which the
desk's Content-Security-Policy forbids, and knows one colour scheme and one width.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, pairwise

from markupsafe import Markup, escape

from bot.audit.statistics import Day, Month


def element(name: str, *children: str, **attributes: object) -> Markup:
    """Return an element; `class_` and `text_anchor` become "class" and "text-anchor".

    Children that are no Markup are escaped; attributes that are None are left out.
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(children)
    return Markup(f"<{name}{shown}>{inner}</{name}>")  # noqa: S704 - escaped piece by piece above


def picture(name: str, height: int, title: str, described: str, drawn: Iterable[Markup]) -> Markup:
    """Return an SVG as wide as its place and `height` pixels high, with a name and a description.

    Widths inside are percentages, so that it fits a phone and its letters keep their size.
    """
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", described, id=f"{name}-desc"),
        *drawn,
        class_="plot",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        width="100%",
        height=height,
    )


def percent(share: float) -> str:
    """Return a share of the width, in [0, 1], as an attribute's value."""
    return f"{_number(100 * share)}%"


def _number(value: object) -> object:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


DAYS, WEEKS = 62, 366  # days up to which a bar is a day, or a week; of more it is a month
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH = len("2026-05")


def grain(count: int) -> str:
    """Return what one bar of so many days stands for."""
    return "Day" if count <= DAYS else "Week from" if count <= WEEKS else "Month"


def spans(found: Sequence[Day]) -> list[Day]:
    """Return days, weeks from Monday on, or months ("2026-05"), by how many days there are."""
    named = grain(len(found))
    together: dict[str, Day] = {}
    for one in found:
        begins = _monday(one.day) if named == "Week from" else one.day
        begins = begins[:_MONTH] if named == "Month" else begins
        before = together.get(begins, Day(begins, 0, 0))
        together[begins] = Day(begins, before.answers + one.answers, before.declined + one.declined)
    return list(together.values())


def label(span: Day) -> str:
    """Return a span's name, such as "3 May 2026" or "May 2026"."""
    if len(span.day) == _MONTH:
        return month_label(span.day)
    return f"{short_label(span)} {span.day[:4]}"


def short_label(span: Day) -> str:
    """Return the name without the year of a day; a month keeps it."""
    if len(span.day) == _MONTH:
        return month_label(span.day)
    return f"{int(span.day[8:])} {_MONTHS[int(span.day[5:7]) - 1]}"


def month_label(month: str) -> str:
    """Return "May 2026" for "2026-05"."""
    return f"{_MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def _monday(day: str) -> str:
    at = date.fromisoformat(day)
    return (at - timedelta(days=at.weekday())).isoformat()


_TOP, _HEIGHT, _BELOW = 30, 180, 24  # pixels: the legend, the plot, the labels of its axis
_ROW = 34  # pixels of one horizontal bar with its label
_FEWEST = 14  # bars that there is room for; fewer leave some of it empty
_LABELS = 5  # on an axis of time: what a phone has room for
_APART = 0.25  # of the width, between the names of two months


@dataclass(frozen=True)
class Plot:
    """A picture, and its numbers as a table. Without numbers there is no picture."""

    svg: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def days(found: Sequence[Day]) -> Plot:
    """Draw questions over time as bars, those answered below, those not answered above."""
    bars = spans(found)
    head = (grain(len(found)), "Answered", "Not answered")
    rows = tuple((label(bar), f"{bar.answers:,}", f"{bar.declined:,}") for bar in bars)
    if not any(bar.answers or bar.declined for bar in bars):
        return Plot(Markup(""), head, ())
    ticks = _ticks(max(bar.answers + bar.declined for bar in bars))
    width = 1 / max(len(bars), _FEWEST)
    drawn = [*_legend(("plot-answered", "answered"), ("plot-declined", "not answered"))]
    drawn += [_grid(at / ticks[-1], str(at)) for at in ticks]
    drawn += [_stack(bar, n * width, width, ticks[-1]) for n, bar in enumerate(bars)]
    drawn += _dates([short_label(bar) for bar in bars], width)
    asked = sum(bar.answers + bar.declined for bar in bars)
    described = (
        f"{asked:,} questions from {found[0].day} to {found[-1].day}, "
        f"{sum(bar.declined for bar in bars):,} of them not answered"
    )
    return Plot(_framed("days", "Questions over time", described, drawn), head, rows)


def kinds(found: Mapping[str, int]) -> Plot:
    """Draw counts by kind as horizontal bars, the most frequent first."""
    head = ("Kind", "Findings")
    counts = sorted(
        ((n, kind) for kind, n in found.items() if n), key=lambda one: (-one[0], one[1])
    )
    rows = tuple((kind, f"{n:,}") for n, kind in counts)
    if not counts:
        return Plot(Markup(""), head, ())
    drawn = []
    for at, (n, kind) in enumerate(counts):
        share = 0.85 * n / counts[0][0]  # which leaves room for the number
        top = at * _ROW
        drawn += [
            element("text", kind, x=0, y=top + 12, fill="currentColor"),
            element(
                "rect", element("title", f"{kind}: {n:,}"),
                x=0, y=top + 18, width=percent(share), height=10, class_="plot-bar",
            ),
            element("text", f"{n:,}", x=percent(share), dx=6, y=top + 27, fill="currentColor"),
        ]  # fmt: skip
    described = ", ".join(f"{kind} {n:,}" for n, kind in counts)
    return Plot(
        picture("kinds", _ROW * len(counts), "Findings by kind", described, drawn), head, rows
    )


def agreement(found: Sequence[Month]) -> Plot:
    """Draw how machine and editors agree, month by month: the share of sentences, and kappa."""
    head = ("Month", "Judged", "Agreed", "Cohen's kappa")
    rows = tuple(
        (month_label(one.month), f"{one.judged:,}", f"{one.agreed / one.judged:.0%}", _kappa(one))
        for one in found
    )
    if not found:
        return Plot(Markup(""), head, ())
    lowest = -1.0 if any((one.kappa or 0) < 0 for one in found) else 0.0
    places = _places(found)
    drawn = [*_legend(("plot-agreed", "agreed"), ("plot-kappa", "kappa"))]
    for at in (lowest, (1 + lowest) / 2, 1.0):
        drawn.append(_grid((at - lowest) / (1 - lowest), f"{at:.1f}"))
    for name, values in (
        ("plot-agreed", [one.agreed / one.judged for one in found]),
        ("plot-kappa", [one.kappa for one in found]),
    ):
        heights = [None if one is None else (one - lowest) / (1 - lowest) for one in values]
        drawn += _line(name, places, heights, rows)
    drawn += _months(found, places)
    described = "; ".join(f"{row[0]}: {row[2]} of {row[1]} agreed, kappa {row[3]}" for row in rows)
    return Plot(
        _framed("agreement", "Agreement of machine and editors", described, drawn), head, rows
    )


def _framed(name: str, title: str, described: str, drawn: Sequence[Markup]) -> Markup:
    """Return a picture with room at its left for the labels of the axis; see plots.css."""
    framed = picture(name, _TOP + _HEIGHT + _BELOW, title, described, drawn)
    return element("div", framed, class_="plot-framed")


def _legend(*named: tuple[str, str]) -> list[Markup]:
    drawn, left = [], 0
    for name, text in named:
        drawn.append(element("rect", x=left, y=4, width=12, height=12, class_=name))
        drawn.append(element("text", text, x=left + 18, y=14, fill="currentColor"))
        left += 18 + 8 * len(text) + 20
    return drawn


def _y(share: float) -> float:
    return _TOP + _HEIGHT * (1 - share)


def _grid(share: float, said: str) -> Markup:
    y = _y(share)
    return element(
        "g",
        element("line", x1=0, x2="100%", y1=y, y2=y, class_="plot-grid"),
        element("text", said, x=-6, y=y + 4, text_anchor="end", fill="currentColor"),
    )


def _stack(bar: Day, left: float, width: float, most: int) -> Markup:
    at = {"x": percent(left + width * 0.1), "width": percent(width * 0.8)}
    lower, upper = bar.answers / most, (bar.answers + bar.declined) / most
    return element(
        "g",
        element("title", f"{label(bar)}: {bar.answers} answered, {bar.declined} not answered"),
        element(  # so that the whole column can be pointed at
            "rect", x=percent(left), width=percent(width), y=_TOP, height=_HEIGHT, class_="plot-hit"
        ),
        element("rect", **at, y=_y(lower), height=_HEIGHT * lower, class_="plot-answered"),
        element(
            "rect", **at, y=_y(upper), height=_HEIGHT * (upper - lower), class_="plot-declined"
        ),
    )


def _line(
    name: str,
    places: Sequence[float],
    heights: Sequence[float | None],
    rows: Sequence[tuple[str, ...]],
) -> list[Markup]:
    """Join points of neighbouring months; None is a gap."""
    drawn = []
    points = list(zip(places, heights, strict=True))
    for (x1, one), (x2, other) in pairwise(points):
        if one is not None and other is not None:
            ends = {"x1": percent(x1), "x2": percent(x2), "y1": _y(one), "y2": _y(other)}
            drawn.append(element("line", **ends, class_=f"plot-line {name}"))
    for (x, height), row in zip(points, rows, strict=True):
        if height is not None:
            said = f"{row[0]}: {row[2]} of {row[1]} agreed, kappa {row[3]}"
            drawn.append(_point(name, x, _y(height), said))
    return drawn


def _point(name: str, x: float, y: float, said: str) -> Markup:
    """Return a mark: round for one line and square for the other, whatever colours one sees."""
    shape = {"class_": f"plot-point {name}"}
    if name == "plot-agreed":
        return element("circle", element("title", said), cx=percent(x), cy=y, r=5, **shape)
    return element(
        "rect", element("title", said), x=percent(x), y=y - 4.5, width=9, height=9,
        transform="translate(-4.5)", **shape,
    )  # fmt: skip


def _places(found: Sequence[Month]) -> list[float]:
    """Return where each month stands, in (0, 1): months without a judgement keep their room."""
    at = [int(one.month[:4]) * 12 + int(one.month[5:7]) for one in found]
    room = at[-1] - at[0] + 1
    return [(one - at[0] + 0.5) / room for one in at]


def _months(found: Sequence[Month], places: Sequence[float]) -> list[Markup]:
    shown: list[tuple[str, float]] = []
    for one, place in zip(found, places, strict=True):
        if not shown or place - shown[-1][1] >= _APART:
            shown.append((month_label(one.month), place))
    return [_below(label, place) for label, place in shown]


def _dates(labels: Sequence[str], width: float) -> list[Markup]:
    step = -(-max(len(labels), _FEWEST) // _LABELS)
    return [_below(labels[at], (at + 0.5) * width) for at in range(0, len(labels), step)]


def _below(said: str, place: float) -> Markup:
    anchor = "end" if place > 0.94 else "middle"  # to the left there is room; see plots.css
    y = _TOP + _HEIGHT + 18
    return element("text", said, x=percent(place), y=y, text_anchor=anchor, fill="currentColor")


def _ticks(most: int) -> list[int]:
    """Return whole numbers from 0 to at least `most`, in steps of 1, 2 or 5 and zeros."""
    steps = (digit * 10**zeros for zeros in count() for digit in (1, 2, 5))
    step = next(step for step in steps if step * 4 >= most)
    return list(range(0, step * -(-most // step) + 1, step))


def _kappa(one: Month) -> str:
    return "–" if one.kappa is None else f"{one.kappa:.2f}"
