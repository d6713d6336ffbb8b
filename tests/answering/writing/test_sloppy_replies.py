"""Replies of a chat model that are right but sloppy: all of them are heard."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answering.answer import DraftAnswer
from bot.answering.search import SearchResult
from bot.answering.writing.generative import Writer
from bot.checking.verdict import Verdict
from bot.question.question import Question
from tests.chatting import Plain, Spoken, hit
from tests.fake_chat import says

SAID = ["The harbour was leased for 99 years.", "Port Aurelia is the largest harbour of Tamara."]
HITS = (
    hit(
        1,
        "In 2015 the harbour was leased to the Norvane Shipping Company for 99 years. "
        "Minister Ilse Brandt called the lease a mistake.",
        "Port Aurelia",
    ),
    hit(
        2,
        "Port Aurelia is the largest harbour of Tamara. "
        "It handles 41 million tons of cargo a year.",
        "Harbours of Tamara",
    ),
)
ASKED = "For how long was the harbour leased?"
QUESTION = Question(ASKED, ASKED)
KINDS = yaml.safe_load((Path(__file__).parent / "sloppy_replies.yaml").read_text(encoding="utf-8"))


def written(kind: dict[str, Any], size: int) -> DraftAnswer:
    spoken = Spoken(says(kind["reply"]), size, kind.get("finish", "stop"))
    return Writer(spoken).stream(QUESTION, SearchResult(HITS), Plain(), None, DraftAnswer)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [3, 40, 100_000])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["kind"])
def test_a_right_reply_is_heard_whatever_its_form(kind: dict[str, Any], size: int) -> None:
    """All its sentences, supported, in pieces of any size."""
    draft = written(kind, size)
    assert draft.mode == "generative"
    assert [one.text for one in draft.sentences] == kind.get("said", SAID)
    assert {one.verdict for one in draft.sentences} == {Verdict.SUPPORTED}
    assert any("missing" in note for note in draft.notes) is kind.get("missing", False)


def test_there_are_enough_kinds() -> None:
    """No two alike."""
    assert len({(kind["reply"], kind.get("finish")) for kind in KINDS}) == len(KINDS) >= 64
