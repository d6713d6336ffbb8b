"""Lists: the items of one list, table or sentence."""

from dataclasses import replace

import numpy as np

from bot.answering.answer import Outcome
from bot.answering.answerability import Decision
from bot.answering.candidates import candidates
from bot.answering.kinds import quoting
from bot.answering.kinds.items import head_of, lists_in, of_countries, sections_in
from bot.answering.kinds.lists import naming_items, with_items
from bot.answering.kinds.quoting import Line
from bot.answering.kinds.sources import Sources
from bot.answering.selection import Scored
from bot.question.kinds import Kind
from bot.question.question import Question
from index.library import Library
from index.passage import BriefRef, Hit, Passage
from index.search import Query
from tests.answering.kinds.chronicle import drafted, is_exact


def texts(library: Library, question: str) -> list[str]:
    draft = drafted(library, question)
    assert is_exact(library, draft)
    return [sentence.text for sentence in draft.sentences]


def test_the_items_under_a_lead_come_in_their_order_without_their_joints(
    chronicle: Library,
) -> None:
    """Each is cited by itself."""
    assert texts(chronicle, "What are the options for the ministry on the Sarn ferry?") == [
        "buy the company outright",
        "subsidise the winter crossings",
        "leave the route to the market.",
    ]
    draft = drafted(chronicle, "options for the ministry on the Sarn ferry")
    assert [one.citations for one in draft.sentences] == [(1,), (2,), (3,)]


def test_a_heading_of_an_item_stands_before_the_quotation(chronicle: Library) -> None:
    """It is a label, and the sentence behind it is quoted."""
    draft = drafted(chronicle, "What are the risks of the works on the breakwater?")
    assert is_exact(chronicle, draft)
    assert [(one.label, one.text) for one in draft.sentences] == [
        ("Loose ground", "The bed of the bay is sand, and the wall may sink."),
        ("Rising costs", "Stone is bought abroad."),
    ]


def test_one_sentence_that_enumerates_answers_alone(chronicle: Library) -> None:
    """The ports stand in it; nothing else is added."""
    assert texts(chronicle, "Which ports does the Sarn ferry call at?") == [
        "The Sarn ferry calls at three ports: Arl, Bree and Carn."
    ]


def test_the_rows_of_a_table_are_a_list(chronicle: Library) -> None:
    """Its heading says of what; the header row is none."""
    found = texts(chronicle, "list the fares of the two ferries")
    assert [one.split(" — ")[0] for one in found] == ["Sarn", "Orrin"]


def test_what_has_no_list_is_answered_as_a_fact(chronicle: Library) -> None:
    """A list of something else is no answer."""
    found = texts(chronicle, "Which months was the Orrin canal closed for dredging?")
    assert "buy the company outright" not in found


def passage(number: int, start: int, text: str, kind: str = "bullet") -> Hit:
    ref = BriefRef("b", "Rules", None, (), "b.md", "default")
    body = Passage(number, start, start + len(text), text, ("Rules of the pier",), 1, kind=kind)
    return Hit(f"p{number}", body, ref, 0, 0, 0)


def test_a_list_goes_on_over_passages_and_ends_with_the_next_paragraph() -> None:
    """An item that was cut goes on; what follows the list is no item."""
    parts = [
        "The rules are:\n\n• no swimming;\n• no fishing. It is",
        "dangerous for the young.",
        "no fires.",
        "Ask the warden.\n\n1. The first note.",
    ]
    kinds = ["bullet", "bullet", "bullet", "paragraph"]
    joints = ["", " ", "\n• ", "\n\n"]
    text, hits = "", []
    for number, (part, kind, joint) in enumerate(zip(parts, kinds, joints, strict=True)):
        text += joint
        hits.append(passage(number, len(text), part, kind))
        text += part
    rules, notes = lists_in(hits, text)
    assert [item.text for item in rules.items] == [
        "no swimming;",
        "no fishing. It is",
        "no fires.",
    ]
    assert rules.lead == "The rules are:"
    assert [item.text for item in notes.items] == ["The first note."]


def test_what_is_listed_is_its_first_plural() -> None:
    """By it a list is known again in a brief."""
    assert head_of("What are the policy options for Congress?") == "options"
    assert head_of("which three countries hold most bonds") == "countries"
    assert head_of("does this list the ports?") == "ports"
    assert head_of("sanctioned fleet", "ships under sanctions") == "ships"


def likely(text: str, score: float, axis: int) -> Scored:
    (one,) = candidates([passage(axis, 0, text, kind="paragraph")])
    return Scored(one, score, 0.0, frozenset(), np.zeros(0), np.eye(4, dtype=np.float32)[axis])


def test_a_list_may_stand_in_several_sentences() -> None:
    """One that names nothing new, and one much less likely, are left out."""
    asked = Question("Which ports run ferries?", "Which ports run ferries?")
    found = [
        likely("Ferries run from Arl, Bree and Carn in summer.", 3.0, 0),
        likely("Ferries run from Halden and Orrin all year.", 2.5, 1),
        likely("Ferries run from Bree in summer.", 2.4, 2),
        likely("A ferry of the crown ran aground near Sarn in May.", -1.0, 3),
    ]
    chosen = naming_items(asked, found, "port", sure=True)
    assert [one.candidate.text for one in chosen] == [one.candidate.text for one in found[:2]]


