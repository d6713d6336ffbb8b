"""Filters come from an address and go into one; what is no good is named and left out."""

from urllib.parse import parse_qsl

from bot.audit.selection import Order, Selection
from bot.web.filters import QueueFilters, read_filters

ALL = {
    "since": "2026-01", "until": "2026-05-03", "channel": "C1", "asker": "U1", "brief": "PA1#p4",
    "mode": "written", "finding": "high", "text": "cargo & tons", "outcome": "unsure",
    "kind": "fact",
    "sample": "20", "seed": "7", "order": "time", "page": "3",
}  # fmt: skip


def test_an_address_comes_back_as_it_was() -> None:
    filters = read_filters(ALL, may_see_askers=True)
    assert filters.selection == Selection(
        since="2026-01", until="2026-05-03", channel="C1", asker="U1", brief="PA1#p4",
        mode="written", outcome="unsure", kind="fact", finding="high", text="cargo & tons",
        small_talk=False, sample=20, seed=7,
    )  # fmt: skip
    assert (filters.order, filters.page, filters.faults) == (Order.TIME, 3, ())
    assert dict(parse_qsl(filters.query())) == ALL


def test_without_any_the_address_is_empty() -> None:
    assert read_filters({}, may_see_askers=True) == QueueFilters()
    assert QueueFilters().query() == ""


def test_each_filter_can_be_taken_away() -> None:
    for name, _, query in read_filters(ALL, may_see_askers=True).given:
        left = dict(parse_qsl(query))
        assert name not in left
        assert "page" not in left
        assert len(left) >= len(ALL) - 3


def test_what_is_asked_with_yes_or_no() -> None:
    filters = read_filters({"outcome": "declined", "judged": "yes"}, may_see_askers=True)
    assert filters.selection == Selection(outcome="declined", judged=True)
    assert dict(parse_qsl(filters.query())) == {"outcome": "declined", "judged": "yes"}


def test_a_sample_does_not_change_while_it_is_judged() -> None:
    """It is drawn from all questions but small talk, as `briefs audit sample` does."""
    given = {"sample": "20", "seed": "7", "judged": "no", "outcome": "declined"}
    filters = read_filters(given, may_see_askers=True)
    assert filters.selection == Selection(outcome="declined", small_talk=False, sample=20, seed=7)
    assert len(filters.faults) == 1


def test_readers_cannot_find_out_askers_by_trying() -> None:
    """The filters on them are left out, and that is said."""
    filters = read_filters({"asker": "U1", "channel": "D1", "text": "x"}, may_see_askers=False)
    assert filters.selection == Selection(text="x")
    assert len(filters.faults) == 2


def test_what_is_no_good_is_named() -> None:
    wrong = {
        "since": "yesterday", "mode": "magic", "finding": "<b>", "brief": "#@", "page": "-1",
        "sample": "many", "order": "up", "outcome": "perhaps", "kind": "riddle",
    }  # fmt: skip
    filters = read_filters(wrong | {"text": "x"}, may_see_askers=True)
    assert filters.selection == Selection(text="x")
    assert len(filters.faults) == 6
    assert (filters.page, filters.order) == (1, Order.RISK)
