"""Chroma as a server: shared by processes, done without when it is gone."""

import json
import logging
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from index.errors import IndexDamaged, SettingsError
from index.library import Library
from index.search import Query
from index.settings import Settings, load
from index.vectors.chroma import _foreign
from tests.drafts import draft


class Server:
    """`chroma run` on a port of the loopback interface."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("chroma"), "run", "--path", self._folder,
             "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/heartbeat", timeout=1)
                return
            time.sleep(0.1)
        raise AssertionError("chroma run does not answer")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "server")
    yield running
    running.kill()


@pytest.fixture
def on_server(server: Server, tmp_path: Path) -> Settings:
    return load(home=tmp_path / "home", chroma_url=f"http://127.0.0.1:{server.port}")


def text_of(n: int) -> str:
    return f"Brief {n}\n\nword{n} and w{n * 2 % 7} w{n * 3 % 7}"


def fill(library: Library, start: int, count: int) -> None:
    library.publish([draft(f"{n}.txt", text_of(n)) for n in range(start, start + count)])


def first(library: Library, text: str) -> str:
    return library.search(Query(text))[0].brief.title


def test_a_library_lives_on_a_server(server: Server, on_server, open_library, caplog) -> None:
    """Publish, search from two doors, withdraw; the server down and up again."""
    library, other = open_library(on_server), open_library(on_server)
    fill(library, 0, 8)
    assert first(library, "word3") == first(other, "word3") == "Brief 3"
    fill(other, 8, 1)
    assert first(library, "word8") == "Brief 8"
    library.publish([], [row for row in library.renditions() if row.location == "3.txt"])
    assert all(hit.brief.title != "Brief 3" for hit in other.search(Query("word3"), 20))
    library.check_index()
    assert "exact scan" not in caplog.text

    server.kill()
    expected = ["Brief 5", "Brief 8"]
    assert [first(library, "word5"), first(other, "word8")] == expected
    assert "searching by exact scan" in caplog.text
    with pytest.raises(IndexDamaged, match=r"BRIEFS_CHROMA_URL=.*chroma run"):
        fill(library, 20, 1)
    assert "20.txt" not in {row.location for row in library.renditions()}

    server.start()
    caplog.clear()
    fill(library, 20, 1)
    assert first(other, "word20") == "Brief 20"
    library.check_index()
    assert "exact scan" not in caplog.text


def test_what_a_killed_ingest_left_on_the_server_is_not_taken_for_ours(
    on_server, open_library, monkeypatch
) -> None:
    """Vectors sent before a kill do not stand in for the passages that get their numbers later."""
    library = open_library(on_server)
    fill(library, 0, 2)
    with monkeypatch.context() as patch:

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr("index.publishing.commit", killed)
        with pytest.raises(KeyboardInterrupt):
            fill(library, 10, 3)
    fill(library, 30, 3)
    library.check_index()
    assert first(library, "word31") == "Brief 31"


def test_a_rebuild_writes_wrong_vectors_again(on_server, open_library) -> None:
    import chromadb

    library = open_library(on_server)
    fill(library, 0, 4)
    host, port = on_server.chroma_url.removeprefix("http://").split(":")
    client = chromadb.HttpClient(host=host, port=int(port))
    [collection] = client.list_collections()
    collection.update(ids=["2"], embeddings=[[1.0] + [0.0] * 383])
    with pytest.raises(IndexDamaged, match="other vectors"):
        library.check_index()
    library.maintenance.rebuild()
    library.check_index()


def test_other_programs_find_texts_on_the_server(on_server, open_library) -> None:
    """A collection of an earlier build, which had vectors alone, gets them with the next brief."""
    import chromadb

    library = open_library(on_server)
    fill(library, 0, 2)
    host, port = on_server.chroma_url.removeprefix("http://").split(":")
    client = chromadb.HttpClient(host=host, port=int(port))
    [collection] = client.list_collections()
    assert sorted(collection.get()["documents"]) == [text_of(n).split("\n\n")[1] for n in (0, 1)]
    vectors = collection.get(include=["embeddings"])
    collection.delete(ids=vectors["ids"])
    collection.add(ids=vectors["ids"], embeddings=vectors["embeddings"])
    collection.modify(metadata={"other": 1})
    fill(library, 2, 1)
    [collection] = client.list_collections()
    found = collection.get(include=["metadatas"])["metadatas"]
    assert sorted(one["title"] for one in found) == ["Brief 0", "Brief 1", "Brief 2"]


def test_a_server_that_accepts_and_never_answers_is_left_after_seconds(
    tmp_path: Path, open_library, caplog, monkeypatch
) -> None:
    monkeypatch.setattr("index.vectors.chroma.TIMEOUT", 0.3)
    plain = load(home=tmp_path / "home")
    library = open_library(plain)
    fill(library, 0, 3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://me:hunter2@127.0.0.1:{silent.getsockname()[1]}"
        stuck = open_library(load(home=tmp_path / "home", chroma_url=url), create=False)
        with caplog.at_level(logging.WARNING):
            assert first(stuck, "word2") == "Brief 2"
    assert "exact scan" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_collection_with_an_embedding_function_is_refused_and_nothing_of_it_runs(
    on_server, open_library, tmp_path: Path, caplog
) -> None:
    """Recreated on the server with a model whose own code is to be trusted: no line of it runs."""
    library = open_library(on_server)
    fill(library, 0, 4)
    recreated(on_server.chroma_url, hostile_model(tmp_path / "model"))
    fresh = open_library(on_server)
    with pytest.raises(IndexDamaged, match=r"BRIEFS_CHROMA_URL=.*embedding function \(sentence_"):
        fill(fresh, 10, 1)
    assert first(fresh, "word3") == "Brief 3"
    assert "searching by exact scan" in caplog.text
    for change in (fresh.check_index, fresh.maintenance.rebuild):
        with pytest.raises(IndexDamaged, match="delete the collection there") as refused:
            change()
        assert len(str(refused.value).splitlines()) == 1
    assert not (tmp_path / "model" / "ran").exists()


def hostile_model(folder: Path) -> Path:
    folder.mkdir()
    modules = [{"idx": 0, "name": "0", "path": "", "type": "code.Module"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "config.json").write_text("{}")
    (folder / "code.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\nclass Module: pass\n")
    return folder


def recreated(url: str, model: Path) -> None:
    """Replace the library's collection by one whose embedding function runs a model's own code."""
    import chromadb

    host, port = url.removeprefix("http://").split(":")
    client = chromadb.HttpClient(host=host, port=int(port))
    [collection] = client.list_collections()
    client.delete_collection(collection.name)
    config = {
        "model_name": str(model), "device": "cpu", "normalize_embeddings": False,
        "kwargs": {"trust_remote_code": True},
    }  # fmt: skip
    function = {"type": "known", "name": "sentence_transformer", "config": config}
    body = {
        "name": collection.name,
        "configuration": {"hnsw": {"space": "cosine"}, "embedding_function": function},
    }
    request = urllib.request.Request(
        f"{url}/api/v2/tenants/default_tenant/databases/default_database/collections",
        json.dumps(body).encode(), {"Content-Type": "application/json"},
    )  # fmt: skip
    urllib.request.urlopen(request).read()


FUNCTION = {"type": "known", "name": "huggingface_sparse", "config": {}}
OURS = {"hnsw": {"space": "cosine"}, "spann": None, "embedding_function": {"type": "legacy"}}


@pytest.mark.parametrize(
    ("configuration", "schema", "foreign"),
    [
        (OURS, None, None),
        (OURS, {"defaults": {"float_list": {"embedding_function": {"type": "unknown"}}}}, None),
        (OURS | {"embedding_function": FUNCTION}, None, "an embedding function"),
        (OURS | {"embedding_function": "code"}, None, "an embedding function"),
        (OURS, {"keys": [{"deep": {"embedding_function": FUNCTION}}]}, "an embedding function"),
        (OURS | {"loader": "code"}, None, "an unknown configuration (loader)"),
        (OURS | {"spann": {"space": "cosine"}}, None, "an unknown configuration (spann)"),
        (OURS | {"hnsw": {"space": "l2"}}, None, "another measure of distance"),
        ("code", None, "no configuration"),
        (OURS, ["code"], "no configuration"),
    ],
)
def test_what_is_not_configured_as_ours_is_told_by_its_json(
    configuration, schema, foreign: str | None
) -> None:
    """In the configuration or in the schema, however deep: named, and never built."""
    found = _foreign(configuration, schema)
    assert found == foreign if foreign is None else found and found.startswith(foreign)


@pytest.mark.parametrize("url", ["http://chroma.example.org:8000", "https://10.0.0.7", "chroma:80"])
def test_a_server_on_another_machine_needs_a_token_or_a_word(tmp_path: Path, url: str) -> None:
    """Whoever writes to the server decides what is found: that nobody else does has to be said."""
    with pytest.raises(SettingsError, match=r"another machine.*BRIEFS_CHROMA_WITHOUT_TOKEN"):
        load(home=tmp_path, chroma_url=url)
    assert load(home=tmp_path, chroma_url=url, chroma_token="t" * 20)
    assert load(home=tmp_path, chroma_url=url, chroma_without_token=True)
    assert load(home=tmp_path, chroma_url="localhost:8000")
