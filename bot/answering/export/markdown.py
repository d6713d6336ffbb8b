"""An answer as Markdown with footnotes, as GitHub and Pandoc read them; nothing of it is markup.

What stands in a brief stays text: characters that Markdown would read are escaped.
"""

import re
from collections.abc import Iterable

from bot.answering.answer import Answer
from bot.answering.export.document import AnswerDocument, Paragraph, ParagraphStyle, Run, document
from bot.answering.export.references import CitedText

# What Markdown reads inside a line, and what it reads only where a line begins.
_INSIDE = re.compile(r"([\\`*_\[\]<>|~$])|&(?=#?\w+;)")
_AT_START = re.compile(r"(?m)^(\s*)([-+#=:]|\d+(?=[.)]))")
_ADDRESS = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?)\]]")


def markdown(answer: Answer, day: str | None = None) -> str:
    """Return an answer as Markdown; `day` (ISO) is when it was given, None if not known."""
    return written(document(answer, day))


def written(found: AnswerDocument) -> str:
    """Return a document as Markdown that ends with a line end."""
    blocks = [
        f"# {_escaped(found.title)}",
        *map(_paragraph, found.paragraphs),
        *(f"[^{number}]: {_note(runs)}" for number, runs in enumerate(found.notes, 1)),
        f"*{_escaped(found.colophon)}*",
    ]
    return "\n\n".join(blocks) + "\n"


def _paragraph(paragraph: Paragraph) -> str:
    text = _AT_START.sub(r"\1\\\2", "".join(map(_run, paragraph.runs)))
    match paragraph.style:
        case ParagraphStyle.ITEM:
            return f"- {text}"
        case ParagraphStyle.QUOTE:
            return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
        case ParagraphStyle.REMARK:
            return f"*{text.strip()}*"
        case _:
            return text


def _run(run: Run) -> str:
    if run.note:
        return f"[^{run.note}]"
    text = _escaped(run.text)
    return _wrapped(text, "**") if run.bold or run.marked else text


def _wrapped(text: str, mark: str) -> str:
    """Return words in marks, which must touch a letter; white space stays outside."""
    bare = text.strip()
    if not bare:
        return text
    lead, _, tail = text.partition(bare)
    return f"{lead}{mark}{bare}{mark}{tail}"


def _note(runs: Iterable[CitedText]) -> str:
    return "".join(
        _wrapped(_escaped(run.text), "*") if run.italic else _escaped(run.text) for run in runs
    )


def _escaped(text: str) -> str:
    """Return a text that Markdown shows as it is; addresses stay whole, so that they are links."""
    pieces, at = [], 0
    for found in _ADDRESS.finditer(text):
        pieces += [_plain(text[at : found.start()]), f"<{found[0]}>"]
        at = found.end()
    return "".join([*pieces, _plain(text[at:])])


def _plain(text: str) -> str:
    return _INSIDE.sub(lambda found: f"\\{found[0]}", text)
