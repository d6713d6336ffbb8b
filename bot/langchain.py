"""Use the briefs in any LangChain program: retriever, embeddings, and the chain to a cited answer.

    BriefRetriever(library=library, k=8).invoke("question")
    answer_chain(library).invoke("question").sentences

The retriever searches as `briefs search` does, within the time or version that the question names.
Each Document's metadata carries every field of a `briefs search --json` hit, so that a citation can
be made from it alone, and beside these `title`, `source`, `date`, `page` and `brief_id`, which
filters and prompts can use as they stand.

The chain answers as `briefs ask` does: each answer is in the ledger before anyone has it.
Callbacks, tracing and the environment are those of the program that runs it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import replace
from queue import SimpleQueue
from threading import Thread
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from pydantic import ConfigDict, Field, PrivateAttr

from bot.answering.answer import Answer, Citation, DraftAnswer, Sentence
from bot.answering.chain import SEARCHES_ITSELF, AnswerMaker, Chain
from bot.answering.contract import hit_json
from bot.answering.search import SearchResult, search
from bot.app.making import AnswerParts, parts, recorded_settings
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Request, Stage, Steps
from bot.question.kinds import Kind
from index.errors import UsageError
from index.library import Library
from index.passage import Hit
from index.vectors.snapshot import Filters

Asked = Request | Mapping[str, Any] | str


class BriefRetriever(BaseRetriever):
    """Finds passages of briefs for a question."""

    library: Library = Field(repr=False)
    k: int = Field(default=8, ge=1, description="passages to return, from 1")
    filters: Filters = Filters()

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _get_relevant_documents(
        self, query: str, *, k: int | None = None, filters: Filters | None = None, **_: Any
    ) -> list[Document]:
        """Return the passages; `k` and `filters` of one call outweigh those of the retriever."""
        if k is not None and k < 1:
            raise UsageError(f"k={k}: at least 1 passage; give a number from 1")
        if not query.strip():
            return []
        within = self.filters if filters is None else filters
        found = search(self.library, query, filters=within, limit=k or self.k)[1]
        return documents(found.hits)


def document(hit: Hit, rank: int) -> Document:
    """Return a hit as a LangChain Document, its text as content and all else as metadata."""
    metadata = hit_json(hit, rank)
    text, brief = metadata.pop("text"), metadata["brief"]
    flat = {name: brief[name] for name in ("title", "source", "date")}
    return Document(
        id=hit.passage_id, page_content=text, metadata={**metadata, **flat, "brief_id": brief["id"]}
    )


def documents(hits: Sequence[Hit]) -> list[Document]:
    """Return hits as Documents, best first."""
    return [document(hit, rank) for rank, hit in enumerate(hits, 1)]


class BriefEmbeddings(Embeddings):
    """The embedding model of a library: vectors of length 1 as lists of floats.

    Questions and passages get the prompts that the model wants.
    """

    def __init__(self, library: Library) -> None:
        self._embedder = library.embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._embedder.embed(texts).tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        found: list[float] = self._embedder.embed_query(text).tolist()
        return found


def answer_chain(
    library: Library,
    *,
    retriever: Runnable[str, list[Document]] | None = None,
    model: BaseChatModel | None = None,
    maker: AnswerMaker | None = None,
    ledger: Ledger | None = None,
) -> Runnable[Asked, Answer]:
    """Return the steps from a question to its recorded answer, as a Runnable.

    It takes text, a mapping of the fields of a Request ("question", "turns", "filters", …), or a
    Request. Its runs are named `read_question`, `find_passages` (in which the retriever runs) and
    `write_answer` (in which the chat model runs). `stream` gives an Answer for each sentence that
    may be shown, longer each time; the last one is the answer that is recorded.

    `retriever` may be any that hands on Documents of a BriefRetriever, such as a reranker around
    it; `model` any chat model of LangChain's, in place of the settings' one; `maker` whatever else
    turns a question and its hits into a draft.
    """
    ledger = ledger or Ledger(library.database)
    made = parts(library, ledger, client=model)
    chain = Chain(library, maker or made.maker, made.understand)
    steps = Steps(chain, ledger, _settings(library, made))
    find = _Finding(steps, retriever)

    def read(asked: Asked) -> Stage:
        return steps.read(Request.of(asked))

    found: Runnable[Stage, Stage] = RunnableLambda(
        find.find, afunc=find.afind, name="find_passages"
    )
    return RunnableLambda(read, name="read_question") | found | _Writing(steps)


def _settings(library: Library, made: AnswerParts) -> dict[str, Any]:
    """Return the settings that are recorded; they name the model that writes, if one does."""
    name = made.model.name if made.model else None
    return recorded_settings(library.settings.model_copy(update={"chat_model": name}))


class _ReadQuestion(BaseRetriever):
    """Searches for a question as it was read, so that callbacks see a retriever at work."""

    search: Callable[[], Stage] = Field(repr=False)
    _found: Stage | None = PrivateAttr(None)

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _get_relevant_documents(self, query: str, **_: Any) -> list[Document]:
        del query  # the question is known, and more of it than its words
        self._found = self.search()
        return documents(self._found.found.hits)

    @property
    def found(self) -> Stage:
        assert self._found
        return self._found


class _Finding:
    """The step that finds: by the library's own search, or by another's retriever."""

    def __init__(self, steps: Steps, retriever: Runnable[str, list[Document]] | None) -> None:
        self._steps, self._retriever = steps, retriever

    def find(self, stage: Stage) -> Stage:
        if stage.question.kind is Kind.HELP:
            return self._steps.find(stage)
        if self._is_others(stage):
            assert self._retriever
            return self._taken(stage, self._retriever.invoke(stage.question.text))
        own = self._own(stage)
        own.invoke(stage.question.text)
        return own.found

    async def afind(self, stage: Stage) -> Stage:
        if stage.question.kind is Kind.HELP:
            return await asyncio.to_thread(self._steps.find, stage)
        if self._is_others(stage):
            assert self._retriever
            found = await self._retriever.ainvoke(stage.question.text)
            return await asyncio.to_thread(self._taken, stage, found)
        own = self._own(stage)
        await own.ainvoke(stage.question.text)
        return own.found

    def _own(self, stage: Stage) -> _ReadQuestion:
        return _ReadQuestion(search=lambda: self._steps.find(stage), name=BriefRetriever.__name__)

    def _is_others(self, stage: Stage) -> bool:
        return self._retriever is not None and stage.question.kind not in SEARCHES_ITSELF

    def _taken(self, stage: Stage, given: Sequence[Document]) -> Stage:
        """Return the stage with the passages of another's Documents, in their order."""
        library = self._steps.chain.library
        named = [one.id or one.metadata.get("passage_id") for one in given]
        known = library.hits([name for name in named if name])
        hits = tuple(
            _scored(known[name], one.metadata)
            for name, one in zip(named, given, strict=True)
            if name in known
        )
        found = SearchResult(hits, filters=stage.request.filters)
        return replace(stage, found=found, generation=library.generation)


