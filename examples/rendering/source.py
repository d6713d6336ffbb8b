"""Reads the source of one example brief: front matter, then a small part of markdown.

Knows headings (`##`), paragraphs, bullets (`- `), tables (`| a | b |`) and footnotes (`[^1]`), each
paragraph or bullet on one line; it is no markdown parser.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

NOTE_MARK = re.compile(r"\[\^(\d+)\]")


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, bullet, table or footnote; `rows` is filled for tables only."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    mark: str = ""  # number of a footnote


@dataclass(frozen=True)
class Brief:
    """One example brief before it is rendered."""

    slug: str
    format: str
    title: str
    date: datetime  # publication, at eight in the morning UTC
    author: str
    number: str  # "" where the brief has none
    blocks: tuple[Block, ...]

    @property
    def day(self) -> str:
        """Return the date as a person writes it: "1 March 2024"."""
        return f"{self.date.day} {self.date:%B %Y}"

    @property
    def byline(self) -> tuple[str, ...]:
        """Return number, date and author, without a number where there is none."""
        return tuple(part for part in (self.number, self.day, self.author) if part)


def read(path: Path) -> Brief:
    """Read one source file; a missing key raises KeyError."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    keys = dict(line.split(": ", 1) for line in front.strip().splitlines())
    return Brief(
        slug=path.stem,
        format=keys["format"],
        title=keys["title"].strip('"'),
        date=datetime.fromisoformat(keys["date"]).replace(hour=8, tzinfo=UTC),
        author=keys["author"],
        number=keys.get("number", ""),
        blocks=tuple(_blocks(body)),
    )


def markdown(brief: Brief) -> str:
    """Write the brief as a markdown document of its own, with a table header rule."""
    parts = [f"# {brief.title}", " · ".join(brief.byline)]
    bullets: list[str] = []
    for block in (*brief.blocks, Block("end")):
        if block.kind == "bullet":
            bullets.append(f"- {block.text}")
            continue
        if bullets:
            parts.append("\n".join(bullets))
            bullets = []
        if block.kind == "table":
            parts.append(_markdown_table(block.rows))
        elif block.kind != "end":
            parts.append(f"## {block.text}" if block.kind == "heading" else block.text)
    return "\n\n".join(parts) + "\n"


def _markdown_table(rows: tuple[tuple[str, ...], ...]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def _blocks(body: str) -> list[Block]:
    blocks: list[Block] = []
    for line in filter(None, map(str.strip, body.splitlines())):
        if line.startswith("|"):
            row = tuple(cell.strip() for cell in line.strip("|").split("|"))
            above = blocks.pop().rows if blocks[-1].kind == "table" else ()
            blocks.append(Block("table", rows=(*above, row)))
        elif line.startswith("## "):
            blocks.append(Block("heading", line[3:]))
        elif line.startswith("- "):
            blocks.append(Block("bullet", line[2:]))
        elif (note := NOTE_MARK.match(line)) and line[note.end() :].startswith(": "):
            blocks.append(Block("note", line[note.end() + 2 :], mark=note[1]))
        else:
            blocks.append(Block("paragraph", line))
    return blocks
