"""The versions of briefs in the library, and what became of cited words in later ones.

Whether a change matters is for the checks to say.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, or_, select

from bot.audit import text_diff
from bot.audit.brief_versions import StoredVersion, stored_versions, version_query
from bot.audit.text_diff import Op, Stretch, word_diff
from bot.web.layout import blocks, laid_out
from index.library import Library
from index.storage import schema
from index.storage.schema import CURRENT, WITHDRAWN

ALIKE = 0.25  # share of common words from which two paragraphs count as one that was changed
MOST = 5  # later versions that are compared, the newest
LONGEST = 20_000  # characters of two paragraphs that are compared word by word
CACHED = 100  # texts
GONE = "gone"

Json = Mapping[str, Any]


@dataclass(frozen=True)
class LaterVersion:
    """A later version of a cited brief.

    `has_quote`: the quoted words are still in it. `paragraph`: the one most like the cited one,
    None if there is none; `pieces` lead from the cited one to it, () where both are the same.
    """

    brief: StoredVersion
    has_quote: bool
    paragraph: int | None = None
    pieces: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class CitedToday:
    """A cited brief in the library of today: current, withdrawn, or gone for good."""

    state: str
    later: tuple[LaterVersion, ...] = ()


@dataclass(frozen=True)
class ComparedText:
    """A version's text, ready for comparison."""

    run: str  # all its words, for looking up quotations
    paragraphs: tuple[tuple[int, str, frozenset[str]], ...]  # number, text, words


def brief_versions(
    connection: Connection, brief_ids: Collection[str]
) -> dict[str, list[StoredVersion]]:
    """Return all versions of these briefs, oldest first; unknown briefs are absent."""
    found: dict[str, list[StoredVersion]] = {}
    query = version_query().where(schema.versions.c.brief_id.in_(brief_ids))
    for one in stored_versions(connection, query.order_by(schema.versions.c.version)):
        found.setdefault(one.brief_id, []).append(one)
    return found


def current_briefs(
    connection: Connection, words: Sequence[str], *, limit: int, offset: int
) -> tuple[list[StoredVersion], int]:
    """Return current briefs with all these words in title or number, and how many there are.

    The newest come first, those without a date last.
    """
    table = schema.versions
    query = version_query().where(table.c.state == CURRENT)
    for word in words:
        query = query.where(
            or_(
                func.lower(table.c.title).contains(word.lower(), autoescape=True),
                func.lower(table.c.number).contains(word.lower(), autoescape=True),
            )
        )
    total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    newest = (func.coalesce(table.c.date, "").desc(), table.c.title, table.c.brief_id)
    page = query.order_by(*newest).limit(limit).offset(offset)
    return list(stored_versions(connection, page)), total


class VersionTexts:
    """Reads the texts of versions, caching the last ones: no version ever changes."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.of = lru_cache(CACHED)(self._read)

    def _read(self, brief_id: str, version: int) -> ComparedText:
        brief = self._library.brief(brief_id, version)
        passages = [passage for _, passage in self._library.passages(brief)]
        found, number = [], 0
        for block in laid_out(brief, passages):
            number = block.paragraph or number
            text = brief.text[block.start : block.end]
            found.append((number, text, _words(text)))
        return ComparedText(text_diff.run(brief.text), tuple(found))


class CitedBriefs:
    """What the library of today says about the briefs that one answer cites."""

    def __init__(self, library: Library, texts: VersionTexts, brief_ids: Sequence[str]) -> None:
        self._texts = texts
        with library.database.read() as connection:
            self._versions = brief_versions(connection, set(brief_ids))

    def today(self, citation: Json) -> CitedToday:
        """Return what became of the words that a citation quotes."""
        brief = citation["passage"]["brief"]
        known = self._versions.get(brief["id"], [])
        if not known:
            return CitedToday(GONE)
        state = CURRENT if any(one.is_current for one in known) else WITHDRAWN
        after = [one for one in known if one.version > brief["version"]][-MOST:]
        cited = _cited(citation) if after else ""
        return CitedToday(state, tuple(self._later(one, citation["quote"], cited) for one in after))

    def _later(self, brief: StoredVersion, quote: str, cited: str) -> LaterVersion:
        text, wanted = self._texts.of(brief.brief_id, brief.version), _words(cited)
        has_quote = text_diff.stands(quote, text.run)
        likeness, number, best = max(
            ((_likeness(wanted, words), number, one) for number, one, words in text.paragraphs),
            key=itemgetter(0),
            default=(0.0, 0, ""),
        )
        if likeness < ALIKE:
            return LaterVersion(brief, has_quote)
        return LaterVersion(brief, has_quote, number, _difference(cited, best))


def _cited(citation: Json) -> str:
    """Return the paragraph, or the bullet, in which the quotation begins."""
    text = str(citation["passage"]["text"])
    at = citation["start"] - citation["passage"]["start"]
    found = next((one for one in blocks(text) if one.start <= at < one.end), None)
    return text[found.start : found.end] if found else text


def _difference(old: str, new: str) -> tuple[Stretch, ...]:
    if len(old) + len(new) <= LONGEST or old == new:
        return tuple(word_diff(old, new))
    return Stretch(Op.REMOVED, old), Stretch(Op.ADDED, new)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.key for word in text_diff.words(text))


def _likeness(some: frozenset[str], others: frozenset[str]) -> float:
    union = len(some | others)
    return len(some & others) / union if union else 1.0
