"""Replies are judged by what their readers see: outcome, briefs, texts, order, and kind."""

from dataclasses import replace

import pytest

from bot.answering.answer import Answer, Citation, DraftAnswer, NearPassage, Sentence
from bot.checking.verdict import Verdict
from bot.evals.gold import Expected, GoldQuestion, NeededPassage
from bot.evals.replies import IN_VAIN, MINUTES, ReplyCost, ReplyJudgement, judge, says
from bot.question.kinds import Kind
from bot.question.question import Question
from index.passage import Hit
from tests.chatting import hit

COD = hit(
    1, "Cod\n\nCod quotas fell by 11 per cent. Why did they fall?\n\nQuota | 2024\nCod | 11 %"
)
EEL = hit(2, "Eel is not sold at all.", title="Eels")
QUESTION = Question("How far?", "How far?")


def answer(*quoted: tuple[Hit, str], near: tuple[Hit, ...] = ()) -> Answer:
    """Return an answer whose sentences are quotations, or passages that may answer, or neither."""
    citations = tuple(cited(number, *one) for number, one in enumerate(quoted, 1))
    sentences = tuple(Sentence(one.quote, (one.number,), Verdict.SUPPORTED) for one in citations)
    shown = tuple(map(NearPassage, near))
    return Answer("a", QUESTION, DraftAnswer(sentences, citations, near=shown), near)


def cited(number: int, source: Hit, quote: str) -> Citation:
    start = source.passage.start + source.passage.text.index(quote)
    return Citation(number, source, start, start + len(quote))


def judged(reply: Answer, needed: str = "", **expected: object) -> ReplyJudgement:
    """Judge a reply by the keys of `Expected`, and by a quotation that it needs."""
    wanted = Expected(**{"outcomes": ("answered",), **expected})  # type: ignore[arg-type]
    needs = ((NeededPassage(quote=needed),),) if needed else ()
    gold = GoldQuestion(
        "q", "How far?", answerable=wanted.answerable, needed=needs, expected=wanted
    )
    return judge(gold, reply)


FELL = (COD, "Cod quotas fell by 11 per cent.")
NOT_SOLD = (EEL, "Eel is not sold at all.")


def test_texts_are_found_whole_whatever_their_case_and_marks() -> None:
    """A figure is not found inside another, nor a word inside a word."""
    held = [("1%", "about 1% of it"), ("COD", "the cod’s share"), ("don't", "they don’t"),
            ("3-5", "3–5 boats"), ("$4.3 billion", "of $4.3 billion."), ("30", "(30)")]  # fmt: skip
    not_held = [("1%", "about 11%"), ("1%", "0.1%"), ("sea", "a search"), ("30", "30,000"),
                ("30", "30.5"), ("two", "twofold"), ("17", "2,017")]  # fmt: skip
    assert [one for one in held if not says(one[1], one[0])] == []
    assert [one for one in not_held if says(one[1], one[0])] == []


def test_a_reply_lacks_the_briefs_and_texts_that_are_not_there() -> None:
    """Of alternatives one is enough; briefs go by any of their names."""
    both = judged(
        answer(FELL, NOT_SOLD), briefs=(("b1",), ("none", "eels")), contains=(("9", "11"),)
    )
    assert (both.right, both.faults) == (True, ())
    one = judged(answer(FELL), briefs=(("b1",), ("Eels",)), contains=(("sold", "kept"),))
    assert not one.right
    assert one.faults == ("no brief 'Eels'", "no 'sold' or 'kept'")


def test_too_few_points_are_a_fault() -> None:
    assert judged(answer(FELL, NOT_SOLD), at_least=2).right
    assert judged(answer(FELL), at_least=2).faults == ("only 1 of 2 sentences",)


def test_an_answer_has_the_form_of_its_kind() -> None:
    """Sentences that answer a fact, a list or a comparison look the same; a refusal has no form."""
    fact = answer(FELL)
    assert judged(fact, kinds=("list",)).right
    assert judged(fact, kinds=("list",)).kind_right is False
    assert not judged(fact, kinds=("summary",)).right
    assert judged(fact, kinds=("summary", "fact")).right
    assert judged(answer(), kinds=("summary",), outcomes=("declined",)).right


def test_what_should_not_be_there_is_a_fault() -> None:
    """A text, or another brief than those named."""
    found = judged(
        answer(FELL, NOT_SOLD), briefs=(("b1",),), only_these=True, contains_not=("eel",)
    )
    assert found.faults == ("shows 'eel'", "cites 'Eels'")


def test_the_first_sentence_and_the_order_are_judged_by_brief_or_text() -> None:
    reply = answer(FELL, NOT_SOLD)
    assert judged(reply, first=("b1",), order=("b1", "Eels")).right
    assert judged(reply, first=("11 per cent",), order=("quotas", "not sold")).right
    assert judged(reply, first=("Eels",)).faults == ("does not begin with 'Eels'",)
    assert judged(reply, order=("Eels", "b1")).faults == ("not in the order Eels, b1",)
    assert judged(reply, order=("b1", "b3")).faults == ("not in the order b1, b3",)


def test_gold_must_be_quoted_in_the_words_asked_for() -> None:
    assert judged(answer(FELL), needed="Cod quotas fell by 11 per cent.").right
    missing = judged(answer(NOT_SOLD), needed="Cod quotas fell by 11 per cent.")
    assert missing.faults == ("no 'Cod quotas fell by 11 per cent.'",)


