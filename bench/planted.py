"""Plant one fault in a sound record: a body in, a faulty one and what must be found in it out.

Works on the JSON of records alone and finds quotations and facts with patterns of its own, so that
no check is measured by itself.
"""

import copy
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench import swaps

Body = dict[str, Any]
_WORD = re.compile(r"(?<![\w-])[a-z]{5,}(?![\w-])")
_INVENTED = (
    "The committee never met again after the harvest of that year and sold its horses.",
    "Observers were surprised that no lanterns were lit along the eastern shore.",
    "Nobody had told the painters that the ceiling would be lowered by spring.",
    "A quiet understanding between the two gardeners kept the orchard in order.",
)


@dataclass(frozen=True)
class Planted:
    """A faulty body. `kinds` are those of which one has to be found; `words` stand in a detail."""

    fault: str
    body: Body
    kinds: frozenset[str]
    before: str
    after: str
    words: tuple[str, ...] = ()
    support: str | None = None  # the passage that would support it


def planted(
    body: Body, others: Sequence[Mapping[str, Any]], documents: Mapping[str, str], seed: int
) -> Iterator[Planted]:
    """Yield a faulty copy for each fault that can be planted in a body.

    `others` are citations of other answers; `documents` the texts of briefs by id.
    """
    for name, plant in _FAULTS.items():
        made = plant(_Plot(name, copy.deepcopy(body), others, documents, random.Random(seed)))
        if made is not None:
            yield made


@dataclass
class _Plot:
    name: str
    body: Body
    others: Sequence[Mapping[str, Any]]
    documents: Mapping[str, str]
    rng: random.Random

    @property
    def sentence(self) -> dict[str, Any]:
        return self.body["sentences"][0]  # type: ignore[no-any-return]

    @property
    def citation(self) -> dict[str, Any]:
        wanted = self.sentence["citations"][0]
        return next(one for one in self.body["citations"] if one["number"] == wanted)

    @property
    def is_written(self) -> bool:
        return bool(self.body["mode"] != "extractive")

    def misquote(self, new: str) -> None:
        """Put other words in place of the quotation: in the citation and, quoted, in the text."""
        old, text = self.citation["quote"], self.sentence["text"]
        if not self.is_written:
            self.sentence["text"] = new
        elif old in text:
            self.sentence["text"] = text.replace(old, new)
        else:
            self.sentence["text"] = f"The report says: “{new}”"
        self.citation["quote"] = new

    def made(self, kinds: str, before: str, after: str, **more: Any) -> Planted:
        return Planted(self.name, self.body, frozenset(kinds.split()), before, after, **more)


def _no_citation(plot: _Plot) -> Planted:
    before = str(plot.sentence["citations"])
    plot.sentence["citations"] = [len(plot.body["citations"]) + plot.rng.randint(1, 7)]
    return plot.made("dangling", before, str(plot.sentence["citations"]))


def _left_in_text(plot: _Plot) -> Planted:
    number = len(plot.body["citations"]) + plot.rng.randint(1, 7)
    before = plot.sentence["text"]
    plot.sentence["text"] = f"{before} [{number}]"
    return plot.made("dangling", before, plot.sentence["text"])


def _cites_nothing(plot: _Plot) -> Planted:
    plot.sentence["citations"] = []
    return plot.made("dangling", "", plot.sentence["text"])


def _invented(plot: _Plot) -> Planted:
    before = plot.citation["quote"]
    plot.misquote(plot.rng.choice(_INVENTED))
    return plot.made("fabricated", before, plot.citation["quote"])


def _one_word(plot: _Plot) -> Planted | None:
    quote = plot.citation["quote"]
    held = plot.citation["passage"]["text"].lower()
    found = list(_WORD.finditer(quote))
    strange = [
        word for other in plot.others for word in _WORD.findall(other["quote"]) if word not in held
    ]
    if not found or not strange or len(quote.split()) < 6:
        return None
    match, new = plot.rng.choice(found), plot.rng.choice(strange)
    plot.misquote(quote[: match.start()] + new + quote[match.end() :])
    return plot.made("fabricated", quote, plot.citation["quote"], words=(match.group(), new))


def _stitched(plot: _Plot) -> Planted | None:
    """Join the beginning of one sentence of the passage to the end of another."""
    quote, passage = plot.citation["quote"], plot.citation["passage"]["text"]
    pieces = [one for one in re.split(r"(?<=[.;])\s+", passage) if len(one.split()) > 9]
    others = [one for one in pieces if one not in quote and quote not in one]
    others += [one["quote"] for one in plot.body["citations"] if one is not plot.citation]
    words = quote.split()
    others = [one for one in others if len(one.split()) > 9 and "|" not in one]
    if not others or len(words) < 10 or "|" in quote:
        return None
    other = plot.rng.choice(others).split()
    mark = plot.rng.choice((" ", " … "))
    joined = " ".join(words[: len(words) // 2]) + mark + " ".join(other[len(other) // 2 :])
    plot.misquote(joined)
    return plot.made("stitched", quote, joined)


def _wrong_passage(plot: _Plot) -> Planted | None:
    citation = plot.citation
    strange = [one for one in plot.others if one["passage_id"] != citation["passage_id"]]
    strange = [one for one in strange if citation["quote"] not in one["passage"]["text"]]
    if not strange or len(citation["quote"].split()) < 5:
        return None
    other, right = plot.rng.choice(strange), citation["passage_id"]
    before = f"{right}: {citation['quote']}"
    plot.body["nearest"] = []
    for key in ("passage", "passage_id", "brief", "start", "end", "paragraph", "heading", "page"):
        citation[key] = copy.deepcopy(other[key])
    if plot.is_written and citation["quote"] not in plot.sentence["text"]:
        plot.sentence["text"] = f"The report says: “{citation['quote']}”"
    return plot.made("misattributed", before, citation["passage_id"], support=right)


def _wrong_number(plot: _Plot) -> Planted | None:
    """Let a sentence cite another citation of the same answer."""
    quotes = {one["number"]: one for one in plot.body["citations"]}
    mine = plot.citation
    strange = [
        number
        for number, one in quotes.items()
        if one["passage_id"] != mine["passage_id"]
        and plot.sentence["text"] not in one["passage"]["text"]
    ]
    if not strange or len(mine["quote"].split()) < 5:
        return None
    plot.sentence["citations"] = [plot.rng.choice(strange)]
    right = mine["passage_id"]
    return plot.made("misattributed", plot.sentence["text"], str(strange), support=right)


def _fact(kind: str) -> Callable[[_Plot], Planted | None]:
    def plant(plot: _Plot) -> Planted | None:
        document = plot.documents.get(plot.citation["brief"]["id"], "")
        before = plot.sentence["text"]
        after = swaps.changed(kind, before, document, plot.rng)
        if after is None:
            return None
        plot.sentence["text"] = after
        wanted = f"{kind} fabricated" if plot.is_written and "“" in before else kind
        return plot.made(wanted, before, after)

    return plant


_FAULTS: Mapping[str, Callable[[_Plot], Planted | None]] = {
    "marker without citation": _no_citation,
    "marker left in the text": _left_in_text,
    "sentence that cites nothing": _cites_nothing,
    "invented quotation": _invented,
    "one word changed": _one_word,
    "two quotations stitched": _stitched,
    "right quotation, wrong passage": _wrong_passage,
    "right sentence, wrong marker": _wrong_number,
    "number changed": _fact("number"),
    "date changed": _fact("date"),
    "name changed": _fact("name"),
    "negation changed": _fact("negation"),
}
FAULTS = tuple(_FAULTS)
