"""Ask in the browser: the answer beside its passages, the conversation before it, what readers say.

A conversation is what the last answer's record says of it: nothing else has to be kept, and a
browser that comes back, or another process, goes on where it stopped.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from bot.answering.answer import Answer, Citation, NearPassage, Sentence
from bot.answering.export.document import document, lines, plain_text
from bot.answering.export.markdown import markdown
from bot.answering.export.word import MEDIA_TYPE, word
from bot.answering.links import link_to_answer, link_to_paragraph
from bot.answering.render import message, notes
from bot.checking.verdict import Verdict
from bot.ledger.feedback import LONGEST_NOTE, REASONS, Feedback
from bot.ledger.ledger import LedgerEntry, RecordKind
from bot.ledger.record import rebuilt
from bot.ledger.recording import new_id
from bot.question.kinds import Kind
from bot.question.question import LONGEST_QUESTION, Turn
from bot.question.reading import require_askable
from bot.web.asked_questions import PLACE, AskedQuestion
from bot.web.layout import PageBlock, TextRun, blocks, text_runs
from bot.web.versions import current_briefs
from bot.web.visits import Sent, Visit, Visiting, redirect
from index.errors import NotFound, UsageError
from index.passage import BriefRef, Hit

router = APIRouter()

ASK = "/ask"
PATIENCE = 8.0  # seconds that a browser waits for an answer before it gets a page that asks again
TURNS = 20  # of a conversation that are remembered
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class SaidSentence:
    """A sentence as readers see it."""

    runs: tuple[TextRun, ...]
    numbers: tuple[int, ...]  # of its citations
    doubtful: bool


@dataclass(frozen=True)
class SaidParagraph:
    sentences: tuple[SaidSentence, ...]
    is_item: bool  # of a list


@dataclass(frozen=True)
class ShownPassage:
    """A passage with its marked words; `numbers` are those of the citations that quote it."""

    numbers: tuple[int, ...]
    brief: BriefRef
    page: int | None
    paragraph: int
    heading: tuple[str, ...]
    blocks: tuple[PageBlock, ...]
    link: str  # to the same words in their brief


@dataclass(frozen=True)
class ShownAnswer:
    """An answer with its question, as its asker sees it."""

    answer: Answer
    message: str  # where there are no sentences
    paragraphs: tuple[SaidParagraph, ...]
    passages: tuple[ShownPassage, ...]
    notes: Sequence[str]
    day: str  # on which it was given, ISO

    @property
    def text(self) -> str:
        """All of it with its notes, to be copied."""
        return plain_text(document(self.answer, self.day))

    @property
    def understood(self) -> str:
        """The question as it was understood, where that says more than what was typed."""
        read, typed = self.answer.standalone.text, self.answer.question
        return "" if " ".join(typed.split()) == read else read

    @property
    def is_help(self) -> bool:
        """Whether it is a word about the bot, and nothing that a brief says."""
        return self.answer.kind is Kind.HELP or self.answer.draft.off_topic


def shown(entry: LedgerEntry) -> ShownAnswer:
    """Return what the record of an answer shows."""
    answer = rebuilt(entry.body, entry.private)
    return ShownAnswer(
        answer=answer,
        message=message(answer),
        paragraphs=tuple(
            SaidParagraph(tuple(map(_said, sentences)), is_item)
            for is_item, sentences in lines(answer)
        ),
        passages=(*_cited(answer.citations), *map(_near, answer.draft.near)),
        notes=notes(answer),
        day=_day(entry),
    )


def _said(sentence: Sentence) -> SaidSentence:
    return SaidSentence(
        text_runs(sentence.text, 0, len(sentence.text), sorted(sentence.bold)),
        sentence.citations,
        sentence.verdict is Verdict.CHECK,
    )


def _cited(citations: Sequence[Citation]) -> list[ShownPassage]:
    """Return the cited passages in the order of their first numbers, each once."""
    first = {one.passage_id: one.number for one in reversed(citations)}
    ordered = sorted(citations, key=lambda one: (first[one.passage_id], one.number))
    found = []
    for _, same in groupby(ordered, key=lambda one: one.passage_id):
        group = list(same)
        marks = [(one.start, one.end) for one in group]
        found.append(_passage(group[0].hit, marks, group[0].page, [one.number for one in group]))
    return found


def _near(near: NearPassage) -> ShownPassage:
    start, (first, last) = near.hit.passage.start, near.marked
    marks = [(start + first, start + last)] if first < last else []
    return _passage(near.hit, marks, near.hit.brief.page_at(start + first), ())


def _passage(
    hit: Hit, marks: Sequence[tuple[int, int]], page: int | None, numbers: Sequence[int]
) -> ShownPassage:
    """Return a passage as it is shown; the marks are offsets into its brief's text."""
    passage, brief = hit.passage, hit.brief
    quoted = min(marks, default=(passage.start, passage.end))
    inside = sorted((start - passage.start, end - passage.start) for start, end in marks)
    return ShownPassage(
        numbers=tuple(numbers),
        brief=brief,
        page=page,
        paragraph=passage.paragraph,
        heading=passage.heading,
        blocks=tuple(blocks(passage.text, marks=inside)),
        link=f"{link_to_paragraph('', brief.id, version=brief.version, quoted=quoted)}#quote",
    )


