"""Comparisons: one line a side, of its side, on the same measure."""

from bot.answering.answer import Outcome
from index.library import Library
from tests.answering.kinds.chronicle import drafted, is_exact


def test_two_rows_of_one_table_are_compared(chronicle: Library) -> None:
    """Each stands behind its side."""
    draft = drafted(chronicle, "Which ferry has the higher fare, Sarn or Orrin?")
    assert is_exact(chronicle, draft)
    assert [one.label for one in draft.sentences] == ["Sarn", "Orrin"]
    assert ["12 crowns" in draft.sentences[0].text, "9 crowns" in draft.sentences[1].text] == [
        True,
        True,
    ]


def test_a_side_that_nothing_speaks_of_has_no_line(chronicle: Library) -> None:
    """A note says so, or what may answer is shown; no other thing takes its place."""
    draft = drafted(chronicle, "What is the toll for a lorry: Orrin canal vs Halden tunnel?")
    assert all(one.label != "Halden tunnel" for one in draft.sentences)
    if draft.outcome is Outcome.ANSWERED:
        assert any("Halden tunnel" in note for note in draft.notes)


def test_two_briefs_are_compared_by_their_dates(chronicle: Library) -> None:
    """The older one first."""
    draft = drafted(chronicle, "which came out first, the canal brief or the ferry brief?")
    assert is_exact(chronicle, draft)
    shown = [one.text for one in draft.sentences]
    assert ["12 March 2024" in shown[0], "3 April 2024" in shown[1]] == [True, True]
