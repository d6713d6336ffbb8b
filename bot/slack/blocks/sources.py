"""What of an answer is shown in a place, and the parts that several builders share. No I/O.

An answer comes fresh from the chain, or from its record by `bot.ledger.record.rebuilt`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from bot.answering.answer import Answer, Citation
from bot.answering.links import link_to_paragraph
from bot.answering.render import NO_DATE
from bot.slack import text
from bot.slack.access.audience import place_rule
from bot.slack.blocks import elements
from bot.slack.blocks.elements import Element
from index.passage import BriefRef, Hit
from ingest.document import is_place

TITLE = 200  # characters of a brief's title in a line
PLACE = 120  # of a file's name


class Offer(StrEnum):
    """What may be done with an answer where it stands, beside showing its passages."""

    NOTHING = "nothing"  # a direct message
    PRIVATELY = "privately"  # in a channel: ask the same for oneself
    SHARE = "share"  # seen by its asker alone: share it with the channel


@dataclass(frozen=True)
class Shown:
    """An answer in a place. `desk` is the desk's public address, to which its sources link."""

    answer: Answer
    offer: Offer = Offer.NOTHING
    desk: str | None = None
    note: str = ""  # what else its reader should know of the place


@dataclass(frozen=True)
class Sourced:
    """One line of the sources: a brief, the marks that cite it, and where in it they point."""

    marks: str  # "[1][3]"
    citation: Citation  # the first
    place: str  # "paragraphs 4, 7"


def sourced(answer: Answer) -> list[Sourced]:
    """Return the briefs that are cited, each once, in order of first use."""
    cited: dict[tuple[str, int], list[Citation]] = {}
    for citation in answer.citations:
        cited.setdefault((citation.brief.id, citation.brief.version), []).append(citation)
    return [
        Sourced("".join(f"[{one.number}]" for one in those), those[0], _places(those))
        for those in cited.values()
    ]


def _places(citations: Sequence[Citation]) -> str:
    """Return "pages 2, 5", "paragraph 4", "title, paragraphs 1, 3": each place once."""
    found: dict[str, list[str]] = {}
    for place in dict.fromkeys(map(place_of, citations)):
        kind, _, number = place.partition(" ")
        found.setdefault(kind, []).append(number)
    return ", ".join(
        f"{kind}s {', '.join(numbers)}" if len(numbers) > 1 else f"{kind} {numbers[0]}".strip()
        for kind, numbers in found.items()
    )


def place_of(citation: Citation) -> str:
    """Return "page 3", or "paragraph 4" where there are no pages; "title" for the title line."""
    return _place(citation.page, citation.hit.passage.paragraph)


def place_of_hit(hit: Hit) -> str:
    return _place(hit.passage.page, hit.passage.paragraph)


def _place(page: int | None, paragraph: int) -> str:
    return f"page {page}" if page else f"paragraph {paragraph}" if paragraph else "title"


def title_of(brief: BriefRef) -> str:
    return text.one_line(brief.title, TITLE) or "Untitled"


def details_of(brief: BriefRef, place: str | None = None) -> str:
    """Return date and place in a line: "2019-03, page 2"."""
    date = text.one_line(brief.date or NO_DATE, 40)
    return f"{date}, {place}" if place else date


def name_of(source: str) -> str:
    """Return the name of the file that a brief was read from, without its folders."""
    return text.one_line(PurePath(source[-1_000:]).name or source[-1_000:], PLACE)


def page_of(desk: str | None, citation: Citation) -> str | None:
    """Return the desk's page of what is cited, with the words in view; None without a desk."""
    if desk is None:
        return None
    brief, quoted = citation.brief, (citation.start, citation.end)
    paragraph = citation.hit.passage.paragraph
    return link_to_paragraph(desk, brief.id, paragraph, version=brief.version, quoted=quoted)


def page_of_hit(desk: str | None, hit: Hit) -> str | None:
    if desk is None:
        return None
    return link_to_paragraph(desk, hit.brief.id, hit.passage.paragraph, version=hit.brief.version)


def where(brief: BriefRef) -> list[Element | None]:
    """Return what ends a source's line: the host that it is from, else the file's name."""
    name = where_text(brief)
    return [elements.words(f", {name}")] if name else []


def where_text(brief: BriefRef) -> str:
    """Return the same as text: the host or the file's name."""
    return text.host_of(brief.source_url) or name_of(brief.source)


def source_elements(
    brief: BriefRef, place: str | None, marks: str = "", page: str | None = None
) -> list[Element | None]:
    """Return a line that names a brief: marks, title, date, place, where it is from.

    The title links to the desk's page where there is one, else to where the brief came from.
    """
    title = title_of(brief)
    link = elements.web_link(page, title) or elements.web_link(brief.source_url, title)
    return [
        elements.words(f"{marks} " if marks else ""),
        link or elements.words(title, bold=True),
        elements.words(f", {details_of(brief, place)}"),
        *where(brief),
    ]


def source_text(brief: BriefRef, place: str | None, marks: str = "") -> str:
    """Return the same line as text, not escaped yet."""
    parts = [title_of(brief), details_of(brief, place), where_text(brief)]
    return f"{marks} {', '.join(part for part in parts if part)}".strip()


def collections_of(answer: Answer) -> frozenset[str]:
    shown = {citation.brief.collection for citation in answer.citations}
    return frozenset(shown | {hit.brief.collection for hit in answer.nearest})


def notice(answer: Answer) -> str:
    model = answer.draft.model
    if model is None:
        return "Quoted from the briefs by software; check the source before you rely on it."
    return (
        f"Written by {text.one_line(model, 80)} from the briefs, each sentence checked; "
        "check the source before you rely on it."
    )


def collection_shown(name: str) -> str:
    """Return a collection's name for people; that of a place says who reads it."""
    if not is_place(name):
        return name
    return "only you" if place_rule(name).person else "only this channel"
