"""Show a page of a brief's PDF as a picture, with the quoted words marked.

The file is drawn in the sandbox, and only if it is still the one that the brief was read from.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from index.errors import NotFound, ReadError
from index.passage import Brief
from ingest.document import Attachment, Document

PDF = "application/pdf"
_SCALE = 2.0  # dots a point
_LONGEST_SIDE = 3_000  # dots
_MARK = (255, 214, 0, 90)  # red, green, blue, opacity
_RUN = 5  # words of a quotation that are looked for together where it is not there whole
_PLAIN = re.compile(r"[\W_]+")


def page_picture(brief: Brief, page: int, quote: str = "") -> bytes:
    """Return a PNG of a page, from 1, of the PDF that the brief was read from.

    Raises NotFound where there is no such page or file, or the file has changed since.
    """
    from ingest.sandbox import Sandbox

    data = _data(brief)
    request = json.dumps({"page": page, "quote": quote[:10_000]})
    with Sandbox(reader="ingest.readers.page_picture:draw") as sandbox:
        try:
            drawn = sandbox.read(data, request, PDF)
        except ReadError as error:
            raise NotFound(f"{brief.source}: {error}") from error
    return drawn.attachments[0].data


def _data(brief: Brief) -> bytes:
    found = [one for one in brief.renditions if one.media_type == PDF]
    if not found:
        raise NotFound(f"{brief.id}: it was not read from a PDF; only those have pages to show")
    for rendition in found:
        path = Path(rendition.location)
        if path.is_file():
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() == rendition.sha256:
                return data
    raise NotFound(
        f"{found[0].location}: gone or changed since it was read; ingest it again from a folder"
    )


def draw(data: bytes, request: str, media_type: str | None = None) -> Document:
    """Draw a page inside the sandbox; `request` is JSON with `page` and `quote`."""
    import pypdfium2 as pdfium

    wanted = json.loads(request)
    document = pdfium.PdfDocument(data)
    try:
        if not 1 <= wanted["page"] <= len(document):
            raise ReadError(f"page {wanted['page']}: it has {len(document)}; name one of them")
        page = document[wanted["page"] - 1]
        bitmap = page.render(scale=min(_SCALE, _LONGEST_SIDE / max(*page.get_size(), 1.0)))
        place = bitmap.get_posconv(page)
        boxes = [
            (*place.to_bitmap(x0, top), *place.to_bitmap(x1, low))
            for x0, low, x1, top in marked_boxes(page, wanted["quote"])
        ]
        picture = _marked(bitmap.to_pil(), boxes)
    finally:
        document.close()
    return Document(
        (), media_type=media_type or PDF, attachments=(Attachment("page.png", picture),)
    )


def _marked(drawn: Any, boxes: Sequence[tuple[int, int, int, int]]) -> bytes:
    from PIL import Image, ImageDraw

    picture = drawn.convert("RGBA")
    layer = Image.new("RGBA", picture.size)
    pen = ImageDraw.Draw(layer)
    for left, top, right, bottom in boxes:
        pen.rectangle(
            (min(left, right), min(top, bottom), max(left, right), max(top, bottom)), fill=_MARK
        )
    out = BytesIO()
    Image.alpha_composite(picture, layer).convert("RGB").save(out, "PNG")
    return out.getvalue()


Box = tuple[float, float, float, float]  # left, low, right, top in points


def marked_boxes(page: Any, quote: str) -> list[Box]:
    """Return the places of the words of a pypdfium2 page that the quotation has."""
    from ingest.readers.pdf_words import page_words

    words = [word for word in page_words(page) if word.style.turn == 0]
    plain = [_bare(word.text) for word in words]
    starts: list[int] = []
    length = 0
    for text in plain:
        starts.append(length)
        length += len(text)
    whole = "".join(plain)
    spans = list(_spans(whole, quote))
    return [
        (word.x0, word.y - 0.25 * word.style.size, word.x1, word.y + 0.8 * word.style.size)
        for word, start, text in zip(words, starts, plain, strict=True)
        if any(start < end and begin < start + len(text) for begin, end in spans)
    ]


def _spans(whole: str, quote: str) -> list[tuple[int, int]]:
    """Return where the quotation stands in the page's letters: whole, else run by run of words."""
    wanted = _bare(quote)
    if wanted and (at := whole.find(wanted)) >= 0:
        return [(at, at + len(wanted))]
    parts = quote.split()
    runs = [_bare(" ".join(parts[i : i + _RUN])) for i in range(len(parts) - _RUN + 1)]
    places = [(whole.find(run), len(run)) for run in runs if run]
    return [(at, at + size) for at, size in places if at >= 0]


def _bare(text: str) -> str:
    return _PLAIN.sub("", text.lower())
