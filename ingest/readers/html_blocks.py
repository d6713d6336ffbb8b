"""Turn an HTML tree, already cleared of what is not seen, into Blocks.

Every text in the tree comes out once, in document order. Links keep their label, pictures go,
references to footnotes become "[1]" and the notes themselves begin with "1. ". Rows of a table
become "| a | b |", its caption and source paragraphs; a table of numbered notes under a heading
such as "Footnotes" becomes footnotes.
"""

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

from lxml.html import HtmlElement

from ingest.decode import clean
from ingest.document import Block, BlockKind

_NOTE_MARK = re.compile(r"[\[(]?(\d{1,4}|[a-z]|[*†‡§]{1,3})[\])]?\.?")
_NOTE_HEADING = re.compile(r"(?:foot|end)?notes|references", re.IGNORECASE)


def table_blocks(
    table: HtmlElement, text_of: Callable[[HtmlElement], str], heading: str
) -> list[Block]:
    """Return the blocks of one table; `heading` is what it stands under."""
    marked = [(_is_header(row), _cells(row, text_of)) for row in table.iter("tr")]
    marked = [(is_header, row) for is_header, row in marked if any(row)]
    rows = [row for _, row in marked]
    captions = [text_of(caption) for caption in table.iter("caption")]
    if _NOTE_HEADING.fullmatch(heading) and rows and all(map(_is_note, rows)):
        return [_paragraph(text) for text in captions if text] + [_note(row) for row in rows]
    before, body, after = _framed(rows)
    blocks = [_paragraph(text) for text in (*captions, *before) if text]
    if body:
        headers = takewhile(lambda row: row[0], marked[len(before) :])
        text = "\n".join(map(_line, body))
        blocks.append(Block(BlockKind.TABLE, text, sum(1 for _ in headers)))
    return blocks + [_paragraph(text) for text in after]


def _cells(row: HtmlElement, text_of: Callable[[HtmlElement], str]) -> list[str]:
    return [text_of(cell) for cell in row if cell.tag in ("td", "th")]


def _is_header(row: HtmlElement) -> bool:
    """Return whether the document marks a row as one of names of columns."""
    parent = row.getparent()
    tags = {cell.tag for cell in row if cell.tag in ("td", "th")}
    return tags == {"th"} or (parent is not None and parent.tag == "thead")


def _framed(rows: list[list[str]]) -> tuple[list[str], list[list[str]], list[str]]:
    """Part single-cell rows above and below the body from it: they are caption and source."""
    start, end = 0, len(rows)
    while start < end and len(rows[start]) == 1:
        start += 1
    while end > start and len(rows[end - 1]) == 1:
        end -= 1
    return (
        [_joined(row) for row in rows[:start]],
        rows[start:end],
        [_joined(row) for row in rows[end:]],
    )


def _joined(row: list[str]) -> str:
    return " ".join(cell for cell in row if cell)


def _line(row: list[str]) -> str:
    return f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |")


def _is_note(row: list[str]) -> bool:
    return len(row) >= 2 and _NOTE_MARK.fullmatch(row[0]) is not None and any(row[1:])


def _note(row: list[str]) -> Block:
    mark = _NOTE_MARK.fullmatch(row[0])
    return Block(BlockKind.FOOTNOTE, f"{mark[1] if mark else row[0]}. {_joined(row[1:])}")


def _paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)


_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br center cite code data del dfn em font i ins kbd label mark "
    "math mi mn mo mrow msup msub nobr q rb ref rt ruby s samp small span strike strong sub sup "
    "time tt u var wbr img".split()
)
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_NOTE_ID = re.compile(
    r"(?:.*[-_:.])?(?:fn|ftn|edn|footnote|endnote|cite[-_]note|note)[-_:.]?(?:\w*[-_:.])?"
    r"(\d{1,4}|[a-z])",
    re.IGNORECASE,
)
_NOTES = re.compile(r"(?:^|[\s_-])(?:footnotes?|endnotes?)(?:$|[\s_-])")
_ARROW = re.compile(r"[\s\ufe0e\ufe0f]*[↑↩⤴⏎^]+[\s\ufe0e\ufe0f]*")
_BULLET = re.compile(r"[•‣◦▪●○■□·]\s*(?=\S)")


def blocks_of(root: HtmlElement) -> tuple[Block, ...]:
    """Return all text below `root` as blocks in document order."""
    walk = _Walk()
    for event, element, depth in _events(root):
        if event == "table":
            walk.flush()
            walk.blocks.extend(table_blocks(element, inline_text, walk.last_heading()))
        elif event == "open":
            walk.enter(element, depth)
        else:
            walk.leave(element)
            walk.add(element.tail if element is not root else None)
    walk.flush()
    return tuple(walk.blocks)


def inline_text(element: HtmlElement) -> str:
    """Return the text in an element in one line, block elements set apart by a space."""
    parts: list[str] = []
    for event, child, _ in _events(element, whole_tables=False):
        apart = isinstance(child.tag, str) and (child.tag not in _INLINE or child.tag == "br")
        parts.append(" " if apart else "")
        if event == "open":
            parts.append(reference(child) or _own_text(child))
        elif child is not element:
            parts.append(child.tail or "")
    return " ".join(clean("".join(parts)).split())


