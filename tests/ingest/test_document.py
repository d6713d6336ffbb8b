"""Documents cross a pipe unchanged, and nothing else gets through as one."""

import json
import os
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.left_out import EXAMPLE, LeftOut, OmissionReason
from ingest import document as wire
from ingest.document import Attachment, Block, BlockKind, Document, Metadata

texts = st.text(st.characters(exclude_categories=["Cs"]))
counts = st.integers(0, 10_000)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    text = draw(texts)
    offsets = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    breaks = tuple((offset, draw(counts)) for offset in offsets)
    page = draw(st.none() | counts)
    return Block(draw(st.sampled_from(BlockKind)), text, draw(counts), page, breaks)


documents = st.builds(
    Document,
    blocks=st.lists(blocks(), max_size=4).map(tuple),
    metadata=st.builds(
        Metadata,
        title=st.none() | texts,
        date=st.none() | texts,
        authors=st.lists(texts, max_size=3).map(tuple),
        number=st.none() | texts,
        edition=st.none() | texts,
        source_url=st.none() | texts,
    ),
    media_type=texts,
    warnings=st.lists(texts, max_size=3).map(tuple),
    attachments=st.lists(st.builds(Attachment, texts, st.binary()), max_size=3).map(tuple),
    labels=st.lists(st.tuples(counts, st.text("ivx", max_size=9)), max_size=3).map(tuple),
    ocr=st.lists(st.tuples(counts, st.integers(0, 1000).map(lambda n: n / 1000)), max_size=3).map(
        tuple
    ),
    left_out=st.lists(
        st.builds(
            LeftOut, st.sampled_from(OmissionReason), counts, texts.map(lambda text: text[:EXAMPLE])
        ),
        max_size=3,
    ).map(tuple),
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


def through_a_pipe(header: wire.Header, parts: list[bytes]) -> tuple[wire.Header, bytes]:
    reading, writing = os.pipe()
    sender = threading.Thread(target=wire.send, args=(writing, header, parts))
    sender.start()
    try:
        return wire.receive(reading)
    finally:
        sender.join()
        os.close(reading)
        os.close(writing)


@given(documents)
def test_every_document_comes_through_unchanged(document: Document) -> None:
    header, parts = wire.from_document(document)
    assert wire.to_document(*through_a_pipe(header, parts)) == document


@given(documents)
def test_the_size_of_a_frame_is_known_before_it_is_sent(document: Document) -> None:
    header, parts = wire.from_document(document)
    reading, writing = os.pipe()
    sender = threading.Thread(target=wire.send, args=(writing, header, parts))
    sender.start()
    size = wire.frame_size(header, parts)
    data = b""
    while len(data) < size:
        data += os.read(reading, 1 << 20)
    sender.join()
    os.close(writing)
    assert os.read(reading, 1) == b""
    os.close(reading)
    assert len(data) == size


def test_lone_surrogates_are_replaced_without_moving_offsets() -> None:
    document = Document((Block(BlockKind.PARAGRAPH, "a\ud800b\udfff"),), Metadata(title="\udc80"))
    back = wire.to_document(*through_a_pipe(*wire.from_document(document)))
    assert back.blocks[0].text == "a\ufffdb\ufffd"
    assert back.metadata.title == "\ufffd"


@given(documents, st.data())
def test_a_field_replaced_by_anything_gives_a_document_or_a_wire_error(document, data) -> None:
    header, parts = wire.from_document(document)
    header = json.loads(json.dumps(header))
    field = data.draw(st.sampled_from(sorted(header)))
    header[field] = data.draw(json_values)
    with suppress(wire.WireError):
        assert isinstance(wire.to_document(header, b"".join(parts)), Document)


def whole() -> wire.Header:
    document = Document(
        (Block(BlockKind.PARAGRAPH, "four", page=1, page_breaks=((1, 2), (2, 3))),),
        attachments=(Attachment("a", b"12"),),
    )
    header: wire.Header = json.loads(json.dumps(wire.from_document(document)[0]))
    return header


@pytest.mark.parametrize(
    "changes",
    [
        {"blocks": None},
        {"blocks": [["paragraph", "four", 0, 1]]},
        {"blocks": [["unheard", "four", 0, 1, []]]},
        {"blocks": [["paragraph", "four", -1, 1, []]]},
        {"blocks": [["paragraph", "four", True, 1, []]]},
        {"blocks": [["paragraph", "four", 0, 1.5, []]]},
        {"blocks": [["paragraph", "\ud800", 0, 1, []]]},
        {"blocks": [["paragraph", "four", 0, 1, [[5, 2]]]]},
        {"blocks": [["paragraph", "four", 0, 1, [[2, 2], [1, 3]]]]},
        {"metadata": {}},
        {"media_type": None},
        {"warnings": [1]},
        {"attachments": [["a", 3]]},
        {"attachments": [["a", 1]]},
        {"attachments": [["a", 1], ["b", 1 << 60]]},
        {"attachments": []},
        {"left_out": [["unheard", 1, "a"]]},
        {"left_out": [["hidden", -1, "a"]]},
    ],
    ids=str,
)
def test_a_document_with_a_wrong_part_is_refused(changes: wire.Header) -> None:
    assert wire.to_document(whole(), b"12").blocks[0].text == "four"
    with pytest.raises(wire.WireError):
        wire.to_document(whole() | changes, b"12")


def test_the_end_of_the_pipe_is_told_from_damage() -> None:
    """Raises EOFError where the sender went away, also in the middle of a frame."""
    for sent in (b"", b"\0" * 7, b"\0" * 7 + b"\x05" + b"\0" * 8 + b"{"):
        reading, writing = os.pipe()
        os.write(writing, sent)
        os.close(writing)
        with pytest.raises(EOFError):
            wire.receive(reading)
        os.close(reading)
