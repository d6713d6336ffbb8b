"""The inbox: each question once, in the order of writing, whatever happens to it meanwhile."""

from itertools import permutations, product

from sqlalchemy import text

from bot.slack.delivery.admission import Quotas
from bot.slack.delivery.inbox import Inbox
from bot.slack.delivery.threads import Threads
from bot.slack.types import Accepted, AskedVia, QuestionOutcome
from tests.slack.records import take


def end(
    inbox: Inbox, answer_id: str = "a1", outcome: QuestionOutcome = QuestionOutcome.ANSWERED
) -> str:
    """Take the next question and bring it to its end; return its text."""
    entry = take(inbox)
    assert entry is not None
    assert inbox.recorded(entry, answer_id, "An answer.", "[]")
    assert inbox.finished(entry, outcome, f"{entry.incoming.ts[:-1]}9")
    return entry.incoming.text


def test_a_question_is_let_in_once(inbox, open_inbox, ask) -> None:
    """Another delivery, another event, another process, and after the end: all duplicates."""
    other = open_inbox("two")
    assert inbox.accept(ask(1, event_id="E1")) is Accepted.NEW
    assert inbox.accept(ask(1, event_id="E1")) is Accepted.DUPLICATE
    assert other.accept(ask(1, event_id="E2")) is Accepted.DUPLICATE
    assert other.accept(ask(2, event_id="E1")) is Accepted.DUPLICATE
    end(inbox)
    assert other.accept(ask(1)) is Accepted.DUPLICATE
    assert other.accept(ask(1, channel="C2", event_id="E3")) is Accepted.NEW
    assert inbox.counts()["answered"] == 1


def test_questions_are_taken_in_the_order_of_writing(inbox, ask) -> None:
    """Not of arrival, and not as text: 9.5 comes before 10."""
    early = ask(0, "first")
    early = type(early)("T1", "C1", "9.5", "U1", "first", AskedVia.DIRECT)
    late = type(early)("T1", "C1", "10.000001", "U1", "third", AskedVia.DIRECT)
    for incoming in (ask(5, "last"), late, early):
        inbox.accept(incoming)
    inbox.accept(type(early)("T1", "C1", "10.0", "U1", "second", AskedVia.DIRECT))
    assert [end(inbox) for _ in range(4)] == ["first", "second", "third", "last"]
    assert take(inbox) is None


def test_a_entry_carries_all_that_came_in(inbox, ask) -> None:
    """A private question stays private; the secret is not in its printed form."""
    asked = ask(
        3, "Was \x00 kostet \ud800 das?", private=True, zone="Europe/Berlin", thread_ts="1.0",
        response_url="https://hooks.test/secret", kind=AskedVia.COMMAND,
    )  # fmt: skip
    inbox.accept(asked)
    entry = take(inbox)
    assert entry.incoming.text == "Was \ufffd kostet \ufffd das?"
    assert entry.incoming.private is True
    assert (entry.incoming.zone, entry.incoming.thread_ts) == ("Europe/Berlin", "1.0")
    assert entry.incoming.response_url == "https://hooks.test/secret"
    assert "secret" not in repr(entry)
    assert (entry.attempts, entry.outcome, entry.answer_id) == (1, None, None)


def test_who_lost_the_lease_changes_nothing_more(open_inbox, clock, ask) -> None:
    one, two = open_inbox("one"), open_inbox("two")
    one.accept(ask(1))
    entry = take(one)
    assert one.begun(entry)
    assert one.recorded(entry, "a1", "An answer.", "[1]")
    clock.now += 31
    taken = take(two)
    assert (taken.attempts, taken.answer_id, taken.text, taken.blocks, taken.message_ts) == (
        2, "a1", "An answer.", "[1]", "",
    )  # fmt: skip
    for change in (
        one.recorded(entry, "a2", "", ""), one.begun(entry),
        one.finished(entry, QuestionOutcome.FAILED, None, "late"),
    ):  # fmt: skip
        assert change is False
    assert two.finished(taken, QuestionOutcome.ANSWERED, "7.0")
    assert two.finished(taken, QuestionOutcome.FAILED, None) is False
    assert two.by_answer("a1").outcome is QuestionOutcome.ANSWERED
    assert two.by_answer("a1").message_ts == "7.0"