def _scored(hit: Hit, metadata: Mapping[str, Any]) -> Hit:
    """Return a hit with the scores that a Document of ours carries."""
    score, cosine, bm25 = (float(metadata.get(name) or 0.0) for name in ("score", "cosine", "bm25"))
    return replace(hit, score=score, cosine=cosine, bm25=bm25)


_END = object()


class _Writing(Runnable[Stage, Answer]):
    """The step that writes and records; streamed, it yields each sentence as it may be shown."""

    name = "write_answer"

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def invoke(self, input: Stage, config: RunnableConfig | None = None, **_: Any) -> Answer:
        return self._call_with_config(self._steps.answer, input, config)

    def stream(
        self, input: Stage, config: RunnableConfig | None = None, **_: Any
    ) -> Iterator[Answer]:
        yield from self.transform(iter([input]), config)

    def transform(
        self, input: Iterator[Stage], config: RunnableConfig | None = None, **_: Any
    ) -> Iterator[Answer]:
        yield from self._transform_stream_with_config(input, self._growing, config)

    async def astream(
        self, input: Stage, config: RunnableConfig | None = None, **_: Any
    ) -> AsyncIterator[Answer]:
        async def alone() -> AsyncIterator[Stage]:
            yield input

        async for answer in self.atransform(alone(), config):
            yield answer

    async def atransform(
        self, input: AsyncIterator[Stage], config: RunnableConfig | None = None, **_: Any
    ) -> AsyncIterator[Answer]:
        found = self._atransform_stream_with_config(input, self._agrowing, config)
        async for answer in found:
            yield answer

    def _growing(self, stages: Iterator[Stage]) -> Iterator[Answer]:
        for stage in stages:
            yield from _Growing(self._steps, stage)

    async def _agrowing(self, stages: AsyncIterator[Stage]) -> AsyncIterator[Answer]:
        async for stage in stages:
            growing = iter(_Growing(self._steps, stage))
            while (answer := await asyncio.to_thread(next, growing, None)) is not None:
                yield answer


class _Growing:
    """An answer sentence by sentence, made in a thread; it is finished and recorded in any case."""

    def __init__(self, steps: Steps, stage: Stage) -> None:
        self._steps, self._stage = steps, stage
        self._sentences: list[Sentence] = []
        self._citations: dict[int, Citation] = {}
        self._items: SimpleQueue[Any] = SimpleQueue()

    def __iter__(self) -> Iterator[Answer]:
        context = copy_context()  # with the callbacks of whoever runs the chain
        Thread(target=context.run, args=(self._work,), daemon=True, name="briefs-chain").start()
        while (item := self._items.get()) is not _END:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _work(self) -> None:
        request = replace(self._stage.request, on_sentence=self._shown)
        try:
            self._items.put(self._steps.answer(replace(self._stage, request=request)))
        except BaseException as error:
            self._items.put(error)
        self._items.put(_END)

    def _shown(self, sentence: Sentence, citations: tuple[Citation, ...]) -> None:
        if theirs := self._stage.request.on_sentence:
            theirs(sentence, citations)
        self._sentences.append(sentence)
        self._citations |= {one.number: one for one in citations}
        draft = DraftAnswer(tuple(self._sentences), tuple(self._citations.values()))
        stage = self._stage
        self._items.put(
            Answer(stage.stream.answer_id, stage.question, draft, hits=stage.found.hits)
        )
