import random

import pytest
from fpdf import FPDF

from index.errors import ReadError
from index.left_out import OmissionReason
from ingest.document import BlockKind, Document
from ingest.readers import pdf, pdf_ocr
from ingest.readers.pdf import read
from ingest.sandbox import Sandbox

from .pdf_pages import LEFT, PITCH, RIGHT, Sheet, one_page, pictures


@pytest.fixture(autouse=True)
def _without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read as an installation without the extra `ocr` does; tests of OCR bring an engine."""
    monkeypatch.setattr(pdf, "is_installed", lambda: False)


LEFT_COLUMN = (
    "The grain corridor was opened in July and",
    "carried thirty million tonnes in its first year.",
    "Inspections slowed in the spring, and fewer",
    "ships were cleared each week than before.",
    "Insurers raised their premiums for the route",
    "and some owners sent their ships elsewhere,",
    "so that the ports lost much of their traffic",
)
RIGHT_COLUMN = (
    "to harbours further west along the coast.",
    "Prices followed with a delay of two months,",
    "and buyers in dry regions paid the most for",
    "wheat that had to travel the longer way round.",
    "A second agreement was reached in autumn and",
    "restored about half of the earlier traffic to",
    "the old route before the winter had begun.",
)


def texts(document: Document, kind: BlockKind = BlockKind.PARAGRAPH) -> list[str]:
    return [block.text for block in document.blocks if block.kind is kind]


def columns(by_turns: bool) -> bytes:
    sheet = Sheet()
    if by_turns:
        for i, (left, right) in enumerate(zip(LEFT_COLUMN, RIGHT_COLUMN, strict=True)):
            sheet.put(LEFT, 100 + i * PITCH, left)
            sheet.put(RIGHT, 100 + i * PITCH, right)
    else:
        sheet.lines(LEFT, 100, LEFT_COLUMN)
        sheet.lines(RIGHT, 100, RIGHT_COLUMN)
    return sheet.bytes()


@pytest.mark.parametrize("by_turns", [False, True], ids=["column by column", "line by line"])
def test_two_columns_are_read_one_after_the_other(by_turns: bool) -> None:
    """A paragraph that fills two columns is one block, in whichever order the file draws it."""
    assert texts(read(columns(by_turns))) == [" ".join((*LEFT_COLUMN, *RIGHT_COLUMN))]


def with_heads(pages: int) -> bytes:
    sheet = Sheet()
    for number in range(1, pages + 1):
        if number > 1:
            sheet.page()
        sheet.put(LEFT, 40, "Grain in Brief", 8)
        sheet.put(LEFT, 100, f"Chapter {'abcdef'[number]} tells of harvests in another region.")
        sheet.put(LEFT, 760, f"Institute of Examples {number}", 8)
    return sheet.bytes()


def test_running_heads_and_page_numbers_are_lost() -> None:
    """What repeats at one place of every page, up to its number, is no text of the document."""
    found = " ".join(block.text for block in read(with_heads(4)).blocks)
    assert "Grain in Brief" not in found
    assert "Institute" not in found
    assert found.count("tells of harvests") == 4
    assert {part.reason: part.characters for part in read(with_heads(4)).left_out} == {
        OmissionReason.RUNNING_HEAD: 4 * len("InstituteofExamples1GraininBrief")
    }


def profiles(pages: int) -> bytes:
    sheet = Sheet()
    for number in range(1, pages + 1):
        if number > 1:
            sheet.page()
        sheet.put(LEFT, 40, f"Country profiles {number + 6}", 8)
        sheet.put(LEFT, 75, f"Its army has {number * number}2,000 soldiers.")
        sheet.put(LEFT, 88, "Service lasts twelve months and is")
        sheet.put(LEFT, 101, f"served by {number}4 per cent of the men born in a year.")
        sheet.put(LEFT, 760, "Institute of Examples", 8)
    return sheet.bytes()


@pytest.mark.parametrize("pages", [2, 3, 9])
def test_body_text_that_is_alike_but_for_its_figures_is_no_running_head(pages: int) -> None:
    """Only the page's own number may differ; what stands in the text block stays in any case."""
    document = read(profiles(pages))
    found = " ".join(block.text for block in document.blocks)
    for number in range(1, pages + 1):
        assert f"Its army has {number * number}2,000 soldiers." in found
        assert f"served by {number}4 per cent" in found
    assert found.count("Service lasts twelve months") == pages
    assert "Country profiles" not in found
    assert "Institute" not in found
    assert [part.reason for part in document.left_out] == [OmissionReason.RUNNING_HEAD]


def test_a_page_that_comes_twice_is_kept_once() -> None:
    """Two equal pages lose nothing; the second is counted as repeated."""
    sheet = Sheet()
    sheet.lines(LEFT, 100, LEFT_COLUMN)
    sheet.page()
    sheet.lines(LEFT, 100, LEFT_COLUMN)
    document = read(sheet.bytes())
    assert texts(document) == [" ".join(LEFT_COLUMN)]
    size = len("".join("".join(LEFT_COLUMN).split()))
    assert [(part.reason, part.characters) for part in document.left_out] == [
        (OmissionReason.REPEATED, size)
    ]


