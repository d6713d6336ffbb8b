"""Build the notification about answers whose briefs were corrected or removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.audit.text_diff import Op, word_diff
from bot.slack import text
from bot.slack.blocks import actions
from bot.slack.blocks import elements as kit
from bot.slack.blocks.elements import Block, Element, Message
from bot.slack.phrases import counted

MOST_ANSWERS = 5  # in one message
MOST_CHANGES = 4  # of one brief
WORDS = 240  # characters of a stretch of words
BESIDE = 6  # words shown before and after a change
MOST_STRETCHES = 40  # of one quotation, spaces included
TITLE = 200
QUESTION = 200
WITHDRAWN = 0  # stands for a version where there is none any more


@dataclass(frozen=True)
class Correction:
    """What became of the words that one answer quotes from one brief."""

    answer_id: str
    brief_id: str
    version: int  # the one that stands now; WITHDRAWN for none
    title: str
    collections: frozenset[str]  # those that the brief was and is in
    citations: tuple[int, ...]
    changed: tuple[tuple[str, str], ...] = ()  # what was quoted, and what stands now; "" if nothing

    @property
    def key(self) -> tuple[str, str, int]:
        """What is told of once."""
        return self.answer_id, self.brief_id, self.version


@dataclass(frozen=True)
class Corrected:
    """An answer in the notification; with its `question` where that is needed to tell which one."""

    answer_id: str
    given_at: str  # UTC, ISO 8601
    corrections: tuple[Correction, ...]
    question: str = ""


def corrected(answers: Sequence[Corrected]) -> Message:
    lines, blocks = list[str](), list[Block]()
    for one in answers[:MOST_ANSWERS]:
        heading = _heading(one)
        run: list[Element | None] = [kit.words(heading, bold=True)]
        if one.question:
            asked = text.one_line(one.question, QUESTION)
            run += [kit.words(f"\nYou asked: {asked}", italic=True)]
            lines.append(text.escape(f"{heading} ({asked})"))
        else:
            lines.append(text.escape(heading))
        blocks.append(
            kit.rich(kit.section(run), *(part for each in one.corrections for part in _told(each)))
        )
        lines += [text.escape(_as_text(each)) for each in one.corrections]
        blocks.append(kit.row(kit.button("Ask again", actions.ASK_ANEW, one.answer_id)))
    if len(answers) > MOST_ANSWERS:
        more = f"and {counted(len(answers) - MOST_ANSWERS, 'more answer')}"
        lines.append(more)
        blocks.append(kit.context(more))
    return Message(text.fit("\n".join(lines), kit.MESSAGE_TEXT), tuple(blocks))


def _heading(one: Corrected) -> str:
    gone = all(each.version == WITHDRAWN for each in one.corrections)
    what = "removed" if gone else "corrected"
    many = len(one.corrections) > 1
    briefs = f"{len(one.corrections)} briefs" if many else "A brief"
    was = "were" if many else "was"
    if many and not gone and any(each.version == WITHDRAWN for each in one.corrections):
        what = "corrected or removed"
    return f"{briefs} behind this answer of {day(one.given_at)} {was} {what}."


def day(moment: str) -> str:
    """Return a day for people: "3 May 2026"."""
    at = datetime.fromisoformat(moment)
    return f"{at.day} {at:%B %Y}"


def _told(one: Correction) -> list[Element]:
    named: list[Element | None] = [kit.words(_marks(one)), kit.words(_title(one), bold=True)]
    if one.version == WITHDRAWN:
        return [kit.section([*named, kit.words(" is no longer in the library.")])]
    quoted = [kit.quotation(_change(old, new)) for old, new in one.changed[:MOST_CHANGES]]
    left = len(one.changed) - MOST_CHANGES
    more = [kit.section([kit.words(f"and {counted(left, 'more change')}")])] if left > 0 else []
    return [kit.section([*named, kit.words(":")]), *quoted, *more]


def _change(old: str, new: str) -> list[Element | None]:
    """Return what was quoted with what stands for it: struck what went, bold what came."""
    if not new:
        return [_struck(text.one_line(old, WORDS)), kit.words(" was removed")]
    run: list[Element | None] = []
    for number, one in enumerate(found := list(word_diff(old, new))):
        if one.op is Op.KEPT:
            said = _near(one.text, first=number == 0, last=number + 1 == len(found))
            run.append(kit.words(said))
        else:
            said = text.one_line(one.text, WORDS)
            run.append(_struck(said) if one.op is Op.REMOVED else kit.words(said, bold=True))
        run.append(kit.words(" "))
    return run[:MOST_STRETCHES]


def _near(kept: str, *, first: bool, last: bool) -> str:
    """Return of words that were kept those that stand beside a change."""
    row = text.clean(kept).split()
    if len(row) <= 2 * BESIDE:
        return text.shorten(" ".join(row), WORDS)
    before = [] if first else row[:BESIDE]
    after = [] if last else row[-BESIDE:]
    return text.shorten(" ".join([*before, "…", *after]), WORDS)


def _struck(said: str) -> Element:
    return {**kit.words(said), "style": {"strike": True}}


def _as_text(one: Correction) -> str:
    named = f"{_marks(one)}{_title(one)}"
    if one.version == WITHDRAWN:
        return f"{named} is no longer in the library."
    changes = [
        f"“{text.one_line(new, WORDS)}” in place of “{text.one_line(old, WORDS)}”"
        if new else f"“{text.one_line(old, WORDS)}” was removed"
        for old, new in one.changed[:MOST_CHANGES]
    ]  # fmt: skip
    return f"{named}: {'; '.join(changes)}"


def _marks(one: Correction) -> str:
    return "".join(f"[{number}]" for number in one.citations[:10]) + " "


def _title(one: Correction) -> str:
    return text.one_line(one.title, TITLE) or "Untitled"
