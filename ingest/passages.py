"""Cut a brief into passages: paragraphs, bullets with their lead, rows with their table.

Every passage is an exact slice of the brief's text and short enough for the model. Where to cut is
decided by the blocks, then by sentences, then by words; never inside a word.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest

from index import sentences
from index.passage import HEADER_KNOWN, TITLE_CHARACTERS, Brief, Passage, passage_input
from ingest.brief import Span
from ingest.document import BlockKind
from ingest.tables import header_of

CountTokens = Callable[[Sequence[str]], list[int]]

# Most tokens of the text of a passage; what is longer is cut into equal parts. Chosen on crs
# gold-dev among 100, 128, 160 and 200, see bench/RESULTS.md. A bullet that long makes several
# points, and is cut finer.
TARGET_TOKENS = 200
BULLET_TOKENS = 90
CONTEXT_TOKENS = 48  # tokens of a lead that go with a part of a list
TABLE_CONTEXT_TOKENS = 96  # … of caption and header row that go with a part of a table
LEAD_TOKENS = 60  # a paragraph up to this long that ends in a colon leads the list after it
SCRAP_TOKENS = 12  # a passage up to this long says nothing by itself
MARK_TOKENS = 1  # of the "•" between two bullets
SPECIAL_TOKENS = 2  # a count includes the marks of beginning and end

_LONGEST_WORD = 200  # characters; what is longer has no place to cut and is cut anyway


@dataclass(frozen=True)
class _Stretch:
    """A stretch of text that is not cut further, and what it belongs to."""

    start: int
    end: int
    tokens: int
    paragraph: int


@dataclass(frozen=True)
class _PassageGroup:
    """A run of spans that may share passages, such as a lead and its bullets."""

    spans: tuple[Span, ...]
    heading: tuple[str, ...]
    first_paragraph: int

    @property
    def kind(self) -> BlockKind:
        """What the run is about: the list or table rather than its lead."""
        return self.spans[-1].block.kind


def cut(brief: Brief, spans: Sequence[Span], count: CountTokens, max_tokens: int) -> tuple[
    Passage, ...
]:  # fmt: skip
    """Return the passages of a brief, in order.

    `max_tokens` is the longest input of the model, special tokens included: title, heading, context
    and text together stay within it.
    """
    room = max_tokens - count([brief.title[:TITLE_CHARACTERS]])[0]
    target = max(1, min(TARGET_TOKENS, room))
    cutter = _Cutter(brief.text, count, target, room)
    passages = [
        _passage(brief, unit, group, context)
        for unit in _units(spans, brief.title, count)
        for group, context in cutter.parts(unit)
    ]
    whole = _without_scraps(brief.text, passages, count, room)
    fitted = _fitted(brief.title, whole, count, max_tokens)
    return tuple(replace(passage, ordinal=row) for row, passage in enumerate(fitted))


def _units(spans: Sequence[Span], title: str, count: CountTokens) -> Iterable[_PassageGroup]:
    """Group the spans: a lead with its bullets, a caption with its table, runs of footnotes."""
    path: list[tuple[int, str]] = []
    paragraph = 0
    run: list[Span] = []
    for span, following in zip_longest(spans, spans[1:]):
        if span.block.kind is BlockKind.HEADING:
            path = [entry for entry in path if entry[0] < span.block.level]
            path.append((span.block.level, span.block.text))
            continue
        run.append(span)
        if following is not None and _belongs(span, following, count):
            continue
        heading = tuple(text for _, text in path if text != title)
        yield _PassageGroup(tuple(run), heading, paragraph + 1)
        paragraph += len(run)
        run = []


def _belongs(span: Span, following: Span, count: CountTokens) -> bool:
    kind, next_kind = span.block.kind, following.block.kind
    if kind is BlockKind.PARAGRAPH and next_kind is BlockKind.BULLET:
        leads = span.block.text.endswith(":")
        return leads and count([span.block.text])[0] <= LEAD_TOKENS + SPECIAL_TOKENS
    if kind is BlockKind.PARAGRAPH and next_kind is BlockKind.TABLE:
        return count([span.block.text])[0] <= LEAD_TOKENS + SPECIAL_TOKENS
    return kind is next_kind and kind in {BlockKind.BULLET, BlockKind.FOOTNOTE}


class _Cutter:
    """Cuts the units of one text into groups of pieces, one group a passage."""

    def __init__(self, text: str, count: CountTokens, target: int, room: int) -> None:
        self._text = text
        self._count = count
        self._target = target  # most tokens a passage
        self._room = room  # what the model reads beside the title

    def parts(self, unit: _PassageGroup) -> Iterable[tuple[list[_Stretch], str]]:
        """Yield the pieces of each passage, and its context."""
        context = self._context(unit)
        limit = self._limit(unit, context)
        pieces = [
            piece
            for number, span in enumerate(unit.spans)
            for piece in self._pieces(span, unit.first_paragraph + number, limit)
        ]
        own = HEADER_KNOWN if context.endswith(HEADER_KNOWN) else ""  # its row is in the text
        for position, group in enumerate(_packed(pieces, self._target, limit, self._room)):
            yield group, context if position else own

    def _limit(self, unit: _PassageGroup, context: str) -> int:
        """Return the most tokens of a passage: so many that its context can be read with it."""
        if unit.kind is BlockKind.BULLET:
            return min(BULLET_TOKENS, self._target)
        if unit.kind is not BlockKind.TABLE or not context:
            return self._target
        beside = sum(self._count([context, *unit.heading]))
        return max(self._target // 2, min(self._target, self._room - beside))

    def _tokens(self, spans: Iterable[tuple[int, int]]) -> list[int]:
        counts = self._count([self._text[start:end] for start, end in spans])
        return [number - SPECIAL_TOKENS for number in counts]

    def _pieces(self, span: Span, paragraph: int, limit: int) -> list[_Stretch]:
        """Cut a long block between sentences or rows; a sentence that is too long between words."""
        whole = self._tokens([(span.start, span.end)])[0]
        if whole <= limit:
            return [_Stretch(span.start, span.end, whole, paragraph)]
        block = self._text[span.start : span.end]
        spans = [(span.start + start, span.start + end) for start, end in sentences.split(block)]
        pieces: list[_Stretch] = []
        for (start, end), tokens in zip(spans, self._tokens(spans), strict=True):
            if tokens <= self._target:
                pieces.append(_Stretch(start, end, tokens, paragraph))
            else:
                pieces.extend(self._by_words(start, end, paragraph))
        return pieces

    def _by_words(self, start: int, end: int, paragraph: int) -> list[_Stretch]:
        words = list(_words(self._text, start, end))
        pieces: list[_Stretch] = []
        for (first, last), size in zip(words, self._tokens(words), strict=True):
            if pieces and pieces[-1].tokens + size <= self._target:
                joined = pieces[-1]
                pieces[-1] = replace(joined, end=last, tokens=joined.tokens + size)
            else:
                pieces.append(_Stretch(first, last, size, paragraph))
        return pieces

    def _context(self, unit: _PassageGroup) -> str:
        first, last = unit.spans[0], unit.spans[-1]
        lead = self._text[first.start : first.end] if first is not last else ""
        if unit.kind is not BlockKind.TABLE:
            context = lead if first.block.kind is BlockKind.PARAGRAPH else ""
            return context if self._is_short(context, CONTEXT_TOKENS) else ""
        rows = last.block.text.partition("\n")[0]
        if rows == header_of(last.block):
            rows = f"{rows}\n{HEADER_KNOWN}"
        context = f"{lead}\n{rows}" if lead else rows
        if self._is_short(context, TABLE_CONTEXT_TOKENS):
            return context
        return rows if self._is_short(rows, TABLE_CONTEXT_TOKENS) else ""

    def _is_short(self, text: str, most: int) -> bool:
        return self._count([text])[0] - SPECIAL_TOKENS <= most


def _words(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    position = start
    while position < end:
        if text[position].isspace():
            position += 1
            continue
        last = position
        while last < end and not text[last].isspace() and last - position < _LONGEST_WORD:
            last += 1
        yield position, last
        position = last


def _packed(
    pieces: Sequence[_Stretch], target: int, limit: int, room: int
) -> Iterable[list[_Stretch]]:
    """Pack pieces into passages: a long paragraph in equal parts, short neighbours together."""
    group: list[_Stretch] = []
    for _, members in groupby(pieces, key=lambda piece: piece.paragraph):
        paragraph = list(members)
        if group and not _fit((*group, *paragraph), target, room):
            yield group
            group = []
        if len(paragraph) == 1:
            group.extend(paragraph)
            continue
        parts = list(_balanced(paragraph, limit))
        if group and _fit((*group, *parts[0]), target, room):
            parts[0] = [*group, *parts[0]]  # a caption stays with its table, a lead with its list
        elif group:
            yield group
        group = []
        yield from parts
    if group:
        yield group


def _fit(pieces: Sequence[_Stretch], target: int, room: int) -> bool:
    """Say whether pieces may share a passage, the marks between bullets counted as well."""
    tokens = sum(piece.tokens for piece in pieces)
    return tokens <= target and tokens + MARK_TOKENS * len(pieces) <= room


def _balanced(pieces: Sequence[_Stretch], limit: int) -> Iterable[list[_Stretch]]:
    """Cut a long paragraph into parts of about equal size, each within the limit."""
    remaining = sum(piece.tokens for piece in pieces)
    parts = -(-remaining // limit)
    group: list[_Stretch] = []
    size = 0
    for piece in pieces:
        # Past the fair share, stop where the overshoot would exceed the shortfall.
        past = parts > 1 and size + piece.tokens / 2 > remaining / parts
        if group and (past or size + piece.tokens > limit):
            yield group
            group, remaining, parts, size = [], remaining - size, max(1, parts - 1), 0
        group.append(piece)
        size += piece.tokens
    yield group


def _passage(brief: Brief, unit: _PassageGroup, group: Sequence[_Stretch], context: str) -> Passage:
    start, end = group[0].start, group[-1].end
    return Passage(
        ordinal=0,
        start=start,
        end=end,
        text=brief.text[start:end],
        heading=unit.heading,
        paragraph=group[0].paragraph,
        page=brief.page_at(start),
        context=context,
        kind=unit.kind.value,
    )


def _without_scraps(
    text: str, passages: Sequence[Passage], count: CountTokens, room: int
) -> Iterable[Passage]:
    """Join a scrap, such as the source line under a table, to the passage before it."""
    counts = [number - SPECIAL_TOKENS for number in count([each.text for each in passages])]
    kept: list[tuple[Passage, int]] = []
    for passage, tokens in zip(passages, counts, strict=True):
        if kept and tokens <= SCRAP_TOKENS:
            before, size = kept[-1]
            alike = before.heading == passage.heading and "footnote" not in (
                before.kind,
                passage.kind,
            )
            if alike and size + tokens <= min(TARGET_TOKENS, room - MARK_TOKENS):
                joined = replace(before, end=passage.end, text=text[before.start : passage.end])
                kept[-1] = (joined, size + tokens + MARK_TOKENS)
                continue
        kept.append((passage, tokens))
    return (passage for passage, _ in kept)


def _fitted(
    title: str, passages: Iterable[Passage], count: CountTokens, max_tokens: int
) -> Iterable[Passage]:
    """Shorten what goes with a passage, never the passage, until the model can read it all."""
    listed = list(passages)
    counts = count([passage_input(title, passage) for passage in listed])
    for passage, tokens in zip(listed, counts, strict=True):
        if tokens <= max_tokens:
            yield passage
        else:
            yield next(
                form
                for form in _forms(passage)
                if count([passage_input(title, form)])[0] <= max_tokens or not form.heading
            )


def _forms(passage: Passage) -> Iterable[Passage]:
    own = HEADER_KNOWN if passage.context == HEADER_KNOWN else ""
    if passage.header and not own:
        yield replace(passage, context=f"{passage.header}\n{HEADER_KNOWN}")
    yield replace(passage, context=own)
    yield replace(passage, context=own, heading=passage.heading[-1:])
    yield replace(passage, context=own, heading=())
