"""Read plain text: paragraphs, bullets and headings from line breaks, indentation and bullet marks.

Hard-wrapped lines are joined; where each paragraph is one long line, each line is one. Structure is
read from the form of lines alone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile, zip_longest

from index.left_out import OmissionReason, counted
from ingest.decode import decode, lost_characters
from ingest.document import Block, BlockKind, Document
from ingest.metadata import from_first_lines, is_masthead, number_among, without_number
from ingest.stated_dates import locate_date

_LEVEL = 2  # the true level of an unmarked heading is unknown; 1 is the title's
_MAX_LENGTH = 110  # characters
_MAX_WORDS = 16
_BODY = 60  # characters of a paragraph that a heading can stand over
_CAPTION = re.compile(
    r"(?:table|figure|fig\.|box|chart|map|sources?|notes?|photo|image)\b[\s\w.-]*[:.]"
    r"|\S+@\S+|https?:|by [A-Z]",
    re.IGNORECASE,
)


def head_texts(blocks: Sequence[Block]) -> list[str]:
    """Return the texts above the first list, table or footnote: where a document names itself."""
    above = takewhile(lambda b: b.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH), blocks)
    return [block.text for block in above]


def mark_headings(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks with short lines over body text turned into headings.

    Such a line has a capital, no final punctuation but a question mark, and either a few words or
    mostly capitalised ones; below it stands text, or another such line that has text below.
    """
    marked: list[Block] = []
    over_text = False
    for block in reversed(blocks):
        if over_text and _reads_as_heading(block):
            block = replace(block, kind=BlockKind.HEADING, level=_LEVEL)
        else:
            over_text = _is_body(block)
        marked.append(block)
    return tuple(reversed(marked))


def _is_body(block: Block) -> bool:
    if block.kind in (BlockKind.BULLET, BlockKind.TABLE, BlockKind.HEADING):
        return True
    return block.kind is BlockKind.PARAGRAPH and (
        len(block.text) >= _BODY or block.text.endswith((".", ":", "?", "!"))
    )


def _reads_as_heading(block: Block) -> bool:
    text, words = block.text, block.text.split()
    if block.kind is not BlockKind.PARAGRAPH or len(text) > _MAX_LENGTH or len(words) > _MAX_WORDS:
        return False
    if (
        re.search(r"[.,;:!–—-]$", text)
        or not re.match(r"[A-Z0-9\"“‘'(À-Þ]", text)
        or _CAPTION.match(text)
    ):
        return False
    if not re.search(r"[^\W\d_]{3}", text) or re.search(r"[.!?] [A-Z]\w+ \w+ \w+ \w", text):
        return False
    if _is_head_line(text):
        return False
    if (date := locate_date(text)) and date[2] - date[1] > len(text) / 2:
        return False
    telling = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > 3]
    capitals = sum(word[0].isupper() for word in telling)
    return len(words) <= 4 or capitals >= 0.6 * len(telling)


_LONG_LINE = 120  # characters; text is seldom wrapped by hand at more
_SHORT_LINE = 0.6  # of the usual width of wrapped lines: a line that ends there ends a paragraph
_HEAD_LINES = 15
_BULLET = re.compile(
    r"[ \t]*(?P<mark>[•‣◦▪●○■□·]|(?:[-*–—+]|\(?(?:\d{1,2}|[a-z]|[ivx]{2,4})[.)])(?=[ \t]))"
    r"[ \t]*(?P<text>\S.*)"
)
_NOTE = re.compile(r"[ \t]*\[(\d{1,3})\][ \t]+(\S.*)")
_RULE = re.compile(r"\s*(?:[-=_*~.#+]\s*){3,}")
_PAGE = re.compile(
    r"(?:page|seite|p\.|страница|página|pagina|strona)\s*\d{1,4}(?:\s*(?:of|von|/|de|di|из|z)\s*\d{1,4})?"
    r"|[-–—]\s?\d{1,4}\s?[-–—]",
    re.IGNORECASE,
)
_NOTES = re.compile(r"(?:end|foot)?notes|references|sources|anmerkungen|przypisy", re.IGNORECASE)
_NUMBERED = re.compile(r"(\d{1,3})\.\s")
# Behind a mark of punctuation that ends a word or a year, and not inside a number.
_GLUED = re.compile(
    r"(?:(?<=[^\W\d][.,;:!?])|(?<=[\"”’)\]%][.,;:!?])|(?<=[.,;:!?][\"”’)])|(?<=\b(?:19|20)\d\d[.,;]))"
    r"\d{1,3}(?:[,;]\d{1,3})*(?=\s|$)"
)
_CUT_WORD = re.compile(r"[^\W\d_]-$")
_ASKED = re.compile(r"(?:Q|Question|Frage|F)\s?\d{0,3}\s?[:.]\s+\S.*\?$", re.DOTALL)
_REPLY = re.compile(r"(?:A|Answer|Antwort|Réponse|R)\s?\d{0,3}\s?[:.]\s+\S")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*")


