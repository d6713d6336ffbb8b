"""Use the briefs in any LangChain program: a BaseRetriever over a Library.

    BriefRetriever(library=library, k=8).invoke("question")

It searches as `briefs search` does, within the time or version that the question names.
`bot.ledger.recording.build` gives the whole chain, up to the recorded answer.

Each Document's metadata carries every field of a `briefs search --json` hit, so that a citation can
be made from it alone.
"""

from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from bot.answering.render import hit_json
from bot.answering.search import search
from index.library import Library
from index.passage import Hit
from index.vectors.snapshot import Filters


class BriefRetriever(BaseRetriever):
    """Finds passages of briefs for a question."""

    library: Library = Field(repr=False)
    k: int = Field(default=8, ge=1, description="passages to return, from 1")
    filters: Filters = Filters()

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _get_relevant_documents(self, query: str, **_: Any) -> list[Document]:
        if not query.strip():
            return []
        found = search(self.library, query, filters=self.filters, limit=self.k)[1]
        return [document(hit, rank) for rank, hit in enumerate(found.hits, 1)]


def document(hit: Hit, rank: int) -> Document:
    """Return a hit as a LangChain Document, its text as content and all else as metadata."""
    metadata = hit_json(hit, rank)
    text = metadata.pop("text")
    return Document(id=hit.passage_id, page_content=text, metadata=metadata)
