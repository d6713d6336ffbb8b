"""Judge passages: exact slices, short enough for the model, free of site chrome."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.models.model_files import DEFAULT_MODEL, locate
from index.passage import Brief, Passage, passage_input

MAX_TOKENS = 256  # of the default model, special tokens included
CHROME = {
    "Share/Save": re.compile(r"Share/Save"),
    "Download PDF": re.compile(r"Download PDF"),
    "version list": re.compile(
        r"\b[A-Z]+\d+ - Version: \d+\)|^\W*Version:\W*\d+\s*$", re.MULTILINE
    ),
    "metadata table": re.compile(r"CRS Product (?:Type|Number):|PDF Version History"),
}


@dataclass(frozen=True)
class CutBrief:
    """A brief, its passages in order, and the name of its file."""

    name: str
    brief: Brief
    passages: tuple[Passage, ...]


def misplaced(briefs: Iterable[CutBrief]) -> list[str]:
    """Return the passages that are not the slice of their brief that they claim to be."""
    return [
        f"{cut.name}: passage {passage.ordinal} is not {passage.start}:{passage.end}"
        for cut in briefs
        for passage in cut.passages
        if cut.brief.text[passage.start : passage.end] != passage.text or not passage.text.strip()
    ]


def too_long(briefs: Sequence[CutBrief]) -> tuple[list[str], int]:
    """Return the passages longer than the model reads, title and context included, and the most.

    Counted by a tokenizer opened here, not by the one that the cutter asked.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(locate(DEFAULT_MODEL).folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    found: list[str] = []
    longest = 0
    for cut in briefs:
        inputs = [passage_input(cut.brief.title, passage) for passage in cut.passages]
        for passage, encoding in zip(cut.passages, tokenizer.encode_batch(inputs), strict=True):
            longest = max(longest, len(encoding.ids))
            if len(encoding.ids) > MAX_TOKENS:
                found.append(f"{cut.name}: passage {passage.ordinal}: {len(encoding.ids)} tokens")
    return found, longest


def chrome(briefs: Iterable[CutBrief]) -> list[str]:
    """Return the passages with site chrome in them."""
    return [
        f"{cut.name}: passage {passage.ordinal}: {kind}: {passage.text[:80]!r}"
        for cut in briefs
        for passage in cut.passages
        for kind, pattern in CHROME.items()
        if pattern.search(passage.text)
    ]


def uncovered(brief: Brief, passages: Sequence[Passage]) -> str:
    """Return the text of a brief, beyond its title, that stands in no passage."""
    rest: list[str] = []
    end = len(brief.title)
    for passage in sorted(passages, key=lambda passage: passage.start):
        rest.append(brief.text[end : passage.start])
        end = max(end, passage.end)
    rest.append(brief.text[end:])
    return " ".join(" ".join(rest).split())
