"""Whether the briefs answer at all, and what speaks for it."""

import pytest

from bot.answering import answerability
from bot.answering.answer import Outcome
from bot.answering.answerability import (
    NAMELESS,
    READ,
    Decision,
    around,
    features_of,
    initials,
    judge,
)
from bot.answering.selection import score_sentences
from bot.question.wanted import AnswerKind
from index.library import Library
from index.perceptron import load
from index.search import Query
from tests.tamara import read_question

LEASE = "For how long was Port Aurelia leased?"
MISTAKE = "Who called the lease a mistake?"
FOREIGN = "How many zeppelins does Zubrowka own?"


def judged(library, question):
    """Return the judgement on a question by what the two briefs say."""
    return judge(features(library, question))


def test_confidence_rises_with_the_features(library):
    """Strong evidence answers, weak does not, nothing found never."""
    strong = judged(library, "For how long was Port Aurelia leased?")
    weak = judged(library, "How do I bake carbonara?")
    assert (weak.outcome is Outcome.ANSWERED, strong.outcome) == (False, Outcome.ANSWERED)
    assert 0 < weak.confidence < 0.5 < strong.confidence < 1
    assert judge(None) == Decision(Outcome.DECLINED, 0, {})


def test_a_question_about_something_else_fails_whatever_names_it_shares(library):
    """All names and words found, a figure on offer, and yet no sentence is near."""
    strong = judged(library, "For how long was Port Aurelia leased?").features
    foreign = judged(library, "How do I bake carbonara?").features
    far = {name: foreign[name] for name in strong if "cosine" in name or "tokens" in name}
    assert judge(strong | far).outcome is not Outcome.ANSWERED


def test_what_the_reader_takes_for_an_answer_is_shown(library):
    """Declined by the numbers alone, unsure where a sentence reads like the answer."""
    weak = judged(library, "How do I bake carbonara?").features
    known = weak | {"unknown_names": 0.0}
    assert judge(known, READ - 0.1).outcome is Outcome.DECLINED
    assert judge(known, READ).outcome is Outcome.UNSURE
    assert judge(known | {"unknown_names": 1.0}, READ).outcome is Outcome.DECLINED


def test_what_a_judgement_rests_on_is_told(library):
    """By name, rounded, so that the ledger can keep it."""
    found = judged(library, "For how long was Port Aurelia leased?")
    assert found.features == {name: round(value, 4) for name, value in found.features.items()}
    assert {"cosine", "covered", "likely"} <= found.features.keys()


def test_capitalised_words_spell_their_acronyms():
    """Small words in between are skipped, as people do."""
    spelled = initials("The judge of the Southern District of New York heard New York City.")
    assert {"sdny", "nyc", "ny"} <= spelled
    assert initials("nothing capital here") == frozenset()


def features(library: Library, question: str, *turns: str, limit: int = 10) -> dict[str, float]:
    asked = read_question(library, question, *turns)
    hits = library.search(Query(asked.searched, asked.context), limit)
    found = features_of(asked, hits, score_sentences(asked, hits, library), library)
    assert found is not None
    return found


def test_the_features_are_those_that_the_weights_were_fitted_on(library: Library) -> None:
    """Every number by its name, in their order."""
    assert tuple(features(library, LEASE)) == load(answerability.WEIGHTS).features


def test_no_sentence_has_no_features(library: Library) -> None:
    """An empty search has none to weigh."""
    assert features_of(read_question(library, LEASE), [], [], library) is None


@pytest.mark.parametrize(
    "name", ["cosine", "tokens", "offer", "covered", "covered_together", "named_together"]
)
def test_more_speaks_for_what_the_briefs_say(library: Library, name: str) -> None:
    """Than for what they do not."""
    assert features(library, LEASE)[name] > features(library, FOREIGN)[name]


@pytest.mark.parametrize("name", ["lacking_in_passage", "lacking_together"])
def test_the_heaviest_word_that_nothing_says(library: Library, name: str) -> None:
    """Nothing where all are said."""
    assert features(library, MISTAKE)[name] == 0
    assert features(library, FOREIGN)[name] > 0.2


def test_shares_and_odds_lie_between_zero_and_one(library: Library) -> None:
    """Whatever is asked."""
    shares = ("likely", "covered", "covered_by_passage", "covered_together", "named_together",
              "named_in_passage", "near", "offer_of_best")  # fmt: skip
    for question in (LEASE, FOREIGN, "Why did wheat exports fall?", "tamara", "?"):
        found = features(library, question)
        assert all(0 <= found[name] <= 1 + 1e-9 for name in shares), question
        assert found["spread"] >= 0


def test_a_single_sentence_leads_by_nothing(library: Library) -> None:
    """It is sure to be the best, with no other to be compared with."""
    found = features(library, "Why did wheat exports of Tamara fall by 12 percent?", limit=1)
    assert (found["likely"], found["passage_lead"], found["far_lead"]) == (1, 0, 0)
    assert found["spread"] == pytest.approx(0, abs=1e-9)
    assert found["cosine"] == found["cosine_of_best"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        (LEASE, AnswerKind.NUMBER),
        ("Who called it a mistake?", AnswerKind.NAME),
        ("the harbour", AnswerKind.ANY),
    ],
)
def test_one_kind_of_answer_is_wanted(library: Library, question: str, kind: AnswerKind) -> None:
    """It alone is marked."""
    found = features(library, question)
    assert [one for one in AnswerKind if found[f"wants_{one}"]] == [kind]


def test_a_question_without_names_is_held_to_none(library: Library) -> None:
    """It counts as if most were found."""
    found = features(library, "why did exports fall?")
    assert (found["nameless"], found["named_together"]) == (1, NAMELESS)
    assert features(library, LEASE)["nameless"] == 0


def test_how_it_was_asked(library: Library) -> None:
    """For a yes or a no, and after an earlier question."""
    assert features(library, "Does the lease end early?")["yes_or_no"] == 1
    assert features(library, LEASE)["yes_or_no"] == features(library, LEASE)["follows"] == 0
    assert features(library, "and for how long?", LEASE)["follows"] == 1


def test_a_passage_is_read_with_its_title(library: Library) -> None:
    """Words that only the title says are said."""
    [hit] = library.search(Query("who called the lease a mistake"), 1)
    assert around(hit).startswith("Port Aurelia: lease and ownership ")
    assert around(hit).endswith(hit.passage.text)
