"""Build messages of what is new: sentences about followed topics, and documents of a source."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack import text
from bot.slack.blocks import elements as kit
from bot.slack.blocks.elements import Block, Message
from bot.slack.blocks.sources import page_of_hit, place_of_hit, source_elements, source_text
from bot.slack.phrases import counted
from index.passage import Hit

MOST_NEWS = 10  # in one message
MOST_LINES = 15  # of a source's report
SENTENCE = 600  # characters


@dataclass(frozen=True)
class News:
    """A sentence of a new brief about a topic that somebody follows, and where it stands."""

    topic: str
    sentence: str
    hit: Hit


def followed(news: Sequence[News], desk: str | None = None) -> Message:
    """Return what a follower is told; `desk` is the desk's public address."""
    blocks: list[Block] = []
    lines: list[str] = []
    for topic in dict.fromkeys(one.topic for one in news[:MOST_NEWS]):
        heading = f"New on “{text.one_line(topic, kit.HEADER)}”"
        blocks.append(kit.rich(kit.section([kit.words(heading, bold=True)])))
        lines.append(heading)
        for one in (each for each in news[:MOST_NEWS] if each.topic == topic):
            said, place = text.one_line(one.sentence, SENTENCE), place_of_hit(one.hit)
            run = source_elements(one.hit.brief, place, page=page_of_hit(desk, one.hit))
            blocks.append(kit.rich(kit.quotation([kit.words(said)]), kit.section(run)))
            lines.append(f"“{said}” {source_text(one.hit.brief, place)}")
    if len(news) > MOST_NEWS:
        more = f"and {counted(len(news) - MOST_NEWS, 'more brief')}"
        blocks.append(kit.context(more))
        lines.append(more)
    hint = "You follow this: /briefs follow lists your topics, /briefs unfollow TOPIC ends one."
    blocks.append(kit.context(hint))
    return Message(text.fit(text.escape("\n".join(lines)), kit.MESSAGE_TEXT), tuple(blocks))


def watched(source: str, lines: Sequence[tuple[str, str]]) -> Message:
    """Return a report on a watched source: pairs of what happened ("new") and the document."""
    heading = f"{text.one_line(source, kit.HEADER)}: {counted(len(lines), 'change')}"
    listed = [
        [kit.words(f"{what}: "), kit.words(text.one_line(name, SENTENCE))]
        for what, name in lines[:MOST_LINES]
    ]
    blocks = [kit.rich(kit.section([kit.words(heading, bold=True)]), kit.bullets(listed))]
    said = [heading, *(f"{what}: {text.one_line(name, SENTENCE)}" for what, name in lines)]
    if len(lines) > MOST_LINES:
        blocks.append(kit.context(f"and {len(lines) - MOST_LINES} more"))
    return Message(text.fit(text.escape("\n".join(said)), kit.MESSAGE_TEXT), tuple(blocks))
