"""Claims about the time that a question speaks of. The asker's day is fixed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest

from bot.question.period import day_in, period_of, version_of
from bot.question.question import Period
from index.vectors.snapshot import Filters

TODAY = date(2026, 11, 24)


def bounds(question: str) -> tuple[bool, str | None, str | None] | None:
    period = period_of(question, TODAY)
    return period and (period.narrows, period.since, period.until)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("briefs since 2024 on the Red Sea", "2024-01-01", None),
        ("briefs on the canal published before 2020", None, "2019-12-31"),
        ("which briefs came out after March 2024?", "2024-04-01", None),
        ("briefs up to 2020", None, "2020-12-31"),
        ("any reports from 2019 about Suez?", "2019-01-01", "2019-12-31"),
        ("reports published between 2019 and 2021", "2019-01-01", "2021-12-31"),
        ("briefs 2019–2021 on grain", "2019-01-01", "2021-12-31"),
        ("what does last month's brief say about grain?", "2026-10-01", "2026-10-31"),
        ("in the March 2026 update, how many ships?", "2026-03-01", "2026-03-31"),
        ("the brief dated 12 March 2024", "2024-03-12", "2024-03-12"),
        ("what did we write last September about it?", "2026-09-01", "2026-09-30"),
        ("In March 2026, what did we say about it?", "2026-03-01", "2026-03-31"),
        ("updates since last week on the canal", "2026-11-16", None),
        ("in the 2019 one, what did the brief say?", "2019-01-01", "2019-12-31"),
        ("as of April 2026, is there a ceasefire?", None, "2026-04-30"),
        ("how many ships did we know of as of May 2026?", None, "2026-05-31"),
        ("how much had it earned as of last November?", None, "2025-11-30"),
        ("how many strikes since 2015?", "2015-01-01", None),
    ],
)
def test_words_of_publishing_and_knowing_narrow(question, since, until):
    """A time beside a brief, beside what we wrote, or after "as of" is one of publication."""
    assert bounds(question) == (True, since, until)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("what was agreed in March 2025?", "2025-03-01", "2025-03-31"),
        ("between 2019 and 2021, how did exports move?", "2019-01-01", "2021-12-31"),
        ("how did it change from 2020 and in 2023", "2023-01-01", "2023-12-31"),
    ],
)
def test_the_time_of_an_event_only_orders(question, since, until):
    """A brief of any later time may tell of it."""
    assert bounds(question) == (False, since, until)


@pytest.mark.parametrize(
    "question",
    [
        "what did the auditors' 2014 report find?",
        "what did the 2014 OSCE report find?",
        "the 2019 report by the OSCE",
        "the UN report of March 2024",
        "amicus briefs from 2019",
        "news reports from 2019",
        "were there reports in 2019 of torture?",
        "how many firms report losses in 2015",
        "a brief period in 2019",
        "what do the briefs say about the 2015 deal?",
        "did we cover the 2015 deal?",
        "what happened in 2019 in our briefs",
        "who won the 2019 one?",
        "do you know who won in 2015?",
    ],
)
def test_the_publications_of_others_do_not_narrow(question):
    """Nor does a time that belongs to what the briefs speak of."""
    period = period_of(question, TODAY)
    assert period is None or not period.narrows


@pytest.mark.parametrize(
    "question", ["what's the latest on the lease?", "who is the current chief?", "how is it today"]
)
def test_the_latest_orders_without_bounds(question):
    """The newest first; how new is not said."""
    assert bounds(question) == (False, None, None)


@pytest.mark.parametrize(
    "question", ["who owns the port?", "the FY27 request", "who will host it in 2032?", "before it"]
)
def test_a_question_without_a_time_has_no_period(question):
    """Fiscal years are topics, and no brief is published in the time to come."""
    assert period_of(question, TODAY) is None


def test_the_words_are_those_of_the_question():
    """The answer can say what it took the period from."""
    assert period_of("How many strikes since March 2015?", TODAY) == Period(
        "since March 2015", "2015-03-01", None
    )


@pytest.mark.parametrize(
    "question",
    [
        "What did the leaders announce on 3 September?",
        "On September 3rd, who met in Aurelia?",
        "what happened on the 3rd of September",
    ],
)
def test_a_day_without_a_year_is_of_an_event(question):
    """It may be of any year, and says nothing of when a brief was published."""
    assert period_of(question, TODAY) is None
    assert bounds("what did we publish on 3 September?") == (True, "2026-09-03", "2026-09-03")


def test_the_first_and_the_latest_brief_are_wanted_themselves():
    """Not those of others, nor the first of something else."""
    edges = {
        "what did the first brief on the canal say?": "oldest",
        "our oldest report on Suez": "oldest",
        "what does the latest brief on Suez say": "newest",
        "the most recent update on the canal": "newest",
        "the first ships through the canal": "",
        "the latest report by the OSCE": "",
        "the latest on the canal": "",
    }
    found = {asked: period_of(asked, TODAY) for asked in edges}
    assert {asked: period.edge if period else "" for asked, period in found.items()} == edges


def test_the_day_is_the_askers():
    """At 23:30 UTC on New Year's Eve it is next year in Tokyo, and so "last year" is another."""
    moment = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    asked = "what did we publish last year?"
    for zone, year in (("UTC", "2024"), ("America/New_York", "2024"), ("Asia/Tokyo", "2025")):
        period = period_of(asked, day_in(zone, moment))
        assert period is not None
        assert (period.since, period.until) == (f"{year}-01-01", f"{year}-12-31")


