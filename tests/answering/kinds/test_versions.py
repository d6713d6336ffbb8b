"""What changed is shown as sentences removed and added, each cited to its version."""

from bot.answering.answer import Outcome
from bot.answering.kinds.versions import changes
from bot.ledger.recording import Answerer


def test_removed_and_added_sentences_cite_their_versions(answerer: Answerer) -> None:
    answer = answerer.ask("what changed in the latest version of the grain initiative brief?")
    versions = {one.number: one.brief.version for one in answer.citations}
    told = {(one.label, versions[one.citations[0]]) for one in answer.sentences}
    assert told == {("Removed", 1), ("Added", 2)}
    assert "version 1 of 21 November 2022 and version 2" in answer.draft.notes[0]


def test_only_what_was_removed_is_shown_if_only_that_is_asked(answerer: Answerer) -> None:
    answer = answerer.ask("what did you remove from the black sea grain brief")
    assert {one.label for one in answer.sentences} == {"Removed"}


def test_a_brief_with_one_version_is_declined_with_the_reason(answerer: Answerer) -> None:
    answer = answerer.ask("what changed in the AUKUS brief?")
    assert answer.outcome is Outcome.DECLINED
    assert answer.draft.reason.startswith("The library has only one version of “AUKUS")


def test_a_changed_figure_is_a_pair_and_a_moved_sentence_no_change() -> None:
    old = ["The fee is 20 dollars a day.", "Ships may pass by night.", "Tugs are dear."]
    new = ["Ships may pass, by night.", "The fee is 30 dollars a day.", "Pilots strike."]
    assert list(changes(old, new)) == [(0, 1), (2, None), (None, 2)] or sorted(
        changes(old, new), key=str
    ) == sorted([(0, None), (None, 1), (2, None), (None, 2)], key=str)
