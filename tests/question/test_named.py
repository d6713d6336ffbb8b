"""Numbers, ids and words of titles in a question name briefs."""

from bot.question.named import named_briefs, unnamed
from index.passage import BriefRef


class Shelf:
    """Briefs on made-up matters."""

    def __init__(self) -> None:
        """Make the briefs once, as a library does."""
        titles = (
            ("ab12cd34ef", "NV10753", "The Norvane Shipping Lease"),
            ("bb12cd34ef", "R-48903", "Wheat Exports of Tamara"),
            ("cb12cd34ef", "WD 3 - 3000 - 023/18", "Seabed Mining off Orrin: Background"),
            ("db12cd34ef", "98-317", "Seabed Mining off Sarn: Options"),
            ("eb12cd34ef", None, "Roads, Railways, Harbours and Jobs in the Northern Provinces"),
        )
        self._briefs = tuple(
            BriefRef(key, title, None, (), "f", "default", number=number)
            for key, number, title in titles
        )

    def briefs(self) -> tuple[BriefRef, ...]:
        return self._briefs


SHELF = Shelf()


def test_numbers_and_ids_name_a_brief_however_they_are_typed() -> None:
    """Spaces, hyphens, case and an edition behind it do not matter."""
    named = {
        "key points of NV10753": "a",
        "what does nv 10753 say on rent": "a",
        "nv-10753v6?": "a",
        "R48903 please": "b",
        "summary of r-48903": "b",
        "WD 3-3000-023/18": "c",
        "what is in 98-317": "d",
        "summarise ab12cd34ef": "a",
        "98 317 ships passed in 10753 days": "",
    }
    found = {asked: "".join(key[0] for key in named_briefs(asked, SHELF)) for asked in named}
    assert found == named


def test_titles_and_their_words_name_a_brief() -> None:
    """ "The X brief" and "the brief on X" name one, and so does a title in marks or alone."""
    named = {
        "what does the Norvane brief say?": "a",
        "who wrote the paper on wheat exports?": "b",
        "our Norvane lease report, in short": "a",
        "summarise Wheat Exports of Tamara": "b",
        "does “Wheat exports of Tamara” mention drought?": "b",
        "wheat exports of tamara": "b",
        "according to the seabed mining report, who digs?": "cd",
        "the seabed mining brief on Sarn": "d",
    }
    found = {asked: "".join(key[0] for key in named_briefs(asked, SHELF)) for asked in named}
    assert found == named


def test_a_topic_or_a_paper_of_others_names_none() -> None:
    """What asks which briefs there are, and what no title says, is left to the search."""
    asked = (
        "Is there a brief on wheat exports?",
        "the newest brief on wheat exports",
        "briefs on the Norvane lease",
        "What did the OECD report on wheat exports find?",
        "What did the committee's report on wheat exports find?",
        "what is the jobs report",
        "How much wheat did Tamara export?",
        "what does the brief say",
    )
    assert {one: named_briefs(one, SHELF) for one in asked} == dict.fromkeys(asked, ())


def test_what_names_a_brief_is_no_part_of_what_is_asked_of_it() -> None:
    """Numbers and "the … brief" go with what goes with them; a title typed out stays."""
    asked = {
        "in NV10753, how much is the rent?": "how much is the rent?",
        "How much is the rent (NV10753)?": "How much is the rent?",
        "what does the Norvane brief say about the rent": "the rent",
        "does our paper on wheat exports mention drought?": "drought?",
        "according to the seabed mining report, who digs?": "who digs?",
        "who digs, according to the seabed mining report?": "who digs?",
        "how much is the rent in the Norvane lease brief and until when": (
            "how much is the rent and until when"
        ),
        "what drought did “Wheat exports of Tamara” find?": (
            "what drought did “Wheat exports of Tamara” find?"
        ),
        "what does NV10753 say?": "what does NV10753 say?",
        "how much is the rent?": "how much is the rent?",
    }
    assert {one: unnamed(one, SHELF) for one in asked} == asked
