"""Read a Word document (.docx): the text as it stands, without deletions, comments, hidden text.

mammoth makes HTML of it, and the blocks are made of that. Title and author come from the core
properties; their dates are file times and are left alone.
"""

import io
import re
import zipfile
from dataclasses import replace
from itertools import pairwise
from typing import Any

from index.errors import ReadError
from index.left_out import OmissionReason, counted
from ingest.decode import clean
from ingest.document import Block, BlockKind, Document, Metadata
from ingest.metadata import from_first_lines, from_pairs
from ingest.readers import archive_guard
from ingest.readers.boxes import boxed, is_box, repeats
from ingest.readers.docx_numbers import number_lists, plain_number
from ingest.readers.docx_visible import DocxStyles, Removed, remove_hidden
from ingest.readers.formulas import M, line_of
from ingest.readers.html import blocks_from_html

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY = "word/document.xml"
_STYLE_PART = "word/styles.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT_PARTS = re.compile(r"word/(?:document|footnotes|endnotes)\.xml")
_BOX = (
    "\ue000"  # stands before the text of a box until blocks are made; Unicode gives it no meaning
)
_SPECIAL = re.compile(rb"txbxContent|<w:(?:moveFrom|numPr|fldSimple|dir|bdo)\b|m:oMath")
_WRAPPERS = ("fldSimple", "dir", "bdo")  # around text, and unknown to mammoth
_NOTE_ITEM = re.compile(r'<li id="((?:foot|end)note-[^"]+)"')
_NOTE_ID = re.compile(r'((?:<li id|href)="#?)((?:foot|end)note-[^"]+)"')
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Heading 7'] => h6:fresh
p[style-name='Heading 8'] => h6:fresh
p[style-name='Heading 9'] => h6:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
br[type='page'] =>
"""
_JUNK_TITLE = re.compile(
    r"(?:untitled|(?:word )?document\s*\d*|microsoft word.*|title|.*\.(?:docx?|dotx?|rtf|odt))",
    re.I,
)
_JUNK_AUTHOR = re.compile(
    r"(?:python-docx|microsoft.*|(?:windows )?user|admin\w*|owner|unknown|author|apache poi|.*@.*)",
    re.I,
)


def read(data: bytes) -> Document:
    """Return headings, paragraphs, lists, tables and notes of a document in order.

    Raises ReadError for an archive that `archive_guard` refuses, or that is no Word document.
    """
    with archive_guard.opened(data) as archive:
        if BODY not in archive.namelist():
            raise ReadError("no Word document inside; save it as .docx and ingest it again")
        stated = _core_properties(archive)
        data, removed = _without_hidden(archive, data)
    found = (replace(b, text=plain_number(b.text)) for b in blocks_from_html(_html(data)))
    left_out = [(OmissionReason.HIDDEN, text) for text in removed.texts]
    blocks = _with_boxes(tuple(block for block in found if block.text), left_out)
    metadata = _metadata(blocks, stated)
    return Document(
        blocks, metadata, MEDIA_TYPE, tuple(sorted(removed.warnings)), left_out=counted(left_out)
    )


def _html(data: bytes) -> str:
    import mammoth

    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda _image: {"src": ""}),
            external_file_access=False,
        )
    except RecursionError as error:
        raise ReadError("nested too deeply; save it again in Word and ingest it again") from error
    except Exception as error:  # mammoth lets through whatever the broken part makes it trip over
        raise ReadError("damaged inside; open it in Word, save it and ingest it again") from error
    return _renumbered(str(result.value))


def _renumbered(html: str) -> str:
    """Give notes the numbers that their references show, where Word's own ids begin elsewhere."""
    ids = _NOTE_ITEM.findall(html)
    numbers = {old: f"note-{number}" for number, old in enumerate(ids, 1)}
    return _NOTE_ID.sub(lambda found: found[1] + numbers.get(found[2], found[2]) + '"', html)


def _without_hidden(archive: zipfile.ZipFile, data: bytes) -> tuple[bytes, Removed]:
    """Return the document without what Word does not show, and with formulas as text."""
    numbering, styled = (
        _parsed(archive.read(name)) if name in archive.namelist() else None
        for name in ("word/numbering.xml", _STYLE_PART)
    )
    styles, removed = DocxStyles.of(styled), Removed()
    changed: dict[str, bytes] = {}
    for name in filter(_TEXT_PARTS.fullmatch, archive.namelist()):
        part = archive.read(name)
        root, count = _parsed(part), len(removed.texts)
        remove_hidden(root, styles, removed)
        numbered = name == BODY and numbering is not None
        if numbered or len(removed.texts) > count or _SPECIAL.search(part):
            if numbering is not None:
                number_lists(root, numbering, styled)
            changed[name] = _plain(root)
    if not changed:
        return data, removed
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in archive.namelist():
            target.writestr(name, changed.get(name) or archive.read(name))
    return copy.getvalue(), removed


