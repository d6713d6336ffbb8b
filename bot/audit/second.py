"""Ask a chat model for its opinion on the answers of a selection, and count what it thinks."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.audit.judgements import Judged
from bot.audit.opinions import SecondJudge
from bot.audit.register import Register
from bot.audit.selection import Selection
from bot.errors import ChatError
from bot.ledger import Ledger
from index.library import Library


@dataclass
class Seconded:
    """What a chat model thinks of the sentences that it had not judged before."""

    judge: str
    answers: int = 0
    judged: Counter[Judged] = field(default_factory=Counter)
    fault: str | None = None  # what stopped it

    def to_json(self) -> dict[str, Any]:
        """Return the object for programs."""
        judged = {str(one): self.judged[one] for one in Judged}
        return {
            "judge": self.judge, "answers": self.answers, "judged": judged, "fault": self.fault,
        }  # fmt: skip

    def line(self) -> str:
        """Return what people read."""
        said = ", ".join(f"{self.judged[one]:,} {one}" for one in Judged if self.judged[one])
        return f"{self.judge} judged {self.judged.total():,} sentences: {said or 'none was new'}"


def judge(library: Library, name: str) -> Callable[[Selection], Seconded]:
    """Return what has "provider:model" judge the answers of a selection.

    Raises UsageError for a name that is none, and ChatUnavailable where it cannot be called.
    """
    second = SecondJudge(library.database, library.settings, name)
    second.load()

    def judging(selection: Selection) -> Seconded:
        ledger, found = Ledger(library.database), Seconded(name)
        for body in Register(library.database).bodies(selection):
            try:
                made = second.second(ledger, ledger.get(body["answer_id"]))
            except ChatError as error:
                found.fault = f"{name}: {error}; run the same command to go on"
                break
            found.answers += 1
            found.judged.update(one.judged for one in made)
        return found

    return judging
