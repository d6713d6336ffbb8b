"""Build what askers are told when a brief behind their answer has changed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack import actions, text
from bot.slack.corrections import WITHDRAWN, Correction
from bot.slack.elements import (
    MESSAGE_TEXT,
    Block,
    Element,
    Message,
    button,
    context,
    rich,
    section,
    words,
)
from bot.slack.elements import actions as row
from bot.slack.phrases import counted

MOST_ANSWERS = 5  # in one message
MOST_CHANGES = 4  # of one brief
WORDS = 240  # characters of what was changed
TITLE = 200
QUESTION = 200


@dataclass(frozen=True)
class Corrected:
    """An answer of which somebody is told; `question` only where it need be said which one."""

    answer_id: str
    given_at: str  # UTC, ISO 8601
    corrections: tuple[Correction, ...]
    question: str = ""


def corrected(answers: Sequence[Corrected]) -> Message:
    """Return the message about some answers, all of one place."""
    lines, blocks = list[str](), list[Block]()
    for one in answers[:MOST_ANSWERS]:
        heading = _heading(one)
        run: list[Element | None] = [words(heading, bold=True)]
        if one.question:
            asked = text.one_line(one.question, QUESTION)
            run += [words(f"\nYou asked: {asked}", italic=True)]
            lines.append(text.for_message(f"{heading} ({asked})"))
        else:
            lines.append(text.for_message(heading))
        blocks.append(rich(section(run), *(section(_told(each)) for each in one.corrections)))
        lines += [text.for_message(_as_text(each)) for each in one.corrections]
        blocks.append(row(button("Ask again", actions.ASK_ANEW, one.answer_id)))
    if len(answers) > MOST_ANSWERS:
        more = f"and {counted(len(answers) - MOST_ANSWERS, 'more answer')}"
        lines.append(more)
        blocks.append(context(more))
    return Message(text.fit("\n".join(lines), MESSAGE_TEXT), tuple(blocks))


def _heading(one: Corrected) -> str:
    gone = all(each.version == WITHDRAWN for each in one.corrections)
    what = "withdrawn" if gone else "corrected"
    many = len(one.corrections) > 1
    briefs = f"{len(one.corrections)} briefs" if many else "A brief"
    was = "were" if many else "was"
    if many and not gone and any(each.version == WITHDRAWN for each in one.corrections):
        what = "corrected or withdrawn"
    return f"{briefs} behind this answer of {day(one.given_at)} {was} {what}."


def day(moment: str) -> str:
    """Return a day for people: "3 May 2026"."""
    at = datetime.fromisoformat(moment)
    return f"{at.day} {at:%B %Y}"


def _told(one: Correction) -> list[Element | None]:
    run: list[Element | None] = [words("\n"), words(_marks(one)), words(_title(one), bold=True)]
    if one.version == WITHDRAWN:
        return [*run, words(" is no longer in the library.")]
    for number, (old, new) in enumerate(one.changed[:MOST_CHANGES]):
        run.append(words(": " if number == 0 else "; "))
        run += _change(old, new)
    left = len(one.changed) - MOST_CHANGES
    return [*run, words(f"; and {counted(left, 'more change')}" if left > 0 else "")]


def _change(old: str, new: str) -> list[Element | None]:
    then, now = text.one_line(old, WORDS), text.one_line(new, WORDS)
    struck: Element = {**words(f"“{then}”"), "style": {"strike": True}}
    if not then:
        return [words("added "), words(f"“{now}”", bold=True)]
    if not now:
        return [struck, words(" was taken out")]
    return [struck, words(" is now "), words(f"“{now}”", bold=True)]


def _as_text(one: Correction) -> str:
    named = f"{_marks(one)}{_title(one)}"
    if one.version == WITHDRAWN:
        return f"{named} is no longer in the library."
    changes = [
        "".join(part["text"] for part in _change(old, new) if part)
        for old, new in one.changed[:MOST_CHANGES]
    ]
    return f"{named}: {'; '.join(changes)}"


def _marks(one: Correction) -> str:
    return "".join(f"[{number}]" for number in one.citations[:10]) + " "


def _title(one: Correction) -> str:
    return text.one_line(one.title, TITLE) or "Untitled"
