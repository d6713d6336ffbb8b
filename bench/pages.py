"""Check passages' page numbers against the text of each page, extracted by plain pypdfium2.

A passage's first words are looked for on every page, in runs of three: the page that holds most of
them is where it begins. Passages that no page holds in that order are reported apart: their words
were put in another order, as tables are.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.passages import CutBrief

FIRST_WORDS = 14  # of a passage
ENOUGH = 0.5  # share of their runs that a page must hold to be told by


@dataclass(frozen=True)
class Judged:
    """How a brief's page numbers stand the check."""

    right: Counter[str]  # passages by kind
    wrong: tuple[tuple[str, str], ...]  # (kind, where and what)
    untold: tuple[str, ...]  # passages whose words no page has in that order


def page_texts(path: Path) -> list[str]:
    """Return the text of each page."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        texts = []
        for page in document:
            textpage = page.get_textpage()
            texts.append(textpage.get_text_range())
            textpage.close()
            page.close()
        return texts


def judge(cut: CutBrief, pages: Sequence[str]) -> Judged:
    """Compare the page of each passage with the page that holds its first words."""
    held = [_runs(_words(text)) for text in pages]
    right: Counter[str] = Counter()
    wrong: list[tuple[str, str]] = []
    untold: list[str] = []
    for passage in cut.passages:
        begins = _runs(_words(passage.text)[:FIRST_WORDS])
        shares = [len(begins & page) / len(begins) if begins else 0.0 for page in held]
        best = max(shares)
        where = f"{cut.name}: passage {passage.ordinal} ({passage.kind}), {passage.text[:70]!r}"
        if best < ENOUGH:
            untold.append(where)
        elif passage.page and shares[passage.page - 1] == best:
            right[passage.kind] += 1
        else:
            line = f"{where}: page {passage.page}, should be {shares.index(best) + 1}"
            wrong.append((passage.kind, line))
    return Judged(right, tuple(wrong), tuple(untold))


def _words(text: str) -> list[str]:
    """Return the words without digits and marks, joined where a line end parts them."""
    text = re.sub(r"[\ufffe\x02\u00ad]\s*|(?<=[a-z])-\s*\r?\n\s*", "", text)
    return re.findall(r"[^\W\d_]+", text.lower())


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return set(_triples(words)) if len(words) > 2 else set()


def _triples(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(words, words[1:], words[2:], strict=False)
