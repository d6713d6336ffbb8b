"""Connections to PostgreSQL cut at any moment: work is done again, and once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import event, text

from index.errors import ConnectionLost, DatabaseUnavailable
from index.library import Library
from index.settings import Settings, load
from index.storage.database import PAUSES, again
from tests.conftest import MakeLibrary
from tests.drafts import draft

RATES = "Rates in the north\n\nThe bank raised its rate in March. Prices fell."
FISH = "Fishing quotas\n\nCod quotas fell by a third after the survey."


@pytest.fixture
def library(postgres_url: str, tmp_path, open_library: MakeLibrary) -> Library:
    return open_library(load(home=tmp_path / "home", database_url=postgres_url))


def cut_all(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def cutting(library: Library, url: str, at: int, moment: str = "before") -> Iterator[list[str]]:
    """Cut all connections once: before statement number `at`, or at commit number `at`."""
    seen: list[str] = []
    name = "before_cursor_execute" if moment == "before" else "commit"

    def listen(_connection, *rest) -> None:  # type: ignore[no-untyped-def]
        seen.append(str(rest[1]) if len(rest) > 1 else "commit")
        if len(seen) == at:
            cut_all(url)

    event.listen(library.database.engine, name, listen)
    try:
        yield seen
    finally:
        event.remove(library.database.engine, name, listen)


def statements(library: Library, work: Callable[[], object]) -> int:
    with cutting(library, "", 0) as seen:
        work()
    return len(seen)


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


def test_an_ingest_cut_anywhere_is_whole_and_once(library, postgres_url) -> None:
    """At every eighth statement of it, the lock's own among them; outcomes are as if uncut."""
    counted = statements(library, lambda: library.publish([draft("0.txt", RATES)]))
    for number, at in enumerate(range(1, counted + 1, 8), 1):
        words = f"Brief number {number}\n\nWhat it says is {' '.join([f'word{number}'] * 9)}."
        with cutting(library, postgres_url, at):
            (outcome,) = library.publish([draft(f"{number}.txt", words)])
        assert (outcome.place, outcome.state) == ("new", "current")
        assert len(library.versions()) == number + 1
    assert library.faults() == {}
    library.check_index()


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


def test_an_answer_cut_at_any_statement_of_its_record_is_recorded_once(
    postgres_url: str, settings: Settings, open_library: MakeLibrary
) -> None:
    from bot.ledger.ledger import Ledger

    library = open_library(load(home=settings.home, database_url=postgres_url))
    ledger = Ledger(library.database)
    total = statements(library, lambda: ledger.append("a0", {"n": 0}, {"question": "0"}))
    for at in range(1, total + 1):
        with cutting(library, postgres_url, at):
            assert ledger.append(f"a{at}", {"n": at}, {"question": str(at)}) == at + 1
    with cutting(library, postgres_url, 1, "commit"):
        ledger.append("last", {}, {})
    assert [entry.record_id for entry in ledger.entries()] == [
        *(f"a{at}" for at in range(total + 1)), "last",
    ]  # fmt: skip
    assert ledger.verify() is None
