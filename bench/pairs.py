"""Measure recognition: the same report as markdown and as PDF is one brief, and others are not.

Files are paired by report number and edition in their names, by number alone where a name has no
edition (three such PDFs turn out to print another edition); the ingest sees no such pairing.
Likeness is the estimated Jaccard index of word shingles (MinHash) that `index.placement` decides
on. Vectors are made up (bench/hollow.py): nothing here depends on them.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import command, hollow
from bench.figures import Figure
from bench.gold import edition_of
from bench.workplace import Workplace
from index.library import Library
from index.passage import Draft, signature, text_sha256
from index.placement import SAME_NUMBER, SAME_TEXT, DraftStatus, KnownVersions
from index.storage.catalogue import VersionRow
from index.storage.schema import CURRENT
from ingest.pipeline import ingest

BAR = 88 / 90
TWO_EDITIONS = "IF10753"  # is there as editions 6 and 7, each in both formats
_MOST = 8  # pairs listed


@dataclass(frozen=True)
class Pair:
    """A markdown and a PDF file, by their names, and how alike their texts are, in [0, 1]."""

    markdown: str
    pdf: str
    likeness: float

    def __str__(self) -> str:
        """Name the pair."""
        return f"{self.likeness:.2f} {self.markdown} ~ {self.pdf}"


def measure(place: Workplace) -> list[Figure]:
    """Return how many pairs are recognised, with all that is known of them and without."""
    folders = [place.markdown(), place.pdf()]
    markdown, _ = hollow.drafts(place.fresh("hollow-drafts"), folders[:1])
    pdf, _ = hollow.drafts(place.fresh("hollow-drafts"), folders[1:])
    true, false = alike(markdown, pdf)
    with hollow.library(place.fresh("hollow-both")) as library:
        ingest(library, [str(folders[0])])
        ingest(library, [str(folders[1])])
        figures = [_recognised(library, true), _two_editions(library)]
    figures += _likenesses(true, false)
    bare_pdf = [_stripped(draft) for draft in pdf]
    bare_markdown = [_stripped(draft) for draft in markdown]
    what = "pairs recognised, number, edition and date blanked"
    return [
        *figures,
        _placed(f"{what} in the PDFs", markdown, bare_pdf, true),
        _placed(f"{what} in both", bare_markdown, bare_pdf, true),
    ]


def alike(markdown: Sequence[Draft], pdf: Sequence[Draft]) -> tuple[list[Pair], list[Pair]]:
    """Return the likeness of all true pairs and of all others, least and most alike first."""
    signed = [[signature(draft.brief.text) for draft in drafts] for drafts in (markdown, pdf)]
    true: list[Pair] = []
    false: list[Pair] = []
    for first, left in zip(markdown, signed[0], strict=True):
        for second, right in zip(pdf, signed[1], strict=True):
            pair = Pair(_name(first), _name(second), float((left == right).mean()))
            (true if _paired(pair.markdown, pair.pdf) else false).append(pair)
    return (
        sorted(true, key=lambda pair: pair.likeness),
        sorted(false, key=lambda pair: -pair.likeness),
    )


def _recognised(library: Library, pairs: Sequence[Pair]) -> Figure:
    rows = {row.pk: row for row in library.versions()}
    at = {Path(row.location).name: rows[row.version_pk] for row in library.renditions()}
    missed, apart = [], []
    for pair in pairs:
        left, right = at.get(pair.markdown), at.get(pair.pdf)
        if left is None or right is None or left.brief.id != right.brief.id:
            missed.append(f"not recognised: {pair}")
        elif left.pk != right.pk:
            apart.append(f"another version: {pair}: editions {left.edition}, {right.edition}")
    merged = defaultdict(set)
    for name, row in at.items():
        merged[row.brief.id].add(_number(name))
    wrong = [f"made one of {sorted(numbers)}" for numbers in merged.values() if len(numbers) > 1]
    good = len(pairs) - len(missed)
    return Figure(
        "pairs of markdown and PDF recognised as one brief",
        f"{good} of {len(pairs)}, {good - len(apart)} of them as one version; "
        f"{len(wrong)} wrongly made one",
        bar="≥ 88 of 90",
        met=bool(pairs) and good / len(pairs) >= BAR and not wrong,
        details=(*missed, *apart, *wrong),
    )


def _two_editions(library: Library) -> Figure:
    rows = [row for row in library.versions() if row.brief.number == TWO_EDITIONS]
    counts = {row.pk: 0 for row in rows}
    for rendition in library.renditions():
        if rendition.version_pk in counts:
            counts[rendition.version_pk] += 1
    lines = tuple(
        f"edition {row.edition}: brief {row.brief.id} version {row.brief.version}, {row.state}, "
        f"{counts[row.pk]} documents"
        for row in rows
    )
    current = [row.edition for row in rows if row.state == CURRENT]
    good = (
        len({row.brief.id for row in rows}) == 1
        and sorted(counts.values()) == [2, 2]
        and current == ["7"]
    )
    return Figure(
        f"{TWO_EDITIONS}, editions 6 and 7 in both formats",
        f"{len(rows)} versions, current {current}",
        bar="one brief, two versions of two documents, 7 current",
        met=good,
        details=lines,
    )


def _likenesses(true: Sequence[Pair], false: Sequence[Pair]) -> Iterator[Figure]:
    values = np.array([pair.likeness for pair in true])
    yield Figure(
        "likeness of true pairs",
        f"least {values.min():.2f}, tenth {np.quantile(values, 0.1):.2f}, "
        f"median {np.median(values):.2f}, most {values.max():.2f}",
        details=tuple(map(str, true[:_MOST])),
    )
    number = [pair for pair in false if _number(pair.markdown) == _number(pair.pdf)]
    other = [pair for pair in false if pair not in number]
    yield Figure(
        "likeness of pairs of different reports",
        f"most {other[0].likeness:.2f}; other edition of one report {_most(number)}",
        details=tuple(map(str, [*number, *other[:_MOST]])),
    )
    thresholds = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
    yield Figure(
        f"pairs at or above a threshold (placement: {SAME_TEXT}; one number: {SAME_NUMBER})",
        "; ".join(
            f"{limit}: {(values >= limit).sum()} true, "
            f"{sum(pair.likeness >= limit for pair in other)} false"
            for limit in thresholds
        ),
    )


def _placed(
    what: str, markdown: Sequence[Draft], pdf: Sequence[Draft], true: Sequence[Pair]
) -> Figure:
    """Place PDFs among the markdown reports, knowing only what the drafts carry."""
    shelf = KnownVersions()
    names = {}
    for pk, draft in enumerate(markdown):
        names[pk] = _name(draft)
        shelf.add(_known(pk, draft), signature(draft.brief.text))
    good = 0
    missed: list[str] = []
    wrong: list[str] = []
    partners = {pair.pdf: pair.markdown for pair in true}
    for draft in pdf:
        placement = shelf.place(draft)
        found = names[placement.of.pk] if placement.of else None
        name = _name(draft)
        if placement.place is DraftStatus.RENDITION and found == partners.get(name):
            good += 1
        elif name in partners or found:
            line = f"{name}: {placement.place} of {found}, not {partners.get(name)}"
            (wrong if found else missed).append(line)
    return Figure(
        what,
        f"{good} of {len(true)}; {len(wrong)} wrong",
        details=(*wrong, *missed),
    )


def _stripped(draft: Draft) -> Draft:
    brief = dataclasses.replace(draft.brief, number=None, edition=None, date=None)
    return dataclasses.replace(draft, brief=brief, signature=signature(draft.brief.text))


def _known(pk: int, draft: Draft) -> VersionRow:
    brief = dataclasses.replace(draft.brief, id=str(pk), version=1)
    return VersionRow(
        pk, brief.reference, brief.edition, CURRENT, text_sha256(brief.text),
        draft.rendition.media_type,
    )  # fmt: skip


def _name(draft: Draft) -> str:
    return Path(draft.rendition.location).name


def _number(name: str) -> str:
    return (edition_of(name) or (name, ""))[0]


def _paired(markdown: str, pdf: str) -> bool:
    left, right = edition_of(markdown), edition_of(pdf)
    if not left or not right or left[0] != right[0]:
        return False
    return left[1] == right[1] or not left[1] or not right[1]


def _most(pairs: Sequence[Pair]) -> str:
    return f"{pairs[0].likeness:.2f}" if pairs else "none"


if __name__ == "__main__":
    command.main("pairs", measure)
