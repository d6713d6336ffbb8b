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

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from index.dates import writes_month_first
from index.left_out import OmissionReason, counted
from ingest.decode import decode, lost_characters
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.metadata import from_first_lines, from_pairs, is_known_key
from ingest.publishers import profile_of
from ingest.readers.chrome import part_chrome
from ingest.readers.html import seen_blocks
from ingest.readers.text import head_texts, mark_headings, mark_questions
from ingest.readers.visible import Unseen

_SEPARATOR = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_NOTE = re.compile(r"\[\^([^\]\s]{1,60})\]:[ \t]*(.*)")
_NOTE_REFERENCE = re.compile(r"\[\^([^\]\s]{1,60})\]")


def parser(text: str) -> MarkdownIt:
    """Return a parser for one text, which it needs to number the text's footnotes."""
    markdown = MarkdownIt("commonmark", {"maxNesting": 40})
    markdown.enable("table").disable(["code", "emphasis"])
    numbers = _note_numbers(text)
    markdown.block.ruler.before(
        "table", "pipe_rows", _pipe_rows, {"alt": ["paragraph", "reference"]}
    )

    def note(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return _note(state, start, end, silent, numbers)

    def reference(state: StateInline, silent: bool) -> bool:
        return _reference(state, silent, numbers)

    markdown.block.ruler.before("reference", "note", note, {"alt": ["paragraph", "reference"]})
    markdown.inline.ruler.before("link", "note_reference", reference)
    markdown.core.ruler.before("text_join", "emphasis_marks", _strip_emphasis)
    markdown.core.ruler.before("text_join", "links_apart", _part_links)
    markdown.core.ruler.before("text_join", "item_numbers", _keep_numbers)
    return markdown


def _note_numbers(text: str) -> dict[str, str]:
    names = re.findall(r"^[ ]{0,3}\[\^([^\]\s]{1,60})\]:", text, re.MULTILINE)
    numbered = {name: name for name in names if name.isdigit() and len(name) <= 4}
    free = (str(n) for n in range(1, len(names) + len(numbered) + 1) if str(n) not in numbered)
    return numbered | {name: next(free) for name in dict.fromkeys(names) if name not in numbered}


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _pipe_rows(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read lines from one that starts with a pipe to the next empty line as a table.

    A line without a pipe in front goes on with the last cell. Lines of one cell are no table but a
    box or a picture's frame, and become paragraphs.
    """
    if not _line(state, start).startswith("|"):
        return False
    if silent:
        return True
    rows: list[str] = []
    line, is_ruled, header = start, False, 0
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        content = _line(state, line).rstrip()
        if _SEPARATOR.fullmatch(content) and "-" in content and rows:
            is_ruled, header = True, header or len(rows)
        elif content.startswith("|"):
            rows.append(content)
        elif is_ruled and rows and rows[-1].endswith("|"):
            break
        elif rows:
            rows[-1] += f"\n{content}"
        line += 1
    _push_rows(state, [_cells(row) for row in rows], start, line, header)
    state.line = line
    return True


def _cells(row: str) -> list[str]:
    cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:]]
    return cells[:-1] if len(cells) > 1 and not cells[-1] else cells


def _push_rows(state: StateBlock, rows: list[list[str]], start: int, end: int, header: int) -> None:
    """Push a table of which so many rows stand above its first rule."""
    if all(len(row) < 2 for row in rows):
        for line in "\n".join(cell for row in rows for cell in row).split("\n"):
            _push(state, "p", line, start, end)
        return
    state.push("table_open", "table", 1)
    for number, row in enumerate(rows):
        state.push("tr_open", "tr", 1)
        for cell in row:
            _push(state, "th" if number < header else "td", cell, start, end)
        state.push("tr_close", "tr", -1)
    state.push("table_close", "table", -1)


def _push(state: StateBlock, tag: str, content: str, start: int, end: int, name: str = "") -> None:
    """Push an element with inline content, and the id `name` where given."""
    kind = {"p": "paragraph", "td": "td", "th": "th"}[tag]
    opening = state.push(f"{kind}_open", tag, 1)
    opening.map = [start, end]
    if name:
        opening.attrSet("id", name)
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = content, [start, end], []
    state.push(f"{kind}_close", tag, -1)


def _note(state: StateBlock, start: int, end: int, silent: bool, numbers: dict[str, str]) -> bool:
    match = _NOTE.match(_line(state, start))
    if match is None or match[1] not in numbers:
        return False
    if silent:
        return True
    lines, line = [match[2]], start + 1
    while line < end and not _NOTE.match(_line(state, line)):
        if state.isEmpty(line):
            is_indented = line + 1 < end and state.sCount[line + 1] - state.blkIndent >= 2
            if not is_indented or state.isEmpty(line + 1):
                break
        lines.append(_line(state, line))
        line += 1
    _push(state, "p", "\n".join(filter(None, lines)), start, line, f"fn-{numbers[match[1]]}")
    state.line = line
    return True


def _reference(state: StateInline, silent: bool, numbers: dict[str, str]) -> bool:
    match = _NOTE_REFERENCE.match(state.src, state.pos, state.posMax)
    if match is None or match[1] not in numbers:
        return False
    if not silent:
        state.push("text", "", 0).content = f"[{numbers[match[1]]}]"
    state.pos = match.end()
    return True


# A link that the parser passes over, because brackets in its address are not balanced.
_BROKEN_LINK = re.compile(r"\[([^\[\]]{1,300})\]\(https?://[^\s]{1,2000}\)")
_OPENING_STAR = re.compile(r"(?<![^\s(\[“\"‘—–-])\*(?=\S|$)")
_CLOSING_STAR = re.compile(r"(?:^|(?<=\S))\*(?!\w)")
# Marks between two words, not within one as in "**N**ational".
_RUN_IN = re.compile(r"(?<=[^\W\d_A-Z]{2})(?:\*{2,}|_{2,})(?=[A-Z]|[^\W\d_]{3})")
_WORD_END = re.compile(r"[^\W\d_]{2}$")
_BENT = re.compile(r"[\w%)”\"’]$")
_WORD_START = re.compile(r"(?!(?:s|es|d|ed|ing|ly|er|ers)\b)[^\W\d_]+")
_LOW_LINES = re.compile(
    r"(https?://\S+)|(?<!\s)_{2,}|_{2,}(?=\w)|(?<![^\W_])_(?=\S|$)|(?:^|(?<=\S))_(?!\w)"
)


def _strip_emphasis(state: StateCore) -> None:
    """Remove the marks of bold, italic and struck text, balanced or not; escaped ones are no marks.

    A single one is a mark only where there is another to go with it, so that "at *3", "snake_case"
    and addresses stay.
    """
    for token in state.tokens:
        texts = [child for child in token.children or () if child.type == "text"]
        for child in texts:
            text = _BROKEN_LINK.sub(r"\1", child.content)
            child.content = re.sub(r"\*{2,}|~~", "", _RUN_IN.sub(" ", text))
        opened = any(_OPENING_STAR.search(child.content) for child in texts)
        if opened and any(_CLOSING_STAR.search(child.content) for child in texts):
            for child in texts:
                child.content = _CLOSING_STAR.sub("", _OPENING_STAR.sub("", child.content))
        lines = [mark for child in texts for mark in _LOW_LINES.finditer(child.content)]
        if sum(not mark[1] for mark in lines) > 1 or any("__" in mark[0] for mark in lines):
            for child in texts:
                text = re.sub(r"(?<!\S)_([A-Za-z]+)_(?=[a-z])", r"\1", child.content)
                child.content = _LOW_LINES.sub(lambda mark: mark[1] or "", text)


def _part_links(state: StateCore) -> None:
    """Put a space between a link and a word that a converter has run into it: "[cut](…)by half".

    A letter that bends the link's last word ("[memo](…)s") stays where it is.
    """
    for token in state.tokens:
        before: Token | None = None
        mark = ""  # the last one since that text
        for child in token.children or ():
            if child.type != "text":
                mark = child.type
            elif child.content:
                if before and _are_two(before.content, mark, child.content):
                    child.content = f" {child.content}"
                before, mark = child, ""


def _are_two(one: str, mark: str, other: str) -> bool:
    """Return whether texts on two sides of a link's mark are two words."""
    if mark == "link_open":
        return bool(_WORD_END.search(one)) and other[0].isalpha()
    return mark == "link_close" and bool(_BENT.search(one) and _WORD_START.match(other))


def _keep_numbers(state: StateCore) -> None:
    """Let items of numbered lists have the numbers that are written, unless all are the same."""
    lists: list[list[Token]] = []
    for token in state.tokens:
        if token.type == "ordered_list_open":
            lists.append([])
        elif token.type == "list_item_open" and token.info and lists:
            lists[-1].append(token)
        elif token.type == "ordered_list_close":
            items = lists.pop()
            if len({item.info for item in items}) > 1:
                for item in items:
                    item.attrSet("value", item.info)


_FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\n(.{0,65536}?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
# … whose fences a formatter took for rules, and so put its lines in other places
_RULED = re.compile(r"\A_{3,}[ \t]*\n\s*(title:.{0,65536}?)\n_{3,}[ \t]*(?:\n|\Z)", re.DOTALL)
_HEAD = 8_000  # characters in which the author's way of writing dates is looked for
_MAX_HEADING = 250  # characters; an underlined paragraph longer than that is no heading
_NOTES = re.compile(r"(?:foot|end)?notes|references", re.IGNORECASE)


def read(data: bytes) -> Document:
    """Return a markdown file as blocks without its site chrome, with the metadata it states."""
    text = decode(data)
    front, body = _front_matter(text)
    parted = part_chrome(body.split("\n"), profile_of(text))
    blocks, unseen = _blocks("\n".join(parted.lines))
    month_first = writes_month_first(text[:_HEAD])
    stated = from_pairs(front, month_first=month_first).over(
        from_pairs(parted.pairs, month_first=month_first)
    )
    stated = stated.over(Metadata(title=_title(blocks))).over(parted.head)
    stated = stated.over(
        from_first_lines([text for text in head_texts(blocks) if text != stated.title])
    )
    kept = _without_repeats(blocks, stated.title)
    repeated = [
        (OmissionReason.REPEATED, b.text) for b in blocks if all(b is not each for each in kept)
    ]
    return Document(
        blocks=kept,
        metadata=stated,
        media_type="text/markdown",
        warnings=(*lost_characters(text), *unseen.warnings),
        left_out=counted([*parted.left_out, *unseen.texts, *repeated]),
    )


def _blocks(text: str) -> tuple[tuple[Block, ...], Unseen]:
    seen, unseen = seen_blocks(parser(text).render(text))
    blocks = tuple(
        Block(BlockKind.PARAGRAPH, block.text)
        if block.kind is BlockKind.HEADING and len(block.text) > _MAX_HEADING
        else block
        for block in seen
    )
    marked = [b for b in blocks[1:] if b.kind is BlockKind.HEADING and not _NOTES.fullmatch(b.text)]
    return mark_questions(blocks if len(marked) >= 2 else mark_headings(blocks)), unseen


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Part YAML or TOML front matter from the text; what is no mapping stays in the text."""
    if ruled := _RULED.match(text):
        return _known_lines(ruled[1]), text
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
        return _known_lines(source)


def _known_lines(source: str) -> dict[str, str]:
    lines = re.findall(r"^[ \t]*([\w ().-]{1,40}):[ \t]+(\S.*)$", source, re.MULTILINE)
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
