"""List and group the questions without an answer: ledger entries in, questions out.

The same question in other case or punctuation is counted once. Questions answered since, small
talk, questions about the bot and forgotten questions are left out. Those of which the bot was
unsure stand apart: a passage that may answer them was shown. Similar questions are grouped by the
cosine similarity of their sentence vectors, whatever the order in which they come.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.answering.answer import Outcome
from bot.language.untrusted import safe
from bot.ledger.ledger import LedgerEntry
from bot.ledger.record import is_small_talk, outcome_of
from index.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]  # n texts -> unit vectors (n, d)

# Least mean cosine of two groups that become one. Chosen on 14 groups of paraphrases with the
# default model (.50 to .65 got at least .98 of the pairs right), where a wrong merger counts more
# than a missed one; on 13 others F1 of pairs is .85. tests/audit/paraphrases.txt has both.
ALIKE = 0.6
MOST = 1_500  # questions that are compared, the most frequent ones; memory grows with the square


@dataclass(frozen=True)
class Unanswered:
    """A question without an answer, as it reads without its conversation."""

    question: str
    times: int
    first_asked: str  # UTC, ISO 8601
    last_asked: str
    answer_id: str  # of the last time
    nearest: tuple[str, ...]  # titles of the briefs that were nearest then, the nearest first
    outcome: Outcome = Outcome.DECLINED  # of the last time

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "nearest": list(self.nearest)}

    def plain(self) -> str:
        """Return it as people read it."""
        nearest = f"; nearest: {self.nearest[0]}" if self.nearest else ""
        asked = f"{_times(self.times)}, last {self.last_asked[:10]}"
        return safe(f"{self.question}  ({asked}{nearest})")


@dataclass(frozen=True)
class QuestionGroup:
    """Open questions about the same thing that ended alike; one like no other is a group of one."""

    title: str  # the question nearest to all of them
    questions: tuple[Unanswered, ...]  # the most frequent first, then the latest

    @property
    def times(self) -> int:
        return sum(item.times for item in self.questions)

    @property
    def last_asked(self) -> str:
        """When one of them was asked last: UTC, ISO 8601."""
        return max(item.last_asked for item in self.questions)

    @property
    def outcome(self) -> Outcome:
        """How they ended the last time."""
        return self.questions[0].outcome

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "outcome": str(self.outcome),
            "times": self.times,
            "last_asked": self.last_asked,
            "questions": [item.to_json() for item in self.questions],
        }

    def plain(self) -> str:
        """Return it as people read it: the title, then the other forms."""
        if len(self.questions) == 1:
            return self.questions[0].plain()
        forms = f"{_times(self.times)} in {len(self.questions)} forms"
        lines = [f"{self.title}  ({forms}, last {self.last_asked[:10]})"]
        lines += [f"  {item.question}" for item in self.questions if item.question != self.title]
        return "\n".join(map(safe, lines))


def unanswered(entries: Iterable[LedgerEntry]) -> list[Unanswered]:
    """Return the open questions, the most frequent first, then the latest.

    The entries come oldest first. An answer to the same question closes it, whoever asked; if it
    is declined again later, it is open again.
    """
    found: dict[tuple[str, ...], Unanswered] = {}
    for entry in entries:
        if entry.private is None or is_small_talk(entry.body):
            continue
        question = str(entry.private["standalone_question"])
        key = tuple(words(question))
        if outcome_of(entry.body) is Outcome.ANSWERED:
            found.pop(key, None)
        else:
            found[key] = _again(found.get(key), entry, question)
    latest = sorted(found.values(), key=lambda item: item.last_asked, reverse=True)
    return sorted(latest, key=lambda item: -item.times)


def apart(questions: Sequence[Unanswered]) -> dict[Outcome, list[Unanswered]]:
    """Return the questions that were declined, then those of which the bot was unsure."""
    return {
        outcome: [one for one in questions if one.outcome is outcome]
        for outcome in (Outcome.DECLINED, Outcome.UNSURE)
    }


def question_groups(questions: Sequence[Unanswered], embed: Embed) -> tuple[QuestionGroup, ...]:
    """Return the groups, the most frequent first, then the latest.

    Of more than MOST questions the rest are not grouped. Raises what `embed` raises.
    """
    ordered = sorted(questions, key=_rank)
    compared, rest = ordered[:MOST], ordered[MOST:]
    found = [QuestionGroup(item.question, (item,)) for item in rest]
    if compared:
        vectors = embed([item.question for item in compared])
        cosines = (vectors @ vectors.T).astype("float64")
        found += [_group(compared, cosines, members) for members in clusters(cosines)]
    latest = sorted(found, key=lambda group: (group.last_asked, group.title), reverse=True)
    return tuple(sorted(latest, key=lambda group: -group.times))


def clusters(cosines: "NDArray[np.float64]", alike: float = ALIKE) -> list[list[int]]:
    """Return the rows of a symmetric matrix (n, n) in clusters, each in ascending order.

    Agglomerative clustering with average linkage: two clusters are merged while their mean cosine
    is at least `alike`.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(cosines) < 2:
        return [[at] for at in range(len(cosines))]
    distances = squareform((1 - cosines).clip(min=0), checks=False)  # rounding may go below 0
    labels = fcluster(linkage(distances, "average"), 1 - alike, "distance")
    members: dict[int, list[int]] = {}
    for row, label in enumerate(labels):
        members.setdefault(label, []).append(row)
    return list(members.values())


def _again(before: Unanswered | None, entry: LedgerEntry, question: str) -> Unanswered:
    titles = dict.fromkeys(str(hit["brief"]["title"]) for hit in entry.body["nearest"])
    now = Unanswered(
        question,
        1,
        entry.created_at,
        entry.created_at,
        entry.answer_id,
        tuple(titles),
        outcome_of(entry.body),
    )
    if before is None:
        return now
    return replace(now, times=before.times + 1, first_asked=before.first_asked)


def _group(
    questions: Sequence[Unanswered], cosines: "NDArray[np.float64]", members: list[int]
) -> QuestionGroup:
    """Name a cluster after its medoid; of equals, after the most frequent."""
    near = cosines[members][:, members].sum(axis=1).round(6)
    title = questions[members[int(near.argmax())]].question
    return QuestionGroup(title, tuple(questions[at] for at in members))


def _rank(item: Unanswered) -> tuple[int, tuple[int, ...], str]:
    """Sort the most frequent first, then the latest, then by words."""
    return -item.times, tuple(-ord(sign) for sign in item.last_asked), item.question


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
