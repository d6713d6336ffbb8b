"""Ask a chat model for its opinion on the answers of a selection, and count what it thinks."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.audit.judgements import Judged
from bot.audit.opinions import SecondJudge
from bot.audit.register import Register
from bot.audit.selection import Selection
from bot.errors import ChatError, ChatUnavailable
from bot.ledger.ledger import Entry, Ledger
from index.library import Library


@dataclass
class Seconded:
    """What a chat model thinks of the sentences that it had not judged before."""

    judge: str
    answers: int = 0
    judged: Counter[Judged] = field(default_factory=Counter)
    failed: int = 0  # answers of which a sentence could not be judged
    fault: str | None = None  # what went wrong, first

    def to_json(self) -> dict[str, Any]:
        """Return the object for programs."""
        judged = {str(one): self.judged[one] for one in Judged}
        return {
            "judge": self.judge, "answers": self.answers, "judged": judged,
            "failed": self.failed, "fault": self.fault,
        }  # fmt: skip

    def line(self) -> str:
        """Return what people read."""
        said = ", ".join(f"{self.judged[one]:,} {one}" for one in Judged if self.judged[one])
        return f"{self.judge} judged {self.judged.total():,} sentences: {said or 'none was new'}"


def judge(library: Library, name: str) -> Callable[[Selection], Seconded]:
    """Return what has "provider:model" judge the answers of a selection.

    It goes on after a reply that fails or is of no use, and stops where the model cannot be called.
    Raises UsageError for a name that is none.
    """
    second = SecondJudge(library.database, library.settings, name)

    def judging(selection: Selection) -> Seconded:
        ledger, found = Ledger(library.database), Seconded(name)
        try:
            second.load()
            for body in Register(library.database).bodies(selection):
                entry = ledger.get(body["answer_id"])
                _one(second, ledger, entry, found)
        except ChatUnavailable as fault:
            found.fault = f"{name}: {fault}; the rest is not judged: run the same command to go on"
        return found

    return judging


def _one(second: SecondJudge, ledger: Ledger, entry: Entry, found: Seconded) -> None:
    found.answers += 1
    try:
        made = second.second(ledger, entry)
    except ChatUnavailable:
        raise
    except ChatError as error:
        found.failed += 1
        found.fault = (
            found.fault or f"{second.name}: {entry.answer_id}: {error}; run it again to go on"
        )
        return
    found.judged.update(one.judged for one in made)
