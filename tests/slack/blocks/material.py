"""What the builders are tried on: an answer and its kin of given texts, and every builder."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.answering.answer import Answer, Citation, DraftAnswer, NearPassage, Sentence
from bot.checking.verdict import Reason, Verdict
from bot.question.question import Question
from bot.slack import phrases
from bot.slack.blocks import answers, briefs, dialogs, home, notices, passages
from bot.slack.blocks.corrections import Corrected, Correction, corrected
from bot.slack.blocks.elements import Message
from bot.slack.blocks.sources import Offer, Shown
from bot.slack.types import AskedVia, ChannelSettings, InboxEntry, Incoming, QuestionOutcome
from index.passage import Brief, BriefRef, Hit, Passage
from ingest.report import DocumentResult, ReportItem
from tests.slack.blocks.hostile import ORDINARY


@dataclass(frozen=True)
class Texts:
    """A text for each place where something that is not ours may stand."""

    passage: str = ORDINARY
    title: str = "Wheat and war"
    author: str = "Ana Example"
    source: str = "/briefs/wheat.pdf"
    error: str = "the chat model did not answer in time"
    question: str = "How much wheat was exported?"
    source_url: str | None = "https://briefs.example.org/wheat?page=2"


PLACES = ("passage", "title", "author", "source", "error", "question")


def brief_ref(texts: Texts) -> BriefRef:
    return BriefRef(
        "wheat", texts.title, "2024-03", (texts.author,), texts.source, "trade",
        source_url=texts.source_url, pages=((0, 1), (5, 2)),
    )  # fmt: skip


def hit(texts: Texts, number: int = 1) -> Hit:
    said = texts.passage
    passage = Passage(0, 10, 10 + len(said), said, (texts.title,), 4, 2)
    return Hit(f"p{number}", passage, brief_ref(texts), 0.9, 0.5, 3.0)


def answer(texts: Texts | None = None) -> Answer:
    """A supported sentence with bold words and one to be checked, of the same passage."""
    texts = texts or Texts()
    one, end = hit(texts), 10 + len(texts.passage)
    citations = (Citation(1, one, 10, end), Citation(2, one, min(14, end - 1), end))
    bold = ((0, min(5, len(texts.passage))),)
    reason = Reason("number", texts.error)
    sentences = (
        Sentence(texts.passage, (1,), Verdict.SUPPORTED, (), bold),
        Sentence(texts.passage, (1, 2), Verdict.CHECK, (reason,), bold),
    )
    asked = Question(texts.question, texts.question)
    draft = DraftAnswer(sentences, citations, 0.8, notes=(texts.error,), model=None)
    return Answer("a1b2", asked, draft, (one,))


def unanswered(texts: Texts | None = None) -> Answer:
    texts = texts or Texts()
    asked = Question(texts.question, texts.question)
    near = tuple(NearPassage(hit(texts, number), (0, 5)) for number in (1, 2))
    draft = DraftAnswer(near=near, searched=2)
    return Answer("a1b3", asked, draft, tuple(one.hit for one in near))


def brief(texts: Texts) -> Brief:
    body = f"{texts.title}\n\n{texts.passage}"
    return Brief(
        "wheat", 2, texts.title, body, "trade", "2024-03", (texts.author,), "RL1", "7",
        texts.source, texts.source_url, note=texts.error,
    )  # fmt: skip


def claim(texts: Texts) -> InboxEntry:
    asked = Incoming("T1", "D1", "1.1", "U1", texts.question, AskedVia.DIRECT)
    return InboxEntry(1, asked, answer_id="a1b2", outcome=QuestionOutcome.ANSWERED)


def items(texts: Texts) -> list[ReportItem]:
    done = ReportItem(
        texts.source, DocumentResult.NEW, "wheat", 1, texts.title, "2024-03", 12, texts.error
    )
    return [
        done,
        replace(done, result=DocumentResult.VERSION, of=texts.title),
        replace(done, result=DocumentResult.UNCHANGED, title=None),
        ReportItem(texts.source, DocumentResult.FAILED, reason=texts.error),
    ]


def all_messages(texts: Texts) -> Iterator[tuple[str, Message]]:
    yield from answer_messages(texts)
    yield from other_messages(texts)


def answer_messages(texts: Texts) -> Iterator[tuple[str, Message]]:
    made = answer(texts)
    written = replace(made, draft=replace(made.draft, mode="generative", model=texts.author))
    for number, message in enumerate(answers.messages(Shown(made, Offer.PRIVATELY))):
        yield f"answer{number or ''}", message
    for number, message in enumerate(answers.messages(Shown(written, Offer.SHARE))):
        yield f"written{number or ''}", message
    for number, message in enumerate(answers.messages(Shown(unanswered(texts)))):
        yield f"unsure{number or ''}", message
    nothing = Answer("a1b5", made.standalone, DraftAnswer(searched=2), ())
    yield "declined", answers.messages(Shown(nothing))[0]
    at_desk = Shown(made, desk="https://desk.example.org")
    yield "answer_at_desk", answers.messages(at_desk)[0]
    if made.sentences:
        yield "growing", answers.growing_message(made.sentences)


def other_messages(texts: Texts) -> Iterator[tuple[str, Message]]:
    ref = brief_ref(texts)
    small_talk = Answer("a1b4", Question("hi", "hi"), DraftAnswer(off_topic=True), ())
    yield "off_topic", answers.messages(Shown(small_talk))[0]
    yield "failed", notices.failed(texts.error)
    yield "offer_again", notices.offer_again("a1b2")
    yield "help", notices.help_message()
    yield "said", notices.said(texts.error)
    yield "ingested", notices.ingested(items(texts), texts.title)
    yield "asked_librarians", notices.asked_librarians(texts.question, "U0ASKER")
    yield "search", briefs.search(texts.question, [hit(texts)])
    yield "search_nothing", briefs.search(texts.question, [])
    yield "latest", briefs.latest([ref])
    yield "latest_nothing", briefs.latest([])
    yield "brief", briefs.one_brief(brief(texts), 12)
    yield "corrected", corrected([of_answer(texts)])
    yield "corrected_many", corrected([of_answer(texts)] * 7)


def of_answer(texts: Texts) -> Corrected:
    """An answer behind which one brief changed in several ways, and another is gone."""
    here = frozenset({"trade"})
    changed = [(texts.passage, texts.title), (texts.author, ""), (texts.title, "A")] * 2
    first = Correction("a1b2", "wheat", 2, texts.title, here, (1, 2), tuple(changed))
    gone = Correction("a1b2", "rye", 0, texts.title, here, (3,))
    return Corrected("a1b2", "2026-05-03T10:00:00.000+00:00", (first, gone), texts.question)


def all_views(texts: Texts) -> Iterator[tuple[str, dict[str, Any]]]:
    beside = passages.Around(texts.passage, texts.passage)
    yield "passages", passages.passages_view(answer(texts))
    opened = {1: beside}
    yield "passages_opened", passages.passages_view(answer(texts), opened=opened)
    yield "passages_gone", passages.passages_view(answer(texts), opened={1: None})
    yield "passages_nearest", passages.passages_view(unanswered(texts))
    none = passages.passages_view(answer(texts), collections=())
    yield "passages_none", none
    yield "feedback", dialogs.feedback_view("a1b2")
    current = ChannelSettings(collections=("trade",), unasked=True)
    names = ["trade", texts.title, "default"]
    yield "settings", dialogs.settings_view("C1", names, current)
    yield "upload", dialogs.upload_view(names, "C1")
    yield "ask", dialogs.ask_view()
    yield "message", dialogs.message_view(texts.title, texts.error)
    page = home.HomePage(412, 5_120, "2024-03", [brief_ref(texts)], [claim(texts)])
    yield "home", home.home_view(page)
    yield "home_empty", home.home_view(home.HomePage(0, 0, None))


def all_prompts(texts: Texts) -> Iterator[str]:
    for prompt in phrases.suggested_prompts([brief_ref(texts)]):
        yield from prompt.values()


def words_of(part: Any) -> str:
    if isinstance(part, list | tuple):
        return "".join(map(words_of, part))
    if not isinstance(part, dict):
        return ""
    said = part.get("text", "")
    inner = "".join(words_of(value) for name, value in part.items() if name != "text")
    return f"{said if isinstance(said, str) else words_of(said)}{inner}\n"


def elements_of(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, dict):
        return [part, *(one for value in part.values() for one in elements_of(value))]
    if isinstance(part, list | tuple):
        return [one for value in part for one in elements_of(value)]
    return []
