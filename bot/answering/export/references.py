"""Cite a brief: a reference in, Chicago or another CSL style, RIS, CSL-JSON or BibTeX out.

The formats are those of libraries: citeproc-py sets a style of citationstyles.org, rispy writes
RIS, bibtexparser BibTeX. `chicago.csl` sets reports as the Chicago Manual of Style does in notes
and bibliographies.
"""

import html
import json
import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.language.untrusted import safe
from bot.language.words import words
from index.dates import MONTHS
from index.errors import UsageError
from index.passage import Brief, BriefRef

CHICAGO = "chicago"
STYLES = (CHICAGO, "ris", "csl-json", "bibtex")

_STYLE = Path(__file__).parent / "chicago.csl"
_ORGANISATIONS = words("organisations")
_SUFFIX = re.compile(r",?\s+(Jr\.?|Sr\.?|I{2,3}|IV)$")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_NAME = 4  # words of a person's name; more are an organisation's
_TAG = re.compile(r"(<[^>]*>)")
_NOT_KEY = re.compile(r"[^A-Za-z0-9:.+-]+")
_COMMA = re.compile(r", (?=\((?:[\w ,]* )?(?:n\.d\.|\d{4})\))")  # left before a date in brackets
_LOCK = threading.Lock()  # a style that is being set remembers what it has cited


@dataclass(frozen=True)
class Reference:
    """What is cited: a brief, a place in it if one is meant, the publisher's edition if known.

    A `paragraph`, numbered as everywhere here, is named where there is no page.
    """

    brief: BriefRef
    page: int | None = None
    edition: str | None = None
    paragraph: int | None = None

    @classmethod
    def of(cls, brief: Brief, page: int | None = None) -> "Reference":
        return cls(brief.reference, page, brief.edition)

    @property
    def locator(self) -> tuple[str, str] | None:
        """The place as (label, number), in the words of CSL."""
        if self.page:
            return "page", str(self.page)
        return ("paragraph", str(self.paragraph)) if self.paragraph else None

    @property
    def key(self) -> str:
        """The name of its entry, of letters and digits: another for each later version."""
        name = _NOT_KEY.sub("-", self.brief.number or self.brief.id).strip("-") or "brief"
        return name if self.brief.version == 1 else f"{name}-v{self.brief.version}"


@dataclass(frozen=True)
class CitedText:
    """Words of a reference, in italics or not."""

    text: str
    italic: bool = False


def cite(references: Sequence[Reference], style: str) -> list[str]:
    """Return the references in one of STYLES, or in that of a CSL file, each as a text of its own.

    Raises UsageError where the file is missing or is no CSL style.
    """
    match style:
        case "ris":
            return [ris(one) for one in references]
        case "csl-json":
            return [json.dumps(csl(one), ensure_ascii=False, indent=2) for one in references]
        case "bibtex":
            return [bibtex(one) for one in references]
        case _:
            file = _STYLE if style == CHICAGO else Path(style)
            return ["".join(one.text for one in styled(each, file)) for each in references]


def together(cited: Sequence[str], style: str) -> str:
    """Return references as the contents of one file of their format."""
    if style == "csl-json":
        return json.dumps([json.loads(one) for one in cited], ensure_ascii=False, indent=2) + "\n"
    return "".join(one if one.endswith("\n") else f"{one}\n" for one in cited)


def note(reference: Reference) -> list[CitedText]:
    """Return a reference as a note: authors, title, number, date, page, address (Chicago)."""
    return styled(reference, _STYLE, as_note=True)


def styled(reference: Reference, file: Path, *, as_note: bool = False) -> list[CitedText]:
    """Return a reference in a CSL style: as a note where a page is meant, else as a whole entry.

    A style that is no style of notes names the page in its citation ("Clark 2026, 2"), which then
    stands before the entry. Raises UsageError for a file that is missing or no CSL style.
    """
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fields that a style asks for and the library skips
        numbered = file == _STYLE  # which has no place for the number of a report but its genre
        citation, entry, is_notes = _set(reference, _style(file), numbered=numbered)
    if is_notes:
        return citation if as_note or reference.locator else entry or citation
    if not reference.locator and entry:
        return entry
    return [*citation, CitedText(" "), *entry] if entry else citation


