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
from ingest.readers.raised import in_text
from ingest.readers.text import blocks_from_text

_NOTE_MARK = re.compile(r"[\[(]?(\d{1,4}|[a-z]|[*†‡§]{1,3})[\])]?\.?")
_SPANS = ("colspan", "rowspan")
_WIDEST = 60  # columns or rows that one cell spans, at most
_YEARS = re.compile(r"\b(?:18|19|20)\d\d(?:[-–/]\d{2,4})?\b")
_FIGURE = re.compile(r"[^\w|]*\d")
_NOTE_HEADING = re.compile(r"(?:foot|end)?notes|references", re.IGNORECASE)


def table_blocks(
    table: HtmlElement, text_of: Callable[[HtmlElement], str], heading: str
) -> list[Block]:
    """Return the blocks of one table; `heading` is what it stands under."""
    lines = [row for row in table.iter("tr") if any(map(text_of, _cells_of(row)))]
    plain = [[text_of(cell) for cell in _cells_of(row)] for row in lines]
    captions = [text_of(caption) for caption in table.iter("caption")]
    if _NOTE_HEADING.fullmatch(heading) and plain and all(map(_is_note, plain)):
        return [_paragraph(text) for text in captions if text] + [_note(row) for row in plain]
    start, end = _frame(plain)
    before, after = (list(map(_joined, rows)) for rows in (plain[:start], plain[end:]))
    blocks = [_paragraph(text) for text in (*captions, *before) if text]
    if lines[start:end]:
        blocks.append(_grid_block(lines[start:end], text_of))
    return blocks + [_paragraph(text) for text in after]


