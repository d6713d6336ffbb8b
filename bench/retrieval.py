"""Measure `briefs search` on the gold questions: are all passages that a question needs on top?

Every question three times: with its conversation, alone, and as rewritten by hand to stand alone.
The peer, the tutorial's vector search over the same reports, is asked the last turn and the
rewritten question, if bench.ingest has made its store in the same work folder, which takes minutes;
it knows no conversations.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench import command
from bench.figures import Figure
from bench.gold import FOUND_SHARE, RUN_WORDS, Question, first_rank, questions
from bench.workplace import Workplace

DEPTHS = (1, 5, 10, 50)
BAR = 0.66  # all gold passages in the top 5, follow-ups with their conversation
Asked = tuple[str, tuple[str, ...]]  # question and earlier turns
MODES: dict[str, Callable[[Question], Asked]] = {
    "with conversation": lambda item: (item.question, item.conversation),
    "last turn alone": lambda item: (item.question, ()),
    "rewritten by hand": lambda item: (item.standalone, ()),
}


@dataclass(frozen=True)
class Found:
    """Where a question's passages were found: the ranks from 1 of all it needs, None if missing."""

    question: Question
    ranks: tuple[int | None, ...]

    def within(self, depth: int) -> bool:
        """Whether all that is needed is among the first `depth` hits."""
        return all(rank is not None and rank <= depth for rank in self.ranks)

    @property
    def reciprocal(self) -> float:
        """One over the rank of the first needed passage; 0 without any (Voorhees, 1999)."""
        return 1 / min((rank for rank in self.ranks if rank), default=float("inf"))


def measure(place: Workplace) -> list[Figure]:
    """Return recall at several depths and MRR for each way of asking, and by type of question."""
    asked = [item for item in questions(place.data) if item.answerable]
    found = {mode: search(place, asked, mode) for mode in MODES}
    figures = []
    for mode, results in found.items():
        bar = BAR if "conv" in mode else None
        figure = _figure(f"gold-dev, {mode}", results, bar)
        if bar is None and place.has("store"):
            peer = _scores(search_peer(place, asked, mode))
            figure = replace(figure, peer=peer)
        figures.append(figure)
        if mode == "with conversation":
            types = sorted({item.question.type for item in results})
            for kind in types:
                chosen = [item for item in results if item.question.type == kind]
                figures.append(_figure(f"… of type {kind}", chosen, None))
    follow_ups = [item.id for item in asked if item.conversation]
    for mode, results in found.items():
        chosen = [item for item in results if item.question.id in follow_ups]
        figures.append(_figure(f"follow-ups, {mode}", chosen, None))
    return figures


def search(place: Workplace, asked: Sequence[Question], mode: str) -> list[Found]:
    """Ask all questions in one process, in one way of asking."""
    home = place.markdown_library()
    lines = []
    for item in asked:
        question, turns = MODES[mode](item)
        lines.append(json.dumps({"id": item.id, "question": question, "conversation": turns}))
    done = place.briefs(
        home, "search", "--batch", "-", "--json", "-k", str(max(DEPTHS)), given="\n".join(lines)
    )
    replies = [json.loads(line) for line in done.out.splitlines()]
    assert [reply["id"] for reply in replies] == [item.id for item in asked]
    return _found(asked, [[hit["text"] for hit in reply["hits"]] for reply in replies])


def search_peer(place: Workplace, asked: Sequence[Question], mode: str) -> list[Found]:
    """Ask the tutorial's store the same."""
    lines = [" ".join(MODES[mode](item)[0].split()) for item in asked]
    store = place.markdown_store()
    done = place.tutorial("ask", store, "-", str(max(DEPTHS)), given="\n".join(lines))
    return _found(asked, [json.loads(line)["texts"] for line in done.out.splitlines()])


def _found(asked: Sequence[Question], replies: Sequence[Sequence[str]]) -> list[Found]:
    return [
        Found(item, tuple(first_rank(quotes, texts) for quotes in item.needed))
        for item, texts in zip(asked, replies, strict=True)
    ]


def recall(found: Sequence[Found], depth: int) -> float:
    """Return the share of questions with all they need among the first `depth` hits."""
    return sum(item.within(depth) for item in found) / len(found) if found else 0.0


def _figure(what: str, found: Sequence[Found], bar: float | None) -> Figure:
    reached = None if bar is None else recall(found, 5) >= bar
    details = []
    if bar is not None:
        details.append(
            f"all gold passages among the first n hits; a quotation is found in a hit that holds "
            f"≥ {FOUND_SHARE:.0%} of its words in runs of ≥ {RUN_WORDS}"
        )
        details += [
            f"{item.question.id}: {item.question.question} — ranks {list(item.ranks)}"
            for item in found
            if not item.within(5)
        ]
    return Figure(
        f"{what} ({len(found)})",
        _scores(found),
        bar="" if bar is None else f"@5 ≥ {bar}",
        met=reached,
        details=tuple(details),
    )


def _scores(found: Sequence[Found]) -> str:
    rank = sum(item.reciprocal for item in found) / len(found) if found else 0.0
    parts = [f"@{depth} {recall(found, depth):.2f}" for depth in DEPTHS]
    return ", ".join(parts) + f", MRR {rank:.2f}"


if __name__ == "__main__":
    command.main("retrieval", measure)
