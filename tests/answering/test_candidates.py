"""Sentences of hits that could be quoted."""

from dataclasses import replace

import pytest

from bot.answering.apparatus import is_reference
from bot.answering.candidates import candidates
from index.passage import HEADER_KNOWN, BriefRef, Hit, Passage

BRIEF = BriefRef("b1", "A title", None, (), "a.txt", "default")


def hit(text, start=100):
    return Hit("p1", Passage(0, start, start + len(text), text), BRIEF, 1.0, 0.5, 1.0)


def only(text):
    return candidates([hit(text)])[-1]


def test_every_candidate_is_an_exact_slice_of_its_passage():
    """Nothing is trimmed inside or joined over a gap."""
    text = "First sentence here.  It leans on that one. | x |"
    for candidate in candidates([hit(text)]):
        assert text[candidate.start : candidate.end] == candidate.text


@pytest.mark.parametrize("second", ["It ends in 2030.", "This made it fall.", "Therefore it fell."])
def test_a_sentence_that_leans_takes_the_one_before_along(second):
    """One contiguous quotation, so that "it" is understood."""
    candidate = only(f"The lease began in 2015. {second}")
    assert candidate.text == f"The lease began in 2015. {second}"
    assert candidate.sentence == second


def test_a_sentence_that_stands_alone_is_quoted_alone():
    """No neighbour comes along without need."""
    assert only("The lease began in 2015. The port is large and old.").text == (
        "The port is large and old."
    )


def test_a_row_is_a_candidate_and_a_rule_between_rows_is_none():
    """Each table row is one slice; the dashes under the header are nothing."""
    found = candidates([hit("| Year | Tons |\n| --- | --- |\n| 2022 | 8.1 |")])
    assert [(item.text, item.is_row) for item in found] == [
        ("| Year | Tons |", True),
        ("| 2022 | 8.1 |", True),
    ]


def fit(text, context="", kind="paragraph"):
    """Return what may be quoted of a passage."""
    passage = replace(hit(text).passage, context=context, kind=kind)
    found = candidates([replace(hit(text), passage=passage)])
    return [item.text for item in found if not item.unfit]


ROWS = "| Year | Tons | Ships |\n| 2022 | 8.1 | 40 |\n| 2023 | 9.2 | 50 |"


def test_a_row_is_fit_where_its_header_is_known_and_the_header_never_is():
    assert fit(ROWS, HEADER_KNOWN, "table") == ROWS.split("\n")[1:]
    assert fit(ROWS, "", "table") == []


def test_a_row_of_a_label_and_a_figure_needs_no_header():
    assert fit("| Joint | $24,400 |\n| Standard deduction: |", "", "table") == [
        "| Joint | $24,400 |"
    ]


def test_a_row_that_was_cut_off_is_never_quoted():
    assert fit("| Joint | $24,400 and\nmore | 5 |", "", "table") == []


def test_the_caption_of_a_table_is_not_quoted_and_the_sentence_before_it_is():
    said = "Exports of wheat fell in both years."
    assert fit(f"{said}\n\n{ROWS}", "", "table") == [said]
    assert fit(f"Exports by year, in tonnes\n\n{ROWS}", "", "table") == []


def test_an_accusation_takes_its_denial_along():
    """Critics are not quoted without the answer that stands beside it."""
    text = "Critics accused Norvane of fraud. The company denied it. Ships came in May."
    first = candidates([hit(text)])[0]
    assert first.text == "Critics accused Norvane of fraud. The company denied it."
    assert first.sentence == "Critics accused Norvane of fraud."


@pytest.mark.parametrize(
    "text",
    [
        "Critics accused Norvane of fraud. The port is large.",
        "The court heard the suit. It denied the motion in May.",
        "Norvane runs the port. The ministry rejected the bid.",
    ],
)
def test_what_is_no_denial_of_it_is_not_taken_along(text):
    first = candidates([hit(text)])[0]
    assert first.text == first.sentence


