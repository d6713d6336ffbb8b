"""Answer in a chat model's words: question and hits in, a Draft of checked sentences out.

Each sentence is checked against what it quotes as soon as it is complete, and only then shown. What
was shown stays, whatever becomes of the rest. Where nothing stays the briefs' own sentences stand
in (bot/answering/extractive.py), which are made while the model writes, and a note says why.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import date

from bot.answering import extractive
from bot.answering.answer import Citation, DraftAnswer, NearPassage, OnSentence, Sentence
from bot.answering.search import SearchResult
from bot.answering.writing.grounding import Checker, Grounded, ground, leans
from bot.answering.writing.models import ChatModel
from bot.answering.writing.prompt import SCHEMA, compose, form_of
from bot.answering.writing.reply import ReplyParser
from bot.answering.writing.written import Answerable, WrittenSentence
from bot.checking import verify
from bot.checking.verdict import Reason, Verdict
from bot.errors import ChatError, ChatFailed, ChatTooLong, ThoughtAway, UnfitReply
from bot.question.question import Question
from index.library import Library
from index.passage import Hit


@dataclass(frozen=True)
class Doubt:
    """What a second opinion has against a sentence; `grave` where it finds it not supported."""

    grave: bool
    reason: str


# Judges a sentence by the passages that it rests on; None where it has nothing against it. May
# raise ChatError.
SecondOpinion = Callable[[str, Sequence[Hit]], Doubt | None]

_INSTEAD = "; these are the briefs' own sentences."
_NOTHING = "; the briefs' own sentences do not answer it either."
_REST = "; the rest of the answer is missing."
_NO_ANSWER = "The chat model found no answer in the passages."
_UNJUDGED = "The second opinion on the sentences could not be had: {fault}."
_PARTIAL = "The chat model found only a part of the answer in the passages."
SHORTER = 2  # times that a prompt which is too long is halved
FEWEST = 2_000  # tokens, below which a prompt has no room for passages
NEAR = 2  # passages shown where the model finds no answer and the briefs' own words might be one


class Writer:
    """An answer maker on a chat model. Safe to share between threads."""

    def __init__(
        self,
        model: ChatModel,
        *,
        check: Checker = verify.check,
        today: Callable[[], date] = date.today,
        second: SecondOpinion | None = None,
    ) -> None:
        """Check each sentence with `check`, and then with `second`, where there is one."""
        self._model = model
        self._second = second
        self._check = check
        self._today = today

    def __call__(self, question: Question, found: SearchResult, library: Library) -> DraftAnswer:
        """Return the answer once it is whole."""
        return self.stream(question, found, library, None)

    def stream(
        self,
        question: Question,
        found: SearchResult,
        library: Library,
        show: OnSentence | None,
        instead: Callable[[], DraftAnswer] | None = None,
    ) -> DraftAnswer:
        """Return the answer, having handed each of its sentences to `show` when it was checked.

        `instead` makes the answer that stands in for the model's, the briefs' own sentences if
        None; it is made while the model writes. What is returned is the answer: it need not have
        all sentences that were shown.
        """
        own = instead or (lambda: extractive.answer(question, found, library))
        if not found.hits:
            return own()
        with ThreadPoolExecutor(1, "briefs-own") as beside:
            making = beside.submit(own)
            page = _Page(most=form_of(question).most)
            try:
                self._write(question, found.hits, page, show)
            except ChatError as error:
                page.fault = str(error)
            return self._concluded(making.result(), page)

    def _write(
        self, question: Question, hits: Sequence[Hit], page: "_Page", show: OnSentence | None
    ) -> None:
        """Fill the page; ask again with fewer passages, or with room to think, where that helps."""
        most = self._model.settings.chat_input_tokens
        for left in range(SHORTER, -1, -1):
            try:
                return self._reply(question, hits, most, page, show)
            except ChatTooLong:
                if not left or most // 2 < FEWEST:
                    raise
                most //= 2
            except ThoughtAway:
                if not left or not self._model.make_room():
                    raise
        return None

    def _reply(
        self,
        question: Question,
        hits: Sequence[Hit],
        most: int,
        page: "_Page",
        show: OnSentence | None,
    ) -> None:
        held = self._model.structured
        prompt = compose(question, hits, self._today(), most, structured=held)
        reply, finish = ReplyParser(), None

        def take(written: WrittenSentence) -> None:
            if reply.restarts != page.restarts:
                page.clear(reply.restarts)
            grounded = ground(written, prompt.passages, self._check)
            sentence = page.add(written, self._judged(grounded, hits, page), hits)
            if show and sentence:
                show(sentence, page.cited_by(sentence))

        schema = SCHEMA if held else None
        try:
            with closing(self._model.stream(prompt.messages, schema=schema)) as pieces:  # type: ignore[type-var]
                for piece in pieces:
                    finish = piece.finish or finish
                    for written in reply.feed(piece.text):
                        take(written)
                    if reply.ended or page.is_full:
                        break
        except ChatFailed:
            with suppress(UnfitReply):
                for written in reply.close():
                    take(written)
            raise
        if not page.is_full:
            for written in reply.close(finish):
                take(written)
        page.answerable, page.fault = reply.answerable, reply.missing
        page.left_out = (prompt.left_out, len(prompt.passages))

    def _judged(self, grounded: Grounded, hits: Sequence[Hit], page: "_Page") -> Grounded:
        """Return a sentence with the second opinion: a doubt marks it, two withhold it."""
        if not self._second or page.unjudged or grounded.verdict is Verdict.UNSUPPORTED:
            return grounded
        cited = [hits[number - 1] for number in dict.fromkeys(one[0] for one in grounded.places)]
        try:
            doubt = self._second(grounded.text, cited)
        except ChatError as fault:
            page.unjudged = str(fault)
            return grounded
        if doubt is None:
            return grounded
        twice = doubt.grave and grounded.verdict is Verdict.CHECK
        return replace(
            grounded,
            verdict=Verdict.UNSUPPORTED if twice else Verdict.CHECK,
            reasons=(*grounded.reasons, Reason("opinion", doubt.reason)),
        )

    def _concluded(self, own: DraftAnswer, page: "_Page") -> DraftAnswer:
        if page.answerable is Answerable.NO:
            return self._unanswered(own, page)
        if page.sentences:
            return DraftAnswer(
                sentences=tuple(page.sentences),
                citations=tuple(page.citations.values()),
                confidence=own.confidence,
                features=own.features,
                mode="generative",
                model=self._model.name,
                withheld=tuple(page.withheld),
                notes=_notes(page),
            )
        if page.fault:
            return _instead(page.fault, own, page)
        if own.answered:
            return _instead("Nothing that the chat model wrote could be shown", own, page)
        return self._as_own(own, page)

    def _unanswered(self, own: DraftAnswer, page: "_Page") -> DraftAnswer:
        """Return that there is no answer, with the passages that come nearest."""
        if not own.answered:
            return self._as_own(own, page)
        near: dict[str, NearPassage] = {}
        for citation in own.citations:
            offset = citation.hit.passage.start
            marked = (citation.start - offset, citation.end - offset)
            near.setdefault(citation.passage_id, NearPassage(citation.hit, marked))
        plain = replace(own, sentences=(), citations=(), near=tuple(near.values())[:NEAR], notes=())
        drafted = self._as_own(plain, page)
        return replace(drafted, notes=(_NO_ANSWER, *drafted.notes))

    def _as_own(self, own: DraftAnswer, page: "_Page") -> DraftAnswer:
        """Return what is not answered either way, as the model's finding."""
        return replace(
            own,
            mode="generative",
            model=self._model.name,
            withheld=tuple(page.withheld),
            notes=(*own.notes, *_withheld(page)),
        )


