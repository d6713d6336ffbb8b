"""Measure reading: are all reports in, whole, without site chrome, rightly titled, dated, paged?

Each claim is checked against the files themselves, by other means than the ingest uses. Vectors are
made up here (bench/hollow.py): nothing in these figures depends on them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from bench import command, hollow
from bench.figures import Figure, counted
from bench.gold import edition_of, questions
from bench.pages import judge, page_texts
from bench.passages import CutBrief, chrome, misplaced, too_long, uncovered
from bench.quotes import held_by, nearest
from bench.workplace import Workplace
from index.errors import ReadError
from index.passage import Draft
from ingest.pipeline import ingest
from ingest.readers import read

_HEADER = {
    "title": re.compile(r"\A# (.+)"),
    "number": re.compile(r"^\*\*Report No\.:\*\* (\S+)", re.MULTILINE),
    "edition": re.compile(r"^\*\*Version:\*\* (\d+)", re.MULTILINE),
}
_DATE = re.compile(r"^\*\*Publication Date:\*\* (\d\d)/(\d\d)/(\d{4})", re.MULTILINE)


def measure(place: Workplace) -> list[Figure]:
    """Return the figures on markdown, PDF, and all passages."""
    markdown = stored(place, "hollow-markdown", place.markdown())
    pdf = stored(place, "hollow-pdf", place.pdf())
    rest = others(place)
    figures = [*of_markdown(place, markdown), *of_pdf(place, pdf), *of_web_pages(place.data)]
    return [*figures, *of_passages([*markdown, *pdf, *rest])]


def stored(place: Workplace, name: str, folder: Path) -> list[CutBrief]:
    """Ingest a folder into a library of its own and read back what it stored."""
    command.say(f"corpus: {name}")
    with hollow.library(place.fresh(name)) as library:
        report = ingest(library, [str(folder)])
        for item in report.failed:
            command.say(f"{Path(item.location).name}: {item.reason}")
        names = {row.version_pk: Path(row.location).name for row in library.renditions()}
        briefs = []
        for row in library.versions():
            brief = library.brief(row.brief.id, row.brief.version)
            passages = tuple(passage for _, passage in library.passages(brief))
            briefs.append(CutBrief(names[row.pk], brief, passages))
    return briefs


def others(place: Workplace) -> list[CutBrief]:
    """Return the seed brief and the regional reports, read and cut but not stored."""
    folders = sorted((place.data / "beige_book").iterdir())
    paths = [place.data / "seed", *(folders[-1:] if place.quick else folders)]
    command.say("corpus: seed and beige_book")
    drafts, report = hollow.drafts(place.fresh("hollow-rest"), paths)
    for item in report.failed:
        command.say(f"{Path(item.location).name}: {item.reason}")
    return [_of_draft(draft) for draft in drafts]


def of_markdown(place: Workplace, briefs: Sequence[CutBrief]) -> Iterator[Figure]:
    """Yield the figures on the markdown reports."""
    files = {path.name: path for path in place.markdown().rglob("*.md")}
    read = [cut for cut in briefs if cut.name in files]
    missing = sorted(set(files) - {cut.name for cut in read})
    yield counted("markdown reports ingested", len(read), len(files), 1, missing)
    dirty = chrome(read)
    clean = len(read) - len({line.split(":")[0] for line in dirty})
    yield counted("… without site chrome in any passage", clean, len(read), 1, dirty)
    amiss = [fault for cut in read for fault in _wrong_facts(cut, files[cut.name])]
    right = len(read) - len({line.split(":")[0] for line in amiss})
    what = "… title, date, number and edition as in the file's header lines"
    yield counted(what, right, len(read), 1, amiss)
    yield _quotations("… gold quotations whole in one or two neighbouring passages", place, read)


def of_pdf(place: Workplace, briefs: Sequence[CutBrief]) -> Iterator[Figure]:
    """Yield the figures on the PDF reports."""
    files = {path.name: path for path in place.pdf().rglob("*.pdf")}
    missing = sorted(set(files) - {cut.name for cut in briefs})
    yield counted("PDF reports ingested", len(briefs), len(files), 1, missing)
    judged = [judge(cut, page_texts(files[cut.name])) for cut in briefs]
    right = sum((item.right for item in judged), Counter[str]())
    wrong = [fault for item in judged for fault in item.wrong]
    for what, kinds in (("passages", set(right) - {"footnote"}), ("footnotes", {"footnote"})):
        good = sum(right[kind] for kind in kinds)
        bad = [line for kind, line in wrong if kind in kinds]
        yield counted(f"… page of the first words of {what}", good, good + len(bad), 0.95, bad)
    untold = [line for item in judged for line in item.untold]
    tables = sum("(table)" in line for line in untold)
    yield Figure(
        "… passages whose words no page has in that order (not counted above)",
        f"{len(untold)}, {tables} of them tables",
        details=tuple(untold),
    )
    yield _quotations("… gold quotations whole in one or two neighbouring passages", place, briefs)
    yield _quotations("… the same for rows of tables", place, briefs, tables=True)


def of_web_pages(data: Path) -> Iterator[Figure]:
    """Yield how many of htmldate's web pages have the date that people gave them."""
    command.say("corpus: dates of web pages")
    gold = json.loads((data / "htmldate" / "gold.json").read_text(encoding="utf-8"))
    wrong: list[str] = []
    silent: list[str] = []
    for name, stated in gold.items():
        page = (data / "htmldate" / "pages" / name).read_bytes()
        try:
            date = read(page, name).metadata.date
        except ReadError:
            date = None
        if date != stated["date"]:
            fault = f"{name}: {date}, the page is of {stated['date']}"
            (wrong if date else silent).append(fault)
    right = len(gold) - len(wrong) - len(silent)
    yield counted("web pages with their date", right, len(gold), 0.88, silent)
    yield Figure(
        "… with a wrong one",
        f"{len(wrong)} of {len(gold)} ({len(wrong) / len(gold):.1%})",
        "≤ 3%",
        met=len(wrong) <= 0.03 * len(gold),
        details=tuple(wrong),
    )