def _plain(root: Any) -> bytes:
    """Return a part with formulas as text, boxes behind it, and moved text once."""
    from lxml import etree

    for moved in list(root.iter(f"{_W}moveFrom")):
        moved.getparent().remove(moved)
    _take_boxes(root)
    for formula in list(root.iter(f"{M}oMath")):
        run = etree.Element(f"{_W}r")
        etree.SubElement(run, f"{_W}t").text = line_of(formula)
        formula.getparent().replace(formula, run)
    for name in (f"{M}oMathPara", *(f"{_W}{each}" for each in _WRAPPERS)):
        for wrapper in list(root.iter(name)):
            _unwrap(wrapper)
    plain: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return plain


def _unwrap(wrapper: Any) -> None:
    """Put the runs of an element in its place."""
    parent = wrapper.getparent()
    place = parent.index(wrapper)
    for child in list(wrapper.iterchildren(f"{_W}r", f"{_W}hyperlink", f"{_W}ins")):
        parent.insert(place, child)
        place += 1
    parent.remove(wrapper)


def _take_boxes(root: Any) -> None:
    """Move the text of drawn boxes, each behind a mark, to the end of the body.

    Word writes a box twice, for newer and older programs: DrawingML, and VML as its fallback.
    """
    from lxml import etree

    alternate = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
    for choice in list(root.iter(f"{alternate}Choice")):
        fallback = choice.getparent().find(f"{alternate}Fallback")
        if fallback is not None and next(choice.iter(f"{_W}txbxContent"), None) is not None:
            choice.getparent().remove(fallback)
    body = root.find(f"{_W}body")
    if body is None:
        return
    for box in list(root.iter(f"{_W}txbxContent")):
        mark = etree.SubElement(etree.SubElement(body, f"{_W}p"), f"{_W}r")
        etree.SubElement(mark, f"{_W}t").text = _BOX
        for child in list(box):
            body.append(child)
        box.getparent().remove(box)


def _with_boxes(
    blocks: tuple[Block, ...], left_out: list[tuple[OmissionReason, str]]
) -> tuple[Block, ...]:
    """Return the blocks with each box under its heading, behind text and notes."""
    marks = [place for place, block in enumerate(blocks) if block.text == _BOX]
    if not marks:
        return blocks
    text = list(blocks[: marks[0]])
    boxes: list[Block] = []
    for start, end in pairwise((*marks, len(blocks))):
        inside = [b for b in blocks[start + 1 : end] if b.kind is not BlockKind.FOOTNOTE]
        if repeats(inside, text):
            left_out += [(OmissionReason.REPEATED, block.text) for block in inside]
        else:
            boxes += boxed(inside)
    notes = [b for b in blocks[marks[0] :] if b.kind is BlockKind.FOOTNOTE]
    return (*text, *notes, *boxes)


def _parsed(part: bytes) -> Any:
    """Parse XML with entities, network and DTD off."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(part, parser)
    except etree.XMLSyntaxError as error:
        raise ReadError("damaged inside; open it in Word, save it and ingest it again") from error


def _core_properties(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return title and creator as the core properties state them; never their dates."""
    try:
        root = _parsed(archive.read("docProps/core.xml"))
    except (KeyError, ReadError):
        return {}
    found = {node.tag.rpartition("}")[2]: (node.text or "").strip() for node in root if node.text}
    return {key: found[key] for key in ("title", "creator") if found.get(key)}


def _metadata(blocks: tuple[Block, ...], stated: dict[str, str]) -> Metadata:
    """Let a heading at the very top go over the properties, which templates hand on."""
    said = from_first_lines(
        [b.text for b in blocks[:15] if b.kind is not BlockKind.TABLE and not is_box(b)]
    )
    is_headed = bool(blocks) and blocks[0].kind is BlockKind.HEADING
    top = blocks[0] if is_headed and not is_box(blocks[0]) else None
    title, author = clean(stated.get("title", "")), clean(stated.get("creator", ""))
    named = from_pairs(
        {
            "title": "" if _JUNK_TITLE.fullmatch(title) else title,
            "author": "" if _JUNK_AUTHOR.fullmatch(author) else author,
        }
    )
    return Metadata(title=top.text if top else named.title).over(said).over(named)
