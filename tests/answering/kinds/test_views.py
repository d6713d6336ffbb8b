"""A change of view shows what each brief held, the oldest first."""

from bot.ledger.recording import Answerer
from bot.question.kinds import Kind


def test_what_the_authors_expected_is_shown_in_order_of_date(answerer: Answerer) -> None:
    answer = answerer.ask("how has our view of the Suez detour changed?")
    assert [one.text.split(" the")[0] for one in answer.sentences] == [
        "We do not expect carriers to make a habit of",
        "We expect",
    ]
    dates = [one.brief.date or "" for one in answer.citations]
    assert dates == sorted(dates)


def test_earlier_versions_of_a_brief_have_a_view_too(answerer: Answerer) -> None:
    answer = answerer.ask("how has our assessment of the grain initiative evolved")
    assert [one.brief.version for one in answer.citations] == [1, 2]


def test_the_view_of_somebody_else_is_a_question_for_a_fact(answerer: Answerer) -> None:
    assert answerer.ask("how has Hungary's position on NATO changed?").kind is Kind.FACT
