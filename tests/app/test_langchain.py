"""The retriever in a LangChain program."""

from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from bot.answering.search import search
from bot.langchain import BriefRetriever
from index.vectors.snapshot import Filters
from tests.tamara import library

__all__ = ["library"]  # found here by pytest
QUESTION = "For how long was Port Aurelia leased?"


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
    assert BriefRetriever(library=library).invoke("  ") == []
    found = BriefRetriever(library=library, filters=Filters(since="2024")).invoke("wheat exports")
    assert {document.metadata["brief"]["date"] for document in found} == {"2024-03-05"}


def test_finds_what_briefs_search_finds(library):
    """One way of searching: the time that a question names narrows here too."""
    question = "what do the briefs since 2024 say about wheat?"
    found = BriefRetriever(library=library, k=3).invoke(question)
    _, expected = search(library, question, limit=3)
    assert [document.id for document in found] == [hit.passage_id for hit in expected.hits]
    assert {document.metadata["brief"]["date"] for document in found} == {"2024-03-05"}


def test_answers_many_questions_at_once(library):
    results = BriefRetriever(library=library, k=1).batch([QUESTION] * 8)
    assert len({result[0].id for result in results}) == 1
