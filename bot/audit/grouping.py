"""Group open questions by likeness: questions and what embeds them in, groups with a title out.

Agglomerative clustering with average linkage over the cosine of sentence vectors; the order in
which the questions come plays no part. Reads no ledger and no brief.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.audit.unanswered import Unanswered, row

Embed = Callable[[Sequence[str]], NDArray[np.float32]]  # n texts -> unit vectors (n, d)

# Mean cosine from which two groups are one. Chosen on 14 groups of paraphrases with the default
# model (.50 to .65 told at least .98 of the pairs right), where a wrong merger counts more than a
# missed one; on 13 others F1 of pairs is .85. tests/audit/paraphrases.py has both.
ALIKE = 0.6
MOST = 1_500  # questions compared with each other, the most often asked; time grows with the cube
_NEVER = -2.0  # below every cosine


@dataclass(frozen=True)
class Group:
    """Open questions about the same thing; one that is like no other is alone."""

    title: str  # the question that is nearest to all of them
    questions: tuple[Unanswered, ...]  # the most often asked first, then the latest

    @property
    def times(self) -> int:
        """How often they were asked, all together."""
        return sum(item.times for item in self.questions)

    @property
    def last_asked(self) -> str:
        """When one of them was asked last: UTC, ISO 8601."""
        return max(item.last_asked for item in self.questions)


def groups(questions: Sequence[Unanswered], embed: Embed) -> tuple[Group, ...]:
    """Return the groups, the most often asked first, then the latest.

    Of more than MOST questions the rest stand alone. Raises what `embed` raises.
    """
    ordered = sorted(questions, key=_rank)
    compared, rest = ordered[:MOST], ordered[MOST:]
    found = [Group(item.question, (item,)) for item in rest]
    if compared:
        vectors = embed([item.question for item in compared])
        cosines = (vectors @ vectors.T).astype(np.float64)
        found += [_group(compared, cosines, members) for members in clusters(cosines)]
    latest = sorted(found, key=lambda group: (group.last_asked, group.title), reverse=True)
    return tuple(sorted(latest, key=lambda group: -group.times))


def clusters(cosines: NDArray[np.float64], alike: float = ALIKE) -> list[list[int]]:
    """Return the rows of a symmetric matrix (n, n) in clusters, each in ascending order.

    The two nearest are merged until none have a mean cosine of at least `alike`. After Lance and
    Williams (1967, doi.org/10.1093/comjnl/9.4.373).
    """
    near = cosines.copy()
    np.fill_diagonal(near, _NEVER)
    members = [[at] for at in range(len(near))]
    while len(near):
        one, other = divmod(int(near.argmax()), len(near))
        if near[one, other] < alike:
            break
        mine, theirs = len(members[one]), len(members[other])
        near[one] = (mine * near[one] + theirs * near[other]) / (mine + theirs)
        near[:, one] = near[one]
        near[one, one] = _NEVER
        near[other], near[:, other] = _NEVER, _NEVER
        members[one] += members[other]
        members[other] = []
    return [sorted(rows) for rows in members if rows]


def group_json(group: Group) -> dict[str, Any]:
    """Return the JSON object of one group."""
    return {
        "title": group.title,
        "times": group.times,
        "last_asked": group.last_asked,
        "questions": [row(item) for item in group.questions],
    }


def _group(
    questions: Sequence[Unanswered], cosines: NDArray[np.float64], members: list[int]
) -> Group:
    """Name a cluster after its medoid; of equals the most often asked."""
    near = cosines[np.ix_(members, members)].sum(axis=1).round(6)
    title = questions[members[int(near.argmax())]].question
    return Group(title, tuple(questions[at] for at in members))


def _rank(item: Unanswered) -> tuple[int, tuple[int, ...], str]:
    """Sort the most often asked first, then the latest, then by words."""
    return -item.times, tuple(-ord(sign) for sign in item.last_asked), item.question