def _cells_of(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _grid_block(lines: list[HtmlElement], text_of: Callable[[HtmlElement], str]) -> Block:
    """Return the block of a table's rows: cells that span rows are in each, and one header row."""
    header = sum(1 for _ in takewhile(_is_header, lines)) or _spanning(lines, text_of)
    grid = _grid(lines, text_of, header)
    names = grid[:header]
    if header > 1:
        names = [[_joined(list(dict.fromkeys(column))) for column in zip(*names, strict=True)]]
    rows = names + grid[header:]
    return Block(BlockKind.TABLE, "\n".join(map(_line, rows)), min(header, 1))


def _spanning(lines: list[HtmlElement], text_of: Callable[[HtmlElement], str]) -> int:
    """Return how many rows are a header that is not marked as one but spans columns; else 0."""
    first = _cells_of(lines[0])
    if len(lines) < 4 or all(_span(cell, "colspan") == 1 for cell in first):
        return 0
    depth = max(2, max(_span(cell, "rowspan") for cell in first))
    second = _cells_of(lines[1])
    corner = _span(first[0], "rowspan") > 1 or not text_of(second[0])
    if not corner or any(_span(cell, "colspan") > 1 for cell in second):
        return 0
    texts = [text_of(cell) for row in lines[:depth] for cell in _cells_of(row)]
    return 0 if any(_FIGURE.match(_YEARS.sub("", text)) for text in texts) else depth


def _grid(
    lines: list[HtmlElement], text_of: Callable[[HtmlElement], str], header: int
) -> list[list[str]]:
    """Return rows of as many cells each, where any cell spans others; else as they are."""
    spans = [_span(cell, kind) for row in lines for cell in _cells_of(row) for kind in _SPANS]
    if max(spans, default=1) == 1 and header <= 1:
        return [[text_of(cell) for cell in _cells_of(row)] for row in lines]
    rows: list[dict[int, str]] = [{} for _ in lines]
    for number, row in enumerate(lines):
        column = 0
        for cell in _cells_of(row):
            while column in rows[number]:
                column += 1
            text, width = text_of(cell), _span(cell, "colspan")
            for down in range(min(_span(cell, "rowspan"), len(lines) - number)):
                for right in range(width):
                    shown = text if not right or number < header else ""
                    rows[number + down][column + right] = shown
            column += width
    width = max(max(row, default=0) for row in rows) + 1
    return [[row.get(column, "") for column in range(width)] for row in rows]


def _span(cell: HtmlElement, kind: str) -> int:
    return min(max(1, _whole(cell.get(kind), 1)), _WIDEST)


def _is_header(row: HtmlElement) -> bool:
    """Return whether the document marks a row as one of names of columns."""
    parent = row.getparent()
    tags = {cell.tag for cell in row if cell.tag in ("td", "th")}
    return tags == {"th"} or (parent is not None and parent.tag == "thead")


def _frame(rows: list[list[str]]) -> tuple[int, int]:
    """Return where the body is: single-cell rows above and below it are caption and source."""
    start, end = 0, len(rows)
    while start < end and len(rows[start]) == 1:
        start += 1
    while end > start and len(rows[end - 1]) == 1:
        end -= 1
    return start, end


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
_SLASHES = ("/", "\u2044", "\u2215")
_APART = re.compile(r"(?<=\w) (?=[⁰¹²³⁴⁵⁶⁷⁸⁹⁻])")
_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_UNNUMBERED = re.compile(r"list-style(?:-type)?\s*:\s*none")
_ARROW = re.compile(r"[\s\ufe0e\ufe0f]*[↑↩⤴⏎^]+[\s\ufe0e\ufe0f]*")
_BULLET = re.compile(r"[•‣◦▪●○■□·]\s*(?=\S)")


def blocks_of(root: HtmlElement) -> tuple[Block, ...]:
    """Return all text below `root` as blocks in document order."""
    walk = _Walk()
    for event, element, depth in _events(root):
        if event == "table":
            walk.flush()
            walk.blocks.extend(table_blocks(element, inline_text, walk.last_heading()))
        elif event == "plain":
            walk.flush()
            walk.blocks.extend(blocks_from_text(clean("".join(element.itertext()))))
        elif event == "open":
            walk.enter(element, depth)
        else:
            walk.leave(element)
            walk.add(_after(element, walk.text) if element is not root else None)
    walk.flush()
    return tuple(walk.blocks)


def inline_text(element: HtmlElement) -> str:
    """Return the text in an element in one line, block elements set apart by a space."""
    parts: list[str] = []
    for event, child, _ in _events(element, whole_tables=False):
        apart = isinstance(child.tag, str) and (child.tag not in _INLINE or child.tag == "br")
        parts.append(" " if apart else "")
        if event == "open":
            parts.append(reference(child) or _raised(child, parts) or _own_text(child))
        elif child is not element:
            parts.append(_after(child, parts))
    return _close_up(" ".join(clean("".join(parts)).split()))


def _close_up(text: str) -> str:
    """Return text with exponents right behind what they are of: "N/mm ²" gives "N/mm²"."""
    return _APART.sub("", text)


class _Walk:
    """The blocks found so far, and the inline text that will be the next one."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.text: list[str] = []
        self._be(BlockKind.PARAGRAPH)

    def enter(self, element: HtmlElement, depth: int) -> None:
        tag = str(element.tag)
        if tag == "br":
            self.text.append("\n")
        elif tag not in _INLINE:
            self.flush()
            if tag in _HEADINGS:
                self._be(BlockKind.HEADING, _HEADINGS[tag])
            elif (mark := _note_mark(element)) is not None:
                self._be(BlockKind.FOOTNOTE, mark=mark)
            elif tag == "li":
                self._be(BlockKind.BULLET, max(1, depth), _number(element))
        self.add(reference(element) or _raised(element, self.text) or _own_text(element))

    def leave(self, element: HtmlElement) -> None:
        if isinstance(element.tag, str) and element.tag not in _INLINE:
            self.flush()
            if element.tag == "li" or element.tag in _HEADINGS or _note_mark(element) is not None:
                self._be(BlockKind.PARAGRAPH)

    def add(self, text: str | None) -> None:
        """Append text whose white space means nothing."""
        if text:
            self.text.append(re.sub(r"\s+", " ", text))

    def flush(self) -> None:
        """Make the text so far a block, or several where empty lines or bullet marks part it."""
        raw, self.text = "".join(self.text), []
        for part in _parts(clean(raw)):
            self._emit(_close_up(part))
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
        if kind is BlockKind.BULLET and self._mark and not part.startswith(self._mark):
            part = f"{self._mark} {part}"
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


def _raised(element: HtmlElement, before: list[str]) -> str | None:
    """Return what raised text is behind the pieces `before` it; None for what is not raised."""
    if element.tag != "sup":
        return None
    above = "".join(element.itertext())
    if (element.tail or "").startswith(_SLASHES) and above.strip().isdigit():  # "2 1/2"
        return f" {above.strip()}"
    return in_text("".join(before[-8:]).rstrip(), above)


def _after(element: HtmlElement, before: list[str]) -> str:
    """Return the text behind an element: a figure below the slash of a fraction stands apart."""
    tail = element.tail or ""
    lowered = element.tag == "sub" and "".join(before[-2:]).endswith(tuple("0123456789"))
    return f" {tail}" if lowered and tail[:1].isdigit() else tail


def _number(item: HtmlElement) -> str:
    """Return the number that a browser shows before an item of a list, "" before a bullet."""
    around = item.getparent()
    if around is None or around.tag != "ol":
        return ""
    if _UNNUMBERED.search(around.get("style") or ""):
        return ""
    place = _whole(around.get("start"), 1)
    for before in around.iterchildren("li"):
        place = _whole(before.get("value"), place)
        if before is item:
            break
        place += 1
    return f"{numeral(place, around.get('type') or '1')}."


def _whole(value: str | None, otherwise: int) -> int:
    return int(value) if value and re.fullmatch(r"-?\d{1,6}", value.strip()) else otherwise


def numeral(number: int, kind: str) -> str:
    """Return a number in the manner of an ordered list's type: 1, a, A, i or I."""
    if kind in ("a", "A") and 0 < number <= 26:
        return chr(ord(kind) + number - 1)
    if kind in ("i", "I") and 0 < number < 40:
        roman = "x" * (number // 10) + _ROMAN[number % 10]
        return roman if kind == "i" else roman.upper()
    return str(number)


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

    A data table comes as one "table", and text that is set out by hand as one
    "plain". Nothing is yielded from inside footnote references, raised text
    and the links back from notes.
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
        if whole_tables and element.tag == "pre" and element.find(".//code") is None:
            yield "plain", element, depth
            continue
        yield "open", element, depth
        if reference(element) is None and element.tag != "sup" and not _is_arrow(element):
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