def test_work_handed_back_is_taken_at_once(open_inbox, ask) -> None:
    one, two = open_inbox("one"), open_inbox("two")
    one.accept(ask(1))
    entry = take(one)
    one.recorded(entry, "a1", "An answer.", "[]")
    assert one.counts() == {
        "waiting": 0, "working": 1, "answered": 0, "declined": 0, "failed": 0, "withdrawn": 0,
    }  # fmt: skip
    assert one.queue.release(entry.job)
    assert one.counts()["waiting"] == 1
    assert take(two).answer_id == "a1"


def test_in_a_thread_questions_wait_for_those_before_them(open_inbox, ask) -> None:
    one, two = open_inbox("one"), open_inbox("two")
    root = ask(1, "root")
    one.accept(root)
    one.accept(ask(2, "follow-up", thread_ts=root.ts, kind=AskedVia.FOLLOW_UP))
    one.accept(ask(3, "elsewhere"))
    entry = take(one)
    assert take(two).incoming.text == "elsewhere"
    assert take(two) is None
    one.finished(entry, QuestionOutcome.FAILED, None, "the model is gone")
    assert one.by_question("T1", "C1", root.ts).reason == "the model is gone"
    assert take(two).incoming.text == "follow-up"


def test_all_orders_of_what_happens_to_a_question_end_alike(inbox, ask) -> None:
    """It is withdrawn, with it a follow-up that only makes sense after it; a mention is not."""
    orders = permutations(["ask", "edit", "delete", "follow-up"])
    for number, (order, kind) in enumerate(product(orders, [AskedVia.FOLLOW_UP, AskedVia.MENTION])):
        place = f"C{number}"
        asked = ask(1, "old", channel=place)
        follow_up = ask(2, "and then?", thread_ts=asked.ts, kind=kind, channel=place)
        happen = {
            "ask": lambda asked=asked: inbox.accept(asked),
            "edit": lambda asked=asked: inbox.edited("T1", asked.channel, asked.ts, "new"),
            "delete": lambda asked=asked: inbox.deleted("T1", asked.channel, asked.ts),
            "follow-up": lambda follow_up=follow_up: inbox.accept(follow_up),
        }
        for event in order:
            happen[event]()
        withdrawn = inbox.by_question("T1", place, asked.ts)
        assert (withdrawn.outcome, withdrawn.incoming.text) == (QuestionOutcome.WITHDRAWN, ""), (
            order
        )
        entry = take(inbox)
        if kind is AskedVia.MENTION:
            assert entry.incoming.text == "and then?", order
            inbox.finished(entry, QuestionOutcome.ANSWERED, None)
        else:
            assert entry is None, order
            ended = inbox.by_question("T1", place, follow_up.ts)
            assert ended.outcome is QuestionOutcome.WITHDRAWN, order
        assert take(inbox) is None, order


def test_the_last_edit_counts_in_any_order(inbox, ask) -> None:
    """As long as nobody works on it, the question is what it was changed to."""
    for number, order in enumerate(permutations(["ask", "first", "second"])):
        asked = ask(1, "old", channel=f"C{number}")
        here = ("T1", asked.channel, asked.ts)
        happen = {
            "ask": lambda asked=asked: inbox.accept(asked),
            "first": lambda here=here: inbox.edited(*here, "newer", edited_ts="5.0"),
            "second": lambda here=here: inbox.edited(*here, "newest", edited_ts="10.0"),
        }
        for event in order:
            happen[event]()
        entry = take(inbox)
        assert entry.incoming.text == "newest", order
        inbox.finished(entry, QuestionOutcome.ANSWERED, None)


