"""Passages are exact slices that the model can read whole, and they leave nothing out."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.models.embedder import ModelEmbedder
from index.models.model_files import DEFAULT_MODEL
from index.passage import Brief, Passage, Rendition, passage_input
from ingest.brief import Span, assemble
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.metadata import from_file_name
from ingest.passages import TARGET_TOKENS, cut
from ingest.readers import read

LIMIT = 256
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "briefs"


def count(texts: Sequence[str]) -> list[int]:
    """Count a token for every started run of four letters and every mark, and two for the ends."""
    return [len(re.findall(r"\w{1,4}|[^\w\s]", text)) + 2 for text in texts]


def made(*blocks: Block, title: str = "Title") -> tuple[Brief, tuple[Span, ...]]:
    document = Document(blocks, Metadata(title=title))
    return assemble(document, document.metadata, "default", Rendition("a.txt", "text/plain", "0"))


def passages_of(*blocks: Block, title: str = "Title") -> tuple[Passage, ...]:
    return cut(*made(*blocks, title=title), count, LIMIT)


def paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)


def bullet(text: str, level: int = 1) -> Block:
    return Block(BlockKind.BULLET, text, level)


def sentences(number: int, words: int = 14) -> str:
    return " ".join(
        f"Sentence {i} " + " ".join(["port"] * (words - 3)) + " end." for i in range(number)
    )


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1
)
prose = st.lists(
    st.one_of(words, st.sampled_from(["The", "port.", "closed;", "Mr", "3.5", "(see", "U.S."])),
    min_size=1,
    max_size=60,
).map(lambda parts: " ".join(" ".join(parts).split()))
repeated = st.tuples(prose, st.integers(1, 20)).map(lambda pair: " ".join([pair[0]] * pair[1]))
blocks = st.one_of(
    st.builds(lambda text: Block(BlockKind.HEADING, text, 2), prose),
    st.builds(paragraph, repeated),
    st.builds(lambda text: paragraph(text + ":"), prose),
    st.builds(bullet, repeated, st.integers(1, 3)),
    st.builds(lambda text: Block(BlockKind.FOOTNOTE, "3. " + text), repeated),
    st.builds(
        lambda rows: Block(BlockKind.TABLE, "\n".join(f"| {row} | 1 |" for row in rows)),
        st.lists(prose, min_size=1, max_size=12),
    ),
)


@settings(max_examples=150)
@given(st.lists(blocks, max_size=12), prose)
def test_every_promise_holds_for_any_document(document: list[Block], title: str) -> None:
    """Exact slices, in order, none empty, none too long, and all text but headings is covered."""
    brief, spans = made(*document, title=title)
    passages = cut(brief, spans, count, LIMIT)
    for ordinal, passage in enumerate(passages):
        assert brief.text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
        assert passage.ordinal == ordinal
        assert count([passage_input(brief.title, passage)])[0] <= LIMIT
    for before, after in pairwise(passages):
        assert before.end <= after.start
        assert before.paragraph <= after.paragraph
    for span in spans:
        assert brief.text[span.start : span.end] == span.block.text
        if span.block.kind is not BlockKind.HEADING:
            covered = {i for p in passages for i in range(p.start, p.end)}
            missing = [i for i in range(span.start, span.end) if i not in covered]
            assert not "".join(brief.text[i] for i in missing).strip()


def test_a_long_bullet_gives_several_passages_and_each_stays_one_bullet() -> None:
    passages = passages_of(*(bullet(sentences(20)) for _ in range(3)))
    assert [sum(p.paragraph == number for p in passages) for number in (1, 2, 3)] == [
        len(passages) // 3
    ] * 3
    assert len(passages) >= 6


def test_short_bullets_stay_with_their_lead() -> None:
    found = passages_of(paragraph("The port asks for:"), *map(bullet, ("dredging", "tugs", "rail")))
    assert [passage.text for passage in found] == [
        "The port asks for:\n\n• dredging\n• tugs\n• rail"
    ]


def test_bullets_that_do_not_fit_beside_their_lead_carry_it_as_context() -> None:
    found = passages_of(paragraph("The port asks for:"), *(bullet(sentences(4)) for _ in range(6)))
    assert found[0].context == ""
    assert {passage.context for passage in found[1:]} == {"The port asks for:"}


def test_many_short_bullets_under_a_long_title_stay_readable() -> None:
    """The marks between bullets count as well: no passage is longer than the model reads."""
    title = "A long title of many words " * 4
    found = passages_of(*(bullet("one two") for _ in range(300)), title=title)
    assert max(count([passage_input(title.strip(), passage)])[0] for passage in found) <= LIMIT


def test_parts_of_a_table_carry_caption_and_header_row() -> None:
    """A row that is found alone still says what its cells are."""
    rows = [
        f"| Port number {row} on the long coast | {row},000 tonnes of grain |" for row in range(40)
    ]
    table = Block(BlockKind.TABLE, "\n".join(["| Port | Volume |", *rows]))
    found = passages_of(paragraph("Table 1. Ports"), table)
    assert len(found) > 2
    assert {passage.context for passage in found[1:]} == {
        "Table 1. Ports\n| Port | Volume |\n|---|"
    }
    assert {passage.header for passage in found if "|" in passage.text} == {"| Port | Volume |"}
    assert all(line.startswith("| Port") for p in found[1:] for line in p.text.split("\n"))


def test_the_first_row_of_a_table_without_a_known_header_is_read_along_as_no_header() -> None:
    rows = [f"| Port number {row} on the coast | Grain, coal and timber |" for row in range(60)]
    found = passages_of(Block(BlockKind.TABLE, "\n".join(rows)))
    assert len(found) > 2
    assert {passage.context for passage in found[1:]} == {rows[0]}
    assert {passage.header for passage in found} == {""}


def test_a_long_header_row_goes_with_every_part_of_its_table() -> None:
    """The parts are cut finer, so that the model reads the header with each."""
    header = f"| Port | {' | '.join(f'Volume in the year {year}' for year in range(2000, 2010))} |"
    rows = [f"| Port {row} | {' | '.join([f'{row}.5'] * 10)} |" for row in range(40)]
    found = passages_of(
        paragraph("Table 1. Ports"), Block(BlockKind.TABLE, "\n".join((header, *rows)))
    )
    assert len(found) > 2
    assert {passage.header for passage in found if "|" in passage.text} == {header}


def test_a_sentence_of_three_thousand_words_is_cut_between_words() -> None:
    sentence = " ".join(f"word{number}" for number in range(3_000)) + "."
    found = passages_of(paragraph(sentence))
    assert " ".join(passage.text for passage in found) == sentence
    assert all(count([passage.text])[0] - 2 <= TARGET_TOKENS for passage in found)


def test_a_word_of_a_hundred_thousand_characters_is_cut() -> None:
    word = "x" * 100_000
    found = passages_of(paragraph(word))
    assert "".join(passage.text for passage in found) == word
    assert all(count([passage_input("Title", passage)])[0] <= LIMIT for passage in found)


def test_headings_are_the_path_of_what_stands_below_them() -> None:
    found = passages_of(
        Block(BlockKind.HEADING, "Title", 1),
        Block(BlockKind.HEADING, "Ports", 2),
        Block(BlockKind.HEADING, "North", 3),
        paragraph("Open."),
        Block(BlockKind.HEADING, "Rail", 2),
        paragraph("Closed."),
    )
    assert [passage.heading for passage in found] == [("Ports", "North"), ("Rail",)]


def test_a_heading_too_long_for_the_model_goes_before_the_text_does() -> None:
    """What goes with a passage is shortened, never the passage."""
    heading = Block(BlockKind.HEADING, "very " * 300 + "long", 2)
    (found,) = passages_of(heading, paragraph("The port is open."))
    assert (found.text, found.heading) == ("The port is open.", ())


@pytest.fixture(scope="module")
def real_count(tmp_path_factory: pytest.TempPathFactory) -> ModelEmbedder:
    """The default model's tokenizer; its weights are not loaded."""
    return ModelEmbedder(DEFAULT_MODEL, tmp_path_factory.mktemp("tokenizer"))


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_the_passages_of_the_example_briefs_are_as_they_were(path, golden, real_count) -> None:
    """A change of a reader or of the cutter shows here, passage by passage."""
    document = read(path.read_bytes(), path.name)
    if not document.blocks:
        name = document.attachments[0].name
        document = read(document.attachments[0].data, name)
    metadata = document.metadata.over(from_file_name(path.name))
    source = Rendition(path.name, document.media_type, "0")
    brief, spans = assemble(document, metadata, "default", source)
    lines = [f"{brief.title} | {brief.date} | {'; '.join(brief.authors)} | {brief.number}", ""]
    for passage in cut(brief, spans, real_count.count_tokens, LIMIT):
        size = real_count.count_tokens([passage_input(brief.title, passage)])[0]
        assert size <= LIMIT
        page = f" page {passage.page}" if passage.page else ""
        heading = f" {' > '.join(passage.heading)}" if passage.heading else ""
        lines.append(f"[{passage.ordinal}] paragraph {passage.paragraph}{page}{heading}")
        lines += [f"({passage.context})"] if passage.context else []
        lines += [passage.text, ""]
    golden(f"passages/{path.name}.txt", "\n".join(lines))
