"""What the tests of written answers share: a model on the fake server, passages of our own."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.writing.allowance import Allowance, Breaker
from bot.answering.writing.models import ChatModel, Piece
from index.models.token_embeddings import SentenceEmbeddings
from index.passage import BriefRef, Hit, Passage
from index.sentences import split
from index.settings import Settings, load
from index.storage.database import Database
from tests.fake_chat import Asked, FakeChat, Mind
from tests.fakes import HashedWords

KEY = "sk-canary-4f1d"


def chat_settings(fake: FakeChat, **more: Any) -> Settings:
    """Settings that name the fake server."""
    given = {"chat_seconds": 5, "chat_key": KEY, **more}
    return load(chat_model="openai:fake", chat_url=fake.url, **given)


def chat_model(
    fake: FakeChat, database: Database, breaker: Breaker | None = None, **more: Any
) -> ChatModel:
    """A model on the fake server, through LangChain's own client."""
    settings = chat_settings(fake, **more)
    return ChatModel(settings, Allowance(database, settings.chat_calls_a_day), breaker)


def patient() -> Breaker:
    """A breaker that never opens."""
    return Breaker(failures=1_000_000)


class Spoken:
    """A model without a server, for tests of what is made of its words."""

    name = "openai:spoken"
    structured = False

    def __init__(self, mind: Mind, size: int = 40, finish: str | None = "stop") -> None:
        self.mind, self.size, self.finish = mind, size, finish
        self.settings = load()
        self.pieces = 0  # handed out

    def make_room(self) -> bool:
        return False

    def stream(self, messages: Sequence[tuple[str, str]], **_: Any) -> Iterator[Piece]:
        text = self.mind(Asked.of([{"content": messages[-1][1]}]))
        for start in range(0, len(text), self.size):
            self.pieces += 1
            yield Piece(text[start : start + self.size])
        yield Piece("", self.finish)


def hit(number: int, text: str, title: str = "", start: int = 0) -> Hit:
    """A hit of a brief of its own."""
    ref = BriefRef(f"b{number}", title or f"Brief {number}", "2024-03", (), "f.txt", "default")
    passage = Passage(0, start, start + len(text), text, paragraph=number)
    return Hit(f"p{number}", passage, ref, 1.0 / number, 0.5, 1.0)


class Plain(HashedWords):
    """What choosing the briefs' own sentences needs of a library, where nothing hangs on them."""

    reranker = None

    def sentences(
        self, question: str, hits: Sequence[Hit]
    ) -> tuple[NDArray[np.float32], list[SentenceEmbeddings]]:
        vector = self.embed_query(question)
        texts = [one.passage.text for one in hits]
        rows = [self.embed([text[start:end] for start, end in split(text)]) for text in texts]
        return vector, [SentenceEmbeddings(each, each @ vector) for each in rows]

    def idf(self, terms: Sequence[str]) -> dict[str, float]:
        return dict.fromkeys(terms, 1.0)

    def briefs(self) -> tuple[BriefRef, ...]:
        return ()

    def spellings(self, typed: Sequence[str]) -> dict[str, str]:
        return {}

    def compounds(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        return {}

    def unknown(self, terms: Sequence[str], _: object = None) -> frozenset[str]:
        return frozenset()