def test_an_edit_after_the_work_began_is_offered(inbox, ask) -> None:
    """Once for each new text; the answer's record goes on saying what was answered."""
    asked = ask(1, "old")
    inbox.accept(asked)
    assert inbox.edited("T1", "C1", asked.ts, "older") is None
    entry = take(inbox)
    assert inbox.edited("T1", "C1", asked.ts, "older") is None  # Slack unfurled a link
    assert inbox.edited("T1", "C1", asked.ts, "new").text == "new"
    assert inbox.edited("T1", "C1", asked.ts, "new") is None
    inbox.recorded(entry, "a1", "An answer.", "[]")
    inbox.finished(entry, QuestionOutcome.ANSWERED, "9.0")
    assert inbox.edited("T1", "C1", asked.ts, "newest").user == "U1"
    found = inbox.by_answer("a1")
    assert (found.incoming.text, found.edited) == ("older", "newest")


def test_a_deleted_question_is_not_answered_and_an_answered_one_keeps_its_record(
    inbox, ask
) -> None:
    during = ask(1)
    inbox.accept(during)
    entry = take(inbox)
    inbox.deleted("T1", "C1", during.ts)
    assert inbox.unwanted(entry)
    assert not inbox.queue.renew(entry.job)
    assert not inbox.recorded(entry, "a0", "", "")

    recorded = ask(2)
    inbox.accept(recorded)
    entry = take(inbox)
    inbox.recorded(entry, "a1", "An answer.", "[]")
    assert not inbox.unwanted(entry)
    inbox.deleted("T1", "C1", recorded.ts)
    assert inbox.unwanted(entry)  # it may stand in Slack: its worker ends it
    assert inbox.finished(entry, QuestionOutcome.WITHDRAWN, None)
    assert inbox.by_answer("a1").text is None

    after = ask(3, "kept")
    inbox.accept(after)
    end(inbox, "a2")
    inbox.deleted("T1", "C1", after.ts)
    assert inbox.by_answer("a2").outcome is QuestionOutcome.ANSWERED
    assert inbox.by_answer("a2").incoming.text == "kept"
    assert inbox.counts()["withdrawn"] == 2


def test_people_have_a_quota_of_open_questions(open_inbox, ask) -> None:
    """The refusal is told once; other people, and the same one later, are let in."""
    inbox = open_inbox("one", quotas=Quotas(open_per_user=2))
    assert inbox.accept(ask(1)) is inbox.accept(ask(2)) is Accepted.NEW
    assert inbox.accept(ask(3, event_id="E1")) is Accepted.OVER_QUOTA
    assert inbox.accept(ask(3, event_id="E2")) is Accepted.DUPLICATE
    assert inbox.edited("T1", "C1", ask(3).ts, "Please?") is None
    assert inbox.accept(ask(4, user="U2")) is Accepted.NEW
    end(inbox)
    assert inbox.accept(ask(5)) is Accepted.NEW
    assert inbox.counts()["declined"] == 1


def test_a_channel_has_a_quota_by_the_minute(open_inbox, ask) -> None:
    """By when they were written: old questions after a pause are no flood."""
    inbox = open_inbox("one", quotas=Quotas(channel_per_minute=3))
    seconds = [200, 0, 100, 30, 59, 58]
    assert [inbox.accept(ask(second)) for second in seconds] == [
        *[Accepted.NEW] * 5, Accepted.OVER_QUOTA,
    ]  # fmt: skip
    assert inbox.accept(ask(58.5, channel="C2")) is Accepted.NEW


def test_two_bots_that_answer_each_other_stop_at_the_fuse(inbox, ask) -> None:
    """Ten in a minute in one thread, then silence; the next minute is a new one."""
    root = ask(0).ts
    found = [inbox.accept(ask(n, user=f"U{n}", thread_ts=root)) for n in range(1, 100)]
    assert found[:10] == [Accepted.NEW] * 10
    assert set(found[10:60]) == {Accepted.LOOPING}
    assert found.count(Accepted.NEW) == 20  # 99 seconds


