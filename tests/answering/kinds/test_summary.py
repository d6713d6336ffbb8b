"""A summary gives the points of one brief, in its own words and in order."""

from bot.answering.answer import Outcome
from bot.ledger.recording import Answerer
from bot.question.question import Turn
from index.vectors.snapshot import Filters


def test_a_brief_is_named_by_number_title_words_or_topic(answerer: Answerer) -> None:
    named = {
        "summarise BB-2023-04": "BB-2023-04",
        "key points of the panama canal brief": "BB-2024-01",
        "sum up the windsor one for me": None,
        "tl;dr of the brief on Nord Stream": "BB-2024-02",
        'what are the key takeaways of "The European Chips Act in force"?': "BB-2023-09",
        "summarise the latest brief": "BB-2024-04",
        "in a nutshell, what does the poland brief say?": "BB-2023-12",
    }
    for question, number in named.items():
        answer = answerer.ask(question)
        assert {one.brief.number for one in answer.citations} == {number}, question


def test_its_points_are_its_own_words_in_order_and_at_most_seven(answerer: Answerer) -> None:
    answer = answerer.ask("summarise BB-2024-02")
    starts = [one.start for one in answer.citations]
    assert 3 < len(answer.sentences) <= 7
    assert starts == sorted(starts)
    assert answer.sentences[0].label.startswith("Nord Stream after the sabotage")
    assert answer.citations[0].start < 100  # the opening comes first


def test_this_brief_is_the_one_cited_last_or_the_one_of_the_filter(answerer: Answerer) -> None:
    before = answerer.ask("When did Finland join NATO?")
    turns = [Turn(before.question, before.answer_id)]
    cited = answerer.ask("key points of that brief", turns)
    assert {one.brief.id for one in cited.citations} == {before.citations[0].brief.id}
    filtered = answerer.ask("summarise it", filters=Filters(briefs=("BB-2023-12",)))
    assert {one.brief.number for one in filtered.citations} == {"BB-2023-12"}


def test_the_version_that_is_named_is_summarised_and_said(answerer: Answerer) -> None:
    answer = answerer.ask("summarise the first version of the grain initiative brief")
    assert {one.brief.version for one in answer.citations} == {1}
    assert answer.draft.notes == ("This is version 1, 21 November 2022, not the current one.",)


def test_an_unknown_name_is_declined_with_a_reason(answerer: Answerer) -> None:
    answer = answerer.ask("summarise BB-2031-07")
    assert answer.outcome is Outcome.DECLINED
    assert answer.draft.reason == "I found no brief of that name."
