"""Suggest what to ask next: an answer in, up to three questions out that the briefs answer.

Questions are made of the headings near the passages that were cited: a heading that asks stays as
it is, any other is asked for of its brief ("Options for Congress" → "What does IF10753 say about
options for Congress?"). A question is suggested only where the library's own search leads from the
heading to the section that it stands above.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.answer import DraftAnswer
from bot.question.question import Question
from index.library import Library
from index.passage import BriefRef, Passage
from index.words import content_words, stems

SUGGESTIONS = 3
BRIEFS = 2  # cited, from whose headings questions are made
TRIED = 6  # questions that are checked
LONGEST = 75  # characters of a question: what a button of Slack shows
WORDS = 9  # of a heading, at most
# A question is kept where a passage of its section is among the nearest, and this near. Chosen on
# the CRS reports: of suggestions so kept 9 in 10 are answered.
NEAREST = 3
COSINE = 0.6
REPEATS = 0.75  # share of a suggestion's words that the question or another suggestion has

_GENERIC = re.compile(
    r"^(?:introduction|background|outlook|next\s+steps|summary|abstract|conclu\w+|overview|analysis|notes?|footnotes?|sources?"
    r"|references|contents|glossary|contacts?|authors?|discussion|acknowledge?ments?|additional"
    r"|further|related|appendix|annex|figure|table|box|chart|key|recent|selected|examples?|list"
    r"|comparison|in|on|for|with|by|from|at|of|to|as)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:[\dIVXivx]{1,4}|[A-Za-z])[.)]\s+")
_NO_NOUN_GROUP = re.compile(
    r"[|:;?!“”\"=/()]|\b(?:is|are|was|were|be|has|have|had|do|does|did|will|would|can|could|may|might"
    r"|should|must|how|why|what|who|when|where|this|that|it|its|their|our|we)\b|^\W*\d|\.\s",
    re.IGNORECASE,
)
_ARTICLES = frozenset({"The", "A", "An"})
_PLAIN = re.compile(r"^[A-Z][a-z]+(?:[-’'][A-Z]?[a-z]+)*$")
SHORT_TITLE = 40  # characters of a title that is said whole


@dataclass(frozen=True)
class _Section:
    """The passages under one heading of a brief, and how far they are from what was cited."""

    brief: BriefRef
    heading: str
    ids: tuple[str, ...]
    text: str
    distance: int


def suggestions(question: Question, draft: DraftAnswer, library: Library) -> tuple[str, ...]:
    """Return at most three questions that lead on from an answer, or from what may be one."""
    shown = [*(one.hit for one in draft.citations), *(one.hit for one in draft.near)]
    briefs = list({hit.brief.id: hit.brief for hit in shown}.values())[:BRIEFS]
    near = {hit.passage_id for hit in shown}
    asked: list[str] = [f"{question.text} {question.asked}"]
    made: dict[str, _Section] = {}
    for brief in briefs:
        for section in _sections(library, brief, near):
            text = asks(section.heading, section.text, brief)
            if text and len(text) <= LONGEST and not _repeats(text, asked):
                made[text] = section
                asked.append(text)
            if len(made) == TRIED:
                break
    if not made:
        return ()
    found = library.ranks(
        [f"{one.brief.title}: {one.heading}" for one in made.values()],
        [section.ids for section in made.values()],
    )
    kept = [
        text
        for text, (rank, cosine) in zip(made, found, strict=True)
        if rank < NEAREST and cosine >= COSINE
    ]
    return tuple(kept[:SUGGESTIONS])


def asks(heading: str, text: str, brief: BriefRef) -> str:
    """Return the question that a heading of a brief with this text asks; "" for none."""
    bare = _NUMBERED.sub("", " ".join(heading.split())).strip(" .:–-")
    if not bare or len(bare.split()) > WORDS or not content_words(bare):
        return ""
    group = _lowered(bare, text)
    if bare.endswith("?"):
        return f"{group[:1].upper()}{group[1:]}" if len(content_words(bare)) > 2 else ""
    if _GENERIC.match(bare) or _NO_NOUN_GROUP.search(bare):
        return ""
    name = brief.number or (f"“{brief.title}”" if len(brief.title) <= SHORT_TITLE else "this brief")
    return f"What does {name} say about {group}?"


def _lowered(heading: str, text: str) -> str:
    """Return a heading with small letters where only its being a heading wanted capitals.

    A word keeps its capital where the text never writes it small.
    """

    def small(word: str) -> str:
        core = word.strip("?,()")
        plain = _PLAIN.match(core) and re.search(rf"\b{re.escape(core.lower())}\b", text)
        return word.lower() if plain or core in _ARTICLES else word

    first, *others = heading.split()
    name = re.search(rf"[a-z,;] {re.escape(first)}\b", text) or not _PLAIN.match(first)
    return " ".join((first if name else first.lower(), *map(small, others)))


def _sections(library: Library, brief: BriefRef, near: set[str]) -> Iterator[_Section]:
    """Yield the sections of a brief that can be quoted, the nearest to what was cited first."""
    passages = library.passages(library.brief(brief.id, brief.version))
    text = "\n".join(passage.text for _, passage in passages)  # headings are no part of it
    found: dict[tuple[str, ...], list[tuple[str, Passage]]] = {}
    for passage_id, passage in passages:
        if passage.heading and passage.kind not in ("footnote", "table"):
            found.setdefault(passage.heading, []).append((passage_id, passage))
    cited = [
        passage.ordinal for rows in found.values() for name, passage in rows if name in near
    ] or [0]
    sections = []
    for heading, rows in found.items():
        distance = min(abs(passage.ordinal - at) for _, passage in rows for at in cited)
        ids = tuple(name for name, _ in rows)
        sections.append(_Section(brief, heading[-1], ids, text, distance))
    yield from sorted(sections, key=lambda section: section.distance)


def _repeats(text: str, others: Sequence[str]) -> bool:
    """Return whether one of the others asks the same in nearly the same words."""
    own = set(stems(text))
    return not own or any(len(own & set(stems(one))) >= REPEATS * len(own) for one in others)
