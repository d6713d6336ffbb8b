"""From paths to searchable briefs: find, read, compare by hash, parse, cut, publish, report.

One document that fails is a line in the report and stops no other. Nothing is half in: documents
are published in batches, each whole or not at all, and what is published is skipped next time.
"""

import hashlib
import json
import logging
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.addresses import without_secrets
from index.errors import ReadError, UsageError
from index.library import Library
from index.passage import Draft, Rendition
from index.placement import PublishOutcome
from index.storage.catalogue import RenditionRow, VersionRow
from index.storage.schema import WITHDRAWN
from ingest import affected, follows, sources
from ingest.affected import BriefChange
from ingest.brief import assemble
from ingest.document import Document, Metadata
from ingest.fetch import fetch
from ingest.manifest import Manifest
from ingest.metadata import from_file_name
from ingest.passages import cut
from ingest.report import DocumentResult, Progress, Report, ReportItem, item_for, withdrawn
from ingest.sandbox import Limits, Sandbox
from ingest.sources import FoundDocument, Ignored, Refusal

logger = logging.getLogger(__name__)

BATCH_PASSAGES = 2_000  # published together: about 15 s of work that a kill may cost
MAIL = "message/rfc822"
_CONTAINERS = (MAIL, "application/zip")  # of what is on record by itself
_MAX_NESTED = 4  # mails within archives within mails …
ATTACHMENT = "#attachment="  # between an e-mail's location and the name of what is attached
_SPARE_BYTES = 200 << 20  # left free on the disk, beside three times the size of the index


@dataclass(frozen=True)
class Options:
    """What the command line says about the documents. `given` outweighs what they say.

    `recorded_as` names documents that go on record under another location than the path they are
    read from: a file added in Slack lies in a folder that is gone afterwards. `restore` takes in
    briefs that somebody removed before; else they are left out, and the report says so.
    """

    collection: str = "default"
    given: Metadata = field(default_factory=Metadata)
    manifest: Manifest | None = None
    prune: bool = False
    dry_run: bool = False
    restore: bool = True
    recorded_as: Mapping[str, str] = field(default_factory=dict)

    def stated(self, location: str) -> tuple[Metadata, str]:
        """Return metadata and collection given for a document by flags, then by the manifest."""
        metadata, collection = (
            self.manifest.metadata_for(location) if self.manifest else (Metadata(), None)
        )
        stated = self.given.over(metadata)
        if stated.source_url:
            stated = replace(stated, source_url=without_secrets(stated.source_url))
        return stated, collection or self.collection


@dataclass(frozen=True)
class _LoadedDocument:
    """A document's bytes and what is said about them; `fallback` holds where nothing else does."""

    location: str
    name: str
    data: bytes = field(repr=False)
    media_type: str | None
    metadata: Metadata
    collection: str
    fallback: Metadata = field(default_factory=Metadata)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def given(self) -> str:
        stated = {key: value for key, value in vars(self.metadata).items() if value}
        return json.dumps(stated, sort_keys=True)


