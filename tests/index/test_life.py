"""The life of a library, against a plain dictionary: add, change, withdraw, restore, repeat."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from index.library import Library
from index.search import Query
from index.settings import load
from index.storage.schema import CURRENT, WITHDRAWN
from index.vectors.snapshot import Filters
from tests.drafts import draft
from tests.fakes import HashedWords

LOCATIONS = st.sampled_from(["a.md", "b.md", "c.txt", "d.pdf"])
TEXTS = st.integers(0, 5)


def text_of(number: int) -> str:
    words = " ".join(f"q{number}x{k}" for k in range(12))
    more = " ".join(f"r{number}x{k}" for k in range(12))
    return f"t{number}itle\n\nFirst {words}.\n\nsecond{number} z{number}ebra {more}."


@dataclass(frozen=True)
class Version:
    brief: int
    number: int


class LifeOfALibrary(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.library = self.opened()
        self.documents: dict[str, int] = {}  # location -> text
        self.versions: dict[int, Version] = {}  # text -> what it is
        self.briefs = 0

    def opened(self) -> Library:
        settings = load(home=Path(self.folder.name) / "home")
        return Library.open(settings, create=True, embedder=HashedWords())

    def put(self, location: str, text: int) -> None:
        if text not in self.versions:
            before = self.documents.get(location)
            if before is None:
                self.briefs += 1
                self.versions[text] = Version(self.briefs, 1)
            else:
                brief = self.versions[before].brief
                family = [v.number for v in self.versions.values() if v.brief == brief]
                self.versions[text] = Version(brief, max(family) + 1)
        self.documents[location] = text

    def current(self) -> set[int]:
        newest: dict[int, int] = {}
        for text in self.documents.values():
            version = self.versions[text]
            kept = newest.get(version.brief)
            if kept is None or self.versions[kept].number < version.number:
                newest[version.brief] = text
        return set(newest.values())

    @rule(location=LOCATIONS, text=TEXTS)
    def ingest(self, location: str, text: int) -> None:
        self.library.publish([draft(location, text_of(text))])
        self.put(location, text)

    @rule(batch=st.dictionaries(LOCATIONS, TEXTS, min_size=2))
    def ingest_many(self, batch: dict[str, int]) -> None:
        drafts = [draft(location, text_of(text)) for location, text in batch.items()]
        self.library.publish(drafts)
        for location, text in batch.items():
            self.put(location, text)

    @precondition(lambda self: self.documents)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        location = data.draw(st.sampled_from(sorted(self.documents)))
        row = self.library.rendition(location, "default")
        assert row is not None
        self.library.publish([], [row])
        del self.documents[location]

    @precondition(lambda self: self.documents)
    @rule()
    def ingest_everything_again(self) -> None:
        before = self.library.generation
        drafts = [draft(place, text_of(text)) for place, text in self.documents.items()]
        self.library.publish(drafts)
        assert self.library.generation == before

    @rule()
    def rebuild(self) -> None:
        self.library.maintenance.rebuild()

    @rule()
    def open_again(self) -> None:
        self.library.close()
        self.library = self.opened()

    @invariant()
    def exactly_the_current_texts_are_found(self) -> None:
        current = self.current()
        for text in range(6):
            hits = self.library.search(Query(f"z{text}ebra second{text}"), 50)
            assert len(hits) == 2 * len(current)
            assert (bool(hits) and hits[0].bm25 > 0) == (text in current)

    @invariant()
    def states_are_those_of_the_model(self) -> None:
        standing = {self.versions[text].brief for text in self.documents.values()}
        current = self.current()
        for row in self.library.versions():
            [text] = [n for n in self.versions if row.brief.title == f"t{n}itle"]
            assert row.brief.version == self.versions[text].number
            assert (row.state == CURRENT) == (text in current)
            assert (row.state == WITHDRAWN) == (self.versions[text].brief not in standing)
        assert len(self.library.versions()) == len(self.versions)

    @invariant()
    def the_index_finds_what_an_exact_scan_finds(self) -> None:
        scan = Filters(collections=("default",))  # a filter is answered by a scan of the vectors
        for words in ("q1x1 q2x2 q3x3", "q5x7 First"):
            query = Query(words)
            assert self.library.search(query, 50) == self.library.search(Query(words, (), scan), 50)

    def teardown(self) -> None:
        self.library.check_index()
        assert self.library.faults() == {}
        self.library.close()
        self.folder.cleanup()


TestLifeOfALibrary = LifeOfALibrary.TestCase
TestLifeOfALibrary.settings = hypothesis_settings(
    max_examples=6, stateful_step_count=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
