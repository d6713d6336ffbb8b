"""Sentences of hits that could be quoted."""

import pytest

from bot.answering.candidates import candidates
from index.passage import BriefRef, Hit, Passage

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