def ingest(
    library: Library,
    paths: Sequence[str],
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Bring what the paths name into the library and return the report.

    Ctrl-C ends it between two batches or inside one; `interrupted` is then set, and the same call
    goes on where it ended.
    """
    run = _Run(library, options or Options(), progress or Progress())
    started = time.monotonic()
    before = affected.standing(library)
    try:
        run.work(paths)
    except KeyboardInterrupt:
        run.report.interrupted = True
    changed = run.would_change if run.report.dry_run else affected.changes(library, before)
    run.report.affected = affected.find_affected(library, changed)
    if not run.report.dry_run:
        fresh = (DocumentResult.NEW, DocumentResult.VERSION)
        ids = [item.brief_id for item in run.report.items if item.result in fresh and item.brief_id]
        try:
            run.report.followed = follows.about(library, list(dict.fromkeys(ids)))
        except ReadError as error:  # what was ingested is reported all the same
            logger.warning("%s", error)
    run.report.seconds = time.monotonic() - started
    return run.report


class _Run:
    """One call of `ingest`: the report so far, and the drafts that wait for their batch."""

    def __init__(self, library: Library, options: Options, progress: Progress) -> None:
        self.report = Report(dry_run=options.dry_run)
        self._library = library
        self._options = options
        self._progress = progress
        self.would_change: list[BriefChange] = []  # by a dry run
        self._waiting: list[Draft] = []
        self._opened: set[str] = set()  # mails that were parsed in this run
        self._found: set[str] = set()  # what stands in them
        self._named: list[str] = []  # the URLs of this run: redirects may lead to their hosts
        self._limit = library.settings.max_file_megabytes << 20

    def work(self, paths: Sequence[str]) -> None:
        candidates = list(self._candidates(paths))
        self._named = [item.address for item in candidates if item.kind == "url"]
        self._refuse_ambiguous(candidates)
        if not self._options.dry_run:
            self._require_space()
        settings = self._library.settings
        with Sandbox(Limits(settings.parse_seconds, settings.parse_megabytes)) as sandbox:
            for number, candidate in enumerate(candidates):
                self._progress.reading(number, len(candidates), candidate.name)
                self._take(candidate, sandbox)
                if sum(len(draft.passages) for draft in self._waiting) >= BATCH_PASSAGES:
                    self._publish()
            self._progress.reading(len(candidates), len(candidates), "")
        self._publish(self._vanished(paths) if self._options.prune else ())
        if self._options.manifest:
            for line in self._options.manifest.unused(item.location for item in candidates):
                self._fail(self._options.manifest.path, line)

    def _candidates(self, paths: Sequence[str]) -> Iterator[FoundDocument]:
        for found in sources.find(paths):
            if isinstance(found, Refusal):
                self._fail(found.location, found.reason)
            elif isinstance(found, Ignored):
                self.report.items.append(
                    ReportItem(found.location, DocumentResult.IGNORED, reason=found.reason)
                )
            else:
                yield found

    def _refuse_ambiguous(self, candidates: Sequence[FoundDocument]) -> None:
        single = {
            "--title": self._options.given.title,
            "--source-url": self._options.given.source_url,
        }
        flags = [flag for flag, value in single.items() if value]
        if flags and len(candidates) > 1:
            raise UsageError(
                f"{flags[0]}: given for {len(candidates)} documents; "
                "name one document, or use --manifest FILE.csv"
            )

    def _require_space(self) -> None:
        home = self._library.home
        used = sum(path.stat().st_size for path in home.glob("index/*/**/*") if path.is_file())
        free = shutil.disk_usage(home).free
        if free < 3 * used + _SPARE_BYTES:
            raise UsageError(
                f"{home}: {free >> 20} MB free, {(3 * used + _SPARE_BYTES) >> 20} MB needed; "
                "free some space, or set BRIEFS_HOME to another disk"
            )

    def _take(self, candidate: FoundDocument, sandbox: Sandbox) -> None:
        try:
            read = self._read(candidate)
            row = self._row(read)
            if row and row.media_type != MAIL:  # a mail's attachments are on record by themselves
                self.report.items.append(ReportItem(read.location, DocumentResult.UNCHANGED))
                return
            document = sandbox.read(read.data, read.name, read.media_type)
            self._draft(read, document, sandbox)
        except ReadError as error:
            self._fail(self._recorded(candidate.location), str(error))

    def _recorded(self, location: str) -> str:
        return self._options.recorded_as.get(location, location)

    def _read(self, candidate: FoundDocument) -> _LoadedDocument:
        if candidate.kind == "url":
            seconds = self._library.settings.fetch_seconds
            fetched = fetch(
                candidate.address,
                limit=self._limit,
                timeout=seconds,
                named=self._named,
                internal=self._library.settings.internal_hosts.replace(",", " ").split(),
            )
            data, media_type = fetched.data, fetched.media_type
        else:
            data, media_type = sources.read_bytes(candidate, self._limit), None
        location = self._recorded(candidate.location)
        if candidate.kind == "stdin":
            # Standard input has no name to come back under: its content is its identity.
            location = f"stdin:{hashlib.sha256(data).hexdigest()[:12]}"
        metadata, collection = self._options.stated(location)
        return _LoadedDocument(location, candidate.name, data, media_type, metadata, collection)

    def _row(self, read: _LoadedDocument) -> RenditionRow | None:
        """Return the record of the very same bytes, said to be the same; None if there is none."""
        row = self._library.rendition(read.location, read.collection)
        if row is None or row.state == WITHDRAWN:
            return None
        return row if (row.sha256, row.given) == (read.sha256, read.given) else None

    def _draft(self, read: _LoadedDocument, document: Document, sandbox: Sandbox) -> None:
        if document.blocks:
            self._found.add(read.location)
            if self._row(read):
                self.report.items.append(ReportItem(read.location, DocumentResult.UNCHANGED))
            else:
                self._waiting.append(self._cut(read, document))
        elif document.warnings:  # a mail of which only the attachments are kept
            reason = "; ".join(document.warnings)
            self.report.items.append(
                ReportItem(read.location, DocumentResult.IGNORED, reason=reason)
            )
        if document.media_type in _CONTAINERS:
            self._opened.add(read.location)
        for inner in _attached(read, document):
            self._attachment(inner, sandbox)

    def _attachment(self, read: _LoadedDocument, sandbox: Sandbox) -> None:
        self._found.add(read.location)
        row = self._row(read)
        if row and row.media_type != MAIL:
            self.report.items.append(ReportItem(read.location, DocumentResult.UNCHANGED))
            return
        try:
            if read.location.count(ATTACHMENT) > _MAX_NESTED:
                raise ReadError("nested too deeply; ingest it as a file")
            self._draft(read, sandbox.read(read.data, read.name), sandbox)
        except ReadError as error:
            self._fail(read.location, str(error))

    def _cut(self, read: _LoadedDocument, document: Document) -> Draft:
        metadata = read.metadata.over(document.metadata)
        metadata = metadata.over(from_file_name(read.name)).over(read.fallback)
        rendition = Rendition(read.location, document.media_type, read.sha256)
        brief, spans = assemble(document, metadata, read.collection, rendition)
        embedder = self._library.embedder
        passages = cut(brief, spans, embedder.count_tokens, embedder.fingerprint.max_tokens)
        if not passages:
            raise ReadError("a title and no text; check the file and ingest it again")
        return Draft(brief, passages, rendition, read.given)

    def _publish(self, vanished: Iterable[str] = ()) -> None:
        gone = set(vanished)
        dropped = [
            row
            for row in self._library.renditions()
            if row.collection == self._options.collection and row.location in gone
        ]
        drafts, self._waiting = self._without_removed(self._waiting), []
        if not drafts and not dropped:
            return
        if self._options.dry_run:
            outcomes = self._library.preview(drafts)
            self._foresee(drafts, outcomes, dropped)
        else:
            self._progress.embedding(sum(len(draft.passages) for draft in drafts))
            outcomes = self._library.publish(
                drafts, dropped, tick=self._progress.embedded, on_wait=self._progress.waiting
            )
        versions = self._library.versions()
        titles = {row.brief.id: row.brief.title for row in versions}
        for draft, outcome in zip(drafts, outcomes, strict=True):
            on_record = titles.get(outcome.brief_id)
            self.report.items.append(
                item_for(draft.rendition.location, draft.brief, outcome, on_record)
            )
        briefs = {row.pk: row.brief for row in versions}
        self.report.items += [withdrawn(row.location, briefs[row.version_pk]) for row in dropped]

    def _without_removed(self, drafts: list[Draft]) -> list[Draft]:
        """Return the drafts without those of briefs that somebody removed and nobody wants back."""
        days = {} if self._options.restore else self._library.removed()
        if not days or not drafts:
            return drafts
        kept = []
        for draft, outcome in zip(drafts, self._library.preview(drafts), strict=True):
            if outcome.brief_id in days:
                reason = f"removed on {days[outcome.brief_id]}; --restore adds it again"
                item = item_for(draft.rendition.location, draft.brief, outcome, None)
                self.report.items.append(
                    replace(item, result=DocumentResult.LEFT_OUT, reason=reason, passages=0)
                )
            else:
                kept.append(draft)
        return kept

    def _foresee(
        self,
        drafts: Sequence[Draft],
        outcomes: Sequence[PublishOutcome],
        dropped: Sequence[RenditionRow],
    ) -> None:
        for draft, outcome in zip(drafts, outcomes, strict=True):
            item = item_for(draft.rendition.location, draft.brief, outcome, None)
            if item.result is DocumentResult.VERSION:
                brief = draft.brief
                self.would_change.append(BriefChange(outcome.brief_id, brief.title, brief.text))
        left = {row.version_pk for row in self._library.renditions() if row not in dropped}
        gone = {row.version_pk for row in dropped}
        families: dict[str, list[VersionRow]] = {}
        for row in self._library.versions() if gone else ():
            families.setdefault(row.brief.id, []).append(row)
        for brief_id, versions in families.items():
            keys = {row.pk for row in versions}
            if keys & gone and not keys & left:
                self.would_change.append(BriefChange(brief_id, versions[-1].brief.title))

    def _vanished(self, paths: Sequence[str]) -> Iterator[str]:
        for row in self._library.renditions():
            document = row.location.split(ATTACHMENT)[0]
            taken_out = document in self._opened and row.location not in self._found
            if sources.covers(paths, document) and (taken_out or sources.is_gone(document)):
                yield row.location

    def _fail(self, location: str, reason: str) -> None:
        self.report.items.append(ReportItem(location, DocumentResult.FAILED, reason=reason))


def _attached(mail: _LoadedDocument, document: Document) -> Iterator[_LoadedDocument]:
    """Yield what is attached; what it does not say of itself, the mail says: date and sender.

    A title or number given for the mail is its text's, or that of the only thing attached.
    """
    own = len(document.attachments) == 1 and not document.blocks
    given = (
        mail.metadata if own else Metadata(date=mail.metadata.date, authors=mail.metadata.authors)
    )
    stated = Metadata(date=document.metadata.date, authors=document.metadata.authors)
    names: Counter[str] = Counter()
    for attachment in document.attachments:
        names[attachment.name] += 1
        again = f" ({names[attachment.name]})" if names[attachment.name] > 1 else ""
        yield replace(
            mail,
            location=f"{mail.location}{ATTACHMENT}{attachment.name}{again}",
            name=attachment.name,
            data=attachment.data,
            media_type=None,
            metadata=given,
            fallback=stated.over(mail.fallback),
        )
