"""Hand passages to anyone's LangChain program: a BaseRetriever over a Library.

    BriefRetriever(library=library, k=8).invoke("question")

Each Document's metadata carries every field of a `briefs search --json` hit, so that a citation can
be made from it alone.
"""

from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from bot.render import hit_json
from index.library import Library
from index.passage import Hit
from index.search import Query
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
        hits = self.library.search(Query(text=query, filters=self.filters), limit=self.k)
        return [document(hit, rank) for rank, hit in enumerate(hits, 1)]


def document(hit: Hit, rank: int) -> Document:
    """Return a hit as a LangChain Document, its text as content and all else as metadata."""
    metadata = hit_json(hit, rank)
    text = metadata.pop("text")
    return Document(id=hit.passage_id, page_content=text, metadata=metadata)