@dataclass
class _Page:
    """What has been written so far: sentences to show, their citations, sentences withheld.

    A sentence withheld keeps the numbers that the model gave, which are ranks of hits. `fault` is
    why there is no more, "" where the reply is whole.
    """

    sentences: list[Sentence] = field(default_factory=list)
    withheld: list[Sentence] = field(default_factory=list)
    citations: dict[tuple[str, int, int], Citation] = field(default_factory=dict)
    answerable: Answerable | None = None
    fault: str = ""
    unjudged: str = ""  # why the second opinion failed
    restarts: int = 0
    most: int = 6  # sentences
    lost: bool = False  # whether the sentence before was withheld
    left_out: tuple[int, int] = (0, 0)  # passages that there was no room for, and those given

    @property
    def is_full(self) -> bool:
        return len(self.sentences) >= self.most

    def clear(self, restarts: int) -> None:
        """Forget what turned out to be a thought."""
        self.sentences, self.withheld, self.citations = [], [], {}
        self.restarts, self.lost = restarts, False

    def add(
        self, written: WrittenSentence, grounded: Grounded, hits: Sequence[Hit]
    ) -> Sentence | None:
        """Take a sentence in; return it if it is to be shown.

        One that points back to a sentence that was withheld is withheld with it.
        """
        text, verdict, reasons = grounded.text, grounded.verdict, grounded.reasons
        if self.is_full or any(other.text == text for other in self.sentences):
            return None
        if self.lost and verdict is not Verdict.UNSUPPORTED and leans(text):
            verdict = Verdict.UNSUPPORTED
            reasons = (*reasons, Reason("dangling", "the sentence it points back to was withheld"))
        self.lost = verdict is Verdict.UNSUPPORTED
        if self.lost:
            self.withheld.append(Sentence(text, written.citations, verdict, reasons))
            return None
        numbers = [self._cite(hits[place[0] - 1], *place[1:]) for place in grounded.places]
        sentence = Sentence(text, tuple(dict.fromkeys(numbers)), verdict, reasons)
        self.sentences.append(sentence)
        return sentence

    def cited_by(self, sentence: Sentence) -> tuple[Citation, ...]:
        return tuple(one for one in self.citations.values() if one.number in sentence.citations)

    def _cite(self, hit: Hit, start: int, end: int) -> int:
        offset = hit.passage.start
        place = (hit.passage_id, offset + start, offset + end)
        if place not in self.citations:
            self.citations[place] = Citation(len(self.citations) + 1, hit, *place[1:])
        return self.citations[place].number


def _notes(page: _Page) -> tuple[str, ...]:
    """Return the lines under a written answer: what was withheld, what is missing."""
    lines = list(_withheld(page))
    if page.fault:
        lines.append(page.fault + _REST)
    elif page.answerable is Answerable.PARTIAL:
        lines.append(_PARTIAL)
    if page.unjudged:
        lines.append(_UNJUDGED.format(fault=page.unjudged))
    left, given = page.left_out
    if left:
        lines.append(f"Written from {given} of the brief's {left + given} passages.")
    return tuple(lines)


def _instead(reason: str, own: DraftAnswer, page: _Page) -> DraftAnswer:
    """Return the briefs' own answer with the reason why it is not the model's."""
    line = reason + (_INSTEAD if own.answered else _NOTHING)
    unused = tuple(page.withheld)
    return replace(own, withheld=unused, notes=(*own.notes, line, *_withheld(page)))


def _withheld(page: _Page) -> tuple[str, ...]:
    if not page.withheld:
        return ()
    if len(page.withheld) == 1:
        return ("1 sentence was withheld: it is not supported by the passages it cites.",)
    count = len(page.withheld)
    return (f"{count} sentences were withheld: they are not supported by the passages they cite.",)