def test_the_sentence_with_a_row_of_names_comes_first_and_others_name_more_of_the_same() -> None:
    """Names scattered over a sentence are no row, and another matter's names are none to add."""
    asked = Question(
        "Which towns are in the Tidewater League?",
        "Which towns are in the Tidewater League?",
        names=frozenset({"tidewat", "leagu"}),
        weights={"town": 0.2, "tidewat": 0.5, "leagu": 0.3},
    )
    found = [
        likely(
            "The three League towns buy the SX tug of Orrin with Sarnish engines by Vall.", 3.0, 0
        ),
        likely("The Tidewater League has Arl, the port of Bree (the old one) and Carn.", 2.5, 1),
        likely("Arl, Halden and Sarn also share a dredger.", 2.2, 2),
    ]
    chosen = naming_items(asked, found, "town", sure=True)
    assert [one.candidate.text for one in chosen] == [found[1].candidate.text]


def test_where_it_is_not_sure_a_row_of_names_that_says_of_what_it_is_will_do() -> None:
    """One of other things will not."""
    asked = Question(
        "Which trawlers were icebound at Halden?",
        "Which trawlers were icebound at Halden?",
        names=frozenset({"halden"}),
        weights={"trawler": 0.3, "icebound": 0.4, "halden": 0.3},
    )
    row = "Three trawlers - the Ada Vik, the Grey Goose and the Old Tom - lay at Halden in May."
    other = "Halden lies between Arl, Bree and Carn."
    chosen = naming_items(
        asked, [likely(row, 1.0, 0), likely(other, 0.9, 1)], "trawler", sure=False
    )
    assert [one.candidate.text for one in chosen] == [row]


def test_a_row_of_countries_is_no_list_of_agencies() -> None:
    """Nor is a row of agencies one of countries."""
    countries = "Canada, Japan and Brazil run the buoy scheme for their own coasts."
    agencies = "The buoy scheme is run by the Harbour Office, the Crown Survey and the Sea Board."
    for head, right in (("agenc", agencies), ("countri", countries)):
        asked = Question("Which run the buoy scheme?", "Which run the buoy scheme?")
        found = [likely(countries, 3.0, 0), likely(agencies, 2.8, 1)]
        chosen = naming_items(asked, found, head, sure=True)
        assert [one.candidate.text for one in chosen] == [right]


def test_only_a_list_of_countries_is_one_of_countries() -> None:
    """What somebody's conditions are is no list of who set them."""
    for items, right in (
        (["Brazil, with two pilots;", "Japan, since May."], True),
        (["Brazil's conditions. A fee.", "Japan's delay. No reason."], False),
    ):
        text = "The countries are:\n\n• " + "\n• ".join(items)
        (found,) = lists_in([passage(0, 0, text)], text)
        assert of_countries(found) is right


def test_a_row_of_one_cell_opens_another_part_of_a_table() -> None:
    """Its items are a list of their own."""
    rows = (
        "| Most ships: |\n| Arl | 12 |\n| Bree | 9 |\n| Fewest ships: |\n| Carn | 2 |\n| Dun | 1 |"
    )
    lists = list(lists_in([passage(0, 0, rows, kind="table")], rows))
    assert [[item.text for item in one.items] for one in lists] == [
        ["| Arl | 12 |", "| Bree | 9 |"],
        ["| Carn | 2 |", "| Dun | 1 |"],
    ]
    assert lists[1].lead == "Fewest ships:"


def test_sections_under_a_heading_for_several_things_are_a_list() -> None:
    """Each by its first sentence, behind its heading; a heading for one thing has none."""

    def section(number: int, text: str, *heading: str) -> Hit:
        made = passage(number, 100 * number, text, kind="paragraph")
        return replace(made, passage=replace(made.passage, heading=heading))

    hits = [
        section(0, "Much is new.", "Risks of the pier"),
        section(1, "The bed is sand. It moves.", "Risks of the pier", "Ground"),
        section(2, "Stone is dear.", "Risks of the pier", "Costs"),
        section(3, "It is owned by the crown.", "Background", "Owner"),
    ]
    (found,) = sections_in(hits)
    assert (found.lead, [(one.label, one.text) for one in found.items]) == (
        "Risks of the pier:",
        [("Ground", "The bed is sand."), ("Costs", "Stone is dear.")],
    )


def test_what_leads_to_a_list_is_answered_with_its_items(chronicle: Library) -> None:
    """Also where the question is one for a fact."""
    question = Question("What may the ministry do?", "What may the ministry do?")
    found = chronicle.search(Query("options for the ministry on the Sarn ferry"), 10)
    hit = next(one for one in found if "options for the Sarn ferry:" in one.passage.text)
    lead = Line(hit, 0, hit.passage.text.index(":") + 1)
    draft = quoting.drafted(question, [lead], Decision(Outcome.ANSWERED, 0.9, {}))
    whole = with_items(question, draft, Sources(chronicle))
    assert is_exact(chronicle, whole)
    assert whole.kind is Kind.LIST
    assert [one.text for one in whole.sentences] == [
        "The ministry has three options for the Sarn ferry:",
        "buy the company outright",
        "subsidise the winter crossings",
        "leave the route to the market.",
    ]
