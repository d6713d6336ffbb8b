"""What `briefs list`, `show` and `stats` tell: the library's content as JSON objects and tables."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.languages import ENGLISH, language
from index.left_out import OmissionReason
from index.library import Library
from index.passage import Brief, PageFacts
from index.settings import models_folder
from index.storage.catalogue import VersionRow
from index.storage.schema import CURRENT
from ingest.brief import updated_in
from ingest.files import printable
from ingest.terminal import is_narrow, out, print_table, say

LANGUAGE_FROM = 20_000  # characters of a brief by which its language is told


def brief_lines(
    library: Library, collection: str | None, *, everything: bool
) -> list[dict[str, Any]]:
    """Return one object a brief, newest first, with all its versions; current briefs, or all."""
    documents: dict[int, list[str]] = defaultdict(list)
    for row in library.renditions():
        documents[row.version_pk].append(row.location)
    families: dict[str, list[VersionRow]] = defaultdict(list)
    for version in library.versions():
        families[version.brief.id].append(version)
    lines = [_brief_line(family, documents) for family in families.values()]
    chosen = [
        line
        for line in lines
        if (everything or line["state"] == CURRENT)
        and (collection is None or line["collection"] == collection)
    ]
    chosen.sort(key=lambda line: (line["title"], line["id"]))
    return sorted(chosen, key=lambda line: line["date"] or "", reverse=True)


def _brief_line(family: list[VersionRow], documents: dict[int, list[str]]) -> dict[str, Any]:
    current = next((row for row in family if row.state == CURRENT), family[-1])
    return {
        **_version_object(current, documents),
        "versions": [_version_object(row, documents) for row in family],
    }


def _version_object(row: VersionRow, documents: dict[int, list[str]]) -> dict[str, Any]:
    brief = row.brief
    return {
        "id": brief.id,
        "version": brief.version,
        "state": row.state,
        "title": brief.title,
        "date": brief.date,
        "updated": updated_in(row.note),
        "author": "; ".join(brief.authors) or None,
        "number": brief.number,
        "edition": row.edition,
        "collection": brief.collection,
        "source": brief.source,
        "source_url": brief.source_url,
        "passages": row.passages,
        "renditions": documents[row.pk],
    }


def print_listing(lines: list[dict[str, Any]]) -> None:
    """Print the briefs as a table on stdout; a narrow terminal gets id, date and title."""
    if not lines:
        say("no briefs; type: briefs ingest FOLDER_OR_FILES")
        return
    names: Sequence[str] = ("Brief", "Date", "Number", "Passages", "Versions", "Title")
    rows: list[Sequence[str]] = [
        (
            line["id"],
            line["date"] or "no date",
            line["number"] or "",
            str(line["passages"]),
            str(len(line["versions"])),
            line["title"] if line["state"] == CURRENT else f"{line['title']} ({line['state']})",
        )
        for line in lines
    ]
    if is_narrow():
        names, rows = (*names[:2], names[-1]), [(*row[:2], row[-1]) for row in rows]
    print_table(names, rows, right="Passages Versions")


def brief_object(library: Library, brief_id: str, version: int | None) -> dict[str, Any]:
    """Return one version of a brief with its text and its passages."""
    brief = library.brief(brief_id, version)
    rows = [row for row in library.versions() if row.brief.id == brief.id]
    shown = next(row for row in rows if row.brief.version == brief.version)
    documents = {shown.pk: [rendition.location for rendition in brief.renditions]}
    facts = _version_object(shown, documents)
    del facts["passages"]
    return {
        **facts,
        "language": language(brief.text[:LANGUAGE_FROM]),
        "note": brief.note,
        "left_out": [asdict(part) for part in brief.left_out],
        "versions": [
            {"version": row.brief.version, "state": row.state, "date": row.brief.date}
            for row in rows
        ],
        "text": brief.text,
        "passages": [
            {
                "passage_id": passage_id,
                "text": passage.text,
                "start": passage.start,
                "end": passage.end,
                "page": passage.page,
                **_page_facts(brief, passage.page),
                "heading": list(passage.heading),
                "paragraph": passage.paragraph,
            }
            for passage_id, passage in library.passages(brief)
        ],
    }


def _page_facts(brief: Brief, page: int | None) -> dict[str, Any]:
    known = next((each for each in brief.page_facts if each.page == page), PageFacts(0))
    return {"page_label": known.label, "ocr": known.confidence}


def print_brief(shown: dict[str, Any]) -> None:
    """Print a brief with its passages numbered by paragraph."""
    from rich.text import Text

    console = out()
    console.print(Text(shown["title"], style="bold"))
    which = f"version {shown['version']} of {len(shown['versions'])}, {shown['state']}"
    spoken = None if shown["language"] == ENGLISH else shown["language"]
    facts = [
        shown["date"] or "no date",
        shown["author"],
        shown["number"],
        spoken,
        shown["id"],
        which,
    ]
    console.print(" · ".join(fact for fact in facts if fact), markup=False)
    # Unwrapped, so that a terminal can open what it breaks.
    for place in dict.fromkeys((shown["source_url"] or shown["source"], *shown["renditions"])):
        console.print(printable(place), markup=False, soft_wrap=True)
    if shown["note"]:
        console.print(f"note: {shown['note']}", markup=False)
    for part in shown["left_out"]:
        if part["reason"] == OmissionReason.METADATA:  # printed above
            continue
        what = f"left out: {part['characters']:,} characters, {part['reason']}"
        console.print(printable(f'{what}, such as "{part["example"]}"'), markup=False)
    heading: list[str] = []
    for passage in shown["passages"]:
        if passage["heading"] != heading:
            heading = passage["heading"]
            if heading:
                console.print(Text("\n" + " > ".join(heading), style="bold"))
        page = f" p. {passage['page_label'] or passage['page']}" if passage["page"] else ""
        page += f" OCR {passage['ocr']:.0%}" if passage["ocr"] is not None else ""
        mark = (f"\n[{passage['paragraph']}]{page} ", "cyan")
        console.print(Text.assemble(mark, passage["text"]))


def library_stats(library: Library) -> dict[str, Any]:
    """Return counts of what the library holds, and the bytes it takes."""
    versions = library.versions()
    states = Counter(row.state for row in versions)
    current = [row for row in versions if row.state == CURRENT]
    dates = sorted(row.brief.date for row in current if row.brief.date)
    home, models = library.home, models_folder(library.settings)
    return {
        "home": str(home),
        "briefs": len(current),
        "versions": len(versions),
        "superseded": states.get("superseded", 0),
        "withdrawn": states.get("withdrawn", 0),
        "documents": len(library.renditions()),
        "passages": sum(row.passages for row in current),
        "collections": dict(Counter(row.brief.collection for row in current)),
        "oldest": dates[0] if dates else None,
        "newest": dates[-1] if dates else None,
        "undated": sum(row.brief.date is None for row in current),
        "generation": library.generation,
        "embedding_model": library.embedder.fingerprint.model,
        "bytes": _bytes(home),
        "models": str(models),
        "model_bytes": _bytes(models),
    }


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def print_stats(counted: dict[str, Any]) -> None:
    """Print the counts, one a line."""
    collections = (f"{name} ({count})" for name, count in counted["collections"].items())
    size, model = counted["bytes"] / 1e6, counted["model_bytes"] / 1e6
    shared = not Path(counted["models"]).is_relative_to(counted["home"])
    lines = {
        **{name: "–" if value is None else str(value) for name, value in counted.items()},
        "collections": ", ".join(collections) or "none",
        "size": f"{size:.1f} MB" + (f", of which {model:.1f} MB the model" if not shared else ""),
        "models": f"{counted['models']} ({model:.1f} MB)",
    }
    for name, value in lines.items():
        if not name.endswith("bytes"):
            out().print(f"{name.replace('_', ' '):<16} {value}", markup=False)
