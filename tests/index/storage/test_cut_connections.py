"""Connections to PostgreSQL cut at any moment: work is done again, and once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from index.errors import ConnectionLost, DatabaseUnavailable
from index.library import Library
from index.search import Query
from index.settings import load
from index.storage.database import PAUSES, again
from index.vectors.generations import Generations
from tests.conftest import MakeLibrary
from tests.drafts import draft
from tests.postgres import cut_all, cutting, restart, statements

RATES = "Rates in the north\n\nThe bank raised its rate in March. Prices fell."
FISH = "Fishing quotas\n\nCod quotas fell by a third after the survey."


@pytest.fixture
def library(postgres_url: str, tmp_path, open_library: MakeLibrary) -> Library:
    return open_library(load(home=tmp_path / "home", database_url=postgres_url))


def everything(library: Library) -> list[tuple[str, int]]:
    with library.database.read() as connection:
        rows = connection.execute(text("SELECT id, pk FROM passages ORDER BY id"))
        return [tuple(row) for row in rows]


def test_a_search_cut_before_any_of_its_statements_finds_the_same(library, postgres_url) -> None:
    library.publish([draft("a.txt", RATES), draft("b.txt", FISH)])
    (brief,) = {row.brief.id for row in library.versions() if "quotas" in row.brief.title}
    total = statements(library, lambda: library.brief(brief))
    whole = library.brief(brief)
    for at in range(1, total + 1):
        with cutting(library, postgres_url, at):
            assert library.brief(brief) == whole
        cut_all(postgres_url)  # those that wait in the pool
        assert len(library.versions()) == 2


class NoVectors(Generations):
    """Builds what an ingest reads of the database for it, and no files: searches scan."""

    def build(self, previous, number, wanted, of, records=None) -> dict:  # type: ignore[no-untyped-def,override]
        of(wanted)
        records(wanted)
        return {}


@pytest.fixture
def quick(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    store = NoVectors(library.home / "index")
    monkeypatch.setattr(library._indexing, "_store", lambda _: store)
    return library


def words_of(number: int) -> str:
    return f"Brief number {number}\n\nWhat it says is {' '.join([f'word{number}'] * 9)}."


@pytest.mark.slow
def test_an_ingest_cut_before_any_of_its_statements_is_whole_and_once(quick, postgres_url) -> None:
    """The lock's own among them; outcomes are as if uncut, and so is what is stored."""
    counted = statements(quick, lambda: quick.publish([draft("0.txt", words_of(0))]))
    for at in range(1, counted + 1):
        with cutting(quick, postgres_url, at):
            (outcome,) = quick.publish([draft(f"{at}.txt", words_of(at))])
        assert (outcome.place, outcome.state) == ("new", "current")
    assert len(quick.versions()) == counted + 1
    assert quick.faults() == {}


def test_an_ingest_cut_while_its_index_is_built_finds_its_passages(library, postgres_url) -> None:
    counted = statements(library, lambda: library.publish([draft("0.txt", RATES)]))
    for number, at in enumerate(range(1, counted + 1, 20), 1):
        with cutting(library, postgres_url, at):
            library.publish([draft(f"{number}.txt", words_of(number))])
    library.check_index()
    assert library.faults() == {}


def superseded(library: Library, names: Sequence[str]) -> datetime:
    """Put two versions of each of these into a library; return a moment after them."""
    library.publish([draft(f"{name}.txt", words_of(len(name))) for name in names])
    library.publish([draft(f"{name}.txt", f"{words_of(len(name))} And more.") for name in names])
    return datetime.now(UTC) + timedelta(days=1)


@pytest.mark.slow
def test_a_purge_cut_before_any_of_its_statements_or_its_commit_says_what_it_deleted(
    quick, postgres_url
) -> None:
    """Each old version once, those of a transaction whose commit was not answered too."""
    after = superseded(quick, ["a"])
    counted = statements(quick, lambda: quick.maintenance.purge(after, ()))
    moments = [*((n, "before") for n in range(1, counted + 1)), (2, "after commit")]
    for number, (at, moment) in enumerate(moments, 2):
        after = superseded(quick, ["a" * number])
        with cutting(quick, postgres_url, at, moment):
            gone = quick.maintenance.purge(after, ())
        assert [brief.version for brief in gone] == [1], (at, moment)
    assert {row.brief.version for row in quick.versions()} == {2}
    assert quick.faults() == {}


