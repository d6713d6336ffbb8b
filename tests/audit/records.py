"""Answers as the ledger keeps them, made without a model: briefs and quotations in, records out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.answering.answer import Answer, Citation, DraftAnswer, Sentence
from bot.checking.verdict import Reason, Verdict
from bot.ledger.ledger import Ledger
from bot.ledger.record import Basis, body, private, sha256
from bot.question.question import Question
from index.passage import Brief, Hit, Passage

BASIS = Basis(1, "print", {"prompt_version": "1"})
PORT = (
    "Port Aurelia handles 41 million tons of cargo a year.",
    "In 2015 the harbour was leased to the Norvane Shipping Company for 99 years. "
    "Minister Ilse Brandt called the lease a mistake.",
    "Lawyers disagree about the price of ending the lease early.",
)


def brief(*paragraphs: str, id: str = "port", version: int = 1, **facts: Any) -> Brief:
    """Return a brief of these paragraphs."""
    facts = {"title": "Port Aurelia", "date": "2024-03-05", "number": "PA1"} | facts
    return Brief(id=id, version=version, text="\n\n".join(paragraphs), **facts)


def hit(of: Brief, number: int, score: float = 0.9) -> Hit:
    """Return the hit of the paragraph with this number, from 1."""
    paragraph = of.text.split("\n\n")[number - 1]
    start = of.text.index(paragraph)
    end = start + len(paragraph)
    passage = Passage(number - 1, start, end, paragraph, paragraph=number)
    return Hit(f"{of.id}.{of.version}.{number - 1}", passage, of.reference, score, score, 1.0)


def cited(number: int, of: Brief, paragraph: int, quote: str) -> Citation:
    """Return the citation with this number of words of a paragraph."""
    found = hit(of, paragraph)
    start = found.passage.start + found.passage.text.index(quote)
    return Citation(number, found, start, start + len(quote))


@dataclass(frozen=True)
class Told:
    """What an answer says, and who asked what where."""

    citations: tuple[Citation, ...]
    sentences: tuple[Sentence, ...] = ()  # without any: the quotations themselves
    question: str = "Who leases the harbour?"
    asker: str = "slack:T1:U1"
    place: str = "slack:T1:C1:1.2"
    mode: str = "extractive"
    confidence: float = 0.9
    briefs: tuple[Brief, ...] = field(default=())

    def record(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the body and the private part."""
        said = self.sentences or tuple(
            Sentence(one.quote, (one.number,), Verdict.SUPPORTED) for one in self.citations
        )
        hits = tuple({one.passage_id: one.hit for one in self.citations}.values())
        asked = Question(self.question, self.question)
        draft = DraftAnswer(said if hits else (), self.citations, self.confidence, mode=self.mode)
        hashes = {f"{one.id}@{one.version}": sha256(one.text) for one in self.briefs}
        made = body(Answer("", asked, draft, hits), basis=BASIS, brief_sha256=hashes, seconds={})
        return made, private(asked, (), self.asker, self.place)


def record(ledger: Ledger, answer_id: str, told: Told) -> None:
    """Put an answer into the ledger."""
    ledger.append(answer_id, *told.record())


def doubtful(text: str, numbers: Sequence[int], kind: str, detail: str) -> Sentence:
    """Return a sentence that its own check marked."""
    return Sentence(text, tuple(numbers), Verdict.CHECK, (Reason(kind, detail),))


def quoting(of: Brief, paragraph: int, quote: str, **told: Any) -> Told:
    """Return an answer that is one quotation."""
    return Told((cited(1, of, paragraph, quote),), briefs=(of,), **told)


def later(of: Brief, old: str, new: str) -> Brief:
    """Return the next version of a brief, in which some words are others."""
    return replace(of, version=of.version + 1, text=of.text.replace(old, new))
