"""Claims about reading plain text."""

import pytest

from ingest.document import BlockKind
from ingest.readers.text import read


def outline(text):
    return [(b.kind.value, b.level, b.text) for b in read(text.encode()).blocks]


LONG = "The ministers met in the capital and agreed on a plan for the northern harbour, " * 4


def test_a_title_a_lead_and_bullets_are_told_apart():
    document = read(f"A plan for the harbour\n\n{LONG}on 3 May.\n\n\n  • One\n  • Two\n".encode())
    kinds = [block.kind for block in document.blocks]
    assert kinds == [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.BULLET, BlockKind.BULLET]
    assert document.metadata.title == "A plan for the harbour"
    assert document.metadata.date is None


def test_the_head_states_author_and_date():
    """Lines of the head are not joined, even without empty lines between them."""
    document = read(f"Harbour\n\nBy Ann Bee\n7 September 2016\n\n{LONG}".encode())
    assert document.metadata.authors == ("Ann Bee",)
    assert document.metadata.date == "2016-09-07"
    assert [block.text for block in document.blocks][1:3] == ["By Ann Bee", "7 September 2016"]


def test_hard_wrapped_lines_become_one_paragraph():
    text = "The ministers met in the capital\nand agreed on a plan for the\nnorthern harbour.\n"
    assert outline(text) == [
        (
            "paragraph",
            0,
            "The ministers met in the capital and agreed on a plan for the northern harbour.",
        )
    ]


def test_a_by_line_under_the_title_is_no_part_of_it():
    """Where paragraphs are one line each, short neighbours are lines of their own too."""
    body = "The port was closed for six days and ships had to wait outside the harbour. " * 3
    document = read(f"Six days without a port\nShipping Desk\n\n{body}\n\n{body}".encode())
    assert document.metadata.title == "Six days without a port"
    assert [block.text for block in document.blocks[:2]] == [
        "Six days without a port", "Shipping Desk",
    ]  # fmt: skip


def test_one_long_line_does_not_tear_wrapped_lines_apart():
    """A long address among wrapped lines leaves them one paragraph."""
    wrapped = "The port was closed for six days and ships\nhad to wait outside the harbour until\n"
    address = "https://example.org/" + "a" * 120
    document = read((wrapped * 6 + "Friday.\n\n" + address).encode())
    assert len(document.blocks) == 2


def test_long_lines_are_paragraphs_of_their_own():
    """Where each paragraph is one line, no empty line is needed."""
    assert len(outline(f"{LONG}first.\n{LONG}second.")) == 2


@pytest.mark.parametrize("mark", ["•", "-", "*", "–", "1.", "2)", "a)", "(b)"])
def test_every_usual_mark_makes_a_bullet(mark):
    assert outline(f"{mark} First point\n{mark} Second point\n  that goes on")[:2] == [
        ("bullet", 1, "First point"),
        ("bullet", 1, "Second point that goes on"),
    ]


def test_indentation_is_the_level_of_a_bullet():
    """Deeper indents nest, and coming back counts from the top again."""
    levels = [level for _, level, _ in outline("- a\n  - b\n    - c\n  - d\n- e")]
    assert levels == [1, 2, 3, 2, 1]


def test_a_short_line_over_text_is_a_heading():
    """Underlined, numbered or bare, it heads what follows."""
    text = f"{LONG}.\n\nNext Steps\n\n{LONG}.\n\n2. Costs\n\n{LONG}.\n\nRisks\n=====\n\n{LONG}."
    headings = [text for kind, _, text in outline(text) if kind == "heading"]
    assert headings == ["Next Steps", "2. Costs", "Risks"]


def test_a_short_sentence_is_no_heading():
    """Final punctuation, lower case or nothing below keep a line a paragraph."""
    text = f"{LONG}.\n\nNothing came of it.\n\n{LONG}.\n\nand so on\n\n{LONG}.\n\nThe End"
    assert "heading" not in [kind for kind, _, _ in outline(text)]


def test_one_enormous_line_is_one_paragraph_without_a_title():
    document = read(("Sales improved in most towns. " * 500).encode())
    assert len(document.blocks) == 1
    assert document.metadata.title is None


def test_a_text_without_words_has_no_blocks():
    assert read(b"").blocks == read(b" \n\n---\n\n").blocks == ()
