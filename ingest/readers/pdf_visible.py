"""Tell the words of a PDF page that a reader of the page sees from those that nobody sees.

The page is drawn with its words and without them: a word that changes no dot is not seen, whatever
the reason: white on white, behind a picture, clipped, on a layer that is off, drawn in no way.
Pages on which nothing can hide a word are not drawn. Words that only a picture shows may be a
scan's text layer: they stay, and the page is named in a warning.
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.left_out import OmissionReason
from ingest.readers.pdf_boxes import Shape
from ingest.readers.pdf_lines import LeftOutText
from ingest.readers.pdf_words import PdfWord

_TINY = 2.0  # points; smaller type cannot be read
_SCALE = 1.0  # dots a point
_LONGEST_SIDE = 2_000  # dots
_SEEN = 12  # of 255, how much a word changes a dot at least
_PALE = 200  # of 255: all channels above, and the type may vanish on paper
_FAINT = 80  # of 255: alpha below
_COVER = 4.0  # points a side: what is filled and larger can lie over a word
_ALIKE = 40  # of 255: colours whose channels differ less may look alike
_LAYER = 12  # characters of a text layer; fewer are part of a logo
_DEPTH = 8  # forms within forms
_SEGMENTS = 20  # of a path that may be a rectangle, with round corners too
_LAST = 1 << 40  # the place of what is drawn over everything
_BGR = 2  # FPDFBitmap_BGR, three bytes a dot
_LATIN = 0x250  # characters from here on are not drawn where the file lacks their font

_Bounds = tuple[float, float, float, float]  # left, bottom, right, top, in points
_Colour = tuple[int, int, int]
_Picture = NDArray[np.int16]  # shape (rows, columns, 3)


@dataclass(frozen=True)
class SeenPage:
    """The words of a page that are seen, whether only a picture shows some, and its rectangles."""

    words: list[PdfWord]
    layered: bool
    shapes: tuple[Shape, ...]


def seen_page(page: Any, words: Sequence[PdfWord], left_out: LeftOutText) -> SeenPage:
    """Return what is seen of a page; words that are not are added to `left_out`.

    May draw the page, and turn its text objects off.
    """
    area = page.get_bbox()
    lost = {i for i, word in enumerate(words) if word.style.size < _TINY or _is_off(word, area)}
    if not words:
        return SeenPage([], layered=False, shapes=())
    objects = _Objects.of(page)
    doubtful = _doubtful(objects, words)
    layer: set[int] = set()
    if doubtful:
        unseen = _undrawn(page, words, doubtful)
        layer = _over_pictures(page, words, unseen)
        lost |= unseen - layer
    layered = sum(len(words[i].text) for i in layer) >= _LAYER
    if lost:
        left_out.append((OmissionReason.HIDDEN, " ".join(words[i].text for i in sorted(lost))))
    seen = [word for i, word in enumerate(words) if i not in lost]
    return SeenPage(seen, layered, objects.shapes)


@dataclass(frozen=True)
class _Objects:
    """What is drawn on a page: its text objects by address, and what may lie over them."""

    texts: dict[int, tuple[int, _Colour | None]]  # place in the order of drawing, and colour
    veiled: frozenset[int]  # set so that they may not be seen
    covers: tuple["_Cover", ...]
    shapes: tuple[Shape, ...]  # rectangles and rules

    @classmethod
    def of(cls, page: Any) -> "_Objects":
        """Return the objects of a pypdfium2 page; a form stands for all that is drawn in it."""
        import pypdfium2.raw as raw

        texts: dict[int, tuple[int, _Colour | None]] = {}
        veiled: set[int] = set()
        covers: list[_Cover] = []
        shapes: list[Shape] = []
        for place, (found, depth) in enumerate(_drawn(page)):
            kind = raw.FPDFPageObj_GetType(found)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                address = ctypes.addressof(found.contents)
                texts[address] = place, _colour(found)
                if is_veiled(found):
                    veiled.add(address)
            elif depth == 0:
                if kind == raw.FPDF_PAGEOBJ_PATH and (shape := _shape(found)):
                    shapes.append(shape)
                if bounds := _cover(found, kind):
                    filled = kind == raw.FPDF_PAGEOBJ_PATH
                    covers.append(_Cover(place, bounds, _colour(found) if filled else None))
        covers += [_Cover(_LAST, bounds, None) for bounds in _notes(page)]
        return cls(texts, frozenset(veiled), tuple(covers), tuple(shapes))


@dataclass(frozen=True)
class _Cover:
    """What may hide a word that stands over or under it; without a colour, a picture or a form."""

    place: int
    bounds: _Bounds
    colour: _Colour | None

    def may_hide(self, word: PdfWord, place: int, colour: _Colour | None) -> bool:
        """Tell whether a word of that place in the order and that colour may be lost here."""
        if not _meets(word.box, self.bounds):
            return False
        if place < self.place or self.colour is None or colour is None:
            return True
        return all(abs(a - b) < _ALIKE for a, b in zip(colour, self.colour, strict=True))


def _drawn(page: Any) -> Iterator[tuple[Any, int]]:
    """Yield the objects of a page in the order of drawing, with their depth in forms."""
    import pypdfium2.raw as raw

    for number in range(raw.FPDFPage_CountObjects(page)):
        yield from _with_inner(raw.FPDFPage_GetObject(page, number), 0)


def _with_inner(found: Any, depth: int) -> Iterator[tuple[Any, int]]:
    import pypdfium2.raw as raw

    yield found, depth
    if raw.FPDFPageObj_GetType(found) == raw.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
        for number in range(raw.FPDFFormObj_CountObjects(found)):
            yield from _with_inner(raw.FPDFFormObj_GetObject(found, number), depth + 1)


def _doubtful(objects: _Objects, words: Sequence[PdfWord]) -> dict[int, bool]:
    """Return the places of words that may not be seen, and whether they are veiled."""
    found: dict[int, bool] = {}
    for i, word in enumerate(words):
        veiled = word.owner in objects.veiled
        place, colour = objects.texts.get(word.owner, (-1, None))
        if veiled or any(cover.may_hide(word, place, colour) for cover in objects.covers):
            found[i] = veiled
    return found


def _meets(one: _Bounds, other: _Bounds) -> bool:
    return (
        one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    )  # fmt: skip


def is_veiled(found: Any) -> bool:
    """Tell whether a text object is set so that it may not be seen: to be looked at closely."""
    import pypdfium2.raw as raw

    mode = raw.FPDFTextObj_GetTextRenderMode(found)
    strokes = mode in (raw.FPDF_TEXTRENDERMODE_STROKE, raw.FPDF_TEXTRENDERMODE_STROKE_CLIP)
    if mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP):
        return True
    channels = [ctypes.c_uint() for _ in range(4)]
    colour = raw.FPDFPageObj_GetStrokeColor if strokes else raw.FPDFPageObj_GetFillColor
    if not colour(found, *channels):
        return True  # a pattern or the like
    *ink, alpha = (channel.value for channel in channels)
    return alpha < _FAINT or min(ink) > _PALE or _has_layer(found) or _is_cut(found)


def _colour(found: Any) -> _Colour | None:
    """Return the colour with which an object is filled; None for a pattern or the like."""
    import pypdfium2.raw as raw

    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(found, red, green, blue, alpha):
        return None
    return red.value, green.value, blue.value


def _has_layer(found: Any) -> bool:
    """Tell whether an object belongs to optional content, which may be off."""
    import pypdfium2.raw as raw

    name, size = ctypes.create_string_buffer(16), ctypes.c_ulong()
    for number in range(raw.FPDFPageObj_CountMarks(found)):
        mark = raw.FPDFPageObj_GetMark(found, number)
        kept = ctypes.cast(name, ctypes.POINTER(raw.FPDF_WCHAR))
        if raw.FPDFPageObjMark_GetName(mark, kept, 16, size) and name.raw[:6] == b"O\0C\0\0\0":
            return True
    return False


def _is_cut(found: Any) -> bool:
    """Tell whether a text object reaches beyond the paths to which it is clipped."""
    import pypdfium2.raw as raw

    clip = raw.FPDFPageObj_GetClipPath(found)
    count = raw.FPDFClipPath_CountPaths(clip) if clip else 0
    bounds = _edges(found) if count > 0 else None
    if bounds is None:
        return False
    x, y = ctypes.c_float(), ctypes.c_float()
    for path in range(count):
        xs: list[float] = []
        ys: list[float] = []
        for number in range(raw.FPDFClipPath_CountPathSegments(clip, path)):
            segment = raw.FPDFClipPath_GetPathSegment(clip, path, number)
            if raw.FPDFPathSegment_GetPoint(segment, x, y):
                xs.append(x.value)
                ys.append(y.value)
        if not xs or not _meets(bounds, (min(xs), min(ys), max(xs), max(ys))):
            return True
    return False


def _edges(found: Any) -> _Bounds | None:
    import pypdfium2.raw as raw

    edges = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(found, *edges):
        return None
    left, bottom, right, top = (edge.value for edge in edges)
    return left, bottom, right, top


def _is_off(word: PdfWord, area: _Bounds) -> bool:
    """Tell whether a word stands beyond the page's edge."""
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return not (area[0] <= x <= area[2] and area[1] <= y <= area[3])


