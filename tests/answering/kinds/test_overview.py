"""An overview shows the briefs on a topic, the newest first, each with what it says."""

from bot.answering.answer import Answer, Outcome
from bot.ledger.recording import Answerer
from bot.question.kinds import Kind

# A word of a topic, and the number or the file of a brief that is on it.
TOPICS = {
    "Prespa": "BB-2019-02",
    "Macedonia": "BB-2019-02",
    "Suez": "ever-given",
    "Montreux": "BB-2022-03",
    "turkey": "BB-2022-03",
    "grain": "BB-2022-07",
    "AUKUS": "BB-2023-04",
    "submarines": "BB-2023-04",
    "Windsor": "windsor",
    "semiconductors": "BB-2023-09",
    "Karabakh": "BB-2023-11",
    "Armenia": "BB-2023-11",
    "Poland": "BB-2023-12",
    "elections": "BB-2023-12",
    "drought": "BB-2024-01",
    "pipelines": "BB-2024-02",
    "energy": "BB-2024-02",
    "NATO": "finland-sweden",
    "Houthis": "BB-2024-04",
    "shipping": "BB-2024-04",
}


def briefs(answer: Answer) -> list[str]:
    return [f"{one.brief.number} {one.brief.source}" for one in answer.citations]


def test_every_topic_is_found_by_one_word(answerer: Answerer) -> None:
    missed = {}
    for word, wanted in TOPICS.items():
        answer = answerer.ask(f"What do our briefs say about {word}?")
        if not any(wanted in one for one in briefs(answer)):
            missed[word] = briefs(answer)
    assert missed == {}


def test_the_newest_brief_comes_first_under_its_title_and_date(answerer: Answerer) -> None:
    answer = answerer.ask("what do we have on canals")
    labels = [one.label for one in answer.sentences if one.label]
    dates = list(dict.fromkeys(one.brief.date or "" for one in answer.citations))
    assert len(labels) == len(dates) > 2
    assert dates == sorted(dates, reverse=True)
    assert labels[0].endswith("12 March 2024")


def test_a_topic_typed_alone_gets_an_overview(answerer: Answerer) -> None:
    assert answerer.ask("Poland").kind is Kind.OVERVIEW


def test_words_alone_that_no_brief_is_on_are_asked_as_a_fact(answerer: Answerer) -> None:
    assert answerer.ask("purple penguins").kind is Kind.FACT


def test_a_topic_that_no_brief_has_is_declined(answerer: Answerer) -> None:
    for topic in ("Venezuela", "the opioid crisis", "North Korea", "deep sea mining"):
        answer = answerer.ask(f"What do our briefs say about {topic}?")
        assert answer.outcome is Outcome.DECLINED, topic


def test_a_name_that_only_owns_something_is_no_topic(answerer: Answerer) -> None:
    answer = answerer.ask("What do our briefs say about Taiwan?")
    assert answer.outcome is Outcome.DECLINED
    assert "1 brief mentions it in passing: Six days" in answer.draft.notes[0]


def test_no_sentence_is_cut_at_the_end_of_a_passage(answerer: Answerer) -> None:
    for topic in TOPICS:
        for one in answerer.ask(topic).sentences:
            first = next(char for char in one.text if char.isalnum())
            assert not first.islower(), one.text
