"""The list of questions that the briefs did not answer."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from bot.audit.unanswered import MOST, Unanswered, clusters, question_groups, unanswered
from index.models.embedder import ModelEmbedder, Vectors
from index.models.model_files import DEFAULT_MODEL
from tests.audit.judged import database, ledger
from tests.fakes import HashedWords

__all__ = ["database", "ledger"]  # found here by pytest
# What `ALIKE` was chosen on, and checked on: groups of questions that mean the same.
_, *SETS = Path(__file__).with_name("paraphrases.txt").read_text("utf-8").split("\n== ")
NEAREST = [{"brief": {"title": "Harbour"}}, {"brief": {"title": "Harbour"}}]


def recorded(ledger, question, answered=False, **more):
    """Record one answer and return its id."""
    answer_id = f"a{ledger.head()[0]}"
    body = {"answered": answered, "nearest": [] if answered else NEAREST, **more}
    ledger.append(answer_id, body, {"standalone_question": question})
    return answer_id


def test_counts_a_question_once_however_it_was_typed(ledger):
    """Case and punctuation make no other question; the nearest briefs are named once."""
    recorded(ledger, "Who leads Norland?")
    recorded(ledger, "What does the harbour cost?")
    last = recorded(ledger, "who leads norland")
    found = unanswered(ledger.entries())
    assert [(item.question, item.times) for item in found] == [
        ("who leads norland", 2),
        ("What does the harbour cost?", 1),
    ]
    assert (found[0].answer_id, found[0].to_json()["nearest"]) == (last, ["Harbour"])
    assert found[0].first_asked <= found[0].last_asked


def test_an_answer_closes_a_question_until_it_fails_again(ledger):
    recorded(ledger, "Who leads Norland?")
    recorded(ledger, "Who leads Norland?", answered=True)
    assert unanswered(ledger.entries()) == []
    recorded(ledger, "Who leads Norland?")
    assert unanswered(ledger.entries())[0].times == 1


def test_leaves_out_small_talk_and_what_was_forgotten(ledger):
    recorded(ledger, "hello there", off_topic=True)
    ledger.forget([recorded(ledger, "Who leads Norland?")])
    assert unanswered(ledger.entries()) == []


EMBED = HashedWords().embed


def question(
    question: str, times: int = 1, last: str = "2026-05-01T00:00:00.000+00:00"
) -> Unanswered:
    return Unanswered(question, times, last, last, f"a-{question}", ())


TOLLS = [
    question("canal tolls for ships"),
    question("canal tolls for big ships", 3),
    question("the canal tolls for ships", 2, "2026-06-01T00:00:00.000+00:00"),
]


def test_questions_that_are_alike_are_one_group() -> None:
    """Its times are all together, its last time the latest, its title the nearest to all."""
    group, alone = question_groups([question("bread recipe"), *TOLLS], EMBED)
    assert (group.times, group.last_asked[:10]) == (6, "2026-06-01")
    assert group.title == "the canal tolls for ships"
    assert [item.times for item in group.questions] == [3, 2, 1]
    assert [item.question for item in alone.questions] == [alone.title] == ["bread recipe"]


def test_the_order_of_the_questions_plays_no_part() -> None:
    questions = [*TOLLS, question("bread recipe"), question("oil price"), question("price of oil")]
    assert question_groups(questions, EMBED) == question_groups(questions[::-1], EMBED)


def test_the_most_often_asked_come_first_then_the_latest() -> None:
    found = question_groups(
        [
            question("bread"),
            question("oil", 2),
            question("ships", last="2026-07-01T00:00:00.000+00:00"),
        ],
        EMBED,
    )
    assert [group.title for group in found] == ["oil", "ships", "bread"]


def test_no_question_makes_no_group() -> None:
    def embed(texts: Sequence[str]) -> Vectors:
        raise AssertionError(texts)

    assert question_groups([], embed) == ()


def test_groups_are_merged_by_their_mean_likeness() -> None:
    """A chain of neighbours is no group: its ends are too far from each other."""
    cosines = np.array([[1, 0.7, 0.1], [0.7, 1, 0.65], [0.1, 0.65, 1]])
    assert clusters(cosines) == [[0, 1], [2]]
    assert clusters(cosines, alike=0.3) == [[0, 1, 2]]


def test_questions_beyond_the_limit_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.audit.unanswered.MOST", 2)
    found = question_groups(TOLLS, EMBED)
    assert sorted(group.times for group in found) == [1, 5]
    assert MOST > 1_000


def test_the_json_of_a_group_holds_its_questions() -> None:
    """As `briefs audit unanswered --json` gives them without groups."""
    found = question_groups(TOLLS, EMBED)[0].to_json()
    assert (found["times"], len(found["questions"])) == (6, 3)
    assert found["questions"][0]["question"] == "canal tolls for big ships"


@pytest.mark.parametrize(("stated", "least"), [(SETS[0], 0.95), (SETS[1], 0.8)])
def test_the_default_model_puts_paraphrases_together(model_cache, stated, least):
    """F1 over pairs of questions that belong together; neighbours stay apart."""
    embedder = ModelEmbedder(DEFAULT_MODEL, model_cache)
    sets = [group.strip().split("\n") for group in stated.split("\n\n")[1:]]
    questions = [question(text) for one in sets for text in one]
    meant = {frozenset(pair) for one in sets for pair in combinations(one, 2)}
    found = {
        frozenset(item.question for item in pair)
        for group in question_groups(questions, embedder.embed)
        for pair in combinations(group.questions, 2)
    }
    assert 2 * len(meant & found) / (len(meant) + len(found)) >= least
