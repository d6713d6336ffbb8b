"""Comparisons: one line a side, of its side, on the same measure."""

from dataclasses import replace

from bot.answering.answer import Outcome
from bot.answering.chain import Chain
from bot.answering.kinds.compared_rows import row_of_columns
from bot.answering.kinds.comparison import _of_both
from bot.answering.kinds.sides import apart, as_named, says
from bot.answering.reranking import judged
from bot.question.kinds import asked_of
from bot.question.question import Question
from index.library import Library
from index.passage import HEADER_KNOWN, BriefRef, Hit, Passage
from index.vectors.snapshot import EVERYTHING
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


def test_two_values_of_a_first_column_are_its_rows(chronicle: Library) -> None:
    """Of the tables that have such rows, the one whose header says what is asked."""
    draft = drafted(
        chronicle, "Which was higher, the crown grant to the Sarn ferry in 2019 or in 2021?"
    )
    assert is_exact(chronicle, draft)
    assert [one.label for one in draft.sentences] == ["2019", "2021"]
    assert ["41" in draft.sentences[0].text, "36" in draft.sentences[1].text] == [True, True]


def test_persons_who_disagree_are_the_sides(chronicle: Library) -> None:
    """Also where the network does not name them: they are the whole subject."""
    asked = asked_of("Where do the crown and the town disagree about the quay?")
    assert asked.compared == ("the crown", "the town")


def test_sides_with_editions_of_their_own_share_no_sentence(chronicle: Library) -> None:
    """What was ranked for one side alone cannot speak of both; nothing fails."""
    chain = Chain(chronicle)
    question = chain.read("Which ferry has the higher fare, Sarn or Orrin?", (), EVERYTHING)
    hits = chain.find(question, EVERYTHING, ()).hits
    ranked, _ = judged(question, hits, chronicle)
    assert _of_both(question, [ranked, []], ["Sarn", "Orrin"], frozenset()) is None


def test_a_name_of_two_words_is_one_side() -> None:
    """Joined by "and", it is no two sides."""
    asked = asked_of("Which won more seats, Law and Justice or the Left?")
    assert asked.compared == ("Law and Justice", "the Left")
    assert asked_of("Compare Finland and Sweden on troops").compared == ("Finland", "Sweden")


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


def test_what_nothing_measures_is_not_set_side_by_side(chronicle: Library) -> None:
    """Sentences on both sides that say nothing of what is compared answer no comparison."""
    draft = drafted(chronicle, "Does Sarn have more lighthouses than Orrin?")
    assert draft.outcome is not Outcome.ANSWERED


def test_a_header_row_is_no_line(chronicle: Library) -> None:
    """Though it names both sides."""
    draft = drafted(chronicle, "Which is older, the crown grant or the town grant?")
    assert not any("Crown grant | Town grant" in one.text for one in draft.sentences)


def test_sides_are_told_apart_by_what_they_do_not_share() -> None:
    """Of two navies the word navy says nothing; forms of one name are one."""
    assert apart(["the Chinese navy", "the U.S. navy"]) == [
        "the chinese",
        "the unitedstatesofamerica",
    ]
    assert apart(["2019", "2021"]) == ["2019", "2021"]
    assert apart(["Park Service|PKS", "Forest Service|FS"]) == ["park|PKS", "forest|FS"]
    assert says("European Union", "the Union, not the Union Bank") == 1.0


def hit(text: str, header: str = "", heading: tuple[str, ...] = ()) -> Hit:
    ref = BriefRef("b", "Money of the agencies", None, (), "b.md", "default")
    kind = "table" if header else "paragraph"
    body = Passage(0, 0, len(text), text, heading, 1, kind=kind, context=header)
    return Hit("p0", body, ref, 0, 0, 0)


def test_a_side_is_also_named_by_its_short_form() -> None:
    """Where a brief introduces it; "the us" is a country beside another one."""
    told = hit("The National Park Service (NPS) and the Forest Service (FS) keep roads.")
    assert as_named(["park service", "forest service"], [told]) == [
        "park service|NPS",
        "forest service|FS",
    ]
    assert as_named(["Mexico", "the us"], [told]) == ["Mexico", "United States"]
    assert as_named(["the clerks", "the us"], [told]) == ["the clerks", "the us"]
    assert says("park service|NPS", "NPS: 24 crowns") == 1.0


def test_a_row_with_a_column_for_each_side_compares_them(chronicle: Library) -> None:
    """The row is the one that says most of what was asked, else the total."""
    rows = "| Office | 2023 | 2024 |\n| Total | 61 | 58 |\n| Harbour | 9 | 7 |"
    table = hit(rows, HEADER_KNOWN, ("Staff of the offices",))
    asked = Question("staff 2023 vs 2024", "staff 2023 vs 2024", weights={"staff": 1.0})
    found = row_of_columns(asked, ["2023", "2024"], [table])
    assert found is not None
    assert [line.text for line in found] == ["| Total | 61 | 58 |"]
    harbour = replace(asked, weights={"staff": 0.5, "harbour": 0.5})
    found = row_of_columns(harbour, ["2023", "2024"], [table])
    assert found is not None
    assert [line.text for line in found] == ["| Harbour | 9 | 7 |"]
    assert row_of_columns(asked, ["2023", "2025"], [table]) is None
