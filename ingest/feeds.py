"""Watch a source: which documents a feed, a sitemap or a page of publications lists anew.

An address goes in; the addresses of new and changed documents come out, and those that are listed
no longer. What a source was last seen to list lies in `feeds.json` in the library's folder, with
its ETag and Last-Modified; without the file everything is looked at once more. Only documents of
the source's own site are followed.
"""

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.errors import ReadError, UsageError
from index.library import Library
from index.storage.private import read_text, write_text
from ingest.decode import decode
from ingest.document import Block, BlockKind, Document
from ingest.fetch import Download, fetch
from ingest.files import canonical_url, url_fault
from ingest.pipeline import Options, ingest
from ingest.report import DocumentResult, Progress, Report, ReportItem
from ingest.sandbox import Sandbox

STATE = "feeds.json"
_MOST_ITEMS = 1_000
_MOST_SITEMAPS = 20  # that an index of sitemaps leads to
_FEED, _SITEMAP, _INDEX, _PAGE = "feed", "sitemap", "index of sitemaps", "page"


@dataclass(frozen=True)
class SourceListing:
    """What one look at a source found. `listed` says when each document was changed, or ""."""

    source: str
    fresh: tuple[str, ...] = ()  # new or changed
    vanished: tuple[str, ...] = ()
    elsewhere: int = 0  # documents on other sites, which are not followed
    listed: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None


def ingest_feeds(
    library: Library,
    paths: Sequence[str],
    feeds: Sequence[str],
    pattern: str | None,
    options: Options,
    progress: Progress | None = None,
) -> Report:
    """Bring in the paths and what the feeds list anew; report what they list no longer."""
    seen: list[SourceListing] = []
    faults: list[ReportItem] = []
    for source in feeds:
        try:
            seen.append(look(library.home, source, pattern, library.settings.fetch_seconds))
        except ReadError as error:
            faults.append(ReportItem(source, DocumentResult.FAILED, reason=str(error)))
    report = ingest(
        library, [*paths, *(url for one in seen for url in one.fresh)], options, progress
    )
    failed = {item.location for item in report.failed}
    for one in seen:
        report.items += [
            ReportItem(url, DocumentResult.IGNORED, reason=f"no longer listed by {one.source}")
            for url in one.vanished
        ]
        if one.elsewhere:
            reason = f"lists {one.elsewhere} documents of other sites, which are not followed"
            report.items.append(ReportItem(one.source, DocumentResult.IGNORED, reason=reason))
        if not options.dry_run and not report.interrupted:
            remember(library.home, one, failed)
    report.items += faults
    return report


def look(home: Path, source: str, pattern: str | None, seconds: float) -> SourceListing:
    """Return what a source lists that it did not before; raise ReadError or UsageError."""
    if fault := url_fault(source):
        raise UsageError(f"--feed {source}: {fault}")
    wanted = _compiled(pattern)
    known = _state(home).get(source, {})
    download = fetch(
        source, timeout=seconds, etag=known.get("etag"), last_modified=known.get("last_modified")
    )
    before: dict[str, str] = known.get("items", {})
    if download.unchanged:
        return SourceListing(
            source, (), (), 0, before, known.get("etag"), known.get("last_modified")
        )
    with Sandbox(reader="ingest.feeds:listed") as sandbox:
        kind, every = _items(download, sandbox)
        if kind == _INDEX:
            every = _of_sitemaps(
                [url for url in every if _same_site(url, source)], sandbox, seconds
            )
    if kind == _PAGE and pattern is None:
        raise UsageError(
            f"--feed {source}: a page, no feed; say which of its links are briefs with --pattern"
        )
    listed = {url: stamp for url, stamp in every.items() if wanted.search(url)}
    own = {url: stamp for url, stamp in listed.items() if _same_site(url, source)}
    fresh = tuple(url for url, stamp in own.items() if before.get(url) != stamp)
    gone = () if kind == _FEED else tuple(url for url in before if url not in own)
    kept = before | own if kind == _FEED else own  # a feed only lists its latest
    return SourceListing(
        source, fresh[:_MOST_ITEMS], gone, len(listed) - len(own), kept,
        download.etag, download.last_modified,
    )  # fmt: skip


def remember(home: Path, seen: SourceListing, failed: set[str]) -> None:
    """Write down what a source lists; what failed is looked at again next time."""
    state = _state(home)
    items = {url: stamp for url, stamp in seen.listed.items() if url not in failed}
    conditions = {} if failed else {"etag": seen.etag, "last_modified": seen.last_modified}
    state[seen.source] = {"items": items, **conditions}
    write_text(home / STATE, json.dumps(state, indent=1))


def listed(data: bytes, name: str, media_type: str | None) -> Document:
    """Return what a source lists, a block each: address, tab, time of change. For the sandbox."""
    del media_type
    kind, items = _sitemap(data)
    if not items:
        kind, items = _FEED, list(_feed(data))
    if not items:
        kind, items = _PAGE, list(_links(data))
    blocks = [Block(BlockKind.HEADING, kind)]
    for url, stamp in items:
        address = urljoin(name, url)
        if address.startswith(("http://", "https://")) and not url_fault(address):
            blocks.append(Block(BlockKind.PARAGRAPH, f"{canonical_url(address)}\t{stamp}"))
    return Document(tuple(blocks))


def _sitemap(data: bytes) -> tuple[str, list[tuple[str, str]]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return _SITEMAP, []
    kind = _INDEX if str(root.tag).endswith("sitemapindex") else _SITEMAP
    if kind == _SITEMAP and not str(root.tag).endswith("urlset"):
        return kind, []
    found = [
        ((node.findtext("{*}loc") or "").strip(), (node.findtext("{*}lastmod") or "").strip())
        for node in root
    ]
    return kind, [(url, stamp) for url, stamp in found if url]


def _feed(data: bytes) -> Iterator[tuple[str, str]]:
    import feedparser

    for entry in feedparser.parse(io.BytesIO(data)).entries:
        if url := entry.get("link"):
            yield str(url), str(entry.get("updated") or entry.get("published") or "")


def _links(data: bytes) -> Iterator[tuple[str, str]]:
    from lxml.html import document_fromstring

    for link in document_fromstring(decode(data).encode()).iter("a"):
        if url := (link.get("href") or "").strip():
            yield url.partition("#")[0], ""


def _items(download: Download, sandbox: Sandbox) -> tuple[str, dict[str, str]]:
    document = sandbox.read(download.data, download.final_url, download.media_type)
    kind, *rows = (block.text for block in document.blocks)
    pairs = (row.partition("\t") for row in rows)
    return kind, {url: stamp for url, _, stamp in pairs}


def _of_sitemaps(urls: list[str], sandbox: Sandbox, seconds: float) -> dict[str, str]:
    found: dict[str, str] = {}
    for url in urls[:_MOST_SITEMAPS]:
        found |= _items(fetch(url, timeout=seconds), sandbox)[1]
    return found


def _same_site(url: str, source: str) -> bool:
    hosts = [(urlsplit(each).hostname or "").removeprefix("www.") for each in (url, source)]
    return hosts[0] == hosts[1] or hosts[0].endswith("." + hosts[1])


def _compiled(pattern: str | None) -> re.Pattern[str]:
    try:
        return re.compile(pattern or "")
    except re.error as error:
        raise UsageError(f"--pattern {pattern}: {error}; write a regular expression") from error


def _state(home: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(read_text(home / STATE) or "{}")
    except (OSError, ValueError) as error:
        raise ReadError(f"{home / STATE}: cannot be read; delete it") from error
    return found if isinstance(found, dict) else {}
