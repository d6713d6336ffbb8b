"""The retriever, the embeddings and the chain in a LangChain program."""

import json
import subprocess
import sys

import numpy as np
import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_tests.integration_tests import EmbeddingsIntegrationTests, RetrieversIntegrationTests

from bot.answering.answer import Answer
from bot.answering.contract import answer_json
from bot.answering.search import search
from bot.langchain import BriefEmbeddings, BriefRetriever, answer_chain
from bot.ledger.ledger import Ledger
from bot.ledger.recording import Answerer, Request
from bot.question.question import Turn
from index.errors import UsageError
from index.vectors.snapshot import Filters
from tests.commands import ROOT
from tests.fake_chat import END, line
from tests.jobs.conftest import anyio_backend
from tests.tamara import library

__all__ = ["anyio_backend", "library"]  # found here by pytest
QUESTION = "For how long was Port Aurelia leased?"
LEASED = "In 2015 the harbour was leased to the Norvane Shipping Company for 99 years."


@pytest.mark.anyio
class TestBriefRetrieverAsLangChainTestsIt(RetrieversIntegrationTests):
    """The standard tests that LangChain has for every retriever."""

    @pytest.fixture(autouse=True)
    def _opened(self, library):
        self.library = library

    @property
    def retriever_constructor(self):
        return BriefRetriever

    @property
    def retriever_constructor_params(self):
        return {"library": self.library}

    @property
    def retriever_query_example(self):
        return QUESTION


@pytest.mark.anyio
class TestBriefEmbeddingsAsLangChainTestsThem(EmbeddingsIntegrationTests):
    """The standard tests that LangChain has for all embeddings."""

    @pytest.fixture(autouse=True)
    def _opened(self, library):
        self.library = library

    @property
    def embeddings_class(self):
        return BriefEmbeddings

    @property
    def embedding_model_params(self):
        return {"library": self.library}


def test_hands_out_documents_with_all_that_a_citation_needs(library):
    """Metadata is the search contract's hit, the content is the passage, offsets are exact."""
    found = BriefRetriever(library=library, k=3).invoke(QUESTION)
    assert len(found) == 3
    first = found[0]
    assert isinstance(first, Document)
    assert {
        "passage_id",
        "score",
        "start",
        "end",
        "page",
        "heading",
        "paragraph",
        "brief",
        "rank",
    } <= set(first.metadata)
    brief = first.metadata["brief"]
    assert {"id", "title", "date", "author", "source", "collection"} <= set(brief)
    assert brief["author"] == "A. Writer; B. Writer"
    text = library.brief(brief["id"]).text
    assert text[first.metadata["start"] : first.metadata["end"]] == first.page_content
    assert first.id == first.metadata["passage_id"]


def test_what_prompts_and_filters_use_stands_flat_beside_the_rest(library):
    """Title, source, date, page and brief are there by the names that LangChain programs expect."""
    found = BriefRetriever(library=library, k=1).invoke(QUESTION)[0].metadata
    assert {name: found[name] for name in ("title", "source", "date", "page")} == {
        "title": "Port Aurelia: lease and ownership",
        "source": "/briefs/Port.txt",
        "date": "2024-03-05",
        "page": None,
    }
    assert found["brief_id"] == found["brief"]["id"]


def test_works_in_a_chain_of_the_expression_language(library):
    """Retriever, prompt and a step after it, composed with |."""

    def as_text(documents):
        return "\n".join(document.page_content for document in documents)

    prompt = ChatPromptTemplate.from_template("{context}\n\nQuestion: {question}")
    chain = (
        {
            "context": BriefRetriever(library=library, k=4) | RunnableLambda(as_text),
            "question": RunnablePassthrough(),
        }
        | prompt
        | RunnableLambda(lambda value: value.to_string())
    )
    written = chain.invoke(QUESTION)
    assert "99 years" in written
    assert f"Question: {QUESTION}" in written


def test_applies_filters_and_gives_nothing_for_nothing(library):
    """An empty query finds no passage; a date filter leaves undated briefs out."""
    retriever = BriefRetriever(library=library)
    assert retriever.invoke("  ") == []
    found = BriefRetriever(library=library, filters=Filters(since="2024")).invoke("wheat exports")
    assert {document.metadata["date"] for document in found} == {"2024-03-05"}
    found = retriever.invoke("wheat exports", filters=Filters(since="2024"))
    assert {document.metadata["date"] for document in found} == {"2024-03-05"}