def test_large_type_over_every_page_is_kept_once() -> None:
    """What is set larger than the text heads something, even at the top of all pages."""
    sheet = Sheet()
    for number in range(4):
        if number:
            sheet.page()
        sheet.put(LEFT, 40, "Grain Monitor", 16, "B")
        sheet.put(LEFT, 100, f"In region {'ABCD'[number]} the harvest was late.")
    found = [block.text for block in read(sheet.bytes()).blocks]
    assert found.count("Grain Monitor") == 1


def test_a_number_alone_at_the_foot_of_a_page_is_lost() -> None:
    sheet = Sheet()
    sheet.lines(LEFT, 100, LEFT_COLUMN)
    sheet.put(300, 760, "- 17 -", 9)
    assert texts(read(sheet.bytes())) == [" ".join(LEFT_COLUMN)]


def test_a_word_cut_at_the_line_end_is_joined() -> None:
    found = texts(
        read(one_page("The talks were held under inter-", "national supervision in Geneva."))
    )
    assert found == ["The talks were held under international supervision in Geneva."]


def test_a_hyphen_of_the_word_itself_is_kept() -> None:
    """The form found elsewhere in the document, a capital or a digit tells that it belongs."""
    lines = (
        "A well-known case came before the court, and a well-",
        "known judge heard it. The U.S.-",
        "Canada treaty of 1988 applied, as did the post-",
        "2001 rules on duties.",
    )
    (found,) = texts(read(one_page(*lines)))
    assert "a well-known judge" in found
    assert "U.S.-Canada treaty" in found
    assert "post-2001 rules" in found


def crossing() -> bytes:
    sheet = Sheet()
    sheet.put(LEFT, 60, "Harbour dues", 14, "B")
    sheet.lines(LEFT, 100, LEFT_COLUMN)
    sheet.put(LEFT, 700, "1 The corridor is a route agreed by treaty.", 8)
    sheet.page()
    sheet.lines(LEFT, 100, RIGHT_COLUMN)
    sheet.lines(LEFT, 100 + 9 * PITCH, ("A new paragraph stands by itself on page two.",))
    return sheet.bytes()


def test_a_paragraph_over_a_page_break_is_one_block_that_knows_where_page_two_begins() -> None:
    """The block has the page of its start and the offset of the break; notes stand after it."""
    blocks = [block for block in read(crossing()).blocks if block.kind is not BlockKind.HEADING]
    whole, note, last = blocks
    assert whole.text == " ".join((*LEFT_COLUMN, *RIGHT_COLUMN))
    assert whole.page == 1
    ((offset, page),) = whole.page_breaks
    assert page == 2
    assert whole.text[offset:].startswith(RIGHT_COLUMN[0])
    assert (note.kind, note.page, last.page) == (BlockKind.FOOTNOTE, 1, 2)
    assert note.text == "1. The corridor is a route agreed by treaty."


def test_headings_are_told_by_size_and_weight() -> None:
    """Larger type is a higher heading; a bold line of text size is one, too."""
    sheet = Sheet()
    sheet.put(LEFT, 60, "Trade after the corridor", 18, "B")
    sheet.put(LEFT, 100, "Exports", 13, "B")
    y = sheet.lines(LEFT, 120, LEFT_COLUMN)
    sheet.put(LEFT, y + 20, "Imports", 10, "B")
    sheet.lines(LEFT, y + 34, RIGHT_COLUMN)
    headings = [b for b in read(sheet.bytes()).blocks if b.kind is BlockKind.HEADING]
    assert [(b.text, b.level) for b in headings] == [
        ("Trade after the corridor", 1),
        ("Exports", 2),
        ("Imports", 3),
    ]


def test_a_raised_number_after_a_word_is_dropped_and_an_ordinal_kept() -> None:
    """A note mark is no part of the sentence; "119th" and "km2" are."""
    sheet = Sheet()
    sheet.put(LEFT, 100, "The treaty ended the blockade of exports.")
    at = LEFT + sheet.pdf.get_string_width("The treaty ended the blockade of exports.")
    sheet.put(at, 96, "12", 6)
    sheet.put(LEFT, 113, "In the 119")
    at = LEFT + sheet.pdf.get_string_width("In the 119")
    sheet.put(at, 109, "th", 6)
    sheet.put(at + 8, 113, "session it was renewed for another year.")
    (found,) = texts(read(sheet.bytes()))
    assert "exports. In the 119th session" in found


