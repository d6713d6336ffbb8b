"""The passages that the reader's training questions and claims are about, from the corpora in DATA.

Every passage has its source, its document (as `bench/held_out.py` names it), a title, a heading and
its sentences. Lines of bench/questions/reader.jsonl and claims.jsonl name a passage, and sentences
of it, by hash alone: the texts are not ours and stay where they are. Held-out documents are left
out, so a line about one of them could not be found.
"""

import hashlib
import json
import re
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.held_out import held_out
from bot.answering import readable
from index.library import Library
from index.sentences import split

DIGITS = 12  # of a hash
WINDOW = 6  # sentences of a Federal Reserve district report that make one passage
DISTRICTS = {
    "at": "Atlanta", "bo": "Boston", "ch": "Chicago", "cl": "Cleveland", "da": "Dallas",
    "kc": "Kansas City", "mi": "Minneapolis", "ny": "New York", "ph": "Philadelphia",
    "ri": "Richmond", "sf": "San Francisco", "sl": "St. Louis", "su": "summary of all districts",
}  # fmt: skip
_WIKI_HEADING = re.compile(r"\s*((?:= )+)(.+?)((?: =)+)\s*$")
_OFFSETS = re.compile(r"(-\d+)+$")


@dataclass(frozen=True)
class Material:
    """One passage. `key` and `sentence_keys` are what the lines of bench/questions name."""

    source: str
    document: str
    title: str
    heading: str
    sentences: tuple[str, ...]
    header: str = ""  # of the columns, where it is of a table
    caption: str = ""

    @property
    def key(self) -> str:
        """The hash of the whole passage."""
        return text_key(" ".join(self.sentences))

    @property
    def sentence_keys(self) -> tuple[str, ...]:
        """The hashes of its sentences, in order."""
        return tuple(map(text_key, self.sentences))

    @property
    def told(self) -> tuple[str, ...]:
        """The sentences, rows of its table in words as the reader reads them."""
        return tuple(
            readable.row(one, self.header, self.caption) if readable.is_row(one) else one
            for one in self.sentences
        )

    @property
    def rows(self) -> tuple[int, ...]:
        """The places of rows among its sentences."""
        return tuple(place for place, one in enumerate(self.sentences) if readable.is_row(one))


def text_key(text: str) -> str:
    """Return the first digits of a text's SHA-256, white space folded."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:DIGITS]


def material(data: Path, reports: Library) -> Iterator[Material]:
    """Yield the passages of all sources; `reports` is a library of the CRS reports in markdown."""
    for source, found in (
        ("squad2", _squad2(data)),
        ("clapnq", _clapnq(data)),
        ("selqa", _selqa(data)),
        ("mtrag", _mtrag(data)),
        ("chunking", _wikitexts(data)),
        ("beige_book", _beige_book(data)),
        ("crs", _crs(reports)),
    ):
        for document, title, heading, sentences, *table in found:
            if not held_out(source, document):
                folded = tuple(" ".join(one.split()) for one in sentences if one.strip())
                yield Material(source, document, title, heading, folded, *table)


# Document, title, heading, sentences; header and caption where there may be tables.
Found = Iterator[tuple[str, str, str, list[str]] | tuple[str, str, str, list[str], str, str]]


def _squad2(data: Path) -> Found:
    for article in json.loads((data / "squad2/dev.json").read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            title = article["title"]
            yield title, title.replace("_", " "), "", _cut(paragraph["context"])


def _clapnq(data: Path) -> Found:
    for line in (data / "clapnq/dev.jsonl").read_text("utf-8").splitlines():
        passage = json.loads(line)["passages"][0]
        yield passage["title"], passage["title"], "", passage["sentences"]


def _selqa(data: Path) -> Found:
    seen = set()
    for part in ("dev", "test"):
        for row in json.loads((data / f"selqa/{part}.json").read_text("utf-8")):
            if (place := (row["article"], row["section"])) not in seen:
                seen.add(place)
                yield row["article"], row["article"], row["section"], row["candidates"]


def _mtrag(data: Path) -> Found:
    (path,) = (data / "mtrag/evaluations").glob("*.json")
    for document in json.loads(path.read_text("utf-8"))["documents"]:
        name = _OFFSETS.sub("", document["document_id"])
        yield name, document.get("title") or "", "", _cut(document["text"])


def _wikitexts(data: Path) -> Found:
    title = heading = ""
    for line in (data / "chunking/wikitexts.md").read_text("utf-8").split("\n"):
        if match := _WIKI_HEADING.match(line):
            title, heading = (match[2], "") if match[1] == "= " else (title, match[2])
        elif line.strip():
            yield "wikitexts", title, heading, _cut(line.strip())


def _beige_book(data: Path) -> Found:
    for path in sorted((data / "beige_book").glob("*/*.txt")):
        sentences = _cut(path.read_text("utf-8"))
        year, month, district = path.stem.split("-")
        title = f"Federal Reserve, {DISTRICTS[district]}, {month_name[int(month)]} {year}"
        for start in range(0, len(sentences) - 3, WINDOW):
            yield path.stem, title, "", sentences[start : start + WINDOW]


def _crs(reports: Library) -> Found:
    for known in reports.versions():
        if known.state != "current" or known.brief.number is None:
            continue
        brief = reports.brief(known.brief.id, known.brief.version)
        for _, passage in reports.passages(brief):
            title, heading = f"{brief.title} ({brief.date})", " > ".join(passage.heading)
            caption = readable.caption_in(passage.text, passage.context)
            text = _cut(passage.text)
            yield brief.number or "", title, heading, text, passage.header, caption


def _cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]
