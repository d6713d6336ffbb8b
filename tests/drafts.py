"""Make drafts of plain text, the way the ingest makes them of files."""

import hashlib
from collections.abc import Callable
from typing import Any

from index.passage import Draft, Rendition
from ingest.brief import assemble
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.passages import cut

TYPES = {"md": "text/markdown", "pdf": "application/pdf", "txt": "text/plain", "html": "text/html"}


def count_words(texts: Any) -> list[int]:
    """Count tokens as words, with the two marks of beginning and end."""
    return [len(text.split()) + 2 for text in texts]


def each_alone(texts: Any) -> list[int]:
    """Count tokens so that every paragraph, however short, is a passage of its own."""
    return [99] * len(texts)


def draft(
    location: str,
    text: str,
    *,
    collection: str = "default",
    given: str = "{}",
    count: Callable[[Any], list[int]] = count_words,
    **metadata: Any,
) -> Draft:
    """Return a draft of paragraphs parted by empty lines; the suffix of `location` is its format.

    Without a `title` the first paragraph is the title.
    """
    first, _, rest = text.partition("\n\n")
    if "title" not in metadata:
        metadata["title"], text = first, rest
    media_type = TYPES[location.rsplit(".", 1)[-1]]
    blocks = tuple(
        Block(BlockKind.PARAGRAPH, " ".join(part.split()))
        for part in text.split("\n\n")
        if part.strip()
    )
    document = Document(blocks, Metadata(**metadata), media_type)
    digest = hashlib.sha256(f"{media_type}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
    source = Rendition(location, media_type, digest)
    brief, spans = assemble(document, document.metadata, collection, source)
    return Draft(brief, cut(brief, spans, count, 256) if spans else (), source, given)
