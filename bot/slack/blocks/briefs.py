"""Build lists of briefs and passages: search results, the newest briefs, one brief."""

from collections.abc import Sequence

from bot.answering.render import NO_DATE
from bot.slack import text
from bot.slack.blocks import elements as kit
from bot.slack.blocks.elements import Block, Element, Message
from bot.slack.blocks.sources import (
    collection_shown,
    page_of_hit,
    place_of_hit,
    source_elements,
    source_text,
    title_of,
    where,
    where_text,
)
from bot.slack.phrases import counted
from index.passage import Brief, BriefRef, Hit

MOST_HITS = 10
MOST_BRIEFS = 20
PASSAGE = 500  # characters of a hit's passage
OPENING = 700  # of a brief's text
QUESTION = 300


def search(
    query: str, hits: Sequence[Hit], desk: str | None = None, notes: Sequence[str] = ()
) -> Message:
    """Return the passages found for some words, and notes on what was searched.

    `desk` is the desk's public address.
    """
    asked = text.one_line(query, QUESTION)
    if not hits:
        return _told(f"No results for “{asked}”.")
    heading = f"Results for “{asked}”"
    blocks: list[Block] = [kit.rich(kit.section([kit.words(heading, bold=True)]))]
    lines = [heading, *notes]
    blocks += [kit.context(*notes)] if notes else []
    for hit in hits[:MOST_HITS]:
        said = text.one_line(hit.passage.text, PASSAGE) or "–"
        run = source_elements(hit.brief, place_of_hit(hit), page=page_of_hit(desk, hit))
        blocks.append(kit.rich(kit.section(run), kit.quotation([kit.words(said)])))
        lines.append(source_text(hit.brief, place_of_hit(hit)))
    return Message(_joined(lines), tuple(blocks))


def latest(briefs: Sequence[BriefRef]) -> Message:
    if not briefs:
        return _told("There are no briefs here that you can see.")
    blocks = [
        kit.rich(kit.section([kit.words("The newest briefs", bold=True)])),
        *brief_lines(briefs),
    ]
    lines = [source_text(brief, None) for brief in briefs[:MOST_BRIEFS]]
    return Message(_joined(["The newest briefs", *lines]), tuple(blocks))


def brief_lines(briefs: Sequence[BriefRef]) -> list[Block]:
    return [kit.rich(kit.section(_line(brief))) for brief in briefs[:MOST_BRIEFS]]


def one_brief(brief: Brief, passages: int) -> Message:
    known = brief.reference
    facts = [
        ("Date", brief.date or NO_DATE),
        ("By", "; ".join(brief.authors[:20])),
        ("Number", brief.number or ""),
        ("Edition", brief.edition or ""),
        ("Collection", collection_shown(brief.collection)),
        ("Id", f"{brief.id}, version {brief.version}"),
        ("Size", counted(passages, "passage")),
    ]
    lines = [(name, text.one_line(fact, 300)) for name, fact in facts if fact]
    run: list[Element | None] = []
    for name, fact in lines:
        run += [kit.words(f"{name}: ", bold=True), kit.words(f"{fact}\n")]
    run += [kit.words("Source: ", bold=True), *where(known)[1:]]
    said = text.shorten(text.clean(brief.text[: OPENING * 2]).strip(), OPENING) or "–"
    blocks = [
        kit.header(title_of(known)),
        kit.rich(kit.section(run), kit.quotation([kit.words(said)])),
    ]
    if brief.note:
        blocks.append(kit.context(f"Note: {brief.note}"))
    told = [title_of(known), *(f"{name}: {fact}" for name, fact in lines)]
    return Message(_joined([*told, f"Source: {where_text(known)}"]), tuple(blocks))


def _line(brief: BriefRef) -> list[Element | None]:
    name = text.one_line(brief.number or brief.id, 80)
    return [*source_elements(brief, None), kit.words("  "), kit.words(name, code=True)]


def _told(line: str) -> Message:
    return Message(text.escape(line), (kit.rich(kit.section([kit.words(line)])),))


def _joined(lines: Sequence[str]) -> str:
    kept, total = list[str](), 0
    for line in map(text.escape, lines):
        total += len(line) + 1
        if total > kit.MESSAGE_TEXT:
            return "\n".join([*kept, text.CUT.strip()])
        kept.append(line)
    return "\n".join(kept)
