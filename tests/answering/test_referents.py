"""The one name that a common noun can stand for, and every doubt that forbids it."""

import pytest

from bot.answering.referents import the_one

PORTS = "The Norvane Port Agency (NPA) ran the docks."


@pytest.mark.parametrize(
    ("noun", "before", "name"),
    [
        ("agency", PORTS, "The Norvane Port Agency"),
        ("agency", "Congress created the Harbour Bureau in 2019.", "The Harbour Bureau"),
        ("department", "The Department of Docks moved.", "The Department of Docks"),
        ("bill", "Members debated H.R. 9912, the Norvane Docks Act, in May.", "H.R. 9912"),
        ("bill", "In May the House saw the Docks Act, a bill that pays.", "The Docks Act"),
        ("act", "The Norvane Docks Act (P.L. 99-12) passed.", "The Norvane Docks Act"),
        ("court", "He sued in the Norvane District Court.", "The Norvane District Court"),
        ("program", "The Dock Loan Program lends.", "The Dock Loan Program"),
        ("treaty", "In 1950 both signed the Norvane Straits Treaty.", "The Norvane Straits Treaty"),
        ("company", "The Norvane Company ran it.", "The Norvane Company"),
        ("secretary", "The act names the Secretary of Docks.", "The Secretary of Docks"),
        ("president", "President Ilse Brandt left.", "President Ilse Brandt"),
    ],
)  # fmt: skip
def test_the_only_name_of_the_kind_is_found(noun: str, before: str, name: str) -> None:
    """With its article, wherever it stands in the sentence."""
    assert the_one(noun, [before, "Prices rose."], " closed.") == name


@pytest.mark.parametrize(
    ("noun", "before"),
    [
        ("agency", "Trade grew."),  # no name
        ("agency", "The Norvane Port Agency sued the Harbour Safety Bureau."),  # two
        ("agency", "The Department of Docks and the Norvane Port Agency met."),
        ("agency", "The Norvane Port Agency met HSB."),  # an acronym that nobody explains
        ("agency", "The Norvane Port Agency sued a state agency."),  # one without a name
        ("agency", "The Norvane Port Agency leads other agencies."),
        ("agency", "Frontmar asked the Norvane Port Agency."),  # may be an agency itself
        ("agency", "The Trump Administration took office."),  # a president's is none
        ("bureau", "The Bureau of Ports, Docks and Ferries moved."),  # where does it end?
        ("act", "The Docks, Piers, and Harbour Safety Act passed."),  # where does it begin?
        ("act", "The Norvane Docks Act amended the Piers Act."),
        ("bill", "Members want to amend the Norvane Docks Act."),  # a law in force
        ("company", "Frontmar sued the Norvane Company."),
        ("president", "President Ilse Brandt met President Ota Marsh."),
        ("president", "Vice President Ilse Brandt left."),
        ("president", "President Ilse Brandt met Ota Marsh."),  # of what, we do not know
        ("treaty", "The Norvane Straits Treaty Organization met."),  # the treaty heads nothing
    ],
)
def test_in_any_doubt_there_is_none(noun: str, before: str) -> None:
    """A second thing of the kind, or bounds that the words do not show."""
    assert the_one(noun, [before], " closed.") is None


def test_a_shorter_form_or_the_acronym_is_the_same_thing() -> None:
    """It makes no second name."""
    assert the_one("agency", [PORTS, "NPA grew.", "The Port Agency hired."], " closed.")


def test_a_thing_named_in_the_sentence_itself_is_another() -> None:
    """It would hardly ask itself; but a bill may amend an act."""
    assert the_one("agency", [PORTS], " asked the Norvane Port Agency.") is None
    assert the_one("bill", ["H.R. 9912 passed."], " would amend the Piers Act.") == "H.R. 9912"
