"""A brief's paragraphs bear the numbers that citations use."""

from bot.web.layout import BULLET, HEADING, PARAGRAPH, laid_out
from index.passage import Brief, Passage

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
    """Once each."""
    assert [one.page for one in laid_out(BRIEF, PASSAGES)] == [1, None, None, 2, None, None]


def test_marks_are_in_their_block() -> None:
    """And nowhere else."""
    at = TEXT.index("Two")
    marked = [
        run.text for one in laid_out(BRIEF, PASSAGES, [(at, at + 3)]) for run in one.runs
        if run.number
    ]  # fmt: skip
    assert marked == ["Two"]
