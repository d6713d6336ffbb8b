"""Claims about reading plain text."""

import pytest

from ingest.document import BlockKind
from ingest.readers.text import blocks_from_text, read


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
    """A number stays with its item: people cite "Recommendation 2" by it."""
    kept = f"{mark} " if any(map(str.isalnum, mark)) else ""
    assert outline(f"{mark} First point\n{mark} Second point\n  that goes on")[:2] == [
        ("bullet", 1, f"{kept}First point"),
        ("bullet", 1, f"{kept}Second point that goes on"),
    ]


def test_marks_of_listed_notes_are_set_apart_from_years_and_words():
    """Behind "Notes" stand the notes; without such a list, a figure is left as it is."""
    text = f"{LONG}on 3 May.1 Only two signed in 2016.2,3\n\nNotes\n\n1. A\n2. B\n3. C\n"
    found = outline(text)
    assert "on 3 May.[1] Only two signed in 2016.[2][3]" in found[0][2]
    assert [kind for kind, _, _ in found[-3:]] == ["footnote"] * 3
    assert "in 2016.2,3" in outline(f"{LONG}signed in 2016.2,3\n")[0][2]


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


@pytest.mark.parametrize(
    ("head", "title", "number"),
    [
        ("Briefing\nApril 2016\n\nDischarge of the budget\n", "Discharge of the budget", None),
        ("POSTnote 582\nJuly 2018\n\nUnpaid Care\n", "Unpaid Care", "POSTnote 582"),
        ("Research Briefing\nNumber CBP-9876\n\nFishing\n", "Fishing", "CBP-9876"),
        (
            "Wissenschaftliche Dienste\nDeutscher Bundestag\n\nSachstand\n\n"
            "Das Wahlrecht der Kreise\n\nAktenzeichen: WD 3 - 3000 - 023/18\n",
            "Das Wahlrecht der Kreise",
            "WD 3 - 3000 - 023/18",
        ),
        ("OSW Commentary\nNUMBER 512\n\nA winter of gas\n", "A winter of gas", "512"),
        ("Policy Brief no. 7/2024\n\nSteel\n", "Steel", "7/2024"),
    ],
)
def test_a_masthead_is_no_title(head, title, number):
    stated = read(
        f"{head}\nThe text of it follows here, and it is long enough.\n".encode()
    ).metadata
    assert (stated.title, stated.number) == (title, number)


def test_words_cut_at_line_ends_are_whole_again():
    head = "The short bor-\nder is sixty-\nfive kilo-\nmetres long"
    text = f"{head}, and NATO plan-\nners call it weak.\n"
    assert blocks_from_text(text)[0].text == (
        "The short border is sixty-five kilometres long, and NATO planners call it weak."
    )


def test_a_question_is_the_heading_of_its_answer():
    blocks = blocks_from_text("Q: When did it end?\n\nA: On 3 March 2022.\n")
    assert [(b.kind, b.text) for b in blocks] == [
        (BlockKind.HEADING, "Q: When did it end?"),
        (BlockKind.PARAGRAPH, "A: On 3 March 2022."),
    ]


def test_heads_and_numbers_of_pages_are_left_out_and_counted():
    head = "THE GAP\n\nMarch 2019\n\nIt is short.\n\n"
    text = f"{head}Page 1 of 2\n\nTHE GAP\n\nIt was closed in 1991.\n"
    document = read(text.encode())
    assert [b.text for b in document.blocks][-2:] == ["It is short.", "It was closed in 1991."]
    assert {str(part.reason) for part in document.left_out} == {"page number", "running head"}