def test_a_response_url_is_kept_no_longer_than_needed(inbox, clock, database, ask) -> None:
    """Gone at the end, and after half an hour in any case."""

    def kept() -> list[str | None]:
        with database.read() as connection:
            query = text("SELECT response_url FROM slack_questions ORDER BY pk")
            return list(connection.execute(query).scalars())

    secret = {"response_url": "https://hooks.test/secret", "kind": AskedVia.COMMAND}
    inbox.accept(ask(1, **secret))
    end(inbox)
    inbox.accept(ask(2, **secret))
    inbox.accept(ask(3, **secret))
    assert kept() == [None, secret["response_url"], secret["response_url"]]
    clock.now += 1801
    assert take(inbox).incoming.response_url is None
    inbox.prune(30)
    assert kept() == [None] * 3


def test_recent_questions_are_the_persons_answered_ones(inbox, ask) -> None:
    """The newest first; failed, withdrawn and other people's are not among them."""
    for second, user in enumerate(["U1", "U2", "U1", "U1", "U1"], start=1):
        inbox.accept(ask(second, f"question {second}", user=user))
    for number in range(1, 4):
        end(inbox, f"a{number}")
    end(inbox, "a4", QuestionOutcome.FAILED)
    end(inbox, "a5", QuestionOutcome.DECLINED)
    texts = [entry.incoming.text for entry in inbox.recent("T1", "U1")]
    assert texts == ["question 5", "question 3", "question 1"]
    assert [entry.answer_id for entry in inbox.recent("T1", "U1", limit=1)] == ["a5"]


def test_pruning_takes_what_ended_long_ago(inbox, clock, database, ask) -> None:
    """Never what is not finished, and no key of the last day."""
    inbox.accept(ask(1, event_id="E1"))
    end(inbox)
    inbox.accept(ask(2, event_id="E2"))
    clock.now += 3600
    assert inbox.prune(0) == 0
    assert inbox.accept(ask(1)) is Accepted.DUPLICATE
    clock.now += 400 * 86_400
    inbox.accept(ask(3, event_id="E3"))
    end(inbox)
    assert inbox.prune(90) == 1
    assert inbox.counts()["answered"] == 1
    assert inbox.counts()["waiting"] == 1
    assert Threads(database).turns("T1", "C1", ask(1).ts, ask(9).ts) == ()
    with database.read() as connection:
        found = connection.execute(text("SELECT event_id FROM slack_deliveries")).scalars()
        assert list(found) == ["E3"]


def test_a_stop_ends_what_waits_and_marks_what_another_process_works_on(open_inbox, ask) -> None:
    """What is recorded, or in another thread, or ours to cancel, is let be."""
    one, two = open_inbox("one"), open_inbox("two")
    root = ask(1).ts
    one.accept(ask(1))
    theirs = take(one)
    for second in (2, 3):
        two.accept(ask(second, thread_ts=root))
    two.accept(ask(9))
    mine = take(two)
    assert mine.incoming.ts == ask(9).ts
    assert two.stop("T1", "C1", root) == 2
    ended = [two.by_question("T1", "C1", ask(second).ts) for second in (2, 3)]
    assert [(entry.outcome, entry.reason) for entry in ended] == [
        (QuestionOutcome.FAILED, "Stopped.")
    ] * 2
    assert one.unwanted(theirs)
    assert not two.unwanted(mine)
    assert two.stop("T1", "C1", ask(9).ts) == 0
    assert not two.unwanted(mine)  # its own work is cancelled, not marked
    assert two.stop("T1", "C1", root) == 0


def test_a_stop_comes_too_late_for_what_is_recorded(open_inbox, ask) -> None:
    one, two = open_inbox("one"), open_inbox("two")
    one.accept(ask(1))
    entry = take(one)
    one.recorded(entry, "a1", "said", "[]")
    assert two.stop("T1", "C1", ask(1).ts) == 0
    assert not one.unwanted(entry)
