"""Ask old questions again and compare the answers: a record in, what changed out.

A question is asked as it was then: with the turns before it, the briefs it was limited to, the day
and the time zone that "yesterday" depends on. Who answers is handed in. Nobody's name is used, and
forgotten questions cannot be asked.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.audit.text_diff import Op, Stretch, marked_up, word_diff
from bot.language.untrusted import safe
from bot.ledger.ledger import LedgerEntry
from bot.question.question import Turn
from index.errors import BriefsError, UsageError
from index.vectors.snapshot import Filters

Json = Mapping[str, Any]

# Answers (question, turns, filters, time zone, moment); returns the body of the answer's record.
Ask = Callable[[str, Sequence[Turn], Filters, str | None, datetime], Json]


class ReplayChange(StrEnum):
    """A kind of change, as `--fail-on` names it."""

    ANSWERED = "answered"  # it was declined, and is answered now
    DECLINED = "declined"  # it was answered, and is declined now
    CITATIONS = "citations"  # it cites other passages
    CHANGED = "changed"  # any of these, or other words


@dataclass(frozen=True)
class CitedPassage:
    brief_id: str
    version: int
    passage_sha256: str
    title: str = field(compare=False)
    paragraph: int = field(compare=False)

    @property
    def place(self) -> str:
        """Where it is: "ID@2#p4"."""
        return f"{self.brief_id}@{self.version}#p{self.paragraph}"


@dataclass(frozen=True)
class AnswerChanges:
    """What changed between two answers to one question.

    Passages are the same if their text is. `renewed` are (then, now): a passage that is unchanged
    in a newer version of its brief, which is not lost.
    """

    answered_before: bool
    answered_after: bool
    gained: tuple[CitedPassage, ...] = ()
    lost: tuple[CitedPassage, ...] = ()
    renewed: tuple[tuple[CitedPassage, CitedPassage], ...] = ()
    words: tuple[Stretch, ...] = ()  # of the whole answer; () where no word changed

    @property
    def kinds(self) -> frozenset[ReplayChange]:
        """What changed, in the words of `--fail-on`; empty where nothing did."""
        found = set()
        if self.answered_after != self.answered_before:
            found.add(ReplayChange.ANSWERED if self.answered_after else ReplayChange.DECLINED)
        if self.gained or self.lost:
            found.add(ReplayChange.CITATIONS)
        if found or self.words:
            found.add(ReplayChange.CHANGED)
        return frozenset(found)


def changes(before: Json, after: Json) -> AnswerChanges:
    """Compare the bodies of two records of one question."""
    old, new = _passages(before), _passages(after)
    lost = [one for one in old if one not in new]
    gained = [one for one in new if one not in old]
    renewed = []
    for one in list(lost):
        if twin := next((each for each in gained if _same_words(one, each)), None):
            renewed.append((one, twin))
            lost.remove(one)
            gained.remove(twin)
    return AnswerChanges(
        answered_before=bool(before["answered"]),
        answered_after=bool(after["answered"]),
        gained=tuple(gained),
        lost=tuple(lost),
        renewed=tuple(renewed),
        words=tuple(word_diff(_text(before), _text(after))),
    )


def _same_words(one: CitedPassage, other: CitedPassage) -> bool:
    return (one.brief_id, one.passage_sha256) == (other.brief_id, other.passage_sha256)


def _passages(body: Json) -> list[CitedPassage]:
    """Return the passages cited, each once, in the order of their numbers."""
    found = []
    for citation in body["citations"]:
        passage = citation["passage"]
        brief = passage["brief"]
        place = (brief["id"], brief["version"], passage["sha256"])
        found.append(CitedPassage(*place, brief["title"], passage["paragraph"]))
    return list(dict.fromkeys(found))


def _text(body: Json) -> str:
    return " ".join(one["text"] for one in body["sentences"])


@dataclass(frozen=True)
class Replayed:
    """An old question asked again. Without `changes` that failed, and `fault` says why."""

    answer_id: str
    asked_at: str  # UTC, ISO 8601
    question: str
    changes: AnswerChanges | None
    fault: str | None = None
    limits_known: bool = True  # whether its record says which briefs it was limited to


def replay(entry: LedgerEntry, ask: Ask) -> Replayed:
    """Ask the question of a record again, as on its day; UsageError if it was forgotten."""
    private = entry.private
    if private is None:
        raise UsageError(f"{entry.answer_id}: its question was forgotten; it cannot be asked")
    found, fault = None, None
    try:
        found = changes(entry.body, asked_again(entry, ask))
    except BriefsError as error:
        fault = str(error)
    return Replayed(
        answer_id=entry.answer_id,
        asked_at=entry.created_at,
        question=str(private["standalone_question"]),
        changes=found,
        fault=fault,
        limits_known="filters" in entry.body,
    )


def asked_again(entry: LedgerEntry, ask: Ask, moment: datetime | None = None) -> Json:
    """Return the body of today's answer to a record's question, as if asked at a moment."""
    private = entry.private or {}
    recorded = entry.body.get("filters", {})
    known = [one.name for one in fields(Filters) if one.name in recorded]
    return ask(
        private["question"],
        [Turn(**turn) for turn in private["turns"]],
        Filters(**{name: _tupled(recorded[name]) for name in known}),
        private.get("zone"),
        moment or datetime.fromisoformat(entry.created_at),
    )


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


# For programs and people


CONTEXT = 6  # words shown on either side of a change


def replay_json(item: Replayed) -> dict[str, Any]:
    found = item.changes
    common = {
        "answer_id": item.answer_id,
        "asked_at": item.asked_at,
        "question": item.question,
        "limits_known": item.limits_known,
    }
    if found is None:
        return {**common, "error": item.fault}
    return {
        **common,
        "answered": {"before": found.answered_before, "after": found.answered_after},
        "changed": [str(kind) for kind in ReplayChange if kind in found.kinds],
        "citations": {
            "gained": list(map(vars, found.gained)),
            "lost": list(map(vars, found.lost)),
            "renewed": [{"before": vars(old), "after": vars(new)} for old, new in found.renewed],
        },
        "words": [{"op": str(each.op), "text": each.text} for each in found.words],
    }


def replay_lines(item: Replayed) -> Iterator[str]:
    """Yield the lines of a question if something changed, otherwise none."""
    found = item.changes
    if found is None:
        yield safe(f"{item.answer_id}  {item.asked_at[:10]}  {item.question}")
        yield safe(f"  cannot be asked: {item.fault}")
    elif found.kinds or found.renewed:
        yield safe(f"{item.answer_id}  {item.asked_at[:10]}  {item.question}")
        yield from map(safe, _changed(found))


def replay_summary(items: Sequence[Replayed], forgotten: int) -> list[tuple[str, str]]:
    """Return table rows: (what, how many questions)."""
    kinds = Counter(kind for item in items if item.changes for kind in item.changes.kinds)
    asked = [item.changes for item in items if item.changes]
    rows = [
        ("asked", len(asked)),
        ("the same", sum(ReplayChange.CHANGED not in each.kinds for each in asked)),
        ("answered, was declined", kinds[ReplayChange.ANSWERED]),
        ("declined, was answered", kinds[ReplayChange.DECLINED]),
        ("other passages cited", kinds[ReplayChange.CITATIONS]),
        ("only other words", sum(each.kinds == {ReplayChange.CHANGED} for each in asked)),
        ("same passages, newer version", sum(bool(each.renewed) for each in asked)),
        ("could not be asked", len(items) - len(asked)),
        ("forgotten, not asked", forgotten),
    ]
    return [(what, str(count)) for what, count in rows]


def marked(words: Sequence[Stretch]) -> str:
    """Return a word diff as one line: [-removed-], {+added+}, long kept stretches shortened."""
    parts = []
    for place, each in enumerate(words):
        text = each.text
        if each.op is Op.KEPT:
            space = " " * text.startswith(" ")
            text = space + _shortened(text.strip(), place == 0, place == len(words) - 1)
        parts.append(marked_up(each.op, text))
    return "".join(parts).strip()


def _changed(found: AnswerChanges) -> Iterator[str]:
    if ReplayChange.ANSWERED in found.kinds:
        yield "  was declined, is answered"
    if ReplayChange.DECLINED in found.kinds:
        yield "  was answered, is declined"
    for one in found.lost:
        yield f"  no longer cites {one.place} ({one.title})"
    for one in found.gained:
        yield f"  now cites {one.place} ({one.title})"
    for old, new in found.renewed:
        yield f"  cites {new.place} in place of {old.place}, the same words ({new.title})"
    if found.words:
        yield f"  {marked(found.words)}"


def _shortened(text: str, first: bool, last: bool) -> str:
    words = text.split()
    most = CONTEXT if first or last else 2 * CONTEXT
    if len(words) <= most:
        return text
    before = "" if first else " ".join(words[:CONTEXT]) + " "
    after = "" if last else " " + " ".join(words[-CONTEXT:])
    return f"{before}…{after}"