def test_a_zone_across_the_date_line_is_a_day_behind():
    """Pago Pago still has the day that Tokyo has left."""
    moment = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
    assert day_in("Pacific/Pago_Pago", moment) == date(2026, 2, 28)
    assert day_in("Asia/Tokyo", moment) == date(2026, 3, 1)


def test_an_unknown_zone_is_an_error():
    """No zone is made up."""
    with pytest.raises(ZoneInfoNotFoundError):
        day_in("Mars/Olympus", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "question",
    [
        "in version 6 of IF10753, who certifies?",
        "IF10753 v6: who certifies?",
        "who certifies in IF10753, version 6?",
        "what does if10753v6 say?",
        "what did IF10753 (version 6) say?",
    ],
)
def test_a_version_is_named_by_number(question):
    """As the publisher counts, and as the library does."""
    found = version_of(question)
    assert found is not None
    assert {"IF10753v6", "IF10753@6"} <= set(found.briefs)
    assert found.said in question
    assert found.within(Filters(since="2020")) == Filters(since="2020", briefs=found.briefs)


@pytest.mark.parametrize(
    ("question", "briefs"),
    [
        ("what did the previous version say about fees?", ()),
        ("what did the older edition say?", ()),
        ("the previous version of the grain brief", ()),
        ("what did it say before it was updated?", ()),
        ("the price before the brief was corrected", ()),
        ("what did the previous version of IF10753 say?", ("IF10753",)),
        ("the earlier version of BB-2022-07", ("BB-2022-07",)),
    ],
)
def test_the_version_before_is_named(question, briefs):
    """Of one brief, or of whichever is found."""
    found = version_of(question)
    assert found is not None
    assert found.previous
    assert set(briefs) <= set(found.briefs)
    assert bool(briefs) == bool(found.briefs)


@pytest.mark.parametrize(
    "question",
    [
        "what was in the previous version of the bill?",
        "what changed from release 2.4.1 to release 2.5.0?",
        "Vulnerability Advisor version 3",
        "version 2 of the act",
        "what was the rate before it was updated in 2024?",
        "is the last version for sale?",
        "the 2019 version of windows",
        "Roe v. Wade",
    ],
)
def test_versions_of_other_things_are_topics(question):
    """A bill, a rule, a program."""
    assert version_of(question) is None
