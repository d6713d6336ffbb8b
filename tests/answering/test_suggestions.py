"""What to ask next: questions made of headings, each of which the briefs answer."""

from dataclasses import replace

from bot.answering.chain import Chain
from bot.answering.suggestions import SUGGESTIONS, asks
from index.library import Library
from index.passage import BriefRef
from index.vectors.snapshot import EVERYTHING
from tests.answering.kinds.chronicle import chronicle, drafted

__all__ = ["chronicle"]

TEXT = (
    "The Sarn ferry and its fares. The Sarn ferry has options before the ministry. "
    "The board of the Sarn ferry ran a pilot programme in the Harbour Board."
)


def test_headings_become_questions() -> None:
    """A heading that asks stays, any other is asked for of its brief; what says nothing is left."""
    brief = BriefRef("b1", "The Sarn ferry: strike", None, (), "b.txt", "default", number="TB12")
    made = {
        "Options for the Ministry": "What does TB12 say about options for the ministry?",
        "2. Pilot Programme": "What does TB12 say about pilot programme?",
        "Why does the ferry run at night?": "Why does the ferry run at night?",
        "Introduction": "",
        "Table 2. Fares": "",
        "In Millions of Crowns": "",
    }
    assert {heading: asks(heading, TEXT, brief) for heading in made} == made
    titled = replace(brief, number=None)
    assert asks("Fares", TEXT, titled) == "What does “The Sarn ferry: strike” say about fares?"


def test_each_suggestion_is_answered_and_none_repeats_the_question(chronicle: Library) -> None:
    """They come from the brief that was cited."""
    question = "When did the crews of the Sarn ferry walk out?"
    found = drafted(chronicle, question).suggestions
    assert 1 <= len(found) <= SUGGESTIONS
    assert question not in found
    for one in found:
        assert drafted(chronicle, one).answered, one


def test_a_setting_turns_them_off(chronicle: Library) -> None:
    """Then nothing is computed."""
    quiet = Library(
        chronicle.settings.model_copy(update={"suggestions": False}), chronicle.embedder
    )
    chain = Chain(quiet)
    asked = chain.read("When did the crews of the Sarn ferry walk out?")
    draft = chain.compose(asked, chain.find(asked, EVERYTHING), EVERYTHING)[1]
    assert draft.answered
    assert draft == replace(draft, suggestions=())
    quiet.close()