def test_bullets_lose_their_mark_and_keep_their_depth() -> None:
    """Each bullet is a block with its continuation lines; deeper ones have a higher level."""
    sheet = Sheet()
    sheet.put(LEFT, 100, "The parties agreed on the following points at their meeting:")
    for y, x, text in (
        (118, 70, "open the ports"),
        (136, 90, "by July"),
        (154, 70, "share the dues"),
    ):
        sheet.put(x, y, "\x95")  # the bullet of the Latin-1 fonts
        sheet.put(x + 14, y, text)
    bullets = [b for b in read(sheet.bytes()).blocks if b.kind is BlockKind.BULLET]
    assert [(b.text, b.level) for b in bullets] == [
        ("open the ports", 1),
        ("by July", 2),
        ("share the dues", 1),
    ]


def test_a_table_becomes_rows_of_cells() -> None:
    sheet = Sheet()
    sheet.put(LEFT, 100, "The table shows the tonnes that each port has handled.")
    for i, row in enumerate(
        (("Port", "2024", "2025"), ("Odesa", "12", "14"), ("Izmail", "9", "11"))
    ):
        for x, cell in zip((60, 200, 320), row, strict=True):
            sheet.put(x, 130 + i * 15, cell, 9)
    sheet.put(LEFT, 200, "Both ports grew, and the smaller one grew faster than the other.")
    document = read(sheet.bytes())
    assert texts(document, BlockKind.TABLE) == [
        "| Port | 2024 | 2025 |\n| Odesa | 12 | 14 |\n| Izmail | 9 | 11 |"
    ]
    assert len(texts(document)) == 2


def test_a_table_of_contents_is_left_out() -> None:
    """Lines with dot leaders say nothing that the headings do not say."""
    sheet = Sheet()
    for i, name in enumerate(("Introduction", "Exports", "Imports", "Outlook")):
        sheet.put(LEFT, 100 + i * 14, f"{name} {'.' * 80} {i + 1}")
    sheet.page()
    sheet.lines(LEFT, 100, LEFT_COLUMN)
    assert texts(read(sheet.bytes())) == [" ".join(LEFT_COLUMN)]


def test_metadata_comes_from_the_first_page_and_never_from_file_times() -> None:
    """Title and date are what page one shows; the creation date of the file is no date."""
    sheet = Sheet()
    sheet.pdf.set_title("Microsoft Word - draft7.doc")
    sheet.pdf.set_author("Ada Rivers, Bo Stone")
    sheet.put(LEFT, 60, "Trade after the corridor", 18, "B")
    sheet.put(LEFT, 80, "Updated March 3, 2026")
    sheet.lines(LEFT, 120, LEFT_COLUMN)
    metadata = read(sheet.bytes()).metadata
    assert metadata.title == "Trade after the corridor"
    assert metadata.date == "2026-03-03"
    assert metadata.authors == ("Ada Rivers", "Bo Stone")
    assert read(one_page(*LEFT_COLUMN)).metadata.date is None


def test_an_encrypted_pdf_is_refused_and_one_with_an_empty_password_is_read() -> None:
    for password, refused in (("geheim", True), ("", False)):
        pdf = FPDF()
        pdf.add_page()
        pdf.set_font("Times", size=12)
        pdf.text(20, 20, "Words behind a password, or behind none at all.")
        pdf.set_encryption(owner_password="owner", user_password=password)
        if refused:
            with pytest.raises(ReadError, match="encrypted; remove the password"):
                read(bytes(pdf.output()))
        else:
            assert texts(read(bytes(pdf.output())))


def test_a_scanned_pdf_is_refused_with_the_number_of_empty_pages() -> None:
    with pytest.raises(ReadError, match=r"no text on 3 of 3 pages, probably scanned; pip install"):
        read(pictures(3))


def test_some_empty_pages_are_a_warning() -> None:
    sheet = Sheet()
    sheet.lines(LEFT, 100, LEFT_COLUMN)
    sheet.page()
    sheet.page()
    sheet.lines(LEFT, 100, RIGHT_COLUMN)
    assert read(sheet.bytes()).warnings == ("no text on 1 of 3 pages",)


def test_too_many_pages_are_refused() -> None:
    pdf = FPDF()
    for _ in range(2_001):
        pdf.add_page()
    with pytest.raises(ReadError, match="2001 pages, the limit is 2000; split it"):
        read(bytes(pdf.output()))


def sandboxed(sandbox: Sandbox, damaged: bytes) -> None:
    """Read in a child, as the ingest does: what such a file does to a parser stays there."""
    try:
        document = sandbox.read(damaged, "damaged.pdf")
    except ReadError as error:
        refusal = str(error)
    else:
        refusal = "read; "
        assert document.media_type != "application/pdf" or all(
            block.page in (1, 2) for block in document.blocks
        )
    assert "; " in refusal
    assert "the parser failed" not in refusal