class _Walk:
    """The blocks found so far, and the inline text that will be the next one."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._be(BlockKind.PARAGRAPH)

    def enter(self, element: HtmlElement, depth: int) -> None:
        tag = str(element.tag)
        if tag == "br":
            self._text.append("\n")
        elif tag not in _INLINE:
            self.flush()
            if tag in _HEADINGS:
                self._be(BlockKind.HEADING, _HEADINGS[tag])
            elif (mark := _note_mark(element)) is not None:
                self._be(BlockKind.FOOTNOTE, mark=mark)
            elif tag == "li":
                self._be(BlockKind.BULLET, max(1, depth))
        self.add(reference(element) or _own_text(element))

    def leave(self, element: HtmlElement) -> None:
        if isinstance(element.tag, str) and element.tag not in _INLINE:
            self.flush()
            if element.tag == "li" or element.tag in _HEADINGS or _note_mark(element) is not None:
                self._be(BlockKind.PARAGRAPH)

    def add(self, text: str | None) -> None:
        """Append text whose white space means nothing."""
        if text:
            self._text.append(re.sub(r"\s+", " ", text))

    def flush(self) -> None:
        """Make the text so far a block, or several where empty lines or bullet marks part it."""
        raw, self._text = "".join(self._text), []
        for part in _parts(clean(raw)):
            self._emit(part)
            self._be(BlockKind.PARAGRAPH)

    def last_heading(self) -> str:
        """Return the text of the heading that the next block stands under, or ""."""
        headings = (
            block.text for block in reversed(self.blocks) if block.kind is BlockKind.HEADING
        )
        return next(headings, "")

    def _be(self, kind: BlockKind, level: int = 0, mark: str = "") -> None:
        self._kind, self._level, self._mark = kind, level, mark

    def _emit(self, part: str) -> None:
        kind, level = self._kind, self._level
        if kind is BlockKind.FOOTNOTE:
            own = re.match(rf"[\[(]?{re.escape(self._mark)}[\])]?\.?\s+", part)
            part = f"{self._mark}. {part[own.end() :] if own else part}"
        elif kind is not BlockKind.HEADING and (bullet := _BULLET.match(part)):
            kind, level, part = BlockKind.BULLET, level or 1, part[bullet.end() :]
        self.blocks.append(Block(kind, part, level))


def reference(element: HtmlElement) -> str | None:
    """Return "[1]" for an element that refers to footnote 1, None for any other."""
    link = element if element.tag == "a" else None
    if element.tag == "sup":
        link = next(iter(element.iter("a")), None)
    if link is None or not (link.get("href") or "").startswith("#") or len(element) > 2:
        return None
    text = _NOTE_MARK.fullmatch("".join(element.itertext()).strip())
    to_note = element.tag == "sup" or bool(len(link)) or _NOTE_ID.fullmatch(link.get("href")[1:])
    return f"[{text[1]}]" if text and to_note else None


def _own_text(element: HtmlElement) -> str:
    return "" if _is_arrow(element) else element.text or ""


def _is_arrow(element: HtmlElement) -> bool:
    if element.tag != "a" or not (element.get("href") or "").startswith("#"):
        return False
    return _ARROW.fullmatch("".join(element.itertext())) is not None


def _note_mark(element: HtmlElement) -> str | None:
    if element.tag not in ("li", "p", "div", "dd", "aside"):
        return None
    names = [element.get("id") or ""]
    first = element[0] if len(element) and not (element.text or "").strip() else None
    if first is not None and first.tag == "a":
        names += [first.get("id") or first.get("name") or "", (first.get("href") or "")[1:]]
    for position, name in enumerate(names):
        match = _NOTE_ID.fullmatch(name.replace("ref", "") if position == 2 else name)
        points_back = position == 2 and "ref" in name
        if match and (points_back or (position < 2 and "ref" not in name.lower())):
            return match[1]
    parent = element.getparent()
    if element.tag == "li" and parent is not None and parent.tag == "ol" and _is_note_list(parent):
        return str(1 + sum(1 for _ in element.itersiblings("li", preceding=True)))
    return None


def _is_note_list(element: HtmlElement) -> bool:
    around = (element, element.getparent())
    return any(
        near is not None
        and (near.get("role") == "doc-endnotes" or _NOTES.search(near.get("class") or ""))
        for near in around
    )


def _events(
    root: HtmlElement, *, whole_tables: bool = True
) -> Iterator[tuple[str, HtmlElement, int]]:
    """Yield "open" and "close" of elements with the number of lists around them; never recurses.

    A data table comes as one "table". Nothing is yielded from inside footnote references and the
    links back from notes.
    """
    stack: list[tuple[HtmlElement, int, bool]] = [(root, 0, False)]
    while stack:
        element, depth, is_closing = stack.pop()
        if is_closing or not isinstance(element.tag, str):
            yield "close", element, depth
            continue
        stack.append((element, depth, True))
        if whole_tables and element.tag == "table" and _is_data_table(element):
            yield "table", element, depth
            continue
        yield "open", element, depth
        if reference(element) is None and not _is_arrow(element):
            inner = depth + (element.tag in _LISTS)
            stack.extend((child, inner, False) for child in reversed(element))


def _is_data_table(table: HtmlElement) -> bool:
    """Tell a table of data from one that only lays out the page."""
    if table.get("role") in ("presentation", "none"):
        return False
    if len(list(table.iter("table"))) > 1 or next(table.iter(*_HEADINGS), None) is not None:
        return False
    widths = [sum(1 for cell in row if cell.tag in ("td", "th")) for row in table.iter("tr")]
    if max(widths, default=0) < 2:
        return False
    return len(widths) > 1 or next(table.iter("p", "ul", "ol", "div"), None) is None


def _parts(text: str) -> list[str]:
    parts: list[list[str]] = [[]]
    for line in text.split("\n"):
        line = " ".join(line.split())
        if not line or _BULLET.match(line):
            parts.append([])
        if line:
            parts[-1].append(line)
    return [" ".join(part) for part in parts if part]