@pytest.mark.slow
def test_the_rest_of_a_library_is_retried_too(quick, postgres_url) -> None:
    """To open it, remove a brief and put it in order; each is cut before each of its statements."""
    quick.publish([draft("a.txt", RATES), draft("b.txt", FISH)])
    (brief,) = {row.brief.id for row in quick.versions() if "quotas" in row.brief.title}
    works = {
        "open": lambda: Library.open(quick.settings, create=True, embedder=quick.embedder).close(),
        "remove": lambda: quick.remove([brief]),
        "look": lambda: (quick.removed(), quick.passage_count, quick.hits(["x"])),
        "search": lambda: quick.search(Query("cod quotas")),
        "rebuild": quick.maintenance.rebuild,
    }
    for name, work in works.items():
        for at in range(1, statements(quick, work) + 1):
            with cutting(quick, postgres_url, at):
                work()
        assert quick.faults() == {}, name
    assert list(quick.removed()) == [brief]


def test_a_server_that_restarts_is_waited_for(quick, postgres_url) -> None:
    """While nothing is done, and in the middle of an ingest; afterwards all is in, once."""
    quick.publish([draft("0.txt", RATES)])
    restart(postgres_url)
    assert len(quick.versions()) == 1
    with cutting(quick, postgres_url, 20, by=restart):
        quick.publish([draft("1.txt", FISH)])
    restart(postgres_url)
    with quick.database.write() as connection:  # not retried by anybody: it begins anew
        assert connection.execute(text("SELECT count(*) FROM versions")).scalar() == 2
    assert quick.faults() == {}


def test_an_ingest_cut_at_its_commit_is_not_done_twice(library, postgres_url, monkeypatch) -> None:
    """The answer to the commit is lost: by its key the next try finds that it was done."""
    tidied = library._indexing.tidy
    cuts = iter([True])

    def tidy(*given) -> None:  # type: ignore[no-untyped-def]
        if next(cuts, False):
            raise ConnectionLost("cut after the commit")
        tidied(*given)

    monkeypatch.setattr(library._indexing, "tidy", tidy)
    (outcome,) = library.publish([draft("a.txt", RATES)])
    assert (outcome.place, outcome.state) == ("new", "current")
    assert len(library.versions()) == 1


def test_who_lost_the_lock_publishes_nothing_and_tries_again(
    library, postgres_url, tmp_path, open_library, monkeypatch
) -> None:
    """Another ingest comes between; numbers differ; both are in, each with its own vectors."""
    other = open_library(load(home=tmp_path / "other", database_url=postgres_url))
    built = library._indexing.build
    once = iter([True])

    def build(connection, made):  # type: ignore[no-untyped-def]
        found = built(connection, made)
        if next(once, False):
            cut_all(postgres_url)
            other.publish([draft("b.txt", FISH)])
        return found

    monkeypatch.setattr(library._indexing, "build", build)
    (outcome,) = library.publish([draft("a.txt", RATES)])
    assert outcome.state == "current"
    numbers = [pk for _, pk in everything(library)]
    assert len(set(numbers)) == len(numbers) == 2
    assert max(numbers) > 2  # the promised number was not given again
    assert library.faults() == {}


def test_numbers_promised_to_a_dead_ingest_are_not_given_again(library, monkeypatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(library._indexing, "build", die)
        with pytest.raises(KeyboardInterrupt):
            library.publish([draft("a.txt", RATES)])
    library.publish([draft("b.txt", FISH)])
    assert [pk for _, pk in everything(library)] == [2]


def test_a_server_that_is_gone_is_one_line(library, postgres_url) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        with cutting(library, postgres_url, 2), library.database.read() as connection:
            connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable) as raised:
        again(work)
    assert len(tries) == len(PAUSES) + 1
    assert "\n" not in str(raised.value)
