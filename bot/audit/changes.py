"""Tell what changed between two answers to one question: two bodies of records in, changes out.

Passages are the same where their text is (by hash); a passage that stands unchanged in a newer
version of its brief is renewed, not lost. Knows nothing of ledgers and of how answers are made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.audit.text_diff import Stretch, word_diff

Json = Mapping[str, Any]


class Change(StrEnum):
    """What can change, as `--fail-on` names it."""

    ANSWERED = "answered"  # it was declined, and is answered now
    DECLINED = "declined"  # it was answered, and is declined now
    CITATIONS = "citations"  # it cites other passages
    CHANGED = "changed"  # any of these, or other words


@dataclass(frozen=True)
class Cited:
    """A passage that an answer cites."""

    brief_id: str
    version: int
    passage_sha256: str
    title: str = field(compare=False)
    paragraph: int = field(compare=False)

    @property
    def place(self) -> str:
        """Where it stands: "ID@2#p4"."""
        return f"{self.brief_id}@{self.version}#p{self.paragraph}"


@dataclass(frozen=True)
class Changes:
    """What changed. `renewed` are (then, now): the same words in another version."""

    answered_before: bool
    answered_after: bool
    gained: tuple[Cited, ...] = ()
    lost: tuple[Cited, ...] = ()
    renewed: tuple[tuple[Cited, Cited], ...] = ()
    words: tuple[Stretch, ...] = ()  # of the whole answer; () where no word changed

    @property
    def kinds(self) -> frozenset[Change]:
        """What changed, in the words of `--fail-on`; empty where nothing did."""
        found = set()
        if self.answered_after != self.answered_before:
            found.add(Change.ANSWERED if self.answered_after else Change.DECLINED)
        if self.gained or self.lost:
            found.add(Change.CITATIONS)
        if found or self.words:
            found.add(Change.CHANGED)
        return frozenset(found)


def changes(before: Json, after: Json) -> Changes:
    """Compare the bodies of two records of one question."""
    old, new = _cited(before), _cited(after)
    lost = [one for one in old if one not in new]
    gained = [one for one in new if one not in old]
    renewed = []
    for one in list(lost):
        if twin := next((each for each in gained if _same_words(one, each)), None):
            renewed.append((one, twin))
            lost.remove(one)
            gained.remove(twin)
    return Changes(
        answered_before=bool(before["answered"]),
        answered_after=bool(after["answered"]),
        gained=tuple(gained),
        lost=tuple(lost),
        renewed=tuple(renewed),
        words=tuple(word_diff(_said(before), _said(after))),
    )


def _same_words(one: Cited, other: Cited) -> bool:
    return (one.brief_id, one.passage_sha256) == (other.brief_id, other.passage_sha256)


def _cited(body: Json) -> list[Cited]:
    """Return the passages cited, each once, in the order of their numbers."""
    found = []
    for citation in body["citations"]:
        passage = citation["passage"]
        brief = passage["brief"]
        place = (brief["id"], brief["version"], passage["sha256"])
        found.append(Cited(*place, brief["title"], passage["paragraph"]))
    return list(dict.fromkeys(found))


def _said(body: Json) -> str:
    return " ".join(one["text"] for one in body["sentences"])
