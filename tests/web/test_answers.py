"""The conversation round an answer, on both databases."""

from bot.ledger.ledger import Ledger
from bot.question.question import Turn
from bot.web.pages.answers import ConversationTurn, earlier_turns, later_turns
from index.library import Library
from tests.web.material import answer, fill

HERE, ELSEWHERE = "slack:T1:C1:17.1", "slack:T1:C1:99.9"


def test_earlier_and_later_questions_are_found(either_library: Library) -> None:
    """By the thread in Slack, else by the turns that a later record names."""
    fill(either_library)
    answer(either_library, "a1", question="first?", place=HERE)
    answer(either_library, "x1", question="other?", place=ELSEWHERE)
    answer(either_library, "a2", question="second?", place=HERE)
    answer(either_library, "t1", question="typed?", place="terminal")
    answer(either_library, "t2", question="again?", place="terminal", turns=[Turn("typed?", "t1")])
    ledger = Ledger(either_library.database)

    def later(answer_id: str) -> list[str]:
        found = later_turns(either_library.database, ledger.get(answer_id))
        return [one.question for one in found]

    assert later("a1") == ["second?"]
    assert later("a2") == []
    assert later("t1") == ["again?"]
    assert earlier_turns(ledger.get("t2")) == [ConversationTurn("typed?", "t1")]


def test_nobody_can_type_their_way_into_a_conversation(either_library: Library) -> None:
    """Words that look like the record's own do not count, nor do wild cards."""
    fill(either_library)
    answer(either_library, "a1", question="first?", place=HERE)
    typed = f'"answer_id":"a1" "place":"{HERE}" %_ ?'
    answer(either_library, "a2", question=typed, place="terminal")
    answer(either_library, "a3", place="slack:T1:C1:17%1")
    ledger = Ledger(either_library.database)
    assert later_turns(either_library.database, ledger.get("a1")) == []
    assert later_turns(either_library.database, ledger.get("a3")) == []


def test_what_was_forgotten_has_no_conversation(either_library: Library) -> None:
    fill(either_library)
    answer(either_library, "a1", place=HERE, turns=[Turn("before?", None)])
    answer(either_library, "a2", place=HERE)
    ledger = Ledger(either_library.database)
    ledger.forget(["a1"])
    assert earlier_turns(ledger.get("a1")) == []
    assert later_turns(either_library.database, ledger.get("a1")) == []
