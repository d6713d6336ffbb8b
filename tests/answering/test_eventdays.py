"""Claims about the days that briefs give for an event: taken where they are told, never guessed."""

import pytest

from bot.answering.answer import Standalone
from bot.answering.eventdays import period_by, told, topic_of
from bot.answering.freshness import missed, taken
from bot.question.events import Event, event_of
from index.passage import BriefRef, Hit, Passage

VISIT = "what happened since the visit to Kars?"


def hit(text: str, date: str | None = "2024-03-05", title: str = "Tamara and Orrin") -> Hit:
    brief = BriefRef(f"b{date}{title}", title, date, (), "f.md", "default")
    return Hit(f"{brief.id}.1", Passage(0, 0, len(text), text), brief, 0.9, 0.9, 1.0)


def event(question: str) -> Event:
    found = event_of(question)
    assert found is not None
    return found


def days(question: str, *hits: Hit) -> list[str]:
    asked, found = Standalone(question, question), event(question)
    return [one.day for one in told(found, hits, topic_of(asked, found))]


@pytest.mark.parametrize(
    ("question", "sentence", "day"),
    [
        (VISIT, "On 3 March 2022 Ms Arden visited Kars.", "2022-03-03"),
        (VISIT, "The visit to Kars took place on Thursday, 3 March 2022.", "2022-03-03"),
        (VISIT, "Ms Arden paid a first visit to Kars on March 3, 2022.", "2022-03-03"),
        (VISIT, "Much has changed since the visit of 3 March 2022 to Kars.", "2022-03-03"),
        (VISIT, "The visit to Kars began in March 2022.", "2022-03"),
        ("before the ceasefire in Orrin", "The cease-fire in Orrin took effect on 1 May 2021.",
         "2021-05-01"),
        ("who ruled before the war in Orrin ended", "The war in Orrin ended on 9 May 2021.",
         "2021-05-09"),
        ("who ruled until the end of the Orrin war", "The Orrin war ended on 9 May 2021.",
         "2021-05-09"),
        ("after the Tamara election", "Tamara held an election on 7 June 2021.", "2021-06-07"),
        ("since the Aurelia blockage", "A barge blocked Aurelia on 7 June 2021.", "2021-06-07"),
    ],
)  # fmt: skip
def test_a_sentence_that_says_when_gives_the_day(question, sentence, day):
    """In any usual way of saying it, to the day or the month."""
    assert days(question, hit(sentence)) == [day]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (VISIT, "On 3 March 2022, four days after her visit to Kars, Ms Arden resigned."),
        (VISIT, "On 3 March 2022 the minister criticised the visit to Kars."),
        (VISIT, "The visit to Kars was postponed on 3 March 2022."),
        (VISIT, "Ms Arden plans to visit Kars on 3 March 2022."),
        (VISIT, "Ms Arden visited Kars on 3 March 2022 and again on 5 May 2022."),
        (VISIT, "Ms Arden visited Kars on 3 March."),
        (VISIT, "Ms Arden visited Kars in 2022."),
        (VISIT, "Ms Arden visited Sarn on 3 March 2022."),
        (VISIT, "As of 3 March 2022 no minister visited Kars."),
        (VISIT, "Talks ran until 3 March 2022, when Ms Arden had visited Kars."),
        (VISIT, "Ms Arden visited Kars on 30 February 2022 and left."),
        (VISIT, "On 3 March 2022 the minister made a speech on the visit to Kars."),
        ("since the war in Orrin", "The war in Orrin ended on 9 May 2021."),
        ("after the election in Tamara", "On 7 June 2021 elected members of Tamara met."),
    ],
)
def test_a_sentence_that_only_speaks_of_the_event_gives_none(question, sentence):
    """A date beside an event need not be the event's."""
    assert days(question, hit(sentence)) == []


def test_a_brief_cannot_tell_of_a_day_to_come():
    """What is announced has not been; a brief without a date may tell what was."""
    sentence = "Ms Arden visited Kars on 3 March 2022."
    assert days(VISIT, hit(sentence, "2022-03-02")) == []
    assert days(VISIT, hit(sentence, "2022-03")) == ["2022-03-03"]
    assert days(VISIT, hit(sentence, None)) == ["2022-03-03"]


