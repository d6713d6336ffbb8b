"""Texts are cut into blocks without losing a character, and marks stay where they are."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.web.layout import BULLET, HEADING, PARAGRAPH, TABLE, blocks, laid_out, text_runs
from index.passage import Brief, Passage

LIST = "A lead:\n\n• One.\n  • Deeper.\n• Two.\n\nThe end."
ROWS = "| Year | Exports |\n| --- | --- |\n| 2022 | 8.1 million |\n| 2023 | a \\| b |"


def test_paragraphs_and_bullets_are_told_apart() -> None:
    found = blocks(LIST)
    assert [(one.kind, one.level, LIST[one.start : one.end]) for one in found] == [
        (PARAGRAPH, 0, "A lead:"), (BULLET, 1, "One."), (BULLET, 2, "Deeper."),
        (BULLET, 1, "Two."), (PARAGRAPH, 0, "The end."),
    ]  # fmt: skip


def test_a_passage_may_begin_inside_a_list() -> None:
    start = LIST.index("One")
    assert [one.kind for one in blocks(LIST, (start, len(LIST)))][:3] == [PARAGRAPH, BULLET, BULLET]


def test_rows_become_cells_with_their_marks() -> None:
    """The rule between is left out; a bar may be escaped."""
    at = ROWS.index("8.1")
    (table,) = blocks(ROWS, marks=[(at, at + 3)])
    assert table.kind == TABLE
    cells = [["".join(run.text for run in cell) for cell in row] for row in table.rows]
    assert cells == [["Year", "Exports"], ["2022", "8.1 million"], ["2023", "a \\| b"]]
    assert [(run.text, run.number) for run in table.rows[1][1]] == [("8.1", 1), (" million", 0)]


def test_marks_run_over_blocks() -> None:
    text = "First paragraph.\n\nSecond one."
    found = blocks(text, marks=[(6, 24)])
    assert [[(run.text, run.number) for run in one.runs] for one in found] == [
        [("First ", 0), ("paragraph.", 1)], [("Second", 1), (" one.", 0)],
    ]  # fmt: skip


@given(
    st.text("ab \n•|", max_size=60),
    st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=3),
)
def test_runs_hold_the_text_whatever_the_marks(text: str, marks: list[tuple[int, int]]) -> None:
    """Also marks that lie outside, or the wrong way round."""
    found = text_runs(text, 0, len(text), sorted(marks))
    assert "".join(run.text for run in found) == text


@given(st.text("ab. \n•|", max_size=80))
def test_no_word_is_lost(text: str) -> None:
    found = blocks(text)
    assert all(one.end <= after.start for one, after in pairwise(found))
    held = "".join(text[one.start : one.end] for one in found)
    assert [char for char in held if char in "ab."] == [char for char in text if char in "ab."]


TEXT = """Title

Background

First paragraph, which is long. It goes on here.

• One.
• Two.
• Three.

Last."""


def passage(text: str, paragraph: int) -> Passage:
    start = TEXT.index(text)
    return Passage(0, start, start + len(text), text, paragraph=paragraph)


BRIEF = Brief("b", 1, "Title", TEXT, pages=((0, 1), (TEXT.index("• Two"), 2)))
PASSAGES = [
    passage("First paragraph, which is long.", 1),
    passage("It goes on here.", 1),
    passage("One.\n• Two.", 2),
    passage("Three.", 4),
    passage("Last.", 5),
]


def test_numbers_are_those_of_the_passages() -> None:
    """A paragraph of several passages has one number, a passage of several bullets has several."""
    found = laid_out(BRIEF, PASSAGES)
    assert [(one.kind, one.paragraph, TEXT[one.start : one.end]) for one in found] == [
        (HEADING, 0, "Background"),
        (PARAGRAPH, 1, "First paragraph, which is long. It goes on here."),
        (BULLET, 2, "One."), (BULLET, 3, "Two."), (BULLET, 4, "Three."),
        (PARAGRAPH, 5, "Last."),
    ]  # fmt: skip


def test_pages_are_said_where_they_turn() -> None:
    assert [one.page for one in laid_out(BRIEF, PASSAGES)] == [1, None, None, 2, None, None]


def test_marks_are_in_their_block() -> None:
    at = TEXT.index("Two")
    marked = [
        run.text for one in laid_out(BRIEF, PASSAGES, [(at, at + 3)]) for run in one.runs
        if run.number
    ]  # fmt: skip
    assert marked == ["Two"]