def test_the_answer_of_a_question_takes_the_question_along():
    """A label, or the same line, says that it is one."""
    text = "Q: When did it end?\n\nA: On 3 March.\n\nQ: Who ended it?\n\nA: Parliament."
    assert fit(text) == [text[: text.index("\n\nQ:")], text[text.index("Q: Who") :]]
    assert fit("Will it hold? Much depends on the port.") == [
        "Will it hold? Much depends on the port."
    ]
    assert fit("Who pays?\nThe port is large and old.") == ["The port is large and old."]


@pytest.mark.parametrize(
    "text",
    [
        "Does the lease of the port end early?",
        "Port of Aurelia",
        "Table 3. Exports of wheat by year",
        "Source: ministry of farms, annual tables.",
        "The next section describes the lease of the port.",
        "It was leased for many years to a company.",
        " ".join(["word"] * 80) + ".",
    ],
)
def test_what_makes_no_answer_is_held_back(text):
    """Questions, notes, captions, signposts, dangling, endless and clipped ones are penalised."""
    plain = only("The port was leased to a company in spring.")
    assert plain.penalty == 0
    assert only(text).penalty > 0


@pytest.mark.parametrize(
    "text",
    [
        "3. See the annual report of the port.",
        "For more information, see the annual report of the port.",
    ],
)
def test_what_only_names_a_source_is_none(text):
    """It says nothing that could answer."""
    assert candidates([hit(text)]) == []


def test_the_mark_of_a_bullet_is_no_part_of_a_quotation():
    """What stands after it is quoted, from its first letter."""
    found = candidates([hit("Three steps:\n• The port is large and old.\n  • It was leased.")])
    assert [item.sentence for item in found] == [
        "Three steps:",
        "The port is large and old.",
        "It was leased.",
    ]


@pytest.mark.parametrize("mark", ["b. ", "(2) ", "iv. ", "• a) "])
def test_the_number_of_an_item_is_no_part_of_a_quotation(mark):
    """ "b. The total is nine." is quoted from "The"."""
    assert only(f"{mark}The total of all ports is nine.").text == "The total of all ports is nine."


@pytest.mark.parametrize(
    "text",
    [
        "Figure 3 shows the exports of all ports by year.",
        "P.L. 116-93, Division B, Title II.",
    ],
)
def test_pointers_elsewhere_are_held_back(text):
    """They answer nothing themselves; a law as the subject of a sentence does."""
    assert only(text).penalty > 0
    assert only("P.L. 116-93 provided $380 million for the ports of the north.").penalty == 0


@pytest.mark.parametrize(
    "text",
    [
        "Ministry of Ports, “Harbour Dues: A Review,” Working Paper 12, May 2021.",
        "See Brief 14, The Lease of Port Aurelia; and Brief 15, Tolls and Dues.",
        "For more information, see CRS Report R00000, Harbours and Their Owners, by A. Writer.",
        "A. Writer et al., “Wheat and Weather,” Journal of Crops, vol. 6, no. 3 (March 2022).",
        "https://harbours.example/reports/2021.pdf.",
        "Alberts and Writer, “The Port’s Fleet May Also Track Submarines.”",
        "GAO, Harbour Dues: Actions Needed to Improve Oversight, GAO-00-000, May 28, 2014.",
    ],
)
def test_what_only_names_a_source_is_a_reference(text):
    """Addresses, volumes, titles in quotation marks, "see"."""
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "The ministry said that “dues will rise by a tenth.”",
        "GAO found that the dues were set without a review.",
        "In “Harbour Dues,” published in 2021, the ministry proposed a cap.",
        "Dues rose by 4 percent in 2021 (see Table 2).",
        "The list recognises importers with a clean record.",
        "As Keynes put it, “In the long run we are all dead.”",
        "See to it that the lease is published, the minister told the port.",
    ],
)
def test_a_sentence_that_says_something_is_none(text):
    """Whatever it quotes or points to."""
    assert not is_reference(text)


def test_a_note_is_quoted_without_its_label():
    """What it says is a sentence like others, though a less likely one."""
    note = only("Notes: The port closed its old pier in 2021 for repairs of the wall.")
    plain = only("The port closed its old pier in 2021 for repairs of the wall.")
    assert note.text == plain.text
    assert note.penalty > plain.penalty
