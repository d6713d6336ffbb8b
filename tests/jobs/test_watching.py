"""Claims about watched sources: whose turn it is, one look a turn, and what a channel is told."""

import asyncio
from pathlib import Path

import pytest

from bot.jobs import watching
from bot.jobs.queue import Queue
from bot.jobs.watching import LOOK, WATCHED, WatchedSource, due, load, look, report_lines
from bot.jobs.worker import Lease
from index.errors import SettingsError
from index.library import Library
from index.settings import Settings
from index.storage.database import Database
from ingest.report import DocumentResult, Report, ReportItem
from tests.fakes import HashedTokens
from tests.ingest.test_feeds import Site, rss, site

pytestmark = pytest.mark.anyio
__all__ = ["site"]  # a fixture


def configured(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / "briefs.toml").write_text(text)
    monkeypatch.chdir(folder)


def test_sources_are_tables_of_briefs_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    text = '[watch.osw]\nfeed = "https://e.example/rss"\nevery = "6h"\nchannel = "C0123ABCD"\n'
    configured(tmp_path, monkeypatch, text)
    (found,) = load().items()
    assert found[0] == "osw"
    assert (found[1].seconds, found[1].collection) == (21_600, "default")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('every = "often"', 'watch.a.every: write how often, such as "30m"'),
        ('every = "1m"', 'at least "5m"'),
        ('channel = "#desk"', "watch.a.channel: write a channel's id"),
        ('collection = "place:C1"', "watch.a.collection: is kept for"),
        ('url = "x"', "watch.a.url"),
    ],
)
def test_a_faulty_source_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, fault: str
):
    configured(tmp_path, monkeypatch, f'[watch.a]\nfeed = "https://e.example/rss"\n{line}\n')
    with pytest.raises(SettingsError) as refused:
        load()
    assert fault in str(refused.value)


def test_each_turn_is_one_job_whoever_looks_at_the_clock(database: Database):
    """Two processes add it once; the next turn is another."""
    sources = {"osw": WatchedSource(feed="https://e.example/rss", every="1h")}
    for owner in ("one", "two"):
        due(sources, Queue(database, owner), lambda: 7_200.0)
    queue = Queue(database, "one")
    assert queue.waiting(LOOK) == 1
    due(sources, queue, lambda: 10_799.0)
    assert queue.waiting(LOOK) == 1
    due(sources, queue, lambda: 10_800.0)
    assert queue.waiting(LOOK) == 2


def test_a_channel_is_told_of_what_is_new_changed_failed_or_gone():
    items = [
        ReportItem("a", DocumentResult.NEW, title="Grain"),
        ReportItem("b", DocumentResult.VERSION, title="Ports"),
        ReportItem("c", DocumentResult.UNCHANGED),
        ReportItem("d", DocumentResult.FAILED, reason="encrypted; remove the password"),
        ReportItem("e", DocumentResult.IGNORED, reason="no longer listed by https://e.example"),
    ]
    report = Report()
    report.items += items
    assert report_lines(report) == [
        ("new", "Grain"), ("changed", "Ports"), ("failed", "d (encrypted; remove the password)"),
        ("no longer listed", "e"),
    ]  # fmt: skip


async def test_a_look_brings_in_what_is_listed_and_adds_the_report(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
):
    """Once: at the next turn nothing is new, and nobody is told."""
    site.body = rss(("/a.txt", "12"))
    source = WatchedSource(
        feed=f"{site.url}/list", every="1h", collection="osw", channel="C0123ABCD"
    )
    with Library.open(
        Settings(home=tmp_path / "home", internal_hosts="127.0.0.1"), create=True
    ) as (library):
        queue = Queue(library.database, "one")
        for moment in (0.0, 3_600.0):
            due({"osw": source}, queue, lambda now=moment: now)
            job = queue.take([LOOK])
            assert job
            await look(library, {"osw": source}, queue, Lease(queue, job))
            queue.finish(job)
        assert [row.brief.collection for row in library.versions()] == ["osw"]
        told = queue.take([WATCHED])
        assert told
        assert (told.payload["channel"], told.payload["lines"][0][0]) == ("C0123ABCD", "new")
        assert queue.take([WATCHED]) is None
    assert watching.handlers(library, {}, queue) == {}


async def test_without_a_bot_reports_stand_in_the_log_and_wait_for_one(
    tmp_path: Path, site: Site, caplog: pytest.LogCaptureFixture
):
    """The start says who will tell the channel; the log has each line; the report is kept."""
    site.body = rss(("/a.txt", "12"))
    source = WatchedSource(feed=f"{site.url}/list", every="1h", channel="C0123ABCD")
    settings = Settings(home=tmp_path / "home", internal_hosts="127.0.0.1")
    with Library.open(settings, create=True, embedder=HashedTokens()) as library:
        queue = Queue(library.database, "bot")
        async with watching.watching(library, {"osw": source}, "serve"):
            while not queue.waiting(WATCHED):
                await asyncio.sleep(0.05)
        assert queue.take([WATCHED])
    assert "watch.osw: no Slack bot in this process: the channel is told by" in caplog.text
    assert "watch.osw: new: " in caplog.text
