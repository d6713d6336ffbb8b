"""Figures that two briefs state differently: both shown, the newer first, with both dates."""

import pytest

from bot.answering import extractive
from bot.answering.candidates import candidates
from bot.answering.compare import difference, said_date
from bot.question.conversation import standalone
from index.library import Library
from index.passage import BriefRef, Hit, Passage
from index.search import Query
from index.settings import Settings
from tests.tamara import draft

# What both briefs say, with the figure of the older and of the newer.
PLANTED = (
    ("The port of Aurelia handled {} tons of cargo in 2022.", "41 million", "38 million"),
    ("Tamara exported {} tons of wheat in 2021.", "8.1 million", "9.4 million"),
    ("The army of Tamara has {} soldiers under arms.", "72,000", "64,000"),
    ("The Brandt bridge cost {} to build.", "$4.5 billion", "$5.2 billion"),
    ("Unemployment in Norvane stood at {} in 2023.", "6.1 percent", "7.4 percent"),
    ("The parliament of Tamara has {} seats.", "240", "260"),
    ("The Lindon railway is {} long.", "812 kilometers", "870 kilometers"),
    ("The refugee camp at Osk shelters {} people.", "14,000", "19,500"),
    ("Tamara spends {} of its budget on health.", "11 percent", "14 percent"),
    ("The lease of the Calder mine runs for {} years.", "99", "49"),
    ("The Velt dam produces {} megawatts of power.", "1,200", "950"),
    ("The central bank of Tamara holds {} in gold.", "$12 billion", "$9 billion"),
    ("The treaty of Marn was signed by {} states.", "31", "34"),
    ("The fishing fleet of Ostrava Bay counts {} vessels.", "410", "365"),
    ("The Sorrel vaccine reached {} of all children.", "82 percent", "67 percent"),
    ("The earthquake of Pell destroyed {} houses.", "2,300", "3,100"),
    ("The university of Marn enrolled {} students in 2020.", "18,000", "21,000"),
    ("The Hagen pipeline carries {} barrels a day.", "300,000", "420,000"),
    ("The tariff on Tamaran steel is {}.", "25 percent", "15 percent"),
    ("The peace mission in Osk employs {} observers.", "120", "85"),
)
QUESTIONS = (
    "How many tons of cargo did the port of Aurelia handle in 2022?",
    "How many tons of wheat did Tamara export in 2021?",
    "How many soldiers does the army of Tamara have?",
    "How much did the Brandt bridge cost?",
    "What percent was unemployment in Norvane in 2023?",
    "How many seats does the parliament of Tamara have?",
    "How long is the Lindon railway?",
    "How many people does the refugee camp at Osk shelter?",
    "What share of its budget does Tamara spend on health?",
    "For how many years does the lease of the Calder mine run?",
    "How many megawatts does the Velt dam produce?",
    "How much gold does the central bank of Tamara hold?",
    "How many states signed the treaty of Marn?",
    "How many vessels does the fishing fleet of Ostrava Bay count?",
    "What share of children did the Sorrel vaccine reach?",
    "How many houses did the earthquake of Pell destroy?",
    "How many students did the university of Marn enroll in 2020?",
    "How many barrels a day does the Hagen pipeline carry?",
    "What is the rate of the tariff on Tamaran steel?",
    "How many observers does the peace mission in Osk employ?",
)


@pytest.fixture(scope="module")
def divided(tmp_path_factory, model_cache):
    """Two briefs, of 2024 and 2025, that differ in every figure."""
    older = tuple(text.format(figure) for text, figure, _ in PLANTED)
    newer = tuple(text.format(figure) for text, _, figure in PLANTED)
    home = tmp_path_factory.mktemp("divided")
    (home / "models").symlink_to(model_cache)
    with Library.open(Settings(home=home), create=True) as opened:
        opened.publish(
            [
                draft("Facts of Tamara, first survey", "2024-03-12", older),
                draft("Second look at the country", "2025-05-03", newer),
            ]
        )
        yield opened


@pytest.mark.parametrize("at", range(len(PLANTED)))
def test_a_planted_contradiction_is_shown_with_both_sources(divided, at):
    """The newer figure first, and a note with both dates."""
    asked = standalone(QUESTIONS[at])
    hits = divided.search(Query(text=asked.asked), limit=10)
    made = extractive.answer(asked, hits, divided)
    _, older, newer = PLANTED[at]
    assert newer in made.sentences[0].text
    assert older in made.sentences[1].text
    assert [citation.brief.date for citation in made.citations[:2]] == ["2025-05-03", "2024-03-12"]
    (note,) = made.notes
    assert "3 May 2025" in note
    assert "12 March 2024" in note


def candidate(text, brief="b1", date="2024"):
    passage = Passage(0, 0, len(text), text)
    ref = BriefRef(brief, f"Title {brief}", date, (), "a.txt", "default")
    return candidates([Hit(f"p-{brief}", passage, ref, 1.0, 0.5, 1.0)])[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Exports of wheat fell by 12 percent in 2022.",
            "Exports of wheat fell by 9 percent in 2023.",
        ),
        ("The port took 41 million tons of cargo.", "The port took 41,000,000 tons of cargo."),
        (
            "The port took 41 million tons of cargo.",
            "The port took about 40 million tons of cargo.",
        ),
        ("The port took 41 million tons of cargo.", "The port employs 9,000 workers."),
        ("The bridge cost $4 billion to build.", "The bridge took 4 years to build."),
        ("The port took 41 million tons.", "The port took tons."),
        ("Tamara exported 8 million tons of wheat.", "Norvane exported 3 million tons of coal."),
    ],
)
def test_no_false_alarm(one, other):
    """Other years, other units, equal or rounded values, other matters: no contradiction."""
    assert difference(candidate(one), candidate(other, "b2")) is None


def test_a_brief_does_not_contradict_itself():
    """Two figures of one brief may both be right in their places."""
    one = candidate("The port took 41 million tons of cargo.")
    assert difference(one, candidate("The port took 38 million tons of cargo.")) is None


def test_the_note_names_figures_briefs_and_dates():
    """A brief without a date has none in the note either."""
    one = candidate("The port took 41 million tons of cargo.", "b1", None)
    other = candidate("The port took 38 million tons of cargo.", "b2", "2025-05")
    found = difference(one, other)
    assert found.note == (
        "The briefs differ: 38 million tons in “Title b2” (May 2025), "
        "41 million tons in “Title b1” (no date)."
    )


@pytest.mark.parametrize(
    ("iso", "said"), [("2024-03-12", "12 March 2024"), ("2024-03", "March 2024"), (None, "no date")]
)
def test_partial_dates_are_said_as_far_as_they_go(iso, said):
    """No day is invented."""
    assert said_date(iso) == said
