"""Build App Home: what is in the library, the newest briefs, your recent questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.render import NO_DATE
from bot.slack import text
from bot.slack.blocks import actions
from bot.slack.blocks import elements as kit
from bot.slack.blocks.briefs import brief_lines
from bot.slack.blocks.elements import Block, Element, View
from bot.slack.delivery.health import USAGE_DAYS, Usage
from bot.slack.phrases import counted
from bot.slack.types import InboxEntry, QuestionOutcome
from index.passage import BriefRef

MOST_BRIEFS = 10
MOST_QUESTIONS = 10
QUESTION = 200

_ENDED = {
    QuestionOutcome.ANSWERED: "answered",
    QuestionOutcome.UNSURE: "a passage that may answer",
    QuestionOutcome.DECLINED: "nothing found",
    QuestionOutcome.FAILED: "failed",
    QuestionOutcome.WITHDRAWN: "deleted",
}


@dataclass(frozen=True)
class HomePage:
    """What App Home shows one person: only of collections that this person may see."""

    briefs: int
    passages: int
    newest: str | None  # date of the newest brief
    latest: Sequence[BriefRef] = ()  # newest first
    recent: Sequence[InboxEntry] = ()  # the person's questions, newest first
    may_add: bool = True
    usage: Usage | None = None  # for admins
    trouble: str = ""  # why nothing of the library can be shown now


def home_view(page: HomePage) -> View:
    add = [kit.button("Add a brief", actions.OPEN_UPLOAD)] if page.may_add else []
    blocks = [
        kit.header("Ask the briefs"),
        kit.paragraph(
            "Message me, mention me in a channel, or ask here. I cite every sentence of an answer; "
            "if the briefs do not contain it, I say so."
        ),
        kit.row(kit.button("Ask a question", actions.OPEN_ASK, style="primary"), *add),
        kit.header("In the library"),
        kit.paragraph(page.trouble or _library(page)),
        *_latest(page.latest),
        *_recent(page.recent),
        *_used(page.usage),
        kit.divider(),
        kit.row(_delete()),
        kit.context("Type /briefs help to see all commands."),
    ]
    return {"type": "home", "blocks": blocks}


def _library(page: HomePage) -> str:
    if not page.briefs:
        return "There are no briefs yet that you can see."
    newest = text.one_line(page.newest or NO_DATE, 40)
    sizes = f"{counted(page.briefs, 'brief')}, {counted(page.passages, 'passage')}"
    return f"{sizes}; the newest is from {newest}." if page.newest else f"{sizes}."


def _latest(briefs: Sequence[BriefRef]) -> list[Block]:
    lines = brief_lines(briefs[:MOST_BRIEFS])
    return [kit.header("Newest briefs"), *lines] if lines else []


def _recent(claims: Sequence[InboxEntry]) -> list[Block]:
    if not claims:
        return []
    blocks = [kit.header("Your recent questions")]
    for claim in claims[:MOST_QUESTIONS]:
        asked = text.one_line(claim.incoming.text, QUESTION)
        ended = _ENDED[claim.outcome] if claim.outcome else "being answered"
        blocks.append(
            kit.rich(kit.section([kit.words(asked or "–"), kit.words(f"  {ended}", italic=True)]))
        )
        if claim.answer_id and claim.outcome in {
            QuestionOutcome.ANSWERED,
            QuestionOutcome.DECLINED,
        }:
            blocks.append(
                kit.row(kit.button("Show passages", actions.SHOW_PASSAGES, claim.answer_id))
            )
    return blocks


def _used(usage: Usage | None) -> list[Block]:
    """Return what admins see of the use that is made of the bot: numbers, nobody's words."""
    if usage is None:
        return []
    ended = [
        f"{_ENDED[outcome]}: {count:,}"
        for outcome in QuestionOutcome
        if (count := usage.outcomes.get(outcome.value, 0))
    ]
    lines = [
        f"{counted(usage.questions, 'question')} by {_people(usage.people)}"
        + (f" ({'; '.join(ended)})" if ended else ""),
        f"Feedback: {usage.good:,} good, {usage.bad:,} bad",
    ]
    return [
        kit.header(f"Usage in the last {USAGE_DAYS} days"),
        *(kit.paragraph(line) for line in lines),
        kit.context("Only admins see this."),
    ]


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _delete() -> Element:
    """Return the button that is there for everybody: older questions are on record, too."""
    asked_first = kit.confirmation(
        "Delete your history?",
        "This deletes your questions and feedback here and on record. What was posted in channels "
        "stays.",
        "Delete",
        "Keep",
    )
    return kit.button(
        "Delete my history", actions.DELETE_HISTORY, style="danger", confirm=asked_first
    )