def _day(entry: LedgerEntry) -> str:
    return entry.created_at[: len(date.min.isoformat())]


# The routes


@router.get(ASK)
def ask_page(visit: Visiting, new: str = "", question: str = "") -> Response:
    """Show the box for a question, or the conversation that this browser was in."""
    last = visit.request.cookies.get(_cookie(visit), "")
    if not new and last and _mine(visit, last):
        return redirect(f"{ASK}/{last}")
    response = _page(visit, typed=question[:LONGEST_QUESTION])
    response.delete_cookie(_cookie(visit), path="/")
    return response


@router.post(ASK)
async def ask(form: Sent) -> Response:
    """Ask; the reply leads to the page of the answer, which may have to wait for it."""
    visit = form.visit
    try:
        answer_id, asked = await asyncio.to_thread(_begin, form)
    except UsageError as error:
        return await asyncio.to_thread(_refused, form, f"{error}.")
    if asked:
        await asyncio.wait([asyncio.wrap_future(asked.done)], timeout=PATIENCE)
    sessions = visit.services.sessions
    response = redirect(f"{ASK}/{answer_id}#answer")
    response.set_cookie(
        _cookie(visit), answer_id, max_age=sessions.seconds, path="/",
        secure=sessions.secure, httponly=True, samesite="lax",
    )  # fmt: skip
    return response


def _begin(form: Sent) -> tuple[str, AskedQuestion | None]:
    """Begin to answer; return the answer's id, and the question unless it is answered already."""
    visit, question = form.visit, form["question"].strip()
    answer_id = form["id"] if _ID.fullmatch(form["id"]) else new_id()
    if _entry(visit, answer_id):  # the form was sent twice
        return answer_id, None
    require_askable(question)
    turns: tuple[Turn, ...] = ()
    if before := _mine(visit, form["after"]):
        turns = (*_turns(before), Turn(str((before.private or {})["question"]), before.answer_id))
    person = visit.who.name
    return answer_id, visit.services.asked.ask(answer_id, question, person, turns[-TURNS:])


def _refused(form: Sent, fault: str) -> Response:
    """Return the page that the question came from, with what was typed and what is wrong."""
    before = _mine(form.visit, form["after"])
    return _page(form.visit, before, typed=form["question"], fault=fault, status=400)


@router.get(ASK + "/{answer_id}")
def conversation(visit: Visiting, answer_id: str, waited: str = "") -> Response:
    """Show an answer and the conversation before it; while it is made, a page that asks again.

    It asks for another address than its own: with "#answer" in that, a browser would not reload.
    """
    if mine := _mine(visit, answer_id):
        return redirect(f"{ASK}/{answer_id}#answer") if waited else _page(visit, mine)
    if _entry(visit, answer_id):
        return redirect(link_to_answer("", answer_id))
    asked = visit.services.asked.get(answer_id)
    if asked is None or asked.person != visit.who.name:
        raise NotFound("this question was not answered; ask it again")
    before = next((_mine(visit, one.answer_id or "") for one in reversed(asked.turns)), None)
    if asked.done.done():
        return _page(visit, before, typed=asked.question, fault=asked.fault)
    return _page(visit, before, waiting=asked.question, again=f"{ASK}/{answer_id}?waited=yes")


