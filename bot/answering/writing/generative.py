"""Answer in a chat model's words: question and hits in, a Draft of checked sentences out.

Each sentence is held against the passages it cites as soon as it is complete, and only then shown.
Whatever keeps the model from answering, the briefs' own sentences stand in
(`bot/answering/extractive.py`), and a note says why. Records nothing.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date

from bot.answering import extractive
from bot.answering.answer import Citation, Draft, OnSentence, Sentence, Standalone, Verdict
from bot.answering.writing.grounding import Checker, Grounded, ground
from bot.answering.writing.models import ChatModel
from bot.answering.writing.prompt import SENTENCES, compose
from bot.answering.writing.written import Reply, Written
from bot.checking import verify
from bot.errors import ChatError
from index.library import Library
from index.passage import Hit

_INSTEAD = "; these are the briefs' own sentences."
_NOTHING = "; the briefs' own sentences do not answer it either."


class Writer:
    """An answer maker on a chat model. Safe to share between threads."""

    def __init__(
        self,
        model: ChatModel,
        *,
        check: Checker = verify.check,
        today: Callable[[], date] = date.today,
    ) -> None:
        """Remember the model; it is called at the first question."""
        self._model = model
        self._check = check
        self._today = today

    def __call__(self, question: Standalone, hits: Sequence[Hit], library: Library) -> Draft:
        """Return the answer once it is whole."""
        return self.stream(question, hits, library, None)

    def stream(
        self,
        question: Standalone,
        hits: Sequence[Hit],
        library: Library,
        show: OnSentence | None,
    ) -> Draft:
        """Return the answer, having handed each of its sentences to `show` when it was checked.

        What is returned is the answer: where the model fails in its midst, it has none of the
        sentences that were shown.
        """
        own = extractive.answer(question, hits, library)
        if not hits:
            return own
        page = _Page()
        try:
            answerable = self._write(question, hits, page, show)
        except ChatError as error:
            return _instead(str(error), own, page)
        return self._concluded(answerable, own, page)

    def _write(
        self, question: Standalone, hits: Sequence[Hit], page: "_Page", show: OnSentence | None
    ) -> bool:
        """Fill the page; return whether the model finds that the passages answer."""
        settings = self._model.settings
        prompt = compose(question, hits, self._today(), settings.chat_input_tokens)
        reply, finish = Reply(), None
        with closing(self._model.stream(prompt.messages)) as pieces:  # type: ignore[type-var]
            for piece in pieces:
                finish = piece.finish or finish
                for written in reply.feed(piece.text):
                    sentence = page.add(
                        written, ground(written, prompt.passages, self._check), hits
                    )
                    if show and sentence:
                        show(sentence, page.cited_by(sentence))
                if reply.ended or page.is_full:
                    break
        if not page.is_full:
            reply.close(finish)
        return reply.answerable is not False

    def _concluded(self, answerable: bool, own: Draft, page: "_Page") -> Draft:
        if answerable and page.sentences:
            return Draft(
                sentences=tuple(page.sentences),
                citations=tuple(page.citations.values()),
                confidence=own.confidence,
                features=own.features,
                mode="generative",
                model=self._model.name,
                withheld=tuple(page.withheld),
                notes=_withheld(page),
            )
        if own.answered:
            reason = (
                "Nothing that the chat model wrote could be shown"
                if answerable
                else "The chat model found no answer in the passages"
            )
            return _instead(reason, own, page)
        return replace(
            own,
            mode="generative",
            model=self._model.name,
            withheld=tuple(page.withheld),
            notes=_withheld(page),
        )


@dataclass
class _Page:
    """What has been written so far: sentences to show, their citations, sentences withheld.

    A sentence withheld keeps the numbers that the model gave, which are ranks of hits.
    """

    sentences: list[Sentence] = field(default_factory=list)
    withheld: list[Sentence] = field(default_factory=list)
    citations: dict[tuple[str, int, int], Citation] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        return len(self.sentences) >= SENTENCES

    def add(self, written: Written, grounded: Grounded, hits: Sequence[Hit]) -> Sentence | None:
        """Take a sentence in; return it if it is to be shown."""
        text, verdict, reasons = grounded.text, grounded.verdict, grounded.reasons
        if any(other.text == text for other in self.sentences):
            return None
        if verdict is Verdict.UNSUPPORTED:
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


def _instead(reason: str, own: Draft, page: _Page) -> Draft:
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
