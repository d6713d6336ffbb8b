"""What a table says of two things: question, sides and hits in, the rows that compare them out.

Either each side has a row, or each has a column and one row says what is compared.
"""

import re
from collections.abc import Mapping, Sequence

from bot.answering.candidates import Quotable, candidates
from bot.answering.kinds.quoting import Line
from bot.answering.kinds.sides import key_words
from bot.answering.readable import bare, cells
from bot.question.question import Question
from index.passage import Hit
from index.words import said, share

_TOTAL = re.compile(r"^\W*(?:grand\s+)?totals?\b", re.IGNORECASE)
ROW, TOTAL = 1.0, 0.2  # what a row gains by saying of itself what was asked, or being the total


def rows_of_sides(
    question: Question, names: Sequence[str], hits: Sequence[Hit]
) -> tuple[Line, ...] | None:
    """Return the rows of the sides in the table whose first column has both.

    Of several tables it is the one whose header, caption and heading say most of the question; a
    header that says nothing of it will not do.
    """
    keys = [key_words(name) for name in names]
    sides = frozenset().union(*keys)
    weights = {one: weight for one, weight in question.weights.items() if one not in sides}
    tables: dict[tuple[str, tuple[str, ...], str], dict[int, Quotable]] = {}
    for one in candidates(hits):
        passage = one.hit.passage
        if one.is_row and not one.unfit and any(map(str.isdigit, "".join(cells(one.text)[1:]))):
            key = key_words(cells(one.text)[0])
            if key in keys:
                table = one.hit.brief.id, passage.heading, passage.header
                tables.setdefault(table, {}).setdefault(keys.index(key), one)
    fitting = [
        (share(weights, said(weights, " ".join((*heading, header, _caption(rows))))), -at, rows)
        for at, ((_, heading, header), rows) in enumerate(tables.items())
        if len(rows) == len(keys) and said(weights, header)
    ]
    if not fitting:
        return None
    rows = max(fitting, key=lambda entry: entry[:2])[-1]
    return tuple(
        Line(rows[at].hit, rows[at].start, rows[at].end, bare(cells(rows[at].text)[0]))
        for at in range(len(names))
    )


def row_of_columns(
    question: Question, names: Sequence[str], hits: Sequence[Hit]
) -> tuple[Line, ...] | None:
    """Return the row of a table with a column for each side that says most of what was asked.

    Where no row says anything of it, the total.
    """
    keys = [key_words(name) for name in names]
    sides = frozenset().union(*keys)
    weights = {one: weight for one, weight in question.weights.items() if one not in sides}
    fitting = []
    for at, one in enumerate(candidates(hits)):
        passage = one.hit.passage
        if not one.is_row or one.unfit or not passage.header:
            continue
        label, *figures = cells(one.text)
        columns = list(map(key_words, cells(passage.header)[1:]))
        places = [next((n for n, own in enumerate(columns) if key <= own), None) for key in keys]
        if None in places or places[0] == places[1] or len(columns) != len(figures):
            continue
        if not all(place is not None and _is_figure(figures[place]) for place in places):
            continue
        setting = " ".join((*passage.heading, passage.context, one.hit.brief.title))
        above = share(weights, said(weights, setting))
        own = share(weights, said(weights, label))
        worth = above + ROW * own + TOTAL * bool(_TOTAL.match(label))
        if said(weights, setting) and worth > above:
            fitting.append((worth, -at, one))
    if not fitting:
        return None
    best = max(fitting, key=lambda entry: entry[:2])[-1]
    return (Line(best.hit, best.start, best.end),)


def _is_figure(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _caption(rows: Mapping[int, Quotable]) -> str:
    return " ".join(one.hit.passage.context for one in rows.values())
