"""Part the footnotes at the foot of a PDF page from its text. Knows no paragraphs."""

import re
from dataclasses import replace

from ingest.readers.pdf_lines import Line

_SMALLER = 0.97  # notes are set at most so large, in parts of the body size
_PLAIN_MARK = re.compile(r"(\d{1,3})\s+(?=[A-Z“\"'(\d])")
_REACH = 1.6  # a note's next line is at most so many ems lower


def split_notes(lines: list[Line], body: float) -> tuple[list[Line], list[Line]]:
    """Return the lines of the text and those of the notes, each note's first line with its mark.

    `body` is the size of the main text in points. Lines above the first mark that are set like the
    notes go on a note of the page before and come first, without a mark.
    """
    starts = _starts(lines, body)
    text: list[Line] = []
    notes: list[Line] = []
    for i, line in enumerate(lines):
        if i in starts:
            notes = notes or _continued(text, starts[i])
            notes.append(starts[i])
        elif notes and _goes_on(line, notes[-1]) and _is_last(lines[i - 1], notes):
            notes.append(line)
        else:
            text.append(line)
    return text, notes


def _is_last(line: Line, notes: list[Line]) -> bool:
    """Tell whether the line before is the last of the notes."""
    return (line.page, line.x0, line.y) == (notes[-1].page, notes[-1].x0, notes[-1].y)


def _starts(lines: list[Line], body: float) -> dict[int, Line]:
    """Return the first lines of notes by index, each with its mark: raised, or a plain number."""
    small = [(i, x) for i, x in enumerate(lines) if x.size <= _SMALLER * body and not x.bold]
    raised = {i: line for i, line in small if line.mark and not line.mark.isalpha()}
    if raised:
        return raised
    floor = min((line.y for line in lines if line.size > _SMALLER * body), default=0.0)
    left = min((line.x0 for line in lines), default=0.0)
    plain: dict[int, Line] = {}
    for i, line in small:
        alone = not any(
            abs(x.y - line.y) < 1 for x in lines[max(0, i - 1) : i + 2] if x is not line
        )
        if alone and line.y < floor and line.x0 < left + 3 * line.size and (note := _plain(line)):
            plain[i] = note
    marks = [note.mark for note in plain.values()]
    first = int(marks[0]) if marks else 0
    return plain if marks == [str(first + i) for i in range(len(marks))] else {}


def _plain(line: Line) -> Line | None:
    """Return a line that begins with a number with the number as its mark."""
    found = _PLAIN_MARK.match(line.text)
    if found and not line.label:
        return replace(line, mark=found.group(1), text=line.text[found.end() :])
    number = line.label.strip("().")
    return replace(line, mark=number, label="") if number.isdigit() else None


def _goes_on(line: Line, last: Line) -> bool:
    """Tell whether the line is the next one of the note."""
    near = 0 < last.y - line.y < _REACH * last.size
    return near and abs(line.size - last.size) < 0.8 and not line.bold


def _continued(text: list[Line], start: Line) -> list[Line]:
    """Take the lines right above the first mark off the text: the end of the page before's note."""
    taken: list[Line] = []
    below = start
    while text and _goes_on(below, text[-1]) and text[-1].size == start.size:
        below = text.pop()
        taken.insert(0, below)
    set_off = not text or text[-1].y - below.y > _REACH * below.size or text[-1].y < below.y
    if not set_off and text[-1].size == start.size:
        text.extend(taken)
        return []
    return taken