def test_refuses_a_number_of_passages_that_is_none(library):
    with pytest.raises(UsageError, match="k=0: at least 1 passage"):
        BriefRetriever(library=library).invoke(QUESTION, k=0)


def test_finds_what_briefs_search_finds(library):
    """One way of searching: the time that a question names narrows here too."""
    question = "what do the briefs since 2024 say about wheat?"
    found = BriefRetriever(library=library, k=3).invoke(question)
    _, expected = search(library, question, limit=3)
    assert [document.id for document in found] == [hit.passage_id for hit in expected.hits]
    assert {document.metadata["brief"]["date"] for document in found} == {"2024-03-05"}


def test_finds_for_many_questions_at_once(library):
    results = BriefRetriever(library=library, k=1).batch([QUESTION] * 8)
    assert len({result[0].id for result in results}) == 1


def test_embeddings_are_those_of_the_library(library):
    """Unit vectors, the same that ingest stores and a question is searched with."""
    made = BriefEmbeddings(library)
    (passage,), question = made.embed_documents([LEASED]), made.embed_query(QUESTION)
    assert np.allclose(passage, library.embedder.embed([LEASED])[0])
    assert np.allclose(question, library.embedder.embed_query(QUESTION))
    assert np.dot(passage, question) > 0.3


def test_langchains_chroma_reads_a_copy_of_the_index(library, tmp_path):
    """With our embeddings, its similarity search gives the passages, with metadata to filter by."""
    from langchain_chroma import Chroma

    copied = library.copy_index(tmp_path / "copied")
    store = Chroma("passages", BriefEmbeddings(library), persist_directory=str(copied))
    first, *others = store.similarity_search("lease of the harbour to a shipping company", k=3)
    assert LEASED in first.page_content
    assert len(others) == 2
    expected = BriefRetriever(library=library, k=1).invoke(QUESTION)[0].metadata
    for name in ("passage_id", "brief_id", "title", "date", "source", "start", "end"):
        assert first.metadata[name] == expected[name], name
    found = store.similarity_search("exports", k=9, filter={"title": "Wheat exports of Tamara"})
    assert {one.metadata["title"] for one in found} == {"Wheat exports of Tamara"}


class Watching(BaseCallbackHandler):
    """Notes what begins, by name, and what of it a retriever found."""

    def __init__(self):
        self.begun, self.found, self.parents = [], [], {}

    def on_chain_start(self, serialized, inputs, *, name=None, parent_run_id=None, **_):
        self.begun.append(name)
        self.parents[name] = parent_run_id

    def on_retriever_start(self, serialized, query, *, name=None, parent_run_id=None, **_):
        self.begun.append(name)
        self.parents[name] = parent_run_id

    def on_retriever_end(self, documents, **_):
        self.found += documents

    def on_chat_model_start(self, serialized, messages, *, parent_run_id=None, **_):
        self.begun.append("chat model")
        self.parents["chat model"] = parent_run_id


def written(*sentences):
    """A chat model of LangChain's that writes these sentences of passage 1, again and again."""
    reply = "".join(line(text, [1], [text]) for text in sentences) + END
    return GenericFakeChatModel(messages=iter([AIMessage(reply)] * 4))


def test_the_chain_gives_what_the_answerer_gives(library):
    """It takes text, a mapping or a Request, alone, in batches and composed."""
    chain = answer_chain(library) | RunnableLambda(answer_json)
    given = [QUESTION, {"question": QUESTION, "turns": ["hi"]}, Request(QUESTION, (Turn("hi"),))]
    results = [chain.invoke(item) for item in given] + chain.batch([QUESTION])
    assert len({json.dumps(result["sentences"]) for result in results}) == 1
    assert len({result["answer_id"] for result in results}) == 4
    chained, direct = answer_chain(library).invoke(QUESTION), Answerer(library).ask(QUESTION)
    assert (chained.draft, chained.hits) == (direct.draft, direct.hits)
    assert Ledger(library.database).get(chained.answer_id).private["question"] == QUESTION


def test_the_chain_refuses_what_is_no_question(library):
    with pytest.raises(UsageError, match="question: empty"):
        answer_chain(library).invoke("  ")


