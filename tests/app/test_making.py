"""Who answers, by the settings: the second opinion on written sentences."""

import json

import pytest

from bot.answering.search import SearchResult
from bot.answering.writing.generative import Doubt
from bot.app.making import parts, recorded_settings, second_opinion
from bot.checking.verdict import Verdict
from bot.errors import ChatError
from bot.ledger.ledger import Ledger
from bot.question.reading import read
from index.errors import BriefsError
from index.settings import load
from tests.chatting import Plain, chat_settings, hit
from tests.fake_chat import END, FakeChat, Turn, failing, line, says
from tests.tamara import DAY, library

__all__ = ["library"]  # found here by pytest
TEXT = "The harbour was leased for 99 years."
HITS = (hit(1, TEXT),)
QUESTION = read("For how long was the harbour leased?", today=DAY, library=Plain())  # type: ignore[arg-type]


class Set:
    """A library with other settings."""

    def __init__(self, library, settings) -> None:
        self.database, self.settings = library.database, settings


def judged(word: str) -> Turn:
    return Turn(says(json.dumps({"judged": word, "reason": "So it is."})))


def test_there_is_no_second_opinion_unless_it_is_asked_for(library) -> None:
    assert second_opinion(library) is None
    assert load(second_opinion="openai:fake").second_opinion == "openai:fake"
    with pytest.raises(BriefsError, match="provider:model"):
        load(second_opinion="fake")


@pytest.mark.parametrize(
    ("word", "doubt"),
    [
        ("supported", None),
        ("partly", Doubt(False, "openai:fake finds it partly: So it is.")),
        ("wrong source", Doubt(True, "openai:fake finds it wrong source: So it is.")),
    ],
)
def test_the_judge_of_audits_gives_it(library, word, doubt) -> None:
    """By the sentence and the passages that it cites, nothing else."""
    with FakeChat(always=judged(word)) as fake:
        opinion = second_opinion(Set(library, chat_settings(fake, second_opinion="openai:fake")))
        assert opinion is not None
        assert opinion(TEXT, HITS) == doubt
        assert len(fake.calls) == 1
        fake.always = failing(400)
        with pytest.raises(ChatError):
            opinion(TEXT, HITS)


def test_an_answer_is_judged_before_it_is_shown(library) -> None:
    """A doubt marks the sentence; the setting is recorded with the answer."""
    with FakeChat() as fake:
        fake.script = [Turn(says(line(TEXT, [1], [TEXT]) + END)), judged("unsupported")]
        settings = chat_settings(fake, second_opinion="openai:fake")
        made = parts(Set(library, settings), Ledger(library.database))
        draft = made.maker(QUESTION, SearchResult(HITS), Plain())
    (sentence,) = draft.sentences
    assert sentence.verdict is Verdict.CHECK
    assert sentence.reasons[-1].kind == "opinion"
    assert recorded_settings(settings)["second_opinion"] == "openai:fake"
