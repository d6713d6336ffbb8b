"""Cut a brief into passages: paragraphs, bullets with their lead, rows with their table.

Every passage is an exact slice of the brief's text and short enough for the model. Where to cut is
decided by the blocks, then by sentences, then by words; never inside a word. Knows tokens only as
numbers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from index import sentences
from index.draft import passage_input
from index.passage import Brief, Passage
from ingest.brief import Span
from ingest.document import BlockKind

CountTokens = Callable[[Sequence[str]], list[int]]

# Tokens of the text of a passage. A long paragraph is cut into equal parts below this; chosen on
# crs gold-dev and chunking, see bench/RESULTS.md.
TARGET_TOKENS = 100
CONTEXT_TOKENS = 48  # tokens of lead, caption or header row that go with a part of a list or table
LEAD_TOKENS = 60  # a paragraph up to this long that ends in a colon leads the list after it
SPECIAL_TOKENS = 2  # a count includes the marks of beginning and end

_LONGEST_WORD = 200  # characters; what is longer has no place to cut and is cut anyway


@dataclass(frozen=True)
class _Piece:
    """A stretch of text that is not cut further, and what it belongs to."""

    start: int
    end: int
    tokens: int
    paragraph: int


@dataclass(frozen=True)
class _Unit:
    """A run of spans that may share passages, such as a lead and its bullets."""

    spans: tuple[Span, ...]
    heading: tuple[str, ...]
    first_paragraph: int


def cut(brief: Brief, spans: Sequence[Span], count: CountTokens, max_tokens: int) -> tuple[
    Passage, ...
]:  # fmt: skip
    """Return the passages of a brief, in order.

    `max_tokens` is the longest input of the model, special tokens included: title, heading, context
    and text together stay within it.
    """
    passages: list[Passage] = []
    for unit in _units(spans, brief.title, count):
        pieces = [
            piece
            for number, span in enumerate(unit.spans)
            for piece in _pieces(brief.text, span, unit.first_paragraph + number, count)
        ]
        for position, group in enumerate(_packed(pieces)):
            context = _context(brief.text, unit, count) if position else ""
            passages.append(_passage(brief, unit, group, len(passages), context))
    return tuple(_fitted(brief.title, passages, count, max_tokens))


def _units(spans: Sequence[Span], title: str, count: CountTokens) -> Iterable[_Unit]:
    """Group the spans: a lead with its bullets, a caption with its table, runs of footnotes."""
    path: list[tuple[int, str]] = []
    paragraph = 0
    run: list[Span] = []
    for span, following in zip(spans, [*spans[1:], None], strict=True):
        if span.block.kind is BlockKind.HEADING:
            path = [entry for entry in path if entry[0] < span.block.level]
            path.append((span.block.level, span.block.text))
            continue
        run.append(span)
        if following is not None and _belongs(span, following, count):
            continue
        heading = tuple(text for _, text in path if text != title)
        yield _Unit(tuple(run), heading, paragraph + 1)
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


def _pieces(text: str, span: Span, paragraph: int, count: CountTokens) -> list[_Piece]:
    """Cut a long block between sentences or rows; a sentence that is too long between words."""
    block = text[span.start : span.end]
    whole = count([block])[0] - SPECIAL_TOKENS
    if whole <= TARGET_TOKENS:
        return [_Piece(span.start, span.end, whole, paragraph)]
    spans = [(span.start + start, span.start + end) for start, end in sentences.split(block)]
    tokens = count([text[start:end] for start, end in spans])
    pieces: list[_Piece] = []
    for (start, end), number in zip(spans, tokens, strict=True):
        if number - SPECIAL_TOKENS <= TARGET_TOKENS:
            pieces.append(_Piece(start, end, number - SPECIAL_TOKENS, paragraph))
        else:
            pieces.extend(_by_words(text, start, end, paragraph, count))
    return pieces


def _by_words(text: str, start: int, end: int, paragraph: int, count: CountTokens) -> list[_Piece]:
    words = list(_words(text, start, end))
    tokens = count([text[first:last] for first, last in words])
    pieces: list[_Piece] = []
    for (first, last), number in zip(words, tokens, strict=True):
        size = number - SPECIAL_TOKENS
        if pieces and pieces[-1].tokens + size <= TARGET_TOKENS:
            joined = pieces[-1]
            pieces[-1] = replace(joined, end=last, tokens=joined.tokens + size)
        else:
            pieces.append(_Piece(first, last, size, paragraph))
    return pieces


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


def _packed(pieces: Sequence[_Piece]) -> Iterable[list[_Piece]]:
    """Pack pieces into passages: a long paragraph in equal parts, short neighbours together."""
    group: list[_Piece] = []
    for _, members in groupby(pieces, key=lambda piece: piece.paragraph):
        paragraph = list(members)
        size = sum(piece.tokens for piece in (*group, *paragraph))
        if group and size > TARGET_TOKENS:
            yield group
            group = []
        if len(paragraph) == 1:
            group.extend(paragraph)
        else:
            yield from _balanced(paragraph)
    if group:
        yield group


def _balanced(pieces: Sequence[_Piece]) -> Iterable[list[_Piece]]:
    """Cut a long paragraph into parts of about equal size, each under the target."""
    total = sum(piece.tokens for piece in pieces)
    goal = total / -(-total // TARGET_TOKENS)
    group: list[_Piece] = []
    size = 0
    for piece in pieces:
        # Past the goal, stop where the overshoot would exceed the shortfall.
        if group and (size + piece.tokens > TARGET_TOKENS or size + piece.tokens / 2 > goal):
            yield group
            group, size = [], 0
        group.append(piece)
        size += piece.tokens
    yield group


def _context(text: str, unit: _Unit, count: CountTokens) -> str:
    """Return the lead of a list, or caption and header row of a table: context for later parts."""
    first = unit.spans[0]
    last = unit.spans[-1]
    if last.block.kind is BlockKind.TABLE:
        lines = [text[first.start : first.end]] if first is not last else []
        lines.append(last.block.text.split("\n", 1)[0])
    elif len(unit.spans) > 1 and first.block.kind is BlockKind.PARAGRAPH:
        lines = [text[first.start : first.end]]
    else:
        return ""
    context = " ".join(lines)
    return context if count([context])[0] - SPECIAL_TOKENS <= CONTEXT_TOKENS else ""


def _passage(
    brief: Brief, unit: _Unit, group: Sequence[_Piece], ordinal: int, context: str
) -> Passage:
    start, end = group[0].start, group[-1].end
    return Passage(
        ordinal=ordinal,
        start=start,
        end=end,
        text=brief.text[start:end],
        heading=unit.heading,
        paragraph=group[0].paragraph,
        page=brief.page_at(start),
        context=context,
    )


def _fitted(
    title: str, passages: Sequence[Passage], count: CountTokens, max_tokens: int
) -> Iterable[Passage]:
    """Shorten what goes with a passage, never the passage, until the model can read it all."""
    for passage in passages:
        yield next(
            form
            for form in _forms(passage)
            if count([passage_input(title, form)])[0] <= max_tokens or form.heading == ()
        )


def _forms(passage: Passage) -> Iterable[Passage]:
    yield passage
    yield replace(passage, context="")
    yield replace(passage, context="", heading=passage.heading[-1:])
    yield replace(passage, context="", heading=())
