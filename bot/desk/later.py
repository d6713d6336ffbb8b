"""Show what became of a cited passage: the passage as it was seen in, changes since out.

Reads the versions of briefs. Whether a change matters is the business of the checks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.desk.shelf import Edition, editions
from bot.desk.wording import Piece, differences, likeness
from index import catalogue
from index.library import Library
from index.schema import WITHDRAWN

ALIKE = 0.35  # share of words from which a paragraph is taken for the same one, changed
MOST = 5  # later versions that are compared, the newest


@dataclass(frozen=True)
class Later:
    """A later version of a cited brief. `pieces` is () where the passage is unchanged or gone."""

    edition: Edition
    unchanged: bool
    paragraph: int | None = None  # where the passage stands there; None: no more
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Today:
    """A cited brief in the library of today; `state` is "gone" where there is nothing of it."""

    state: str
    cited: Edition | None
    newest: Edition | None
    later: tuple[Later, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        """Whether the library has no current version of it."""
        return self.state in {WITHDRAWN, "gone"}


class Versions:
    """What the library of today says of the briefs that one answer cites."""

    def __init__(self, library: Library, brief_ids: Sequence[str]) -> None:
        """Read which versions there are; texts are read when they are compared."""
        self._library = library
        with library.database.read() as connection:
            self._editions = editions(connection, set(brief_ids))
        self._texts: dict[tuple[str, int], list[tuple[int, str]]] = {}

    def today(self, brief: Mapping[str, object], passage: str) -> Today:
        """Return what became of a passage; `brief` is the record's."""
        known = self._editions.get(str(brief["id"]), [])
        cited = next((one for one in known if one.version == brief["version"]), None)
        if not known:
            return Today("gone", None, None)
        current = next((one for one in known if one.is_current), None)
        newest = current or known[-1]
        state = "current" if current else WITHDRAWN
        after = [one for one in known if one.version > int(str(brief["version"]))][-MOST:]
        return Today(state, cited, newest, tuple(self._later(one, passage) for one in after))

    def _later(self, edition: Edition, passage: str) -> Later:
        found = self._passages(edition)
        for paragraph, text in found:
            if text == passage:
                return Later(edition, True, paragraph)
        best = max(found, key=lambda one: likeness(passage, one[1]), default=None)
        if best is None or likeness(passage, best[1]) < ALIKE:
            return Later(edition, False)
        return Later(edition, False, best[0], tuple(differences(passage, best[1])))

    def _passages(self, edition: Edition) -> list[tuple[int, str]]:
        key = edition.brief_id, edition.version
        if key not in self._texts:
            with self._library.database.read() as connection:
                rows = catalogue.passages(connection, *key)
            self._texts[key] = [(passage.paragraph, passage.text) for _, passage in rows]
        return self._texts[key]
