"""An answer as a Word document (.docx) whose notes are footnotes.

python-docx has no footnotes of its own: their part of the file is written here (ECMA-376, part 1,
17.11). A note marked again is a reference to the first mark, as Word's own cross-references are.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.answering.answer import Answer
from bot.answering.export.document import AnswerDocument, Paragraph, ParagraphStyle, Run, document
from bot.answering.export.references import CitedText

if TYPE_CHECKING:
    from docx.document import Document

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PART_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_REFERENCE, _TEXT = "footnote reference", "footnote text"  # as Word itself names them


def word(answer: Answer, day: str | None = None) -> bytes:
    """Return an answer as a file of Word; `day` (ISO) is when it was given, None if not known."""
    return written(document(answer, day))


def written(found: AnswerDocument) -> bytes:
    """Return a document as the bytes of a .docx file."""
    from docx import Document

    made = Document()
    made.core_properties.title = _clean(found.title)
    made.core_properties.author = ""
    made.core_properties.comments = ""
    _add_styles(made)
    made.add_heading(_clean(found.title), 1)
    marked: set[int] = set()
    for paragraph in found.paragraphs:
        _add(made, paragraph, marked)
    made.add_paragraph().add_run(_clean(found.colophon)).italic = True
    _add_footnotes(made, found.notes)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def _add(made: "Document", paragraph: Paragraph, marked: set[int]) -> None:
    style = {ParagraphStyle.ITEM: "List Bullet", ParagraphStyle.QUOTE: "Quote"}.get(
        paragraph.style, "Normal"
    )
    added = made.add_paragraph(style=style)
    for run in paragraph.runs:
        if run.note:
            _add_mark(added, run.note, again=run.note in marked)
            marked.add(run.note)
        else:
            _add_run(added, run, italic=paragraph.style is ParagraphStyle.REMARK)


def _add_run(added: Any, run: Run, *, italic: bool) -> None:
    from docx.enum.text import WD_COLOR_INDEX

    words = added.add_run(_clean(run.text))
    words.bold = run.bold or None
    words.italic = italic or None
    if run.marked:
        words.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _add_mark(added: Any, number: int, *, again: bool) -> None:
    """Add the mark of a footnote, in a bookmark; its second mark refers to that."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    def element(tag: str, **attributes: object) -> Any:
        made = OxmlElement(tag)
        for key, value in attributes.items():
            made.set(qn(f"w:{key}"), str(value))
        return made

    bookmark = f"_RefNote{number}"
    if again:
        field = element("w:fldSimple", instr=f" NOTEREF {bookmark} \\f \\h ")
        run = added.add_run(str(number), style=_REFERENCE)
        field.append(run._r)
        added._p.append(field)
        return
    added._p.append(element("w:bookmarkStart", id=number, name=bookmark))
    added.add_run(style=_REFERENCE)._r.append(element("w:footnoteReference", id=number))
    added._p.append(element("w:bookmarkEnd", id=number))


def _add_styles(made: "Document") -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    reference = made.styles.add_style(_REFERENCE, WD_STYLE_TYPE.CHARACTER, builtin=True)
    reference.font.superscript = True
    text = made.styles.add_style(_TEXT, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    text.base_style = made.styles["Normal"]
    text.font.size = Pt(9)
    text.paragraph_format.space_after = Pt(2)


def _add_footnotes(made: "Document", notes: Sequence[Sequence[CitedText]]) -> None:
    """Add the part with the footnotes; Word wants a separator and its continuation in it."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    if not notes:
        return
    styles = made.styles
    ids = styles[_TEXT].style_id, styles[_REFERENCE].style_id
    body = "".join(_footnote(number, runs, *ids) for number, runs in enumerate(notes, 1))
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p>'
        "</w:footnote>"
        for number, kind in ((-1, "separator"), (0, "continuationSeparator"))
    )
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:footnotes xmlns:w="{namespace}">{separators}{body}</w:footnotes>'
    )
    part = Part(PackURI("/word/footnotes.xml"), _PART_TYPE, xml.encode(), made.part.package)
    made.part.relate_to(part, _RELATION)


def _footnote(number: int, runs: Sequence[CitedText], text: str, reference: str) -> str:
    from xml.sax.saxutils import escape

    said = "".join(
        f"<w:r>{'<w:rPr><w:i/></w:rPr>' if run.italic else ''}"
        f'<w:t xml:space="preserve">{escape(_clean(run.text))}</w:t></w:r>'
        for run in (CitedText(" "), *runs)
    )
    return (
        f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="{text}"/></w:pPr>'
        f'<w:r><w:rPr><w:rStyle w:val="{reference}"/></w:rPr><w:footnoteRef/></w:r>'
        f"{said}</w:p></w:footnote>"
    )


def _clean(text: str) -> str:
    """Return a text without the characters that no XML may hold."""
    return "".join(
        char for char in text if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff"
        and not "\ud800" <= char <= "\udfff")
    )  # fmt: skip
