"""Lists, comparisons, timelines and summaries in a chat model's words, each in its own form."""

import pytest

from bot.answering.answer import DraftAnswer
from bot.answering.chain import Chain
from bot.answering.writing.generative import Writer
from bot.checking.verdict import Verdict
from bot.question.kinds import Kind
from index.library import Library
from index.vectors.snapshot import EVERYTHING
from tests.answering.kinds.chronicle import drafted, is_exact
from tests.chatting import Spoken
from tests.fake_chat import END, Asked, Mind, line, says

OPTIONS = "What are the options for the ministry on the Sarn ferry?"


def tells(*said: tuple[str, str]) -> Mind:
    """Return a mind that writes these sentences, each with words of a passage that it was given."""

    def mind(asked: Asked) -> str:
        numbers = [
            next(number for number, text in asked.passages.items() if quote in text)
            for _, quote in said
        ]
        rows = zip(said, numbers, strict=True)
        return "".join(line(text, [number], [quote]) for (text, quote), number in rows) + END

    return mind


def written(library: Library, question: str, mind: Mind, shown: list[str] | None = None):
    chain = Chain(library, Writer(Spoken(mind)))
    asked = chain.read(question)
    found = chain.find(asked, EVERYTHING)
    show = (lambda _: lambda one, _: shown.append(one.text)) if shown is not None else None
    return chain.compose(asked, found, EVERYTHING, (), show)[1]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            OPTIONS,
            [
                ("The ministry may buy the company outright.", "buy the company outright"),
                (
                    "The ministry may subsidise the winter crossings.",
                    "subsidise the winter crossings",
                ),
            ],
        ),
        (
            "Which ferry has the higher fare, Sarn or Orrin?",
            [
                ("Sarn: 12 crowns.", "| Sarn | 12 crowns"),
                ("Orrin: 9 crowns.", "| Orrin | 9 crowns"),
            ],
        ),
    ],
)
def test_a_kind_is_written_in_its_form_and_keeps_its_kind(
    chronicle: Library, question: str, said: list[tuple[str, str]]
) -> None:
    """Sentences are shown as they come."""
    shown: list[str] = []
    draft = written(chronicle, question, tells(*said), shown)
    assert (draft.mode, draft.kind) == ("generative", None)
    texts = [text for text, _ in said]
    assert [one.text for one in draft.sentences] == texts == shown
    assert all(one.verdict is not Verdict.UNSUPPORTED for one in draft.sentences)
    assert is_exact(chronicle, draft)


def test_a_summary_is_written_from_all_passages_of_the_brief(chronicle: Library) -> None:
    """In the order of its text, and of no other brief."""
    seen: list[Asked] = []

    def mind(asked: Asked) -> str:
        seen.append(asked)
        text = "The Orrin canal was closed for dredging on 7 January 2022"
        return tells((f"{text}.", text))(asked)

    draft = written(chronicle, "summarise the brief on the Orrin canal", mind)
    assert draft.mode == "generative"
    (asked,) = seen
    (brief,) = [one for one in chronicle.briefs() if "canal" in one.title]
    passages = chronicle.passages(chronicle.brief(brief.id))
    assert list(asked.passages) == list(range(1, len(passages) + 1))
    assert {one.brief.id for one in draft.citations} == {brief.id}


@pytest.mark.parametrize(
    "question",
    [OPTIONS, "timeline of the Sarn ferry strike", "summarise the brief on the Orrin canal"],
)
def test_where_the_model_fails_the_kinds_own_answer_stands_in(
    chronicle: Library, question: str
) -> None:
    """With a note; it is the same as without a model."""
    own = drafted(chronicle, question)
    draft = written(chronicle, question, says("I cannot help with that."))
    assert isinstance(draft, DraftAnswer)
    assert (draft.sentences, draft.kind, draft.mode) == (own.sentences, own.kind, "extractive")
    assert draft.notes[-1].endswith("; these are the briefs' own sentences.")


def test_what_the_catalogue_knows_is_not_written(chronicle: Library) -> None:
    """Dates of briefs, overviews and lists of briefs need no model."""

    def never(asked: Asked) -> str:
        raise AssertionError(asked)

    for question in (
        "which came out first, the canal brief or the ferry brief?",
        "newest brief",
    ):
        assert written(chronicle, question, never).answered, question


def test_a_list_that_no_kind_finds_is_written_all_the_same(chronicle: Library) -> None:
    """It is a list then, and a fact where the model fails too."""
    question = "list the reasons for dredging the Orrin canal"
    asked = Chain(chronicle).read(question)
    assert asked.kind is Kind.LIST
    text = "The dredging of the canal cost 40 million crowns"
    draft = written(chronicle, question, tells((f"{text}.", text)))
    assert (draft.mode, draft.kind) == ("generative", None)
