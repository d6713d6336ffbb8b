"""What pages say, and which addresses become links."""

import pytest

from bot.audit.findings import FindingKind
from bot.web import words


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "data:text/html,x",
        "https://", "https://user@bank.example@evil.example", "https://x.org/\u202e", "file:///etc",
        "http://[::1", "//x.org", "https://x.org/ y", "x.org", "", None, 7,
    ],
)  # fmt: skip
def test_only_plain_web_addresses_become_links(value: object) -> None:
    assert words.web_link(value) is None


def test_a_web_address_becomes_a_link() -> None:
    assert words.web_link("https://x.org/a?b=c#d") == "https://x.org/a?b=c#d"


def test_every_kind_of_finding_has_words() -> None:
    assert set(FindingKind) <= set(words.WORDS)
    assert words.in_words("new") == "new"


def test_times_and_dates_are_said() -> None:
    assert words.moment("2026-05-03T14:05:07.123+00:00") == "3 May 2026, 14:05 UTC"
    assert words.moment("soon") == "soon"
    assert words.day("2026-05") == "May 2026"
    assert words.day(None) == "no date"
    assert words.day("someday") == "someday"


def test_people_and_places_of_slack_are_said_by_their_ids() -> None:
    assert words.place("slack:T1:C9:17.3") == "Slack C9"
    assert words.place("terminal") == "terminal"
    assert words.asker("slack:T1:U7") == "U7"
    assert words.asker(None) == "unknown"


def test_what_turns_the_direction_of_writing_is_taken_out() -> None:
    assert words.shown("a\u202eb") == "a\ufffdb"
    assert words.shown(3) == 3