def of_passages(briefs: Sequence[CutBrief]) -> Iterator[Figure]:
    """Yield the figures on all passages of all briefs."""
    total = sum(len(cut.passages) for cut in briefs)
    wrong = misplaced(briefs)
    what = f"slices of {len(briefs)} briefs' texts: passages of reports, seed and beige_book"
    yield counted(what, total - len(wrong), total, 1, wrong)
    long, most = too_long(briefs)
    what = "… ≤ 256 tokens with special tokens, title, heading and context"
    yield counted(f"{what}; longest {most}", total - len(long), total, 1, long)
    left = [(cut.name, uncovered(cut.brief, cut.passages)) for cut in briefs]
    lost = sum(len(text) for _, text in left)
    everything = sum(len(cut.brief.text) for cut in briefs)
    worst = sorted(left, key=lambda item: -len(item[1]))[:8]
    yield Figure(
        "… characters of the briefs that stand in no passage (headings do)",
        f"{lost / everything:.2%}",
        details=tuple(f"{name}: {len(text)}: {text[:150]!r}" for name, text in worst if text),
    )


def _of_draft(draft: Draft) -> CutBrief:
    return CutBrief(Path(draft.rendition.location).name, draft.brief, draft.passages)


def _wrong_facts(cut: CutBrief, path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    for key in (*_HEADER, "date"):
        wanted = _date(text) if key == "date" else _header(text, key)
        held = getattr(cut.brief, key)
        if " ".join((held or "").split()) != " ".join(wanted.split()):
            yield f"{cut.name}: {key} {held!r}, the file says {wanted!r}"


def _header(text: str, key: str) -> str:
    found = _HEADER[key].search(text)
    return found[1] if found else ""


def _date(text: str) -> str:
    """Return the ISO date of the header line or, without one, of the line before the body."""
    if found := _DATE.search(text):
        return "{2}-{0}-{1}".format(*found.groups())
    found = re.search(rf"([A-Z][a-z]+ \d+, \d{{4}})\s+\({_header(text, 'number')}\)", text)
    return datetime.strptime(found[1], "%B %d, %Y").date().isoformat() if found else ""


def _quotations(
    what: str, place: Workplace, briefs: Sequence[CutBrief], *, tables: bool = False
) -> Figure:
    editions = {edition_of(cut.name): cut for cut in briefs}
    wanted = dict.fromkeys(
        quote
        for question in questions(place.data)
        for alternatives in question.needed
        for quote in alternatives
        if quote.is_table is tables
    )
    held: list[int] = []
    failures: list[str] = []
    for quote in wanted:
        cut = editions.get((quote.number, quote.edition)) or editions.get((quote.number, ""))
        if cut is None:
            continue  # there is no such file in this format
        held.append(held_by(quote.text, cut.passages))
        if not held[-1]:
            near = nearest(quote.text, cut.passages)
            failures.append(f"{cut.name}: {quote.text!r}; nearest passage: {near!r}")
    figure = counted(what, sum(map(bool, held)), len(held), 0.95, failures)
    ones = f"; {held.count(1)} in one"
    if tables:
        return Figure(figure.what, figure.ours + ones, details=figure.details)
    return Figure(
        figure.what, figure.ours + ones, figure.bar, met=figure.met, details=figure.details
    )


if __name__ == "__main__":
    command.main("corpus", measure)
