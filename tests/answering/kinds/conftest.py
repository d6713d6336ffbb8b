"""The example briefs, asked of the real model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.ledger.recording import Answerer
from index.library import Library
from index.settings import load
from tests.answering.kinds.chronicle import chronicle

__all__ = ["answerer", "chronicle", "library"]


@pytest.fixture(scope="session")
def library(examples_home: Path) -> Iterator[Library]:
    """The examples."""
    with Library.open(load(home=examples_home)) as opened:
        yield opened


@pytest.fixture(scope="session")
def answerer(library: Library) -> Answerer:
    """Answers from the examples, and records."""
    return Answerer(library)