@dataclass(frozen=True)
class _Line:
    """One line with what its form says; `starts`: it cannot go on with the line before."""

    kind: BlockKind
    text: str
    indent: int
    starts: bool
    is_alone: bool = False  # a numbered line between empty ones


def read(data: bytes) -> Document:
    """Return a plain text as blocks; its first line is the title where it reads like one."""
    text = decode(data)
    blocks = blocks_from_text(text)
    metadata = from_first_lines(head_texts(blocks))
    if metadata.number is None:
        metadata = replace(metadata, number=number_among(text.split("\n")))
    titled = _without_by_lines(_with_title(blocks, metadata.title), metadata.authors)
    own = [(block, _furniture(block, titled, metadata.title)) for block in titled]
    return Document(
        blocks=tuple(block for block, reason in own if reason is None),
        metadata=metadata,
        media_type="text/plain",
        warnings=lost_characters(text),
        left_out=counted((reason, block.text) for block, reason in own if reason),
    )


def _furniture(block: Block, blocks: Sequence[Block], title: str | None) -> OmissionReason | None:
    """Return why a line is none of the text: a page's number, or its head with title or series."""
    if len(block.text) > _MAX_LENGTH or block.kind in (BlockKind.TABLE, BlockKind.FOOTNOTE):
        return None
    if _PAGE.fullmatch(block.text):
        return OmissionReason.PAGE_NUMBER
    first = next((place for place, each in enumerate(blocks) if each.text == title), 0)
    if any(each is block for each in blocks[: first + 1]):
        return None
    rest = _PAGE.sub("", without_number(block.text)).strip()
    is_head = block.text == title or (rest != block.text and (rest == title or is_masthead(rest)))
    return OmissionReason.RUNNING_HEAD if is_head else None


def blocks_from_text(text: str) -> tuple[Block, ...]:
    """Return clean text, such as the body of a plain e-mail, as blocks."""
    lines = text.split("\n")
    width = _wrapped_at(lines)
    groups: list[list[_Line]] = []
    previous = ""
    for place, raw in enumerate(lines):
        if raw.strip() and not _RULE.fullmatch(raw):
            below = lines[place + 1] if place + 1 < len(lines) else ""
            line = _read_line(raw, bool(previous.strip()), bool(below.strip()))
            is_head = place < _HEAD_LINES and (_is_head_line(raw) or _is_head_line(previous))
            if line.starts or is_head or not groups or _ends_paragraph(previous, raw, width):
                groups.append([line])
            else:
                groups[-1].append(line)
        previous = "" if _RULE.fullmatch(raw) else raw
    return _with_notes(mark_questions(mark_headings(_with_levels(groups, _words_of(lines)))))