def test_a_truncated_pdf_is_text_or_a_clear_refusal() -> None:
    whole = columns(False)
    with Sandbox() as sandbox:
        for tenth in range(10):
            sandboxed(sandbox, whole[: len(whole) * tenth // 10])


def test_flipped_bytes_end_in_text_or_a_clear_refusal() -> None:
    """200 damaged files: text or ReadError, never another exception, pages in range."""
    seeded = random.Random(20260303)
    whole = crossing()
    with Sandbox() as sandbox:
        for _ in range(200):
            damaged = bytearray(whole)
            for _ in range(seeded.randint(1, 12)):
                damaged[seeded.randrange(len(damaged))] = seeded.randrange(256)
            sandboxed(sandbox, bytes(damaged))


def test_a_large_initial_is_put_back_before_its_word() -> None:
    sheet = Sheet()
    sheet.put(LEFT, 122, "T", 34)
    sheet.lines(LEFT + 24, 100, ("he grain corridor was opened in July and", *LEFT_COLUMN[1:2]))
    sheet.lines(LEFT, 126, LEFT_COLUMN[2:])
    (found,) = texts(read(sheet.bytes()))
    assert found.startswith("The grain corridor was opened in July and carried")


def test_a_text_turned_on_its_side_is_read_like_any_other() -> None:
    sheet = Sheet()
    with sheet.pdf.rotation(90, 300, 300):
        sheet.lines(100, 200, LEFT_COLUMN)
    assert texts(read(sheet.bytes())) == [" ".join(LEFT_COLUMN)]


def test_a_bold_beginning_that_runs_over_its_line_stays_in_the_sentence() -> None:
    """Only a bold line that stands by itself is a heading."""
    sheet = Sheet()
    y = sheet.lines(LEFT, 100, LEFT_COLUMN[:6]) + PITCH
    sheet.put(LEFT, y, "Buyers in dry regions paid the most for their", style="B")
    sheet.lines(LEFT, y + PITCH, ("wheat in the second half of the year, and", "less in the next."))
    document = read(sheet.bytes())
    assert texts(document)[-1].startswith("Buyers in dry regions paid the most for their wheat in")
    assert not texts(document, BlockKind.HEADING)


def raised(sheet: Sheet, x: float, y: float, *parts: tuple[str, bool]) -> None:
    """Set parts of a line beside each other, the raised ones smaller and above the line."""
    for text, is_raised in parts:
        size = 6.5 if is_raised else 10
        sheet.put(x, y - 4 * is_raised, text, size)
        x += sheet.pdf.get_string_width(text)


@pytest.mark.parametrize(
    ("parts", "read_as"),
    [
        ((("burnt 39,000 km", False), ("2", True), (" of bog", False)), "39,000 km² of bog"),
        ((("a flow of 80 m", False), ("3", True), ("/s was", False)), "80 m³/s was"),
        ((("released 115 x 10", False), ("6", True), (" tonnes", False)), "115 x 10⁶ tonnes"),
        ((("a rate of 3 s", False), ("-1", True), (" or more", False)), "3 s⁻¹ or more"),
        ((("some 3 ", False), ("1", True), ("/2 miles", False)), "some 3 1/2 miles"),
        ((("the 11", False), ("th", True), (" king", False)), "the 11th king"),
        ((("in the year 2016.", False), ("2,3", True), (" Then", False)), "2016. Then"),
        ((("sent 120 soldiers", False), ("4", True), (" in May", False)), "120 soldiers in May"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_raised_digits_are_powers_fractions_or_note_marks(
    parts: tuple[tuple[str, bool], ...], read_as: str
) -> None:
    """A figure never changes in silence: a power is written as one, a note mark is counted."""
    sheet = Sheet()
    sheet.put(LEFT, 87, "The report looks at what was measured in the region.")
    raised(sheet, LEFT, 100, *parts)
    document = read(sheet.bytes())
    assert read_as in texts(document)[0]
    lost = "".join(text for text, is_raised in parts if is_raised and text not in "1-1236th2")
    assert sum(part.characters for part in document.left_out) == len(lost)


def test_a_minus_set_apart_is_no_bullet() -> None:
    (found,) = texts(read(one_page("Growth in the third quarter was", "- 7.4 per cent of output.")))
    assert found.endswith("was - 7.4 per cent of output.")


def test_words_are_not_fused_where_a_link_begins() -> None:
    """Text objects that stand a narrow space apart are words apart."""
    sheet = Sheet()
    x = LEFT
    for part in ("a total", "of $31.9", "billion"):
        sheet.put(x, 100, part)
        x += sheet.pdf.get_string_width(part) + 2.0
    assert texts(read(sheet.bytes())) == ["a total of $31.9 billion"]


@pytest.mark.parametrize("gap", [1.5, 3.0], ids=["narrow", "wide"])
def test_letters_set_apart_are_words(gap: float) -> None:
    """Of letters that stand by themselves only the wider gaps are spaces."""
    sheet = Sheet()
    x = LEFT
    for letter in "KEY FINDINGS":
        sheet.put(x, 100, letter)
        x += sheet.pdf.get_string_width(letter) + gap if letter != " " else 6.0
    sheet.put(LEFT, 126, "The harvest was late in most of the regions.")
    assert read(sheet.bytes()).blocks[0].text.startswith("KEY FINDINGS")


def test_a_sentence_that_ends_with_an_address_is_not_joined_to_the_next() -> None:
    (found,) = texts(read(one_page("Details are at www.example.org.", "2016 was a better year.")))
    assert found == "Details are at www.example.org. 2016 was a better year."


def wrong_letters(text: str) -> str:
    """Return the characters of a layer that shifts each letter, as fonts without a table do."""
    return "".join(chr(ord(char) - 29) if 62 < ord(char) < 127 else char for char in text)


def test_a_layer_of_wrong_letters_is_refused() -> None:
    """Told by its letters; the message says why, and what to do."""
    lines = [wrong_letters(line) for line in (*LEFT_COLUMN, *RIGHT_COLUMN)]
    with pytest.raises(ReadError, match=r"unreadable on 1 of 1 pages.*pip install"):
        read(one_page(*lines))


def test_one_page_of_wrong_letters_is_counted_and_said() -> None:
    sheet = Sheet()
    for number in range(4):
        lines = (*LEFT_COLUMN, f"See {number}")
        sheet.lines(LEFT, 100, [wrong_letters(line) for line in lines] if number == 2 else lines)
        sheet.page()
    document = read(sheet.bytes())
    assert document.warnings[-1] == "unreadable text on 1 of 5 pages"
    assert OmissionReason.UNREADABLE in {part.reason for part in document.left_out}


def test_a_page_with_little_text_and_no_picture_is_no_scan() -> None:
    assert texts(read(one_page("Annex A"))) == ["Annex A"]


def test_a_scan_names_the_extra_that_reads_it() -> None:
    with pytest.raises(ReadError, match=r"probably scanned; pip install 'brief-bot\[ocr\]'"):
        read(pictures(2))


def seen(text: str, top: float, sure: float = 0.9, height: float = 24.0) -> pdf_ocr.Found:
    """Return what an engine says of a line of a picture, `top` dots from its upper edge."""
    corners = [(100.0, top), (900.0, top), (900.0, top + height), (100.0, top + height)]
    return corners, text, sure


def test_a_scan_is_read_by_ocr_where_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages have the engine's confidence; doubtful lines go, larger ones are headings."""
    lines = [
        seen("Grain in brief", 100, height=48.0),
        seen("The corridor was opened in July and carried", 200, sure=0.92),
        seen("thirty million tonnes in its first year.", 232, sure=0.92),
        seen("~#1l", 300, sure=0.2),
    ]
    monkeypatch.setattr(pdf, "is_installed", lambda: True)
    monkeypatch.setattr(pdf_ocr, "_engine", lambda: lambda picture: lines)
    document = read(pictures(1))
    assert [block.text for block in document.blocks] == [
        "Grain in brief",
        "The corridor was opened in July and carried thirty million tonnes in its first year.",
    ]
    ((page, confidence),) = document.ocr
    assert (page, round(confidence, 2)) == (1, 0.92)
    assert document.warnings == ("text read by OCR, letters without accents, on 1 of 1 pages",)


def test_a_page_in_a_script_that_ocr_does_not_know_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It comes out as nonsense, of which the engine is less sure."""
    monkeypatch.setattr(pdf, "is_installed", lambda: True)
    nonsense = [seen("lal-al LwaLa] (Dotless Foms eL)ys", 200, sure=0.86)]
    monkeypatch.setattr(pdf_ocr, "_engine", lambda: lambda picture: nonsense)
    with pytest.raises(ReadError, match="no text on 1 of 1 pages"):
        read(pictures(1))


def test_printed_page_numbers_stand_beside_the_file_s_own() -> None:
    """Roman numerals of the front matter, and where the count begins again."""
    sheet = Sheet()
    for number in range(4):
        if number:
            sheet.page()
        sheet.pdf.set_page_label(
            "D" if number > 1 else "r", label_start=1 if number in (0, 2) else None
        )
        sheet.put(LEFT, 100, f"Region {'ABCD'[number]} had a late harvest.")
    assert read(sheet.bytes()).labels == ((1, "i"), (2, "ii"), (3, "1"), (4, "2"))


def cells(sheet: Sheet, y: float, *texts: str, style: str = "") -> None:
    for column, text in enumerate(texts):
        sheet.put(60 + 110 * column, y, text, style=style)


def test_a_table_goes_on_over_the_page_under_one_header() -> None:
    """Its header comes again or not; the second page's first row is no header."""
    for again in (True, False):
        sheet = Sheet()
        sheet.put(60, 90, "Table 1. Exports in million euros", style="B")
        cells(sheet, 110, "State", "2019", "2020", style="B")
        for row in range(6):
            cells(sheet, 124 + 14 * row, f"State {row}", f"{row}.5", f"-{row}.1")
        sheet.page()
        if again:
            sheet.put(60, 60, "Table 1. Exports in million euros (continued)")
            cells(sheet, 76, "State", "2019", "2020", style="B")
        for row in range(6, 10):
            cells(sheet, 90 + 14 * (row - 6), f"State {row}", f"{row}.5", f"-{row}.1")
        document = read(sheet.bytes())
        (table,) = (b for b in document.blocks if b.kind is BlockKind.TABLE)
        rows = table.text.split("\n")
        assert (len(rows), rows[0]) == (11, "| State | 2019 | 2020 |")
        assert rows[7] == "| State 6 | 6.5 | -6.1 |"
        assert [page for _, page in table.page_breaks] == [2]
        assert any(str(part.reason) == "repeated" for part in document.left_out) is again


def test_cells_that_are_drawn_close_to_each_other_are_parted() -> None:
    """Names that run into each other, and figures at the same places in each row."""
    sheet = Sheet()
    for x, text in ((60, "Country"), (150, "Population (m)"), (220, "Area (km)"), (330, "Capital")):
        sheet.put(x, 110, text)
    for row in range(4):
        y = 124 + 14 * row
        for x, text in ((60, f"Land {row}"), (190, f"{row}.5"), (230, "83,879"), (330, "Vienna")):
            sheet.put(x, y, text)
    (table,) = (b for b in read(sheet.bytes()).blocks if b.kind is BlockKind.TABLE)
    assert table.text.split("\n")[:2] == [
        "| Country | Population (m) | Area (km) | Capital |",
        "| Land 0 | 0.5 | 83,879 | Vienna |",
    ]


def test_lines_far_apart_are_paragraphs_of_their_own() -> None:
    sheet = Sheet()
    for place, text in enumerate(("Left line one", "Left line two", "Another line")):
        sheet.put(LEFT, 100 + 26 * place, text)
    assert texts(read(sheet.bytes())) == ["Left line one", "Left line two", "Another line"]


def test_a_heading_that_is_drawn_last_stands_over_its_text() -> None:
    sheet = Sheet()
    sheet.put(LEFT, 60, "Trade after the corridor", 18, "B")
    sheet.lines(LEFT, 100, LEFT_COLUMN)
    sheet.lines(LEFT, 140 + PITCH * len(LEFT_COLUMN), RIGHT_COLUMN)
    sheet.put(LEFT, 118 + PITCH * len(LEFT_COLUMN), "The second part", 14, "B")
    found = [block.text for block in read(sheet.bytes()).blocks]
    assert found.index("The second part") == 2


def test_what_is_dated_in_the_head_and_not_on_record_stays() -> None:
    document = read(
        one_page("Growth in the north is slow", "Fall of 3 February 2021", *LEFT_COLUMN)
    )
    assert document.metadata.date is None
    assert "3 February 2021" in " ".join(block.text for block in document.blocks)


def test_a_table_that_is_drawn_column_by_column_is_read_by_rows() -> None:
    """Each figure stands with the name of its row, however the file draws it."""
    sheet = Sheet()
    sheet.put(60, 60, "Notices of the year", 16, "B")
    for column in range(4):
        for row in range(8):
            text = f"Firm {row}" if column == 1 else f"{row}{column}"
            sheet.put(60 + 120 * column, 100 + 14 * row, text)
    (table,) = (b for b in read(sheet.bytes()).blocks if b.kind is BlockKind.TABLE)
    assert table.text.split("\n")[:2] == ["| 00 | Firm 0 | 02 | 03 |", "| 10 | Firm 1 | 12 | 13 |"]


def test_a_pull_quote_is_kept_once_and_not_woven_into_the_text() -> None:
    """It stands in larger type between the lines, or beside them, and repeats a sentence."""
    for place in (LEFT, 400):
        sheet = Sheet()
        sheet.put(LEFT, 60, "Trade after the corridor", 18, "B")
        y = sheet.lines(LEFT, 100, ("The corridor was opened in July, and it carried more than",))
        sheet.put(place, y + 10, "it carried more than thirty million tonnes", 14)
        y = sheet.lines(
            LEFT, y + 34, ("thirty million tonnes of grain in its first year, half of it",)
        )
        y = sheet.lines(LEFT, y, ("maize. It was closed again in the second year.",))
        sheet.lines(LEFT, y + 40, [*LEFT_COLUMN, *RIGHT_COLUMN])
        document = read(sheet.bytes())
        assert texts(document)[:1] == [
            "The corridor was opened in July, and it carried more than thirty million tonnes of "
            "grain in its first year, half of it maize. It was closed again in the second year."
        ]
        assert [str(part.reason) for part in document.left_out] == ["repeated"]


QUOTE = ("Fewer ships were cleared", "each week than before,", "the inspectors say.")
AROUND = (
    "The corridor was opened in July. Fewer ships were cleared each week than before, the",
    "inspectors say. Insurers raised their premiums for the route, and some owners sent their",
    "ships elsewhere, so that the ports lost much of their traffic to harbours further west",
    "along the coast. Prices followed with a delay of two months.",
)


@pytest.mark.parametrize("place", [LEFT + 60, 440], ids=["set in", "beside"])
def test_a_pull_quote_in_the_type_of_the_text_is_kept_once(place: float) -> None:
    sheet = Sheet()
    y = sheet.lines(LEFT, 100, AROUND[:2])
    after = sheet.lines(place, y + 12, QUOTE)
    y = after + 12 if place < 440 else y
    y = sheet.lines(LEFT, y, AROUND[2:])
    sheet.lines(LEFT, y + 60, LEFT_COLUMN)
    document = read(sheet.bytes())
    assert texts(document)[0] == " ".join(AROUND)
    assert [(str(part.reason), part.example) for part in document.left_out] == [
        ("repeated", " ".join(QUOTE))
    ]


def test_a_sentence_that_comes_again_in_its_own_column_stays() -> None:
    """A lead or a summary may say what the text says again."""
    sheet = Sheet()
    y = sheet.lines(LEFT, 100, QUOTE)
    sheet.lines(LEFT, y + 20, AROUND)
    document = read(sheet.bytes())
    assert len(texts(document)) == 2
    assert document.left_out == ()


def test_two_pull_quotes_that_the_text_does_not_say_are_not_both_lost() -> None:
    sheet = Sheet()
    for page in range(2):
        if page:
            sheet.page()
        sheet.put(LEFT, 80, "We will not open the corridor again before spring.", 14)
        sheet.lines(LEFT, 120, LEFT_COLUMN if page else AROUND)
    found = " ".join(block.text for block in read(sheet.bytes()).blocks)
    assert found.count("not open the corridor again") >= 1


WHOLE = (*LEFT_COLUMN, *RIGHT_COLUMN)
BOX = (
    "Key takeaways",
    "Grain is shipped by river only",
    "until the rail line is repaired.",
    "Tolls paid for nine per cent of",
    "the district's budget in 2021.",
)


def boxed_page(draw: str, x: float = 400, y: float = 90, width: float = 160) -> bytes:
    """Return a PDF of text with a box that a border, a shade, rules or shaded lines make."""
    sheet = Sheet()
    height = 5 * PITCH + 20
    if draw == "border":
        sheet.pdf.rect(x, y, width, height)
    elif draw == "shade":
        sheet.pdf.set_fill_color(220, 230, 240)
        sheet.pdf.rect(x, y, width, height, "F")
    elif draw == "rules":
        for rule in ((x, y, x + width, y), (x, y + height, x + width, y + height)):
            sheet.pdf.line(*rule)
        for edge in (x, x + width):
            sheet.pdf.line(edge, y, edge, y + height)
    elif draw == "shaded lines":
        sheet.pdf.set_fill_color(230, 230, 230)
        for line in range(6):
            sheet.pdf.rect(x, y + line * 14, width, 14, "F")
    sheet.put(x + 8, y + 16, BOX[0], 10, "B")
    sheet.lines(x + 8, y + 16 + PITCH, BOX[1:], 9)
    after = sheet.lines(LEFT, 80, LEFT_COLUMN if x > LEFT else LEFT_COLUMN[:1])
    rest = RIGHT_COLUMN if x > LEFT else WHOLE[1:]
    sheet.lines(LEFT, after if x > LEFT else y + height + 14, rest)
    sheet.page()
    sheet.lines(LEFT, 100, AROUND)
    return sheet.bytes()


@pytest.mark.parametrize("draw", ["border", "shade", "rules", "shaded lines"])
@pytest.mark.parametrize(("x", "width"), [(400, 160), (LEFT, 180)], ids=["beside", "inside"])
def test_a_box_is_a_passage_of_its_own_and_cuts_no_paragraph(
    draw: str, x: float, width: float
) -> None:
    document = read(boxed_page(draw, x, width=width))
    *text, head, first = document.blocks
    assert (head.kind, head.text, head.page) == (BlockKind.HEADING, "Box: Key takeaways", 1)
    assert first.text == " ".join(BOX[1:])
    assert [block.text for block in text] == [" ".join((*WHOLE, *AROUND))]
    assert document.left_out == ()


def test_the_frames_of_a_table_and_a_page_and_the_band_of_a_title_are_no_boxes() -> None:
    sheet = Sheet()
    sheet.pdf.rect(30, 30, 550, 720)
    sheet.pdf.set_fill_color(200, 220, 250)
    sheet.pdf.rect(50, 40, 500, 60, "F")
    sheet.put(LEFT, 60, "Trade after the corridor was opened", 20, "B")
    sheet.put(LEFT, 90, "A study of the traffic in grain, in three parts and a summary.", 10)
    y = sheet.lines(LEFT, 130, AROUND)
    sheet.pdf.rect(LEFT - 5, y + 20, 400, 120)
    for row in range(4):
        for column, cell in enumerate(("The northern port", "lost a third.", "It is shut.")):
            sheet.put(LEFT + 130 * column, y + 40 + 26 * row, cell, 10)
            sheet.put(LEFT + 130 * column, y + 51 + 26 * row, "It said so.", 10)
    for column in range(3):
        sheet.pdf.rect(LEFT + column * 150, 400, 150, 60)
        sheet.lines(LEFT + column * 150 + 5, 415, ("The port lost a third of its", "traffic then."))
    sheet.lines(LEFT, 500, RIGHT_COLUMN)
    assert not any(block.text[:3] == "Box" for block in read(sheet.bytes()).blocks)


def test_a_box_that_repeats_a_sentence_of_the_text_is_kept_once() -> None:
    sheet = Sheet()
    sheet.lines(LEFT, 80, AROUND)
    sheet.pdf.rect(LEFT, 200, 180, 60)
    sheet.lines(LEFT + 8, 216, QUOTE)
    sheet.lines(LEFT, 300, RIGHT_COLUMN)
    document = read(sheet.bytes())
    assert not any(block.text[:3] == "Box" for block in document.blocks)
    assert [str(part.reason) for part in document.left_out] == ["repeated"]


def test_a_box_goes_on_over_the_page() -> None:
    sheet = Sheet()
    sheet.lines(LEFT, 80, AROUND)
    sheet.pdf.rect(LEFT, 600, 240, 120)
    sheet.put(LEFT + 8, 620, BOX[0], 10, "B")
    sheet.lines(LEFT + 8, 640, (*LEFT_COLUMN[:2], *LEFT_COLUMN[2:6:2]))
    sheet.page()
    sheet.pdf.rect(LEFT, 60, 240, 60)
    sheet.lines(LEFT + 8, 80, (LEFT_COLUMN[5], *RIGHT_COLUMN[:2]))
    sheet.lines(LEFT, 160, AROUND)
    heads = [block.text for block in read(sheet.bytes()).blocks if block.text[:3] == "Box"]
    assert heads == ["Box: Key takeaways"]


def test_each_column_of_a_sheet_of_two_pages_has_its_running_head() -> None:
    sheet = Sheet()
    for page in range(4):
        if page:
            sheet.page()
        for column, x in enumerate((LEFT, RIGHT)):
            number = 2 * page + column + 1
            sheet.put(x, 50, f"Grain report {number}", 9)
            sheet.lines(x, 90, [f"{line} {number * 7}" for line in (*LEFT_COLUMN, *RIGHT_COLUMN)])
            sheet.put(x + 100, 740, str(number), 9)
    document = read(sheet.bytes())
    found = " ".join(block.text for block in document.blocks)
    assert "Grain report" not in found
    assert {str(part.reason) for part in document.left_out} == {"running head", "page number"}


def test_words_from_the_right_that_the_file_states_for_its_signs_are_in_reading_order() -> None:
    """A file may state the text of what it draws (ActualText), letter by letter as it is read."""
    words = ("حبيبي", "مدينة", "نهر")
    stated = " ".join(
        f"BT /F 10 Tf {300 - 60 * i} 700 Td /Span <</ActualText <FEFF{letters}>>> BDC (x) Tj EMC ET"
        for i, letters in enumerate(word.encode("utf-16-be").hex() for word in words)
    )
    latin = "BT /F 10 Tf 60 600 Td (The word is written from the right to the left.) Tj ET"
    document = read(drawn(f"{stated} {latin}"))
    found = " ".join(block.text for block in document.blocks)
    assert all(word in found for word in words)


def drawn(content: str) -> bytes:
    """Return a PDF of one page with these operators, font /F being Helvetica."""
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << "
        "/Font << /F 5 0 R >> >> >>",
        f"<< /Length {len(content)} >> stream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    body = "".join(f"{i} 0 obj {each} endobj\n" for i, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Root 1 0 R >>".encode("latin-1")


@pytest.mark.parametrize(
    ("operators", "right"),
    [
        (
            r"[(Universit) -111 (\264) 444 (e de Lyon, ao) -111 (\250) 444 (ut: le d) -111 (\264) "
            "444 (ebat.)] TJ",
            "Université de Lyon, aoüt: le débat.",
        ),
        (
            r"(Barlas Oguz wrote it.) Tj ET BT /F 10 Tf 105.6 700 Td (\250) Tj",
            "Barlas Ogüz wrote it.",
        ),
        (r"(It isn\264t so, the \264old\264 house.) Tj", "It isn´t so, the ´old´ house."),
    ],
    ids=["before each letter", "after the line", "as apostrophes"],
)
def test_accents_that_are_drawn_over_letters_are_theirs(operators: str, right: str) -> None:
    found = read(drawn(f"BT /F 10 Tf 60 700 Td {operators} ET"))
    assert [block.text for block in found.blocks] == [right]
