"""Open questions grouped by likeness."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from bot.audit.grouping import MOST, clusters, group_json, groups
from bot.audit.unanswered import Unanswered
from index.models.embedder import ModelEmbedder, Vectors
from index.models.model_files import DEFAULT_MODEL
from tests.audit.paraphrases import CHECKED_ON, CHOSEN_ON
from tests.fakes import HashedWords

EMBED = HashedWords().embed


def asked(question: str, times: int = 1, last: str = "2026-05-01T00:00:00.000+00:00") -> Unanswered:
    return Unanswered(question, times, last, last, f"a-{question}", ())


TOLLS = [
    asked("canal tolls for ships"),
    asked("canal tolls for big ships", 3),
    asked("the canal tolls for ships", 2, "2026-06-01T00:00:00.000+00:00"),
]


def test_questions_that_are_alike_are_one_group() -> None:
    """Its times are all together, its last time the latest, its title the nearest to all."""
    group, alone = groups([asked("bread recipe"), *TOLLS], EMBED)
    assert (group.times, group.last_asked[:10]) == (6, "2026-06-01")
    assert group.title == "the canal tolls for ships"
    assert [item.times for item in group.questions] == [3, 2, 1]
    assert [item.question for item in alone.questions] == [alone.title] == ["bread recipe"]


def test_the_order_of_the_questions_plays_no_part() -> None:
    """Nor does it in ties."""
    questions = [*TOLLS, asked("bread recipe"), asked("oil price"), asked("price of oil")]
    assert groups(questions, EMBED) == groups(questions[::-1], EMBED)


def test_the_most_often_asked_come_first_then_the_latest() -> None:
    """In groups of one too."""
    found = groups(
        [asked("bread"), asked("oil", 2), asked("ships", last="2026-07-01T00:00:00.000+00:00")],
        EMBED,
    )
    assert [group.title for group in found] == ["oil", "ships", "bread"]


def test_no_question_makes_no_group() -> None:
    """And nothing is embedded."""

    def embed(texts: Sequence[str]) -> Vectors:
        raise AssertionError(texts)

    assert groups([], embed) == ()


def test_groups_are_merged_by_their_mean_likeness() -> None:
    """A chain of neighbours is no group: its ends are too far from each other."""
    cosines = np.array([[1, 0.7, 0.1], [0.7, 1, 0.65], [0.1, 0.65, 1]])
    assert clusters(cosines) == [[0, 1], [2]]
    assert clusters(cosines, alike=0.3) == [[0, 1, 2]]


def test_questions_beyond_the_limit_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rarest of them; none is lost."""
    monkeypatch.setattr("bot.audit.grouping.MOST", 2)
    found = groups(TOLLS, EMBED)
    assert sorted(group.times for group in found) == [1, 5]
    assert MOST > 1_000


def test_the_json_of_a_group_holds_its_questions() -> None:
    """As `briefs audit unanswered --json` gives them without groups."""
    found = group_json(groups(TOLLS, EMBED)[0])
    assert (found["times"], len(found["questions"])) == (6, 3)
    assert found["questions"][0]["question"] == "canal tolls for big ships"


@pytest.mark.parametrize(("sets", "least"), [(CHOSEN_ON, 0.95), (CHECKED_ON, 0.8)])
def test_the_default_model_puts_paraphrases_together(
    model_cache: Path, sets: tuple[tuple[str, ...], ...], least: float
) -> None:
    """F1 over pairs of questions that belong together; neighbours stay apart."""
    embedder = ModelEmbedder(DEFAULT_MODEL, model_cache)
    questions = [asked(question) for one in sets for question in one]
    meant = {frozenset(pair) for one in sets for pair in combinations(one, 2)}
    found = {
        frozenset(item.question for item in pair)
        for group in groups(questions, embedder.embed)
        for pair in combinations(group.questions, 2)
    }
    assert 2 * len(meant & found) / (len(meant) + len(found)) >= least
