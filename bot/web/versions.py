"""Show what became of cited words: a citation as it was recorded in, later versions out.

Reads the versions of briefs. Whether a change matters is the business of the checks.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from bot.audit import said
from bot.audit.word_diff import Stretch
from bot.web.layout import PageBlock, blocks, laid_out
from bot.web.wording import differences, likeness, words
from index import schema
from index.library import Library
from index.schema import CURRENT, WITHDRAWN


@dataclass(frozen=True)
class BriefVersion:
    """One version of a brief, as lists show it."""

    brief_id: str
    version: int
    state: str  # index.schema: current, superseded or withdrawn
    title: str
    date: str | None
    number: str | None
    edition: str | None  # the publisher's own version
    collection: str

    @property
    def is_current(self) -> bool:
        """Whether it is what the library searches."""
        return self.state == CURRENT


def brief_versions(
    connection: Connection, brief_ids: Collection[str]
) -> dict[str, list[BriefVersion]]:
    """Return all versions of these briefs, the oldest first; briefs that are unknown are absent."""
    found: dict[str, list[BriefVersion]] = {}
    query = _query().where(schema.versions.c.brief_id.in_(brief_ids))
    for row in connection.execute(query.order_by(schema.versions.c.version)):
        found.setdefault(row.brief_id, []).append(_edition(row))
    return found


def listed(
    connection: Connection, words: Sequence[str], *, limit: int, offset: int
) -> tuple[list[BriefVersion], int]:
    """Return current briefs whose title or number has all these words, newest first, and how many.

    Without a date they come last.
    """
    table = schema.versions
    query = _query().where(table.c.state == CURRENT)
    for word in words:
        query = query.where(
            or_(
                func.lower(table.c.title).contains(word.lower(), autoescape=True),
                func.lower(table.c.number).contains(word.lower(), autoescape=True),
            )
        )
    total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    newest = (func.coalesce(table.c.date, "").desc(), table.c.title, table.c.brief_id)
    rows = connection.execute(query.order_by(*newest).limit(limit).offset(offset))
    return [_edition(row) for row in rows], total


def _query() -> Select[Any]:
    table = schema.versions
    return select(
        table.c.brief_id, table.c.version, table.c.state, table.c.title, table.c.date,
        table.c.number, table.c.edition, schema.briefs.c.collection,
    ).join(schema.briefs, schema.briefs.c.id == table.c.brief_id)  # fmt: skip


def _edition(row: Row[Any]) -> BriefVersion:
    return BriefVersion(
        row.brief_id, row.version, row.state, row.title, row.date, row.number, row.edition,
        row.collection,
    )  # fmt: skip


ALIKE = 0.25  # share of words from which a paragraph is taken for the same one, changed
MOST = 5  # later versions that are compared, the newest
KEPT = 100  # texts
GONE = "gone"

Json = Mapping[str, Any]


@dataclass(frozen=True)
class LaterVersion:
    """A later version of a cited brief.

    `stands`: the quoted words are still in it. `paragraph` is where what was cited is now, None if
    it is nowhere; `pieces` lead from the old paragraph to that one, () where it is the same.
    """

    edition: BriefVersion
    stands: bool
    paragraph: int | None = None
    pieces: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class CitedToday:
    """A cited brief in the library of today: current, withdrawn, or gone for good."""

    state: str
    later: tuple[LaterVersion, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a version, with the words that it is compared by."""

    number: int
    text: str
    words: frozenset[str]


@dataclass(frozen=True)
class VersionText:
    """A version's text, made ready for comparison."""

    run: str  # all its words, for looking up quotations
    paragraphs: tuple[Paragraph, ...]


class VersionTexts:
    """The texts of versions last compared: no version ever changes. Safe between threads."""

    def __init__(self, library: Library) -> None:
        """Remember where the texts are."""
        self._library = library
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], VersionText] = OrderedDict()

    def of(self, edition: BriefVersion) -> VersionText:
        """Return the text of a version."""
        key = edition.brief_id, edition.version
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = self._made(key)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _made(self, key: tuple[str, int]) -> VersionText:
        brief = self._library.brief(*key)
        passages = [passage for _, passage in self._library.passages(brief)]
        found, number = [], 0
        for block in laid_out(brief, passages):
            number = block.paragraph or number
            text = brief.text[block.start : block.end]
            found.append(Paragraph(number, text, words(text)))
        return VersionText(said.run(brief.text), tuple(found))


class CitedBriefs:
    """What the library of today says of the briefs that one answer cites."""

    def __init__(self, library: Library, texts: VersionTexts, brief_ids: Sequence[str]) -> None:
        """Read which versions there are; texts are read when they are compared."""
        self._texts = texts
        with library.database.read() as connection:
            self._editions = brief_versions(connection, set(brief_ids))

    def today(self, citation: Json) -> CitedToday:
        """Return what became of the words that a citation quotes."""
        brief = citation["passage"]["brief"]
        known = self._editions.get(brief["id"], [])
        if not known:
            return CitedToday(GONE)
        state = CURRENT if any(one.is_current for one in known) else WITHDRAWN
        after = [one for one in known if one.version > brief["version"]][-MOST:]
        cited = _cited(citation) if after else ""
        return CitedToday(state, tuple(self._later(one, citation["quote"], cited) for one in after))

    def _later(self, edition: BriefVersion, quote: str, cited: str) -> LaterVersion:
        text, wanted = self._texts.of(edition), words(cited)
        stands = said.stands(quote, text.run)
        best = max(text.paragraphs, key=lambda one: likeness(wanted, one.words), default=None)
        if best is None or likeness(wanted, best.words) < ALIKE:
            return LaterVersion(edition, stands)
        changed = () if best.text == cited else tuple(differences(cited, best.text))
        return LaterVersion(edition, stands, best.number, changed)


def _cited(citation: Json) -> str:
    """Return the paragraph, or the bullet, in which the quotation begins."""
    passage = citation["passage"]
    at = citation["start"] - passage["start"]
    parts: list[PageBlock] = blocks(passage["text"])
    found = next((one for one in parts if one.start <= at < one.end), None)
    return passage["text"][found.start : found.end] if found else str(passage["text"])