def _with_notes(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return the blocks with a closing list of notes as notes, and their glued marks set apart.

    "in 2016.2,3" is no figure where notes 2 and 3 stand under "Notes" at the end.
    """
    place = next((i for i, b in enumerate(blocks) if _NOTES.fullmatch(b.text.strip(" :"))), None)
    listed = blocks[place + 1 :] if place is not None else ()
    found = [_NUMBERED.match(block.text) for block in listed]
    numbers = [match[1] for match in found if match]
    if not numbers or len(numbers) < len(found):
        return blocks
    if numbers != [str(number) for number in range(1, len(numbers) + 1)]:
        return blocks
    known = set(numbers)

    def apart(mark: re.Match[str]) -> str:
        each = re.split(r"[,;]", mark[0])
        return "".join(f"[{one}]" for one in each) if known.issuperset(each) else mark[0]

    text = [replace(b, text=_GLUED.sub(apart, b.text)) for b in blocks[: len(blocks) - len(found)]]
    notes = [replace(block, kind=BlockKind.FOOTNOTE, level=0) for block in listed]
    return (*text, *notes)


def _wrapped_at(lines: Sequence[str]) -> int:
    """Return the usual width of wrapped lines; 0 where most of the text stands in long lines."""
    widths = sorted(len(line) for line in lines if line.strip())
    if 2 * sum(width for width in widths if width > _LONG_LINE) > sum(widths):
        return 0
    return widths[int(len(widths) * 0.9)] if widths else 0


def _read_line(raw: str, follows: bool, goes_on: bool) -> _Line:
    """Read one line; `follows` and `goes_on` tell whether the lines around it are not empty."""
    indent = len(raw) - len(raw.lstrip()) + 3 * (len(raw) - len(raw.lstrip("\t")))
    if bullet := _BULLET.fullmatch(raw):
        mark, words = bullet["mark"], bullet["text"].strip()
        if mark.strip("()")[:1].isalnum():
            words = f"{mark} {words}"
        is_alone = not follows and not goes_on and not indent and mark[0].isalnum()
        return _Line(BlockKind.BULLET, words, indent, True, is_alone)
    if note := _NOTE.fullmatch(raw):
        return _Line(BlockKind.FOOTNOTE, f"{note[1]}. {note[2].strip()}", indent, True)
    if _TABLE_ROW.fullmatch(raw):
        return _Line(BlockKind.TABLE, " ".join(raw.split()), indent, not follows)
    return _Line(BlockKind.PARAGRAPH, " ".join(raw.split()), indent, not follows)


def _is_head_line(raw: str) -> bool:
    """Tell whether a line states an author, a date or a number, and is no part of a paragraph."""
    if not raw.strip() or len(raw) > _LONG_LINE:
        return False
    stated = from_first_lines([raw])
    return bool(stated.date or stated.authors or stated.number or stated.source_url)


def _ends_paragraph(previous: str, line: str, width: int) -> bool:
    """Tell whether a line break between two lines parts paragraphs and is no mere wrapping."""
    if _TABLE_ROW.fullmatch(previous) or _TABLE_ROW.fullmatch(line):
        return bool(_TABLE_ROW.fullmatch(previous)) != bool(_TABLE_ROW.fullmatch(line))
    if not width or len(previous) > _LONG_LINE or len(line) > _LONG_LINE:
        return True
    is_short = len(previous.rstrip()) < _SHORT_LINE * width
    return is_short and previous.rstrip().endswith((".", "!", "?", ":", "”", '"'))


def _words_of(lines: Sequence[str]) -> Callable[[Sequence[str]], str]:
    """Return what joins lines of a text: words cut at line ends become whole where any are cut."""
    if not any(_CUT_WORD.search(line) for line in lines):
        return " ".join
    from ingest.readers.joined_lines import Words

    words = Words([line.strip() for line in lines])
    return lambda parts: words.join(parts)[0]


def mark_questions(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks with each "Q: …?" turned into the heading of its "A: …"."""
    marked: list[Block] = []
    for block, below in zip_longest(blocks, blocks[1:]):
        is_asked = _ASKED.match(block.text) and below is not None and _REPLY.match(below.text)
        if is_asked and block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING):
            block = replace(block, kind=BlockKind.HEADING, level=_LEVEL + 1)
        marked.append(block)
    return tuple(marked)


def _with_levels(
    groups: Sequence[Sequence[_Line]], joined: Callable[[Sequence[str]], str]
) -> list[Block]:
    """Make blocks of lines that belong together; the depth of bullets comes from their indents."""
    blocks: list[Block] = []
    indents: list[int] = []
    for group, below in zip_longest(groups, groups[1:]):
        first = group[0]
        if first.is_alone and below and below[0].kind is BlockKind.PARAGRAPH:
            first = replace(first, kind=BlockKind.PARAGRAPH)
            group = [first, *group[1:]]
        texts = [line.text for line in group]
        text = "\n".join(texts) if first.kind is BlockKind.TABLE else joined(texts)
        if first.kind is BlockKind.BULLET:
            indents = [*(indent for indent in indents if indent < first.indent), first.indent]
        elif not first.indent:
            indents = []
        level = len(indents) if first.kind is BlockKind.BULLET else 0
        blocks.append(Block(first.kind, text, level))
    return blocks


def _with_title(blocks: Sequence[Block], title: str | None) -> tuple[Block, ...]:
    for place, block in enumerate(blocks[:_HEAD_LINES]):
        if title and block.text == title:
            heading = replace(block, kind=BlockKind.HEADING, level=1)
            return (*blocks[:place], heading, *blocks[place + 1 :])
    return tuple(blocks)


def _without_by_lines(blocks: Sequence[Block], authors: Sequence[str]) -> tuple[Block, ...]:
    """Make a line of the head that names an author, and so looks like a heading, none."""
    return tuple(
        replace(block, kind=BlockKind.PARAGRAPH, level=0)
        if place < _HEAD_LINES and block.kind is BlockKind.HEADING and block.text in authors
        else block
        for place, block in enumerate(blocks)
    )
