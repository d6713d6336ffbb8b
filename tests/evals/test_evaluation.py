"""Gold questions asked of a real library with the real model."""

from dataclasses import replace

from bot.app.making import answerer
from bot.evals.evaluation import Way, asker
from bot.evals.gold import Expected, GoldQuestion, NeededPassage
from bot.ledger.ledger import Ledger
from index.library import Library
from index.search import Query

CARGO = "It handles 41 million tons of cargo a year"
WHO = GoldQuestion(
    id="who",
    question="Who called the lease of Port Aurelia a mistake?",
    answer="Minister Ilse Brandt",
    needed=((NeededPassage(quote="Minister Ilse Brandt called the lease a mistake"),),),
)
FOLLOW_UP = GoldQuestion(
    id="how-much",
    question="and how much cargo does it handle?",
    conversation=("Who leased Port Aurelia?",),
    standalone="How much cargo does Port Aurelia handle a year?",
    answer="41 million tons",
    needed=((NeededPassage(quote=CARGO),), (NeededPassage(briefs=("Port.txt",)),)),
)


def test_an_answer_is_judged_by_what_it_cites(library: Library) -> None:
    """Rank, citations by passage and by words, short answer, confidence, seconds."""
    with asker(library, answerer) as one:
        outcome = one.result(WHO).outcome
    assert outcome.ranks == (1,)
    assert outcome.answer
    assert outcome.answer.answered
    assert outcome.answer.cited_passages == (True,)
    assert outcome.answer.cited_words == (True,)
    assert outcome.answer.right_words <= outcome.answer.right_passages <= outcome.answer.citations
    assert outcome.answer.contained is True
    assert 0.5 <= outcome.answer.confidence <= 1
    assert outcome.answer.seconds > 0
    assert outcome.search_seconds > 0


def test_a_follow_up_is_asked_three_ways(library: Library) -> None:
    """With its conversation, alone, and as rewritten; any passage of a named brief will do."""
    with asker(library, answerer) as one:
        result = one.result(FOLLOW_UP)
    assert set(result.outcomes) == set(Way)
    assert result.outcomes[Way.STANDALONE].ranks[0] == 1
    assert all(outcome.ranks[1] == 1 for outcome in result.outcomes.values())
    with asker(library, answerer) as one:
        assert set(one.result(WHO).outcomes) == {Way.CONVERSATION}


def test_nothing_is_left_in_the_ledger(library: Library) -> None:
    """Neither editors nor the list of open questions see what was asked only to measure."""
    before = Ledger(library.database).head()
    unknown = GoldQuestion("x", "Who won the tennis open of Zembla?", answerable=False)
    with asker(library, answerer) as one:
        assert not one.result(unknown).outcome.answer.answered  # type: ignore[union-attr]
        one.result(WHO)
    assert Ledger(library.database).head() == before


def test_search_alone_answers_nothing(library: Library) -> None:
    """For sets with thousands of questions."""
    with asker(library, answerer, answers=False, depth=2) as one:
        outcome = one.result(WHO).outcome
    assert outcome.answer is None
    assert outcome.ranks == (1,)


def test_a_question_that_cannot_be_asked_is_a_fault_of_its_own(library: Library) -> None:
    """The others go on."""
    with asker(library, answerer) as one:
        result = one.result(GoldQuestion("long", "why " * 2_000, answerable=False))
        assert "shorten it" in (result.fault or "")
        assert result.outcomes == {}
        assert one.result(WHO).fault is None


def test_a_reply_is_judged_by_what_its_line_expects(library: Library) -> None:
    """Of one brief alone, where the line names it."""
    expected = Expected(
        outcomes=("answered",), contains=(("Ilse Brandt",),), briefs=(("Port.txt",),)
    )
    with asker(library, answerer) as one:
        reply = one.result(replace(WHO, expected=expected)).outcome.answer.reply  # type: ignore[union-attr]
        assert reply is not None
        assert (reply.right, reply.outcome, reply.faults) == (True, "answered", ())
        wheat = library.search(Query("wheat exports"))[0].brief.id
        elsewhere = one.result(replace(WHO, expected=expected, only_brief=wheat)).outcome
        assert elsewhere.ranks == (None,)
        assert elsewhere.answer
        assert elsewhere.answer.reply
        assert not elsewhere.answer.reply.right


def test_a_conversation_can_be_asked_before(library: Library) -> None:
    """So that "that brief" is the one cited last."""
    that = GoldQuestion(
        "that",
        "What does that report say about 2015?",
        conversation=("How much did wheat exports of Tamara fall in 2023?",),
        asks_before=True,
    )
    with asker(library, answerer) as one:
        answer = one.outcome(that, Way.CONVERSATION).answer
    assert answer is not None
