"""Read markdown: front matter, headings, lists, tables, quotes, code, footnotes and HTML inside it.

markdown-it parses, with three rules of our own: tables of pipe rows as page savers write them
(without separator row, closing pipe or one line a row), footnotes, and emphasis marks, which are
stripped one by one because such files hold unbalanced runs of them ("**Source****s****:**"). The
HTML that comes out is read like any other, so hidden text in it is removed as well.
"""

import re
import tomllib
from collections.abc import MutableMapping
from typing import Any

from ingest.dates import writes_month_first
from ingest.decode import decode, lost_characters
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.metadata import from_first_lines, from_pairs, is_known_key
from ingest.readers.chrome import part_chrome
from ingest.readers.headings import head_texts, mark_headings
from ingest.readers.html import blocks_from_html
from ingest.readers.markdown_rules import parser

_FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\n(.{0,65536}?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
_HEAD = 8_000  # characters in which the author's way of writing dates is looked for
_MAX_HEADING = 250  # characters; an underlined paragraph longer than that is no heading
_NOTES = re.compile(r"(?:foot|end)?notes|references", re.IGNORECASE)


def read(data: bytes) -> Document:
    """Return a markdown file as blocks without its site chrome, with the metadata it states."""
    text = decode(data)
    front, body = _front_matter(text)
    parted = part_chrome(body.split("\n"))
    blocks = _blocks("\n".join(parted.lines))
    month_first = writes_month_first(text[:_HEAD])
    stated = from_pairs(front, month_first=month_first).over(
        from_pairs(parted.pairs, month_first=month_first)
    )
    stated = stated.over(Metadata(title=_title(blocks))).over(from_first_lines(parted.head))
    stated = stated.over(
        from_first_lines([text for text in head_texts(blocks) if text != stated.title])
    )
    return Document(
        blocks=_without_repeats(blocks, stated.title),
        metadata=stated,
        media_type="text/markdown",
        warnings=lost_characters(text),
    )


def _blocks(text: str) -> tuple[Block, ...]:
    html = parser(text).render(text)
    blocks = tuple(
        Block(BlockKind.PARAGRAPH, block.text)
        if block.kind is BlockKind.HEADING and len(block.text) > _MAX_HEADING
        else block
        for block in blocks_from_html(html)
    )
    marked = [b for b in blocks[1:] if b.kind is BlockKind.HEADING and not _NOTES.fullmatch(b.text)]
    return blocks if len(marked) >= 2 else mark_headings(blocks)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Part YAML or TOML front matter from the text; what is no mapping stays in the text."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    pairs = _toml(match[2]) if match[1] == "+++" else _yaml(match[2])
    if not pairs:
        return {}, text
    return pairs, text[match.end() :]


def _yaml(source: str) -> dict[str, str]:
    import yaml

    try:
        loader = yaml.BaseLoader(source)  # makes strings, lists and mappings, and no other objects
        return _flat(loader.get_single_data())
    except (yaml.YAMLError, RecursionError, ValueError):
        lines = re.findall(r"^([\w ().-]{1,40}):[ \t]+(\S.*)$", source, re.MULTILINE)
        return {key: value.strip("\"' ") for key, value in lines if is_known_key(key)}


def _toml(source: str) -> dict[str, str]:
    try:
        return _flat(tomllib.loads(source))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _flat(data: Any) -> dict[str, str]:
    """Return the scalars of a mapping as text, lists of them joined by ";"."""
    if not isinstance(data, MutableMapping):
        return {}
    pairs: dict[str, str] = {}
    for key, value in data.items():
        parts = value if isinstance(value, list) else [value]
        parts = [part.get("name") if isinstance(part, dict) else part for part in parts]
        pairs[str(key)] = "; ".join(str(part) for part in parts if part not in (None, ""))
    return pairs


def _title(blocks: tuple[Block, ...]) -> str | None:
    """Return the first heading of the first level, or the first block if it is a heading."""
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    top = [
        block.text for block in headings if block.level == 1 and not _NOTES.fullmatch(block.text)
    ]
    if top:
        return top[0]
    return blocks[0].text if headings and blocks[0] is headings[0] else None


def _without_repeats(blocks: tuple[Block, ...], title: str | None) -> tuple[Block, ...]:
    """Drop further headings that only repeat the title."""
    kept: list[Block] = []
    seen = False
    for block in blocks:
        is_title = block.kind is BlockKind.HEADING and _same(block.text, title or "")
        if not (is_title and seen):
            kept.append(block)
        seen = seen or is_title
    return tuple(kept)


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W+", "", one).casefold() == re.sub(r"\W+", "", other).casefold()
