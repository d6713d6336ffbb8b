"""What other programs read in the vector index: ids, texts and metadata, with their own client."""

import subprocess
import sys
from pathlib import Path

import chromadb
import pytest

from index.errors import UsageError
from index.library import Library
from index.search import Query
from index.settings import Settings
from index.vectors.chroma import COLLECTION
from tests.commands import environment
from tests.drafts import draft

PORT = "Port Aurelia\n\nPort Aurelia handles 41 million tons of cargo a year."
WHEAT = "Wheat exports\n\nWheat exports of Tamara fell by 12 percent because of drought."


def fill(library: Library) -> None:
    library.publish([draft("port.md", PORT, date="2024-03-05", number="PA1")])
    library.publish([draft("wheat.md", WHEAT, collection="trade")])


def test_a_copy_of_the_index_has_texts_and_what_is_known_of_them(
    library: Library, tmp_path: Path
) -> None:
    """Each record is a passage, as it stands in its brief, with its place; unknown facts lack."""
    fill(library)
    copied = library.copy_index(tmp_path / "copied")
    collection = chromadb.PersistentClient(str(copied)).get_collection(COLLECTION)
    found = collection.get(include=["documents", "metadatas"])
    by_title = dict(
        zip([one["title"] for one in found["metadatas"]], found["documents"], strict=True)
    )
    assert by_title == {one.split("\n\n")[0]: one.split("\n\n")[1] for one in (PORT, WHEAT)}
    hit = library.search(Query("cargo of Port Aurelia"))[0]
    port = next(one for one in found["metadatas"] if one["title"] == "Port Aurelia")
    assert port == {
        "passage_id": hit.passage_id,
        "brief_id": hit.brief.id,
        "version": 1,
        "title": "Port Aurelia",
        "date": "2024-03-05",
        "number": "PA1",
        "collection": "default",
        "source": "port.md",
        "paragraph": hit.passage.paragraph,
        "start": hit.passage.start,
        "end": hit.passage.end,
    }
    assert library.brief(hit.brief.id).text[port["start"] : port["end"]] == by_title["Port Aurelia"]
    vector = library.embedder.embed_query("exports of wheat").tolist()
    near = collection.query(query_embeddings=[vector], n_results=1, where={"collection": "trade"})
    assert near["documents"] == [[WHEAT.split("\n\n")[1]]]


def test_a_copy_goes_where_nothing_is(library: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no vector index in the library"):
        library.copy_index(tmp_path / "copied")
    fill(library)
    with pytest.raises(UsageError, match="exists; name a folder that does not"):
        library.copy_index(tmp_path)


EARLIER = """
import sys
from index.vectors import chroma
chroma.FORM = {"other": 1}
chroma._has_form = lambda _: True
from index.indexing import Indexing
from index import indexing
indexing.records_of = lambda *_: None
from index.library import Library
from index.settings import load
from tests.fakes import HashedWords
from tests.index.vectors.test_records import fill
with Library.open(load(home=sys.argv[1]), create=True, embedder=HashedWords()) as library:
    fill(library)
"""


def test_an_index_of_an_earlier_build_gets_them_with_the_next_brief(
    settings: Settings, open_library, tmp_path: Path
) -> None:
    """All of it, not the new passages alone; until then it is searched as it is."""
    run = [sys.executable, "-c", EARLIER, str(settings.home)]
    subprocess.run(run, check=True, env=environment(settings.home))
    library = open_library(settings)
    assert library.search(Query("cargo of Port Aurelia"))[0].brief.title == "Port Aurelia"
    library.check_index()
    library.publish([draft("new.md", "New\n\nA new brief on tariffs.")])
    library.check_index()
    copied = library.copy_index(tmp_path / "copied")
    collection = chromadb.PersistentClient(str(copied)).get_collection(COLLECTION)
    found = collection.get(include=["documents", "metadatas"])
    assert None not in found["documents"]
    assert sorted(one["title"] for one in found["metadatas"]) == [
        "New", "Port Aurelia", "Wheat exports",
    ]  # fmt: skip
