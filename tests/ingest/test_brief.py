"""A document becomes one text with exact spans, a clean title and only what it states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.left_out import OmissionReason, counted
from index.passage import Brief, Rendition
from ingest.brief import MAX_TITLE, Span, assemble
from ingest.document import Block, BlockKind, Document, Metadata

PORT = Block(BlockKind.PARAGRAPH, "The port of Aurelia was closed for six days in March.")


def made(
    *blocks: Block, location: str = "/b/a.txt", flags: Metadata | None = None, **stated: object
) -> tuple[Brief, tuple[Span, ...]]:
    document = Document(blocks, Metadata(**stated))  # type: ignore[arg-type]
    metadata = (flags or Metadata()).over(document.metadata)
    return assemble(document, metadata, "default", Rendition(location, "text/plain", "0"))


def paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)


def bullet(text: str, level: int = 1) -> Block:
    return Block(BlockKind.BULLET, text, level)


def test_the_text_is_the_title_then_the_blocks() -> None:
    """Empty lines between blocks, bullets marked and one a line, deeper ones indented."""
    brief, _ = made(
        PORT, bullet("Tugs"), bullet("Two of them", 2), paragraph("Then."), title="Port"
    )
    assert brief.text == f"Port\n\n{PORT.text}\n\n• Tugs\n  • Two of them\n\nThen."


def test_what_no_passage_can_hold_is_counted() -> None:
    """Headings that head nothing, and the lines above the text that are metadata."""
    headings = [Block(BlockKind.HEADING, f"Part {n}", level) for n, level in enumerate((1, 2, 2))]
    brief, _ = made(
        paragraph("7 May 2024"), *headings, PORT, headings[0], title="T", date="2024-05-07"
    )
    assert {part.reason: part.characters for part in brief.left_out} == {
        OmissionReason.HEADING: 10, OmissionReason.METADATA: 8
    }  # fmt: skip
    assert brief.note is None


def test_the_only_line_of_a_document_is_its_text_too() -> None:
    """Unless it is set as a heading, and so is a title of nothing."""
    brief, spans = made(paragraph("The bridge is closed"), title="The bridge is closed")
    assert [brief.text[span.start : span.end] for span in spans] == ["The bridge is closed"]
    assert not made(Block(BlockKind.HEADING, "The bridge", 1), title="The bridge")[1]


def test_a_loss_is_a_note() -> None:
    """What the reader left out goes on record with the brief; much of it is said."""
    lost = counted([(OmissionReason.UNREADABLE, "x" * 90)])
    rendition = Rendition("a.txt", "text/plain", "0")
    brief, _ = assemble(Document((PORT,), left_out=lost), Metadata(), "default", rendition)
    assert brief.left_out == lost
    assert brief.note == f'67% of the text left out (unreadable 90), such as "{"x" * 90}"'


def test_a_title_that_stands_in_the_text_is_not_repeated() -> None:
    brief, spans = made(
        Block(BlockKind.HEADING, "THE PORT, closed", 1), PORT, title="The port: closed"
    )
    assert brief.text == f"The port: closed\n\n{PORT.text}"
    assert [span.block for span in spans] == [PORT]


@given(
    st.lists(
        st.builds(
            Block,
            st.sampled_from(BlockKind),
            st.text(max_size=40).map(lambda text: " ".join(text.split())),
            st.integers(0, 3),
        ),
        max_size=10,
    ),
    st.text(max_size=30),
)
def test_every_span_is_its_block(blocks: list[Block], title: str) -> None:
    """Offsets are exact, ascending and apart, whatever the blocks."""
    brief, spans = made(*blocks, title=title)
    end = len(brief.title)
    for span in spans:
        assert brief.text[span.start : span.end] == span.block.text != ""
        assert span.start > end
        end = span.end
    assert end == len(brief.text)


@pytest.mark.parametrize(
    ("location", "title"),
    [
        ("/b/2019-01-at.txt", "2019-01-at"),
        ("/b/the_port_of_aurelia.md", "the port of aurelia"),
        ("https://example.org/briefs/p%C3%B6rt.html?x=1", "pört"),
        ("https://example.org/", "Untitled"),
        ("stdin:0123456789ab", "stdin:0123456789ab"),
        ("/b/red\x1b[31m\u202e.txt", "red[31m"),
        ("m.eml#attachment=port.txt", "m.eml#attachment=port"),
    ],
)
def test_a_brief_without_a_title_is_named_by_its_file(location: str, title: str) -> None:
    """Nothing is invented, and nothing of the name reaches a terminal raw."""
    assert made(PORT, location=location)[0].title == title


def test_a_title_is_one_line_of_bounded_length() -> None:
    assert made(PORT, title="The port\n  of\tAurelia ")[0].title == "The port of Aurelia"
    long = made(PORT, title="word " * 200)[0].title
    assert len(long) <= MAX_TITLE
    assert long.endswith("word…")


def test_lines_that_only_state_metadata_are_no_text() -> None:
    """Number, date and author above the text are kept as metadata and are no passages."""
    head = ("XX-2021-04 · 31 March 2021 · Shipping Desk", "By Ada Rivers", "31 March 2021")
    brief, _ = made(
        *map(paragraph, head), PORT, paragraph("31 March 2021"),
        title="Port", number="XX-2021-04", date="2021-03-31", authors=("Shipping Desk",),
    )  # fmt: skip
    # Ada Rivers is not among the authors: her line, and what follows it, stays.
    assert brief.text == "\n\n".join(["Port", *head[1:], PORT.text, "31 March 2021"])


def test_a_line_that_a_flag_contradicts_stays() -> None:
    """What the document states is judged by the document, not by the flag."""
    brief, _ = made(
        paragraph("31 March 2021"),
        PORT,
        title="Port",
        flags=Metadata(date="2020"),
        date="2021-03-31",
    )
    assert (brief.date, brief.text) == ("2020", f"Port\n\n{PORT.text}")


def test_pages_start_where_their_first_block_does() -> None:
    """Also inside a block that runs over the page's end; a page without text starts nowhere."""
    first = Block(BlockKind.PARAGRAPH, "One. Two.", page=1, page_breaks=((5, 2),))
    brief, _ = made(first, Block(BlockKind.PARAGRAPH, "Four.", page=4), title="T")
    assert brief.pages == ((3, 1), (8, 2), (14, 4))
    assert [brief.page_at(offset) for offset in (0, 3, 8, 14)] == [1, 1, 2, 4]
    assert made(PORT)[0].pages == ()


def test_a_note_at_the_foot_keeps_its_page() -> None:
    """Also where it comes after a paragraph that runs on to the next page."""
    runs_on = Block(BlockKind.PARAGRAPH, "One. Two.", page=1, page_breaks=((5, 2),))
    brief, spans = made(runs_on, Block(BlockKind.FOOTNOTE, "1. Note.", page=1), title="T")
    assert [brief.page_at(span.start) for span in spans] == [1, 1]
    assert brief.page_at(spans[0].end - 1) == 2


def test_warnings_of_the_reader_become_the_note() -> None:
    document = Document((PORT,), Metadata(title="T"), warnings=("1 of 9 pages empty", "odd name"))
    brief, _ = assemble(
        document, document.metadata, "east", Rendition("a.pdf", "application/pdf", "0")
    )
    assert (brief.note, brief.collection) == ("1 of 9 pages empty; odd name", "east")
