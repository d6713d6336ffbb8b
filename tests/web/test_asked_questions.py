"""Questions of the browser are answered in the background, a few at a time."""

import threading
from typing import Any

import pytest

from bot.question.question import Turn
from bot.web.asked_questions import EACH, FAILED, MOST, AskedQuestions
from index.errors import EmbeddingError, UsageError
from index.vectors.snapshot import EVERYTHING


class Slow:
    """Answers when it is told to; notes what it was asked."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.go_on, self.asked, self.fault = threading.Event(), list[Any](), fault

    def ask(self, question: str, turns: Any, **given: Any) -> None:
        self.asked.append((question, turns, given))
        assert self.go_on.wait(120)
        if self.fault:
            raise self.fault


def test_a_question_is_asked_once_however_often_it_is_sent() -> None:
    """With its conversation, its asker and the id that its page has."""
    slow = Slow()
    questions = AskedQuestions(lambda: slow)  # type: ignore[arg-type, return-value]
    first = questions.ask("a1", "and wheat?", "ilse", [Turn("what of ports?", "a0")])
    assert questions.ask("a1", "and wheat?", "ilse") is first
    assert questions.get("a1") is first
    assert not first.done.done()
    slow.go_on.set()
    assert first.done.result(120) == ""
    given = {"filters": EVERYTHING, "asker": "ilse", "place": "web", "answer_id": "a1"}
    assert slow.asked == [("and wheat?", (Turn("what of ports?", "a0"),), given)]


def test_what_fails_is_told_in_words_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    """What was wrong with the question to its asker, all else to the log."""
    for fault, said in (
        (UsageError("question: too long"), "question: too long."),
        (EmbeddingError("/srv/secret/model: missing"), FAILED),
        (ValueError("secret question"), FAILED),
    ):
        broken = Slow(fault)
        broken.go_on.set()
        questions = AskedQuestions(lambda broken=broken: broken)  # type: ignore[misc]
        asked = questions.ask("a1", "why?", "ilse")
        assert asked.done.result(120) == asked.fault == said
    assert "secret question" not in caplog.text
    assert "/srv/secret/model" in caplog.text


def test_nobody_keeps_all_others_waiting() -> None:
    """One person has a few questions at a time, and all together a few more."""
    slow = Slow()
    questions = AskedQuestions(lambda: slow)  # type: ignore[arg-type, return-value]
    for number in range(EACH):
        questions.ask(f"i{number}", "why?", "ilse")
    with pytest.raises(UsageError, match="ask again in a moment"):
        questions.ask("i9", "why?", "ilse")
    others = [questions.ask(f"o{n}", "why?", f"omar{n}") for n in range(MOST - EACH)]
    with pytest.raises(UsageError):
        questions.ask("o99", "why?", "mia")
    slow.go_on.set()
    assert {one.done.result(120) for one in others} == {""}


def test_what_the_first_question_needs_is_loaded_once() -> None:
    """In the background, when somebody begins to type; that it fails hurts nobody yet."""
    loaded = threading.Semaphore(0)
    questions = AskedQuestions(Slow, loaded.release)  # type: ignore[arg-type]
    questions.warm_up()
    questions.warm_up()
    assert loaded.acquire(timeout=120)
    assert not loaded.acquire(blocking=False)
