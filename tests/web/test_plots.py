"""The pictures of the statistics: SVG that a strict policy lets through, and its numbers."""

import itertools
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audit.statistics import Day, Month
from bot.web.app import environment
from bot.web.plots import Plot, agreement, days, kinds

HOSTILE = '"><script>alert(1)</script>'
DRAWING = environment().get_template("plots.html").module


def drawn(plot: Plot) -> ElementTree.Element:
    """Draw and parse the plot, which therefore is well formed."""
    root = ElementTree.fromstring(DRAWING.draw(plot))
    return root if root.tag == "svg" else root[0]


def some_days(count: int) -> list[Day]:
    begin = date(2026, 1, 1)
    return [Day((begin + timedelta(days=n)).isoformat(), n % 7, n % 3) for n in range(count)]


MONTHS = [Month("2026-01", 10, 9, 0.6), Month("2026-02", 4, 4, None), Month("2026-04", 8, 4, -0.1)]
PLOTS = [days(some_days(40)), kinds({"number": 3, "stitched": 1}), agreement(MONTHS)]


@pytest.mark.parametrize("plot", PLOTS)
def test_a_plot_is_an_image_with_a_name_and_a_table(plot: Plot) -> None:
    """Without styles of its own: a policy that allows our style sheets only lets it through."""
    svg = drawn(plot)
    ids = (svg.get("aria-labelledby") or "").split()
    named = {child.get("id"): child.text for child in svg}
    assert svg.get("role") == "img"
    assert len(ids) == 2
    assert all(named[one] for one in ids)
    for one in svg.iter():
        assert one.tag not in {"style", "script"}
        assert not any(name == "style" or name.startswith("on") for name in one.attrib)
    assert plot.rows
    assert {len(row) for row in plot.rows} == {len(plot.head)}


def test_days_are_stacked_and_can_be_pointed_at() -> None:
    """Heights are in proportion, answered below; the title says the numbers."""
    plot = days([Day("2026-05-01", 3, 1), Day("2026-05-02", 0, 0)])
    group = next(one for one in drawn(plot) if one.tag == "g" and one[0].tag == "title")
    _hit, answered, declined = group[1:]
    assert group[0].text == "1 May 2026: 3 answered, 1 not answered"
    assert float(answered.get("height", 0)) == 3 * float(declined.get("height", 0))
    declined_ends = float(declined.get("y", 0)) + float(declined.get("height", 0))
    assert declined_ends == pytest.approx(float(answered.get("y", 0)), abs=0.02)
    assert plot.rows == (("1 May 2026", "3", "1"), ("2 May 2026", "0", "0"))


@pytest.mark.parametrize(
    ("count", "head", "bars", "first"),
    [
        (62, "Day", 62, "1 Jan 2026"),
        (63, "Week from", 10, "29 Dec 2025"),
        (366, "Week from", 53, "29 Dec 2025"),
        (367, "Month", 13, "Jan 2026"),
    ],
)
def test_many_days_become_weeks_or_months(count: int, head: str, bars: int, first: str) -> None:
    plot = days(some_days(count))
    assert (plot.head[0], len(plot.rows), plot.rows[0][0]) == (head, bars, first)
    assert sum(int(row[1]) for row in plot.rows) == sum(day.answers for day in some_days(count))


@given(st.integers(1, 10**6))
def test_the_axis_counts_in_whole_round_steps(most: int) -> None:
    ticks = [int(label) for _, label in days([Day("2026-05-01", most, 0)]).ticks]
    assert ticks[0] == 0
    assert most <= ticks[-1] < 2 * most + 1
    assert 2 <= len(ticks) <= 5
    assert len({after - before for before, after in itertools.pairwise(ticks)}) == 1


def test_few_days_leave_room() -> None:
    """A single day is no wall."""
    bars = [one for one in drawn(days(some_days(2))).iter("rect") if "%" in one.get("width", "")]
    assert max(float(one.get("width", "").rstrip("%")) for one in bars) < 8


def test_kinds_come_by_their_number() -> None:
    """Those that were not found are left out; equal ones stand by name."""
    plot = kinds({"date": 2, "number": 1_200, "hedge": 0, "coverage": 2})
    assert plot.rows == (("number", "1,200"), ("coverage", "2"), ("date", "2"))


def test_agreement_leaves_gaps_where_nothing_is_known() -> None:
    """A month without judgements keeps its room; without kappa there is a gap in its line."""
    plot = agreement(MONTHS)
    lines = [one.get("class") for one in drawn(plot).iter("line")]
    assert lines.count("plot-line plot-agreed") == 2
    assert lines.count("plot-line plot-kappa") == 0
    across = [
        one.get("cx") for one in drawn(plot).iter("circle") if "agreed" in one.get("class", "")
    ]
    assert across == ["12.5%", "37.5%", "87.5%"]
    assert plot.rows[1] == ("Feb 2026", "4", "100%", "–")


def test_names_of_months_do_not_overlap() -> None:
    """A phone has room for one in each quarter of its width."""
    many = [Month(f"2026-{month:02d}", 10, 9, 0.5) for month in (1, 2, 3, 5, 6, 7, 8, 9, 10, 12)]
    texts = [one for one in drawn(agreement(many)).iter("text") if "2026" in (one.text or "")]
    places = [float(one.get("x", "").rstrip("%")) for one in texts]
    assert len(places) > 2
    assert all(after - before >= 24.9 for before, after in itertools.pairwise(places))


def test_kappa_below_chance_has_room() -> None:
    """The axis begins at -1 then; nothing is drawn outside."""
    marks = [one for one in drawn(agreement(MONTHS)).iter() if "point" in one.get("class", "")]
    ys = [float(one.get("cy") or one.get("y") or 0) for one in marks]
    assert len(ys) == 5
    assert all(25 <= y <= 210 for y in ys)


def test_without_numbers_there_is_no_plot() -> None:
    for plot in (days(some_days(1)[:1]), kinds({}), agreement([])):
        assert plot.rows == ()


def test_hostile_words_stay_words() -> None:
    svg = drawn(kinds({HOSTILE: 1}))
    assert HOSTILE in [one.text for one in svg.iter("text")]
    assert not list(svg.iter("script"))