def test_a_refusal_that_is_expected_needs_nothing() -> None:
    """Where an answer was expected, it lacks what the answer should hold."""
    refusal = replace(answer(), hits=(COD,))
    assert judged(refusal, outcomes=("declined",), contains=(("11",),)).right
    refused = judged(refusal, contains=(("11",),))
    assert (refused.outcome_right, refused.faults) == (False, ("no '11'",))
    either = judged(refusal, outcomes=("declined", "answered"), contains_not=("eel",))
    assert either.right


def test_an_unsure_reply_is_judged_by_the_passages_that_it_shows() -> None:
    """By the whole passage; the outcome may be wrong and the answer there."""
    unsure = answer(near=(COD, EEL))
    shown = judged(unsure, needed=FELL[1], contains=(("11",),), briefs=(("Eels",),))
    assert (shown.outcome_right, shown.faults, shown.right) == (False, (), False)
    assert shown.cost is ReplyCost.UNSURE_SHOWN
    assert judged(unsure, outcomes=("answered", "unsure"), contains=(("11",),)).right
    without = judged(unsure, needed="Herring may be landed until the end of March.")
    assert without.cost is ReplyCost.UNSURE_WITHOUT
    vain = judged(unsure, outcomes=("declined",))
    assert (vain.cost, vain.minutes) == (ReplyCost.UNSURE_WITHOUT, IN_VAIN)


def test_every_reply_costs_its_reader_something() -> None:
    """A wrong answer most; a question without an answer can only be read in vain."""
    declines = answer()
    cases = [
        (answer(FELL), {"contains": (("11",),)}, ReplyCost.NONE),
        (answer(FELL), {"contains": (("12",),)}, ReplyCost.WRONG_ANSWER),
        (answer(FELL), {"outcomes": ("declined",)}, ReplyCost.WRONG_ANSWER),
        (declines, {"contains": (("11",),)}, ReplyCost.WRONG_REFUSAL),
        (declines, {"outcomes": ("declined",)}, ReplyCost.NONE),
    ]
    for reply, expected, cost in cases:
        found = judged(reply, **expected)
        assert (found.cost, found.minutes) == (cost, MINUTES[cost]), expected
    assert IN_VAIN < MINUTES[ReplyCost.WRONG_REFUSAL] < MINUTES[ReplyCost.WRONG_ANSWER]


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        ("Cod quotas fell by 11 per cent.", ()),
        ("Why did they fall?", ("question",)),
        ("Quota | 2024", ("row",)),
        ("Cod", ("heading",)),
    ],
)
def test_what_is_no_sentence_of_a_text_is_named(quote: str, reason: tuple[str, ...]) -> None:
    """Rows, headings, captions, questions; a line of its own that does not end like a sentence."""
    assert judged(answer((COD, quote))).no_sentences == reason


def test_captions_are_no_sentences_but_list_items_and_wanted_rows_may_be_shown() -> None:
    listed = hit(3, "Figure 2. Quotas by year\n\n• cod and herring\n• eel\n\nCod | 11 %")
    assert judged(answer((listed, "Figure 2. Quotas by year"))).no_sentences == ("caption",)
    assert judged(answer((listed, "cod and herring"))).no_sentences == ()
    assert judged(answer((listed, "Cod | 11 %")), contains=(("11 %",),)).no_sentences == ()
    assert judged(answer((listed, "Cod | 11 %"))).no_sentences == ("row",)


def test_an_overview_may_name_its_briefs_in_lines_of_their_own() -> None:
    """Such a line quotes the title; in the answer to another question that is a heading."""
    titled = hit(4, "Eels\n\nEel is not sold at all.", title="Eels")
    reply = answer((titled, "Eels"), (titled, "Eel is not sold at all."))
    assert (judged(reply).prose, judged(reply).no_sentences) == (2, ("heading",))
    overview = replace(reply, standalone=replace(QUESTION, kind=Kind.OVERVIEW))
    assert (judged(overview).prose, judged(overview).no_sentences) == (1, ())
    rows = replace(reply, standalone=replace(QUESTION, kind=Kind.CATALOGUE))
    assert judged(rows).prose == 0


def test_one_sentence_is_asked_for_by_the_line_or_by_its_gold() -> None:
    """Of a fact with a single sentence as its gold; refusals are not counted."""
    fact = {"kinds": ("fact",)}
    assert judged(answer(FELL), one_sentence=True).one_sentence is True
    assert judged(answer(FELL, NOT_SOLD), "Eel is not sold at all.", **fact).one_sentence is False
    assert judged(answer(FELL), "Eel is not sold. It is kept.", **fact).one_sentence is None
    assert judged(answer(FELL), "Eel is not sold at all.", kinds=("list",)).one_sentence is None
    assert judged(answer(), one_sentence=True).one_sentence is None


def test_a_greeting_is_right_if_it_is_recognised_as_one() -> None:
    """And if no brief is held out to whoever says hello."""
    hello = Expected(kinds=("help",), only_these=True)
    gold = GoldQuestion("q", "hello", answerable=None, expected=hello)
    asked = Question("hello", "hello", kind=Kind.HELP)
    taken = Answer("a", asked, DraftAnswer(helps=True), ())
    assert judge(gold, taken).right
    assert judge(gold, taken).outcome_right is None
    assert not judge(gold, replace(taken, draft=answer(FELL).draft)).right
    assert not judge(gold, answer()).right
