"""Show what a replay changed: Replayed in, JSON objects and lines for people out. No I/O."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from bot.answering.render import safe
from bot.audit.changes import Change, Changes, Cited
from bot.audit.replay import Replayed
from bot.audit.word_diff import Op, Stretch

KEPT = 6  # words shown on either side of a change
_MARKS = {Op.KEPT: "{}", Op.REMOVED: "[-{}-]", Op.ADDED: "{{+{}+}}"}


def row(item: Replayed) -> dict[str, Any]:
    """Return the JSON object of one question."""
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
        "changed": [str(kind) for kind in Change if kind in found.kinds],
        "citations": {
            "gained": list(map(_cited_json, found.gained)),
            "lost": list(map(_cited_json, found.lost)),
            "renewed": [
                {"before": _cited_json(old), "after": _cited_json(new)}
                for old, new in found.renewed
            ],
        },
        "words": [{"op": str(each.op), "text": each.text} for each in found.words],
    }


def lines(item: Replayed) -> Iterator[str]:
    """Yield the lines of a question of which something changed; none where nothing did."""
    found = item.changes
    if found is None:
        yield safe(f"{item.answer_id}  {item.asked_at[:10]}  {item.question}")
        yield safe(f"  cannot be asked: {item.fault}")
    elif found.kinds or found.renewed:
        yield safe(f"{item.answer_id}  {item.asked_at[:10]}  {item.question}")
        yield from map(safe, _changed(found))


def summary(items: Sequence[Replayed], forgotten: int) -> list[tuple[str, str]]:
    """Return (what, how many questions) in rows."""
    kinds = Counter(kind for item in items if item.changes for kind in item.changes.kinds)
    asked = [item.changes for item in items if item.changes]
    rows = [
        ("asked", len(asked)),
        ("the same", sum(Change.CHANGED not in each.kinds for each in asked)),
        ("answered, was declined", kinds[Change.ANSWERED]),
        ("declined, was answered", kinds[Change.DECLINED]),
        ("other passages cited", kinds[Change.CITATIONS]),
        ("only other words", sum(each.kinds == {Change.CHANGED} for each in asked)),
        ("same passages, newer version", sum(bool(each.renewed) for each in asked)),
        ("could not be asked", len(items) - len(asked)),
        ("forgotten, not asked", forgotten),
    ]
    return [(what, str(count)) for what, count in rows]


def marked(words: Sequence[Stretch]) -> str:
    """Return a word diff as one line: [-removed-], {+added+}, long kept stretches shortened."""
    said = []
    for place, each in enumerate(words):
        text = each.text.strip()
        if each.op is Op.KEPT:
            text = _shortened(text, first=place == 0, last=place == len(words) - 1)
        space = " " if each.text.startswith(" ") else ""
        said.append(space + _MARKS[each.op].format(text))
    return "".join(said).strip()


def _changed(found: Changes) -> Iterator[str]:
    if Change.ANSWERED in found.kinds:
        yield "  was declined, is answered"
    if Change.DECLINED in found.kinds:
        yield "  was answered, is declined"
    for one in found.lost:
        yield f"  no longer cites {one.place} ({one.title})"
    for one in found.gained:
        yield f"  now cites {one.place} ({one.title})"
    for old, new in found.renewed:
        yield f"  cites {new.place} in place of {old.place}, the same words ({new.title})"
    if found.words:
        yield f"  {marked(found.words)}"


def _shortened(text: str, *, first: bool, last: bool) -> str:
    words = text.split()
    most = KEPT if first or last else 2 * KEPT
    if len(words) <= most:
        return text
    before = "" if first else " ".join(words[:KEPT]) + " "
    after = "" if last else " " + " ".join(words[-KEPT:])
    return f"{before}…{after}"


def _cited_json(one: Cited) -> dict[str, Any]:
    return {
        "brief_id": one.brief_id,
        "version": one.version,
        "title": one.title,
        "paragraph": one.paragraph,
        "passage_sha256": one.passage_sha256,
    }
