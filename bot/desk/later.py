"""Show what became of cited words: a citation as it was recorded in, later versions out.

Reads the versions of briefs. Whether a change matters is the business of the checks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.audit import said
from bot.desk.blocks import Block, blocks
from bot.desk.brief_view import laid_out
from bot.desk.shelf import Edition, editions
from bot.desk.wording import Piece, differences, likeness
from index.library import Library
from index.schema import CURRENT, WITHDRAWN

ALIKE = 0.25  # share of words from which a paragraph is taken for the same one, changed
MOST = 5  # later versions that are compared, the newest
GONE = "gone"

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Later:
    """A later version of a cited brief.

    `stands`: the quoted words are still in it. `paragraph` is where what was cited is now, None if
    it is nowhere; `pieces` lead from the old paragraph to that one, () where it is the same.
    """

    edition: Edition
    stands: bool
    paragraph: int | None = None
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Today:
    """A cited brief in the library of today: current, withdrawn, or gone for good."""

    state: str
    later: tuple[Later, ...] = ()


@dataclass(frozen=True)
class _Text:
    run: str  # all its words, for looking up quotations
    paragraphs: tuple[tuple[int, str], ...]


class Versions:
    """What the library of today says of the briefs that one answer cites."""

    def __init__(self, library: Library, brief_ids: Sequence[str]) -> None:
        """Read which versions there are; texts are read when they are compared."""
        self._library = library
        with library.database.read() as connection:
            self._editions = editions(connection, set(brief_ids))
        self._texts: dict[tuple[str, int], _Text] = {}

    def today(self, citation: Json) -> Today:
        """Return what became of the words that a citation quotes."""
        brief = citation["passage"]["brief"]
        known = self._editions.get(brief["id"], [])
        if not known:
            return Today(GONE)
        state = CURRENT if any(one.is_current for one in known) else WITHDRAWN
        after = [one for one in known if one.version > brief["version"]][-MOST:]
        cited = _cited(citation) if after else ""
        return Today(state, tuple(self._later(one, citation["quote"], cited) for one in after))

    def _later(self, edition: Edition, quote: str, cited: str) -> Later:
        text = self._text(edition)
        stands = said.stands(quote, text.run)
        best = max(text.paragraphs, key=lambda one: likeness(cited, one[1]), default=None)
        if best is None or likeness(cited, best[1]) < ALIKE:
            return Later(edition, stands)
        changed = () if best[1] == cited else tuple(differences(cited, best[1]))
        return Later(edition, stands, best[0], changed)

    def _text(self, edition: Edition) -> _Text:
        key = edition.brief_id, edition.version
        if key not in self._texts:
            brief = self._library.brief(*key)
            passages = [passage for _, passage in self._library.passages(brief)]
            found, number = [], 0
            for block in laid_out(brief, passages):
                number = block.paragraph or number
                found.append((number, brief.text[block.start : block.end]))
            self._texts[key] = _Text(said.run(brief.text), tuple(found))
        return self._texts[key]


def _cited(citation: Json) -> str:
    """Return the paragraph, or the bullet, in which the quotation begins."""
    passage = citation["passage"]
    at = citation["start"] - passage["start"]
    parts: list[Block] = blocks(passage["text"])
    found = next((one for one in parts if one.start <= at < one.end), None)
    return passage["text"][found.start : found.end] if found else str(passage["text"])
