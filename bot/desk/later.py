"""Show what became of cited words: a citation as it was recorded in, later versions out.

Reads the versions of briefs. Whether a change matters is the business of the checks.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.audit import said
from bot.audit.word_diff import Stretch
from bot.desk.blocks import Block, blocks
from bot.desk.brief_view import laid_out
from bot.desk.shelf import Edition, editions
from bot.desk.wording import differences, likeness, words
from index.library import Library
from index.storage.schema import CURRENT, WITHDRAWN

ALIKE = 0.25  # share of words from which a paragraph is taken for the same one, changed
MOST = 5  # later versions that are compared, the newest
KEPT = 100  # texts
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
    pieces: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class Today:
    """A cited brief in the library of today: current, withdrawn, or gone for good."""

    state: str
    later: tuple[Later, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a version, with the words that it is compared by."""

    number: int
    text: str
    words: frozenset[str]


@dataclass(frozen=True)
class Text:
    """A version's text, made ready for comparison."""

    run: str  # all its words, for looking up quotations
    paragraphs: tuple[Paragraph, ...]


class Texts:
    """The texts of versions last compared: no version ever changes. Safe between threads."""

    def __init__(self, library: Library) -> None:
        """Remember where the texts are."""
        self._library = library
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], Text] = OrderedDict()

    def of(self, edition: Edition) -> Text:
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

    def _made(self, key: tuple[str, int]) -> Text:
        brief = self._library.brief(*key)
        passages = [passage for _, passage in self._library.passages(brief)]
        found, number = [], 0
        for block in laid_out(brief, passages):
            number = block.paragraph or number
            text = brief.text[block.start : block.end]
            found.append(Paragraph(number, text, words(text)))
        return Text(said.run(brief.text), tuple(found))


class Versions:
    """What the library of today says of the briefs that one answer cites."""

    def __init__(self, library: Library, texts: Texts, brief_ids: Sequence[str]) -> None:
        """Read which versions there are; texts are read when they are compared."""
        self._texts = texts
        with library.database.read() as connection:
            self._editions = editions(connection, set(brief_ids))

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
        text, wanted = self._texts.of(edition), words(cited)
        stands = said.stands(quote, text.run)
        best = max(text.paragraphs, key=lambda one: likeness(wanted, one.words), default=None)
        if best is None or likeness(wanted, best.words) < ALIKE:
            return Later(edition, stands)
        changed = () if best.text == cited else tuple(differences(cited, best.text))
        return Later(edition, stands, best.number, changed)


def _cited(citation: Json) -> str:
    """Return the paragraph, or the bullet, in which the quotation begins."""
    passage = citation["passage"]
    at = citation["start"] - passage["start"]
    parts: list[Block] = blocks(passage["text"])
    found = next((one for one in parts if one.start <= at < one.end), None)
    return passage["text"][found.start : found.end] if found else str(passage["text"])
