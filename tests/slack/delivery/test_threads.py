"""Threads: what was asked in this one, by whom it may be read, and whether the bot takes part."""

from dataclasses import replace

import pytest

from bot.question.question import Turn
from bot.slack.delivery.threads import Threads
from bot.slack.types import AskedVia, QuestionOutcome
from tests.slack.records import take


@pytest.fixture
def threads(database, clock) -> Threads:
    return Threads(database, clock=clock)


@pytest.fixture
def answered(inbox, ask):
    """Ask and answer; the answer's id is the question's text."""

    def one(
        second: float,
        text: str,
        outcome: QuestionOutcome = QuestionOutcome.ANSWERED,
        **more: object,
    ) -> None:
        inbox.accept(ask(second, text, **more))
        claim = take(inbox)
        inbox.recorded(claim, text, "An answer.", "[]")
        inbox.finished(claim, outcome, f"{second}.9")

    return one


def test_turns_are_the_earlier_questions_of_this_thread_in_order(
    threads, answered, inbox, ask
) -> None:
    """Not of other threads, channels or workspaces, and not what failed, waits or was deleted."""
    root = ask(1).ts
    here = {"thread_ts": root}
    answered(3, "second", QuestionOutcome.DECLINED, **here)
    answered(1, "first")
    answered(4, "failed", QuestionOutcome.FAILED, **here)
    answered(5, "deleted", **here)
    answered(6, "elsewhere", channel="C2", **here)
    answered(6, "foreign", team="T2", **here)
    answered(7, "other thread")
    answered(9, "later", **here)
    inbox.accept(ask(2, "open", **here))
    inbox.deleted("T1", "C1", ask(5).ts)
    found = threads.turns("T1", "C1", root, ask(8).ts)
    assert found == (Turn("first", "first"), Turn("second", "second"))


def test_private_questions_are_turns_for_their_asker_alone(threads, answered, ask) -> None:
    """And only where the new answer is private, too: the caller says so by naming the person."""
    root = ask(1).ts
    answered(1, "open")
    answered(2, "secret", thread_ts=root, private=True)
    texts = {
        user: [turn.question for turn in threads.turns("T1", "C1", root, ask(9).ts, user=user)]
        for user in (None, "U1", "U2")
    }
    assert texts == {None: ["open"], "U1": ["open", "secret"], "U2": ["open"]}


def test_texts_of_a_private_place_stay_there(threads, answered, ask) -> None:
    """50 pairs of a private and a public channel with threads of the same name."""
    for number in range(50):
        answered(number, f"canary {number}", channel="G1", user=f"U{number}")
        assert threads.turns("T1", "C1", ask(number).ts, ask(999).ts, user=f"U{number}") == ()


def test_a_thread_is_joined_for_a_day_after_an_answer(threads, answered, inbox, clock, ask) -> None:
    """From the question on, so that a quick reply counts; not after a failure."""
    root = ask(1).ts
    assert not threads.joined("T1", "C1", root)
    inbox.accept(ask(1))
    assert threads.joined("T1", "C1", root)
    inbox.finished(take(inbox), QuestionOutcome.FAILED, None, "gone")
    assert not threads.joined("T1", "C1", root)
    answered(2, "again", thread_ts=root)
    clock.now += 23 * 3600
    assert threads.joined("T1", "C1", root)
    assert not threads.joined("T1", "C2", root)
    clock.now += 2 * 3600
    assert not threads.joined("T1", "C1", root)


def test_private_and_deleted_questions_do_not_join(threads, answered, inbox, ask) -> None:
    """What others cannot see gives them no reason for an answer."""
    answered(1, "secret", private=True)
    inbox.accept(ask(2))
    inbox.deleted("T1", "C1", ask(2).ts)
    assert not threads.joined("T1", "C1", ask(1).ts)
    assert not threads.joined("T1", "C1", ask(2).ts)


def test_a_muted_thread_is_left_alone(threads, answered, ask) -> None:
    """Twice muted is muted; questions in it stay possible."""
    answered(1, "first")
    answered(2, "other")
    threads.mute("T1", "C1", ask(1).ts)
    threads.mute("T1", "C1", ask(1).ts)
    assert not threads.joined("T1", "C1", ask(1).ts)
    assert threads.joined("T1", "C1", ask(2).ts)
    answered(3, "mention", thread_ts=ask(1).ts, kind=AskedVia.MENTION)
    threads.unmute("T1", "C1", ask(1).ts)
    assert threads.joined("T1", "C1", ask(1).ts)


def test_the_last_question_of_a_direct_message_is_what_the_next_follows(
    threads, answered, clock, ask
) -> None:
    """Of the same person and day, whatever its thread."""
    answered(1, "first", channel="D1")
    answered(2, "second", channel="D1")
    answered(3, "elsewhere", channel="D2")
    answered(4, "other", channel="D1", user="U2")
    assert threads.latest("T1", "D1", ask(9).ts, user="U1") == (Turn("second", "second"),)
    assert threads.latest("T1", "D1", ask(2).ts, user="U1") == (Turn("first", "first"),)
    assert threads.latest("T1", "D1", ask(2 * 86_400).ts, user="U1") == ()


def test_what_nobody_asked_us_and_was_not_answered_joins_no_thread(
    threads, inbox, clock, ask
) -> None:
    """Nothing of it is seen."""
    for number, kind in enumerate((AskedVia.CHANNEL, AskedVia.MENTION), 1):
        inbox.accept(ask(number, kind=kind))
        inbox.finished(take(inbox), QuestionOutcome.DECLINED, None)
        joined = threads.joined("T1", "C1", ask(number).ts)
        assert joined is False or kind is AskedVia.MENTION


def test_all_questions_of_a_message_go_with_it(inbox, ask) -> None:
    first = ask(1)
    inbox.accept_all([first, replace(first, ts=f"{first.ts}00000001", thread_ts=first.ts)])
    inbox.deleted("T1", "C1", first.ts)
    assert inbox.counts()["withdrawn"] == 2