@router.post("/answers/{answer_id}/feedback")
def feedback(form: Sent, answer_id: str) -> Response:
    """Record what a reader says of an answer."""
    visit, good, reason, note = form.visit, form["good"], form["reason"], form["note"].strip()
    if good not in {"yes", "no"} or len(note) > LONGEST_NOTE:
        raise UsageError(f"feedback: say good or bad, with a note of {LONGEST_NOTE:,} characters")
    why = (reason if reason in REASONS else "other") if good == "no" else None
    Feedback(visit.services.ledger).add(answer_id, visit.who.name, good == "yes", why, note)
    page = f"{ASK}/{answer_id}" if _mine(visit, answer_id) else link_to_answer("", answer_id)
    return redirect(f"{page}#feedback")


@router.get("/answers/{answer_id}/download")
def download(visit: Visiting, answer_id: str, form: str = "docx") -> Response:
    """Return an answer as a file, with its sources as numbered notes."""
    entry = visit.services.ledger.get(answer_id)
    answer = rebuilt(entry.body, entry.private)
    if form == "docx":
        data, kind, ending = word(answer, _day(entry)), MEDIA_TYPE, "docx"
    elif form == "markdown":
        text = markdown(answer, _day(entry))
        data, kind, ending = text.encode(), "text/markdown; charset=utf-8", "md"
    else:
        raise UsageError("download: no such format; choose docx or markdown")
    name = f"answer-{re.sub(r'[^0-9A-Za-z]', '', answer_id)}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=kind, headers=headers)


def _page(
    visit: Visit,
    last: LedgerEntry | None = None,
    *,
    typed: str = "",
    waiting: str = "",
    again: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    """Return the page of a conversation up to its `last` answer, with the box for a question."""
    visit.services.asked.warm_up()
    entries = [*_earlier(visit, last), last] if last else []
    is_on = last is not None and not waiting
    return visit.page(
        "ask.html",
        status,
        earlier=[shown(one) for one in (entries[:-1] if is_on else entries)],
        current=shown(entries[-1]) if is_on else None,
        opinion=_opinion(visit, entries[-1]) if is_on else None,
        after=last.answer_id if last else "",
        new_id=new_id(),
        typed=typed,
        waiting=waiting,
        again=again,
        fault=fault,
        library=None if entries or waiting else _library(visit),
        longest=LONGEST_QUESTION,
        longest_note=LONGEST_NOTE,
        reasons=REASONS,
    )


def _library(visit: Visit) -> dict[str, Any]:
    """Return how many briefs there are, and the newest of them."""
    with visit.services.library.database.read() as connection:
        newest, total = current_briefs(connection, (), limit=1, offset=0)
    return {"total": total, "newest": next((one for one in newest if one.date), None)}


def _earlier(visit: Visit, last: LedgerEntry) -> list[LedgerEntry]:
    """Return the answers before the last one, the oldest first; without those deleted since."""
    found = (_mine(visit, one.answer_id or "") for one in _turns(last))
    return [entry for entry in found if entry]


def _turns(entry: LedgerEntry) -> tuple[Turn, ...]:
    return tuple(
        Turn(one["question"], one.get("answer_id")) for one in (entry.private or {})["turns"]
    )


def _mine(visit: Visit, answer_id: str) -> LedgerEntry | None:
    """Return an answer that this person asked for here; nobody goes on with another's questions."""
    entry = _entry(visit, answer_id)
    typed = (entry and entry.private) or {}
    is_mine = typed.get("place") == PLACE and typed.get("asker") == visit.who.name
    return entry if is_mine else None


def _entry(visit: Visit, answer_id: str) -> LedgerEntry | None:
    if not _ID.fullmatch(answer_id):
        return None
    try:
        return visit.services.ledger.get(answer_id)
    except NotFound:
        return None


def _opinion(visit: Visit, entry: LedgerEntry) -> bool | None:
    """Return whether this person called an answer good or bad, None if neither."""
    given = visit.services.ledger.further(entry.answer_id, RecordKind.FEEDBACK)
    mine = [one for one in given if (one.private or {}).get("user") == visit.who.name]
    return bool(mine[-1].body.get("good")) if mine else None


def _cookie(visit: Visit) -> str:
    return f"{visit.services.sessions.cookie}_asked"
