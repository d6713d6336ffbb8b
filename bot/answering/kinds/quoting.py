"""Put chosen sentences, rows and items into a draft: stretches in, cited sentences out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answering.answer import Citation, DraftAnswer, Sentence, verbatim
from bot.answering.answerability import Decision
from bot.answering.candidates import Quotable
from bot.answering.emphasis import emphasis
from bot.answering.readable import shown
from bot.question.question import Question
from index.passage import Hit

_ENDS = re.compile(r"(?:[,;]?\s+(?:and|or)|[,;])\s*$")


@dataclass(frozen=True)
class Line:
    """A stretch of a passage, as offsets into its text, with the label that stands before it."""

    hit: Hit
    start: int
    end: int
    label: str = ""

    @property
    def text(self) -> str:
        """The stretch."""
        return self.hit.passage.text[self.start : self.end]


def lines_of(found: Sequence[Quotable]) -> list[Line]:
    """Return the sentences, without the one that a sentence leans on where another shows it."""
    others = [[other for other in found if other is not one] for one in found]
    starts = [
        one.core if any(map(one.overlaps, rest)) else one.start
        for one, rest in zip(found, others, strict=True)
    ]
    return [Line(one.hit, start, one.end) for one, start in zip(found, starts, strict=True)]


def without_joint(text: str) -> str:
    """Return an item of a list without what joins it to the next: "; and"."""
    found = _ENDS.search(text)
    return text[: found.start()] if found else text


def drafted(
    question: Question, lines: Sequence[Line], decision: Decision, notes: Sequence[str] = ()
) -> DraftAnswer:
    """Return the draft that quotes these lines in this order."""
    citations = tuple(_citation(number, line) for number, line in enumerate(lines, 1))
    return DraftAnswer(
        sentences=tuple(
            _sentence(question, line, citation)
            for line, citation in zip(lines, citations, strict=True)
        ),
        citations=citations,
        confidence=decision.confidence,
        features=decision.features,
        notes=tuple(notes),
    )


def _citation(number: int, line: Line) -> Citation:
    offset = line.hit.passage.start
    return Citation(number, line.hit, offset + line.start, offset + line.end)


def _sentence(question: Question, line: Line, citation: Citation) -> Sentence:
    passage = line.hit.passage
    sentence = verbatim(shown(line.text, passage.text, passage.context), citation)
    bold = emphasis(question.text, question.wants, sentence.text)
    return replace(sentence, bold=bold, label=line.label)