def test_callbacks_see_each_step_with_retriever_and_model_inside(library):
    """Names are ours, and what runs inside a step has that step for a parent."""
    watching = Watching()
    chain = answer_chain(library, model=written(LEASED))
    answer = chain.invoke(QUESTION, {"callbacks": [watching]})
    assert watching.begun[1:] == [
        "read_question", "find_passages", "BriefRetriever", "write_answer", "chat model",
    ]  # fmt: skip
    assert None not in (watching.parents["BriefRetriever"], watching.parents["chat model"])
    assert [one.id for one in watching.found] == [hit.passage_id for hit in answer.hits]
    assert (answer.draft.mode, answer.draft.model) == ("generative", "GenericFakeChatModel")
    recorded = Ledger(library.database).get(answer.answer_id).body
    assert recorded["settings"]["chat_model"] == "GenericFakeChatModel"


@pytest.mark.anyio
async def test_the_chain_answers_and_streams_without_blocking(library):
    """Its asynchronous methods give what the others give, with the same callbacks."""
    watching = Watching()
    chain = answer_chain(library)
    answer = await chain.ainvoke(QUESTION, {"callbacks": [watching]})
    assert "99 years" in answer.sentences[0].text
    assert watching.begun[1:] == [
        "read_question", "find_passages", "BriefRetriever", "write_answer",
    ]  # fmt: skip
    (whole,) = [one async for one in chain.astream(QUESTION)]
    assert whole.sentences == answer.sentences


def test_streaming_gives_each_sentence_as_it_may_be_shown(library):
    """Each Answer is longer than the one before; the last is the one that is recorded."""
    second = "Minister Ilse Brandt called the lease a mistake."
    chain = answer_chain(library, model=written(LEASED, second))
    grown = list(chain.stream(QUESTION))
    texts = [[sentence.text for sentence in one.sentences] for one in grown]
    assert texts == [[LEASED], [LEASED, second], [LEASED, second]]
    assert len({one.answer_id for one in grown}) == 1
    assert all(one.citations for one in grown)
    recorded = Ledger(library.database).get(grown[-1].answer_id).body
    assert recorded["streamed"]["rows"] == 3


@pytest.mark.anyio
async def test_streaming_works_in_an_event_loop_and_says_what_failed(library):
    chain = answer_chain(library, model=written(LEASED))
    counts = [len(one.sentences) async for one in chain.astream(QUESTION)]
    assert counts == [1, 1]

    def failing(question, found, library):
        raise UsageError("a maker that fails")

    with pytest.raises(UsageError, match="a maker that fails"):
        _ = [one async for one in answer_chain(library, maker=failing).astream(QUESTION)]


class Backwards(BaseRetriever):
    """Another's retriever around ours: the same passages, the worst first, and a stranger."""

    inner: BriefRetriever

    def _get_relevant_documents(self, query, *, run_manager):
        return [*reversed(self.inner.invoke(query)), Document("not of this library")]


def test_another_retriever_around_ours_takes_its_place(library):
    """Its order counts; what is no passage of the library is left out."""
    own = BriefRetriever(library=library, k=3)
    chain = answer_chain(library, retriever=Backwards(inner=own))
    expected = [one.id for one in reversed(own.invoke(QUESTION))]
    assert [hit.passage_id for hit in chain.invoke(QUESTION).hits] == expected


@pytest.mark.parametrize("question", [QUESTION, "best way to cook carbonara?", "What is on wheat?"])
def test_an_answer_becomes_json_and_comes_back(library, question):
    """Whatever its outcome or kind, what comes back is equal and can go on."""
    answer = answer_chain(library).invoke(question)
    again = Answer.from_json(answer.to_json())
    assert again == answer
    assert answer_json(again) == answer_json(answer)


HOST = """
import os, sys
before = dict(os.environ)
from bot.langchain import BriefEmbeddings, BriefRetriever, answer_chain
from index.library import Library
from index.settings import load
with Library.open(load(home=sys.argv[1])) as library:
    BriefRetriever(library=library, k=1).invoke("wheat exports")
    BriefEmbeddings(library).embed_query("wheat")
    assert answer_chain(library).invoke("Why did wheat exports fall?").sentences
changed = {name for name in before.keys() | os.environ if before.get(name) != os.environ.get(name)}
print(sorted(changed))
"""


def test_a_program_that_imports_us_keeps_its_environment(library):
    """Neither importing nor using us sets, changes or removes a variable."""
    done = subprocess.run(
        [sys.executable, "-c", HOST, str(library.home)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
