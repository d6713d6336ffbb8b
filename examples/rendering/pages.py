"""Draws a brief as PDF pages in one or two columns: running heads, page numbers, footnotes.

Lays out its own lines, because the words that break at a line end and the column that a footnote
falls into are what the example is for. Built-in fonts only, so letters outside Windows-1252 fail.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fpdf import FPDF

from rendering.source import NOTE_MARK, Block, Brief

# All lengths in points.
PAGE_WIDTH, PAGE_HEIGHT = 595.0, 842.0
MARGIN, TOP, BOTTOM, GUTTER = 64.0, 84.0, 766.0, 24.0
LEADING = 1.28  # distance of lines in font sizes
NOTE_SIZE = 8.0
BULLET_INDENT = 11.0


@dataclass
class _Column:
    """Where the next line goes, and what the footnotes of this column have taken from below."""

    x: float
    y: float
    width: float
    notes: list[list[str]] = field(default_factory=list)

    @property
    def floor(self) -> float:
        """Return the lowest y that text may reach."""
        return self.floor_with([])

    def floor_with(self, more: list[list[str]]) -> float:
        """Return what `floor` would be with `more` footnotes."""
        lines = sum(map(len, [*self.notes, *more]))
        return BOTTOM - (lines * NOTE_SIZE * LEADING + 10 if lines else 0)


class _Sheet(FPDF):
    """Pages with a running head and a page number."""

    brief: Brief

    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.set_xy(MARGIN, 44)
        head = " - ".join(part for part in (self.brief.author, self.brief.number) if part)
        self.cell(0, 10, head)
        self.set_xy(MARGIN, 44)
        self.cell(PAGE_WIDTH - 2 * MARGIN, 10, self.brief.title.split(":")[0], align="R")
        self.line(MARGIN, 58, PAGE_WIDTH - MARGIN, 58)

    def footer(self) -> None:
        self.set_font("Helvetica", size=8)
        self.set_xy(MARGIN, 790)
        text = f"Page {self.page_no()} of {{nb}}"
        self.cell(PAGE_WIDTH - 2 * MARGIN, 10, text, align="C")


class PageSetter:
    """Sets one brief; `breaks` maps a word to its syllables, the only words that are hyphenated."""

    def __init__(self, brief: Brief, columns: int, size: float, breaks: dict[str, list[str]]):
        self._brief, self._columns, self._size, self._breaks = brief, columns, size, breaks
        self._notes = {block.mark: block.text for block in brief.blocks if block.kind == "note"}
        self._sheet = _new_sheet(brief)
        self._free: Iterator[_Column] = self._all_columns()
        self._column = next(self._free)

    def render(self) -> bytes:
        """Return the PDF; the same brief gives the same bytes with the same fpdf2."""
        for block in self._brief.blocks:
            if block.kind == "heading":
                self._set_heading(block)
            elif block.kind in ("paragraph", "bullet"):
                self._set_text(block)
        self._draw_notes()
        return bytes(self._sheet.output())

    def _all_columns(self) -> Iterator[_Column]:
        width = (PAGE_WIDTH - 2 * MARGIN - GUTTER * (self._columns - 1)) / self._columns
        while True:
            self._sheet.add_page()
            top = self._draw_title() if self._sheet.page_no() == 1 else TOP
            for i in range(self._columns):
                yield _Column(MARGIN + i * (width + GUTTER), top, width)

    def _draw_title(self) -> float:
        sheet = self._sheet
        sheet.set_xy(MARGIN, TOP)
        sheet.set_font("Helvetica", "B", 19)
        sheet.multi_cell(
            PAGE_WIDTH - 2 * MARGIN, 24, self._brief.title, align="L", new_x="LMARGIN", new_y="NEXT"
        )
        sheet.set_font("Helvetica", "I", 10)
        sheet.set_xy(MARGIN, sheet.get_y() + 4)
        sheet.cell(0, 14, " · ".join(self._brief.byline), new_x="LMARGIN", new_y="NEXT")
        return float(sheet.get_y()) + 14

    def _set_heading(self, block: Block) -> None:
        step = self._size * LEADING
        if self._column.y + 4 * step > self._column.floor:
            self._next_column()
        self._column.y += step * 0.4
        self._sheet.set_font("Helvetica", "B", self._size)
        self._sheet.text(self._column.x, self._column.y + self._size, block.text)
        self._column.y += step * 1.2

    def _set_text(self, block: Block) -> None:
        indent = BULLET_INDENT if block.kind == "bullet" else 0.0
        lines = self._lines(block.text, self._column.width - indent, self._size)
        for i, line in enumerate(lines):
            notes = [self._note(mark) for mark in NOTE_MARK.findall(line)]
            if self._column.y + self._size * LEADING > self._column.floor_with(notes):
                self._next_column()
            self._column.notes += notes
            if indent and i == 0:
                self._draw_line("•", 0)
            self._draw_line(line, indent)
            self._column.y += self._size * LEADING
        self._column.y += self._size * 0.5

    def _note(self, mark: str) -> list[str]:
        return self._lines(f"{mark}. {self._notes[mark]}", self._column.width, NOTE_SIZE)

    def _next_column(self) -> None:
        self._draw_notes()
        self._column = next(self._free)

    def _draw_notes(self) -> None:
        y = self._column.floor + 6
        if self._column.notes:
            self._sheet.line(self._column.x, y - 2, self._column.x + 60, y - 2)
        self._sheet.set_font("Times", size=NOTE_SIZE)
        for line in [line for note in self._column.notes for line in note]:
            self._sheet.text(self._column.x, y + NOTE_SIZE, line)
            y += NOTE_SIZE * LEADING

    def _draw_line(self, line: str, indent: float) -> None:
        x, y = self._column.x + indent, self._column.y + self._size
        for i, piece in enumerate(NOTE_MARK.split(line)):
            raised = i % 2 == 1
            self._sheet.set_font("Times", size=self._size * (0.6 if raised else 1))
            self._sheet.text(x, y - (self._size * 0.35 if raised else 0), piece)
            x += self._sheet.get_string_width(piece)

    def _lines(self, text: str, width: float, size: float) -> list[str]:
        self._sheet.set_font("Times", size=size)
        lines, line = [], ""
        for word in text.split():
            whole = f"{line} {word}".strip()
            if self._width(whole) <= width:
                line = whole
                continue
            head, rest = self._split(line, word, width)
            lines.append(f"{line} {head}".strip())
            line = rest
        return [*lines, line]

    def _split(self, line: str, word: str, width: float) -> tuple[str, str]:
        bare = word.strip(".,:;()")
        syllables = self._breaks.get(bare, [bare]) if word.startswith(bare) else [bare]
        for count in range(len(syllables) - 1, 0, -1):
            head = "".join(syllables[:count])
            if len(head) > 1 and self._width(f"{line} {head}-") <= width:
                return head + "-", word[len(head) :]
        return "", word

    def _width(self, text: str) -> float:
        return float(self._sheet.get_string_width(NOTE_MARK.sub("", text)))


def _new_sheet(brief: Brief) -> _Sheet:
    sheet = _Sheet(unit="pt", format=(PAGE_WIDTH, PAGE_HEIGHT))
    sheet.brief = brief
    sheet.core_fonts_encoding = "windows-1252"
    sheet.set_auto_page_break(False)
    sheet.c_margin = 0
    sheet.set_margins(MARGIN, TOP)
    sheet.set_title(brief.title)
    sheet.set_author(brief.author)
    sheet.set_producer("make_briefs.py")
    sheet.set_creation_date(brief.date)
    return sheet