def _cover(found: Any, kind: int) -> _Bounds | None:
    """Return the bounds of an object that may hide what it lies over; None for thin lines."""
    import pypdfium2.raw as raw

    if kind == raw.FPDF_PAGEOBJ_PATH:
        mode, stroked = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(found, mode, stroked)
        if not mode.value:
            return None
    left, bottom, right, top = bounds = _edges(found) or (0.0, 0.0, 0.0, 0.0)
    return bounds if min(right - left, top - bottom) > _COVER else None


def _shape(found: Any) -> Shape | None:
    """Return a path of few sides; None for another drawing."""
    import pypdfium2.raw as raw

    if raw.FPDFPath_CountSegments(found) > _SEGMENTS:
        return None
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(found, mode, stroked)
    bounds = _edges(found)
    if bounds is None or not (mode.value or stroked.value):
        return None
    return Shape(bounds, _colour(found) if mode.value else None, bool(stroked.value))


def _notes(page: Any) -> Iterator[_Bounds]:
    """Yield the places of annotations that are drawn over the page."""
    import pypdfium2.raw as raw

    harmless = (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_POPUP)
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note, area = raw.FPDFPage_GetAnnot(page, number), raw.FS_RECTF()
        drawn = raw.FPDFAnnot_GetSubtype(note) not in harmless
        if drawn and raw.FPDFAnnot_GetRect(note, area):
            yield area.left, area.bottom, area.right, area.top
        raw.FPDFPage_CloseAnnot(note)