def test_sentences_that_differ_are_all_returned():
    """Who asks takes none of them; a month and a day in it do not differ."""
    first = hit("Ms Arden visited Kars on 3 March 2022.")
    second = hit("Ms Arden visited Kars on 9 June 2022.", title="Another")
    month = hit("The visit to Kars took place in March 2022.", title="A third")
    assert days(VISIT, first, second) == ["2022-03-03", "2022-06-09"]
    assert days(VISIT, month, first) == ["2022-03-03"]


def test_a_bare_event_needs_a_matter():
    """That of the conversation, of the question, or of briefs that are known to be of it."""
    bare, one = "what did we say before the visit?", hit("Ms Arden visited Kars on 3 March 2022.")
    found = event(bare)
    assert days(bare, one) == []
    assert days("what did Arden want before the visit?", one) == ["2022-03-03"]
    assert days("what did Halden want before the visit?", one) == []
    follows = Standalone(bare, bare, context=("Kars", "talks"))
    assert [each.day for each in told(found, [one], topic_of(follows, found))] == ["2022-03-03"]
    assert [each.day for each in told(found, [one], None)] == ["2022-03-03"]


@pytest.mark.parametrize(
    ("word", "sentence", "since", "until"),
    [
        ("before", "Ms Arden visited Kars on 3 March 2022.", None, "2022-03-02"),
        ("until", "Ms Arden visited Kars on 3 March 2022.", None, "2022-03-03"),
        ("since", "Ms Arden visited Kars on 3 March 2022.", "2022-03-03", None),
        ("after", "Ms Arden visited Kars on 3 March 2022.", "2022-03-04", None),
        ("before", "Ms Arden visited Kars in March 2022.", None, "2022-02-28"),
        ("since", "Ms Arden visited Kars in March 2022.", "2022-03-01", None),
    ],
)
def test_the_period_is_open_on_one_side(word, sentence, since, until):
    """Bounded as it is by a date in the question."""
    question = f"how many ships sailed {word} the visit to Kars?"
    found = event(question)
    [one] = told(found, [hit(sentence)], None)
    period = period_by(question, found, one)
    assert (period.since, period.until, period.narrows) == (since, until, False)
    assert period.said == f"{word} the visit to Kars"


def test_the_note_says_what_was_understood():
    """With the day in words, and the brief that gives it, by its title and date."""
    question = "how many ships sailed before the visit to Kars?"
    found = event(question)
    [one] = told(found, [hit("Ms Arden visited Kars on 3 March 2022.")], None)
    assert taken(period_by(question, found, one)) == (
        "Taken as before 3 March 2022, the day that “Tamara and Orrin” (2024-03-05) gives for "
        "the visit to Kars."
    )
    [one] = told(found, [hit("Ms Arden visited Kars in March 2022.", None)], None)
    assert "March 2022, the month that “Tamara and Orrin” (no date) gives" in taken(
        period_by(question, found, one)
    )


def test_words_of_publishing_narrow():
    """And where nothing of the time answers, the note still says whose day it was."""
    question = "what did we write before the visit to Kars?"
    found = event(question)
    [one] = told(found, [hit("Ms Arden visited Kars on 3 March 2022.")], None)
    period = period_by(question, found, one)
    assert period.narrows
    gives = " “Tamara and Orrin” (2024-03-05) gives 3 March 2022 as the day of the visit to Kars."
    assert taken(period) == (
        "Searched briefs published until 2022-03-02 (“before the visit to Kars”)." + gives
    )
    assert missed(period).endswith("all briefs were searched." + gives)


def test_a_date_beside_the_event_is_told_from_others_without_a_year():
    """Only where it follows the noun itself."""
    before = "what was agreed before the Sarn summit?"
    near = "They met at the Sarn summit on 3 March 2022 and signed on 5 July."
    assert days(before, hit(near)) == ["2022-03-03"]
    assert days(before, hit("They met on 3 March 2022 for the Sarn summit on 5 July.")) == []