def _set(
    reference: Reference, style: Any, *, numbered: bool
) -> tuple[list[CitedText], list[CitedText], bool]:
    """Return citation and entry of a reference, and whether the style is one of notes."""
    from citeproc import (
        Citation,
        CitationItem,
        CitationStylesBibliography,
        Locator,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON

    fields = {**csl(reference), "id": "cited"}
    fields.pop("locator", None)
    if numbered and "number" in fields:
        fields["genre"] = f"no. {fields['number']}"
    bibliography = CitationStylesBibliography(style, CiteProcJSON([fields]), formatter.html)
    place = {"locator": Locator(*reference.locator)} if reference.locator else {}
    citation = Citation([CitationItem("cited", **place)])
    bibliography.register(citation)
    said = str(bibliography.cite(citation, lambda _: None))
    entries = bibliography.bibliography() if style.has_bibliography() else []
    entry = str(entries[0]) if entries else ""
    runs = [
        [run if run.italic else replace(run, text=_COMMA.sub(" ", run.text)) for run in _runs(text)]
        for text in (said, entry)
    ]
    return runs[0], runs[1], style.root.get("class") == "note"


@cache
def _style(file: Path) -> Any:
    from citeproc import CitationStylesStyle
    from lxml.etree import LxmlError

    if not file.is_file():
        raise UsageError(
            f"--style {file}: no such style or file; choose {', '.join(STYLES)}, or name a CSL file"
        )
    try:
        return CitationStylesStyle(str(file), validate=False)
    except OSError as error:
        raise UsageError(f"--style {file}: {error.strerror or 'cannot be read'}") from error
    except (LxmlError, ValueError, AttributeError) as error:
        raise UsageError(f"--style {file}: not a CSL style; see citationstyles.org") from error


def _runs(marked: str) -> Iterator[CitedText]:
    """Yield the runs of a text in the HTML that the library writes."""
    italic, before = False, ""
    for piece in _TAG.split(marked):
        if piece.startswith("<"):
            italic = piece == "<i>" or (italic and piece != "</i>")
            continue
        text = html.unescape(piece)
        if before.endswith(("?", "!")):  # a title that is a question has its own end
            text = text.removeprefix(".")
        if text:
            yield CitedText(text, italic)
            before = text


def csl(reference: Reference) -> dict[str, Any]:
    """Return a reference as an item of CSL-JSON (citation-style-language/schema, csl-data.json)."""
    brief = reference.brief
    found: dict[str, Any] = {
        "id": reference.key,
        "type": "report",
        "title": _plain(brief.title),
        "author": [_split(one) for one in brief.authors],
        "issued": {"date-parts": [[int(part) for part in _parts(brief.date)]]}
        if brief.date
        else None,
        "number": brief.number and _plain(brief.number),
        "version": reference.edition and _plain(reference.edition),
        "locator": str(reference.page) if reference.page else None,
        "URL": address(brief),
    }
    return {name: value for name, value in found.items() if value}


def ris(reference: Reference) -> str:
    """Return a reference as RIS, each line ended by CR LF as its specification wants.

    SN is the number of a report (RPRT); PY is "2019/03//" where the day is not known.
    """
    import rispy

    brief = reference.brief
    parts = [*_parts(brief.date), "", "", ""][:3]
    found = {
        "type_of_reference": "RPRT",
        "id": reference.key,
        "authors": [_ris_name(one) for one in brief.authors],
        "title": _plain(brief.title),
        "year": parts[0],
        "date": "/".join((*parts, "")) if brief.date else "",
        "issn": _plain(brief.number or ""),
        "edition": _plain(reference.edition or ""),
        "start_page": str(reference.page or ""),
        "urls": [address(brief)] if address(brief) else [],
    }
    kept = {name: value for name, value in found.items() if value}
    text = rispy.dumps([kept], enforce_list_tags=True).split("\n", 1)[1]  # without its "1."
    return "\r\n".join(text.rstrip("\n").splitlines()) + "\r\n"


def bibtex(reference: Reference) -> str:
    """Return a reference as BibTeX, special characters written in LaTeX.

    A @techreport needs an institution: a brief whose authors are all persons is a @misc.
    """
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field
    from pylatexenc.latexencode import UnicodeToLatexEncoder

    latex = UnicodeToLatexEncoder(unknown_char_policy="keep", unknown_char_warning=False)
    encode = latex.unicode_to_latex
    brief = reference.brief
    names = [_split(one) for one in brief.authors]
    bodies = [one["literal"] for one in names if "literal" in one]
    number, parts = _plain(brief.number or ""), _parts(brief.date)
    found = {
        "author": " and ".join(_bibtex_name(one, encode) for one in names),
        "title": f"{{{encode(_plain(brief.title))}}}",  # in braces, or a style changes its capitals
        "institution": encode("; ".join(bodies)),
        "number": encode(number) if bodies else "",
        "note": encode(f"No. {number}") if number and not bodies else "",
        "year": parts[0] if parts else "",
        "month": MONTHS[int(parts[1]) - 1][:3].lower() if len(parts) > 1 else "",
        "day": str(int(parts[2])) if len(parts) > 2 else "",
        "edition": encode(_plain(reference.edition or "")),
        "pages": str(reference.page or ""),
        "url": _bibtex_url(address(brief) or ""),
    }
    fields = [Field(name, value) for name, value in found.items() if value]
    for field in fields:
        if field.key == "month":
            field.enclosing = "no-enclosing"  # a macro, which each style and language spells out
    entry = Entry("techreport" if bodies else "misc", reference.key, fields)
    return write_string(Library([entry]))


def address(brief: BriefRef) -> str | None:
    """Return where the public finds a brief; None where there is no such address."""
    url = brief.source_url or (brief.source if "://" in brief.source else "")
    return re.sub(r"\s+", "%20", safe(url.strip())) or None


def _plain(text: str) -> str:
    return " ".join(safe(text).split())


def _parts(date: str | None) -> list[str]:
    """Return the year, month and day of a date as far as they are known."""
    return date.split("-") if date else []


# Names


def _split(author: str) -> Mapping[str, str]:
    """Return family, given, particle and suffix of a person, or an organisation's "literal" name.

    In doubt it is an organisation: a person cited whole is no mistake, "Fisheries, Directorate of"
    is one.
    """
    from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts

    name = _plain(author)
    if _is_organisation(name):
        return {"literal": name}
    suffix = _SUFFIX.search(name)
    try:
        parts = parse_single_name_into_parts(name[: suffix.start()] if suffix else name)
    except InvalidNameError:
        return {"literal": name}
    found = {
        "family": " ".join(parts.last),
        "given": " ".join(parts.first),
        "non-dropping-particle": " ".join(parts.von),
        "suffix": suffix[1] if suffix else " ".join(parts.jr),
    }
    kept = {key: value for key, value in found.items() if value}
    return kept if "family" in kept else {"literal": name}


def _is_organisation(name: str) -> bool:
    spelled = _WORD.findall(name)
    if not spelled or any(word.lower() in _ORGANISATIONS for word in spelled):
        return True
    if re.search(r"[&/\d{}]|\b(?:and|for|[Tt]he)\b", name) or name.count(",") > 2:
        return True
    if "," in name:
        return False
    acronym = any(len(word) > 1 and word.isupper() for word in spelled)
    is_shouted = all(word.isupper() for word in spelled)
    return len(name.split()) == 1 or len(spelled) > _LONGEST_NAME or (acronym and not is_shouted)


def _ris_name(author: str) -> str:
    """Return "Family, Given, Suffix"; an organisation's name has no comma that would part it."""
    name = _split(author)
    if "literal" in name:
        return name["literal"]
    family = " ".join(filter(None, (name.get("non-dropping-particle"), name["family"])))
    return ", ".join(filter(None, (family, name.get("given"), name.get("suffix"))))


def _bibtex_name(name: Mapping[str, str], encode: Any) -> str:
    """Return "von Family, Suffix, Given"; an organisation stands in braces, and so stays whole."""
    if "literal" in name:
        return f"{{{encode(name['literal'])}}}"
    family = " ".join(filter(None, (name.get("non-dropping-particle"), name["family"])))
    return ", ".join(encode(one) for one in (family, name.get("suffix"), name.get("given")) if one)


def _bibtex_url(url: str) -> str:
    """Return an address as BibTeX takes it: as it is, but for what would end its field."""
    return url.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")
