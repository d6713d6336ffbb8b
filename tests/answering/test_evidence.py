"""What speaks for an answer, of questions over the two briefs with the real model."""

from collections.abc import Mapping

import pytest

from bot.answering import answerable, extractive
from bot.answering.evidence import NAMELESS, around
from bot.answering.features import Asked
from bot.question.conversation import standalone
from bot.question.wanted import Kind
from bot.question.wording import word_weights
from index.library import Library
from index.perceptron import load
from index.search import Query

LEASE = "For how long was Port Aurelia leased?"
MISTAKE = "Who called the lease a mistake?"
FOREIGN = "How many zeppelins does Zubrowka own?"


def evidence(library: Library, question: str, *turns: str, limit: int = 10) -> Mapping[str, float]:
    asked = standalone(question, turns)
    hits = library.search(Query(asked.searched, asked.context), limit)
    weighed = extractive.weigh(Asked(asked, word_weights(asked, library)), hits, library)
    assert weighed.evidence is not None
    return weighed.evidence


def test_it_is_what_the_weights_were_fitted_on(library: Library) -> None:
    """Every number by its name, in their order."""
    assert tuple(evidence(library, LEASE)) == load(answerable.WEIGHTS).features


def test_no_sentence_is_no_evidence(library: Library) -> None:
    """An empty search has none to weigh."""
    asked = standalone(LEASE)
    assert extractive.weigh(Asked(asked, {}), [], library).evidence is None


@pytest.mark.parametrize(
    "name", ["cosine", "tokens", "offer", "covered", "covered_together", "named_together"]
)
def test_more_speaks_for_what_the_briefs_say(library: Library, name: str) -> None:
    """Than for what they do not."""
    assert evidence(library, LEASE)[name] > evidence(library, FOREIGN)[name]


@pytest.mark.parametrize("name", ["lacking_in_passage", "lacking_together"])
def test_the_heaviest_word_that_nothing_says(library: Library, name: str) -> None:
    """Nothing where all are said."""
    assert evidence(library, MISTAKE)[name] == 0
    assert evidence(library, FOREIGN)[name] > 0.2


def test_shares_and_odds_lie_between_zero_and_one(library: Library) -> None:
    """Whatever is asked."""
    shares = ("likely", "covered", "covered_by_passage", "covered_together", "named_together",
              "named_in_passage", "near", "offer_of_best")  # fmt: skip
    for question in (LEASE, FOREIGN, "Why did wheat exports fall?", "tamara", "?"):
        found = evidence(library, question)
        assert all(0 <= found[name] <= 1 + 1e-9 for name in shares), question
        assert found["spread"] >= 0


def test_a_single_sentence_leads_by_nothing(library: Library) -> None:
    """It is sure to be the best, with no other to be compared with."""
    found = evidence(library, "Why did wheat exports of Tamara fall by 12 percent?", limit=1)
    assert (found["likely"], found["passage_lead"], found["far_lead"]) == (1, 0, 0)
    assert found["spread"] == pytest.approx(0, abs=1e-9)
    assert found["cosine"] == found["cosine_of_best"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [(LEASE, Kind.NUMBER), ("Who called it a mistake?", Kind.NAME), ("the harbour", Kind.ANY)],
)
def test_one_kind_of_answer_is_wanted(library: Library, question: str, kind: Kind) -> None:
    """It alone is marked."""
    found = evidence(library, question)
    assert [one for one in Kind if found[f"wants_{one}"]] == [kind]


def test_a_question_without_names_is_held_to_none(library: Library) -> None:
    """It counts as if most were found."""
    found = evidence(library, "why did exports fall?")
    assert (found["nameless"], found["named_together"]) == (1, NAMELESS)
    assert evidence(library, LEASE)["nameless"] == 0


def test_how_it_was_asked(library: Library) -> None:
    """For a yes or a no, and after an earlier question."""
    assert evidence(library, "Does the lease end early?")["yes_or_no"] == 1
    assert evidence(library, LEASE)["yes_or_no"] == evidence(library, LEASE)["follows"] == 0
    assert evidence(library, "and for how long?", LEASE)["follows"] == 1


def test_a_passage_is_read_with_its_title(library: Library) -> None:
    """Words that only the title says are said."""
    [hit] = library.search(Query("who called the lease a mistake"), 1)
    assert around(hit).startswith("Port Aurelia: lease and ownership ")
    assert around(hit).endswith(hit.passage.text)