def _undrawn(page: Any, words: Sequence[PdfWord], doubtful: dict[int, bool]) -> set[int]:
    """Return the places of the doubtful words that change nothing of the page's picture.

    Veiled words are turned off first, so that what stands beneath them does not speak for them.
    """
    found: set[int] = set()
    before = _picture(page)
    for kind in (True, False):
        group = [i for i, veiled in doubtful.items() if veiled is kind]
        if group:
            _turn_off(page, kind)
            after = _picture(page)
            change = np.abs(before - after)
            found.update(i for i in group if _is_still(page, change, words[i]))
            before = after
    return found


def _picture(page: Any) -> _Picture:
    width, height = page.get_size()
    scale = min(_SCALE, _LONGEST_SIDE / max(width, height, 1.0))
    drawn = page.render(scale=scale, force_bitmap_format=_BGR)
    array: _Picture = drawn.to_numpy().astype(np.int16)
    drawn.close()
    return array


def _turn_off(page: Any, kind: bool) -> None:
    import pypdfium2.raw as raw

    for found, _ in _drawn(page):
        if raw.FPDFPageObj_GetType(found) == raw.FPDF_PAGEOBJ_TEXT and is_veiled(found) is kind:
            raw.FPDFPageObj_SetIsActive(found, False)


def _is_still(page: Any, change: _Picture, word: PdfWord) -> bool:
    if max(word.text) >= chr(_LATIN):
        return False  # may be drawn with a font of this machine, which lacks the letters
    spot = _cut(page, change, word)
    return spot.size > 0 and int(spot.max()) < _SEEN


def _cut(page: Any, picture: _Picture, word: PdfWord) -> _Picture:
    """Return the part of a picture of the page where a word stands."""
    import pypdfium2.raw as raw

    rows, columns = picture.shape[:2]
    xs: list[int] = []
    ys: list[int] = []
    for x, y in (word.box[:2], word.box[2:]):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, columns, rows, 0, x, y, across, down)
        xs.append(across.value)
        ys.append(down.value)
    left, top = max(0, min(xs) - 1), max(0, min(ys) - 1)
    return picture[top : max(ys) + 2, left : max(xs) + 2]


def _over_pictures(page: Any, words: Sequence[PdfWord], unseen: set[int]) -> set[int]:
    """Return those of the unseen words that stand where a picture shows something."""
    import pypdfium2.raw as raw

    if not unseen:
        return set()
    every = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_DEPTH)
    pictures = [each.get_bounds() for each in every]
    drawn = _picture(page)
    return {
        i
        for i in unseen
        if any(_meets(words[i].box, each) for each in pictures)
        and np.ptp(_cut(page, drawn, words[i])) >= _SEEN
    }
