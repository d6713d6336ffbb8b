"""What of a document's text is in no passage: counted by reason, each with an example.

Whoever leaves a stretch of text out names it here: a reader makes `counted((reason, text), …)` for
`Document.left_out`; `ingest.brief` adds what it leaves out itself, and the whole is reported.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

EXAMPLE = 100  # characters of an example, at most
LOUD = 0.04  # of the text; what is left out for doubtful reasons beyond it is a warning


class OmissionReason(StrEnum):
    """Why a stretch of text is in no passage. The value is what people read."""

    RUNNING_HEAD = "running head"
    PAGE_NUMBER = "page number"
    CONTENTS = "table of contents"
    NAVIGATION = "navigation"
    HIDDEN = "hidden"  # the reader of the page never sees it
    BOX = "box"  # boxes and other furniture beside the text that were not kept as passages
    TURNED = "turned text"  # axis labels, stamps, watermarks
    NOTE_MARK = "note mark"  # raised in the text; the note itself is kept
    UNREADABLE = "unreadable"
    REPEATED = "repeated"  # the same text is kept once
    METADATA = "metadata"  # title, date, number, authors: on record with the brief
    BOILERPLATE = "boilerplate"  # what the publisher says in every brief
    QUOTED = "quoted mail"
    HEADING = "heading without text"  # it names no passage


# Reasons that are no loss up to such a share of the text: the text is elsewhere, or no text of it.
_EXPECTED = {
    OmissionReason.PAGE_NUMBER: 1.0,
    OmissionReason.NOTE_MARK: 1.0,
    OmissionReason.REPEATED: 1.0,
    OmissionReason.METADATA: 0.3,
    OmissionReason.HEADING: 0.3,
    OmissionReason.BOILERPLATE: 0.2,
    OmissionReason.CONTENTS: 0.15,
    OmissionReason.HIDDEN: 0.35,  # menus and dialogs of web pages that wait for a click
    OmissionReason.NAVIGATION: 0.7,
    OmissionReason.QUOTED: 0.9,
}


@dataclass(frozen=True)
class LeftOut:
    """Text that is in no passage for one reason: characters without white space, and a piece."""

    reason: OmissionReason
    characters: int
    example: str  # the longest piece, cut to EXAMPLE characters

    @property
    def line(self) -> str:
        """Say it in a few words: "running head 1,204"."""
        return f"{self.reason} {self.characters:,}"


def counted(pieces: Iterable[tuple[OmissionReason, str]]) -> tuple[LeftOut, ...]:
    """Return what was left out by reason, most first, of pieces of text with their reasons."""
    return joined(
        LeftOut(reason, size, " ".join(text.split())[:EXAMPLE])
        for reason, text in pieces
        if (size := characters(text))
    )


def joined(parts: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """Return one count a reason, most first; the longest example stands for all."""
    sums: dict[OmissionReason, LeftOut] = {}
    for part in parts:
        known = sums.get(part.reason, LeftOut(part.reason, 0, ""))
        example = max(known.example, part.example, key=len)
        sums[part.reason] = LeftOut(part.reason, known.characters + part.characters, example)
    return tuple(sorted(sums.values(), key=lambda each: -each.characters))


def characters(text: str) -> int:
    """Return the length of a text without its white space."""
    return len("".join(text.split()))


def warning(left_out: Iterable[LeftOut], kept: int) -> str | None:
    """Return a line on what may be a loss, beside `kept` characters; None where there is little."""
    parts = tuple(left_out)
    whole = kept + sum(part.characters for part in parts)
    doubtful = [part for part in parts if part.characters > _EXPECTED.get(part.reason, 0) * whole]
    lost = sum(part.characters for part in doubtful)
    if lost <= LOUD * whole:
        return None
    most = max(doubtful, key=lambda part: part.characters)
    reasons = ", ".join(part.line for part in doubtful)
    return f'{lost / whole:.0%} of the text left out ({reasons}), such as "{most.example}"'
