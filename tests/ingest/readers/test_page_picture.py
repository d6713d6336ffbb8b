"""A page of a brief's PDF is shown as a picture, with the quoted words marked."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from index.errors import NotFound
from index.passage import Brief, Rendition
from ingest.readers.page_picture import page_picture

from .pdf_pages import LEFT, Sheet


def brief_of(path: Path) -> Brief:
    sheet = Sheet()
    sheet.put(LEFT, 100, "The corridor was opened in July and carried inter-")
    sheet.put(LEFT, 113, "national cargo in its first year.")
    sheet.page()
    sheet.put(LEFT, 100, "Annex")
    data = sheet.bytes()
    path.write_bytes(data)
    place = Rendition(str(path), "application/pdf", hashlib.sha256(data).hexdigest())
    return Brief("a1", 1, "T", "T", source=str(path), renditions=(place,))


def yellow(png: bytes) -> set[int]:
    """Return the heights, in tens of points, at which something is marked."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    assert picture.size == (2 * 612, 2 * 792)
    return {
        y // 20
        for y in range(picture.height)
        for x in range(0, picture.width, 4)
        if (pixel := picture.getpixel((x, y)))[2] < 190 < pixel[0]
    }


def test_the_quoted_words_are_marked_over_a_line_s_end(tmp_path: Path) -> None:
    """A word that the line's end has cut is found, too; without a quotation nothing is marked."""
    brief = brief_of(tmp_path / "a.pdf")
    assert yellow(page_picture(brief, 1, "carried international cargo")) == {9, 10, 11}
    assert yellow(page_picture(brief, 1)) == set()


@pytest.mark.parametrize(
    ("page", "broken", "reason"), [(3, False, "page 3: it has 2"), (1, True, "changed since")]
)
def test_what_cannot_be_shown_is_named(
    tmp_path: Path, page: int, broken: bool, reason: str
) -> None:
    brief = brief_of(tmp_path / "a.pdf")
    if broken:
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 another")
    with pytest.raises(NotFound, match=reason):
        page_picture(brief, page)


def test_a_brief_of_another_format_has_no_pages() -> None:
    place = Rendition("a.md", "text/markdown", "0")
    with pytest.raises(NotFound, match="not read from a PDF"):
        page_picture(Brief("a1", 1, "T", "T", renditions=(place,)), 1)
