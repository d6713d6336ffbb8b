"""Show a random sample of answers with what editors said of each: a selection in, the drawn out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.audit.judgements import Judgement
from bot.audit.rated import judgements, name
from bot.audit.register import Register
from bot.audit.sampling import draw
from bot.audit.selection import Order, Selection
from bot.ledger import Entry, Ledger
from bot.render import safe
from index.storage.database import Database


@dataclass(frozen=True)
class Item:
    """One answer of a sample. `judged` has the judgements of each sentence, by its number."""

    entry: Entry
    judged: Mapping[int, Sequence[Judgement]]

    @property
    def is_judged(self) -> bool:
        """Whether an editor judged every sentence."""
        return len(self.judged) == len(self.entry.body["sentences"])


@dataclass(frozen=True)
class Drawn:
    """A sample, in the order drawn, of the answers that answered."""

    items: tuple[Item, ...]
    population: int
    seed: int

    @property
    def unjudged(self) -> int:
        """How many still want a judgement."""
        return sum(not item.is_judged for item in self.items)


def draw_answers(database: Database, selection: Selection, count: int, seed: int) -> Drawn:
    """Return `count` random answers among those of a selection that answered."""
    register, ledger = Register(database), Ledger(database)
    register.catch_up()
    rows = register.answers(replace(selection, answered=True, sample=None), Order.TIME)
    chosen = draw((row.answer_id for row in rows), count, seed)
    given: dict[str, dict[int, list[Judgement]]] = {one: {} for one in chosen}
    for one in judgements(ledger, given):
        given[one.answer_id].setdefault(one.sentence, []).append(one)
    items = tuple(Item(ledger.get(one), given[one]) for one in chosen)
    return Drawn(items, len(rows), seed)


def shown_json(item: Item, drawn: Drawn) -> dict[str, Any]:
    """Return the JSON object of one answer of a sample."""
    entry = item.entry
    return {
        "answer_id": entry.answer_id,
        "created_at": entry.created_at,
        "question": _question(entry),
        "mode": entry.body["mode"],
        "judged": item.is_judged,
        "sentences": [
            {
                "sentence": number,
                "text": one["text"],
                "citations": one["citations"],
                "verdict": one["verdict"],
                "judged": {name(each): str(each.judged) for each in item.judged.get(number, ())},
            }
            for number, one in enumerate(entry.body["sentences"], 1)
        ],
        "population": drawn.population,
        "seed": drawn.seed,
    }


def shown_plain(item: Item) -> str:
    """Return the lines of one answer of a sample as people read them."""
    entry = item.entry
    state = "judged" if item.is_judged else "not judged"
    lines = [f"{entry.answer_id}  {entry.created_at[:10]}  {state}  {_question(entry)}"]
    for number, one in enumerate(entry.body["sentences"], 1):
        marks = "".join(f"[{cited}]" for cited in one["citations"])
        lines.append(f"  {number}. {one['text']} {marks}")
        lines += [f"     {name(each)}: {each.judged}" for each in item.judged.get(number, ())]
    return "\n".join(map(safe, lines))


def _question(entry: Entry) -> str:
    return str((entry.private or {}).get("standalone_question") or "(question forgotten)")
