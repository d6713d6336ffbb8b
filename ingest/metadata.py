"""Read what a document states about itself: title, date, authors, report number, edition, source.

Three places are understood: pairs of key and value (front matter, a metadata table, meta tags), the
first lines of the text, and the file name. What is not stated stays empty: nothing is guessed, and
file timestamps are never used as publication dates.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

from index.dates import is_iso
from ingest.document import Metadata
from ingest.stated_dates import find_date, labels, locate_date, unclear_date, weekdays

_MAX_AUTHOR = 100  # characters of one name
EMPTY_VALUE = re.compile(
    r"(?:n\.?/?a\.?|none|null|nil|unknown|undated|tbd|tba|[-–—.?~]*)", re.IGNORECASE
)
_SUFFIX = re.compile(r"(?:Jr|Sr|I{2,3}|IV|Ph\.?\s?D|M\.?D|M\.?A|Esq|J\.?D|CFA)\.?", re.IGNORECASE)


def split_authors(value: str) -> tuple[str, ...]:
    """Return the names in an author line, each as it is written ("Last, First" is kept)."""
    value = re.sub(r"^(?:written |prepared )?by:?\s+", "", value.strip(), flags=re.IGNORECASE)
    if ";" in value or "\n" in value:
        names = re.split(r"\s*[;\n]\s*", value)
    else:
        names = [
            name
            for part in re.split(r"\s*,?\s+(?:and|&)\s+", value)
            for name in _split_at_commas(part)
        ]
    return tuple(dict.fromkeys(name for name in map(_name, names) if name))


def _split_at_commas(names: str) -> list[str]:
    parts = [part for part in re.split(r"\s*,\s*", names) if part]
    merged: list[str] = []
    for part in parts:
        if merged and _SUFFIX.fullmatch(part):
            merged[-1] += f", {part}"
        else:
            merged.append(part)
    if all(len(part.split()) > 1 for part in merged):
        return merged
    return [names]  # "Last, First", or names that cannot be told apart


def _name(name: str) -> str | None:
    name = name.strip(" ,;*_")
    if (
        not name
        or len(name) > _MAX_AUTHOR
        or EMPTY_VALUE.fullmatch(name)
        or "://" in name
        or "@" in name
    ):
        return None
    return name


MAX_TITLE = 250  # characters; what is longer is a paragraph
_MAX_HEAD_LINE = 400  # characters; what is longer is body text
_DATE_LINE = 30  # characters of a line that is a date and no more, at most
_HEAD_LINES = 15  # how far into a document a heading is looked for

# Normalised keys, the most telling first. A key of two words also matches at the end of a longer
# one ("CRS Product Number").
_TITLE_KEYS = (
    "title", "citation title", "headline", "document title", "report title", "dc title",
    "dcterms title", "og title", "twitter title", "subject line",
)  # fmt: skip
_DATE_KEYS = (
    "publication date", "date published", "published time", "published", "published on",
    "publish date", "pubdate", "date of publication", "article published time", "og published time",
    "citation publication date", "citation date", "dcterms issued", "dc date issued",
    "date issued", "issued", "issue date", "release date", "released", "date", "dc date",
    "dcterms date", "report date", "parsely pub date",
    "sailthru date", "dcterms created", "dc date created", "date created",
    "updated", "last updated", "revised", "last revised",
)  # fmt: skip
_UPDATE_KEYS = (
    "updated", "last updated", "article modified time", "og updated time", "date modified",
    "dcterms modified", "dc date modified", "lastmod", "last modified", "modified", "amended",
    "revised", "last revised", "date updated",
)  # fmt: skip
_AUTHOR_KEYS = (
    "citation authors", "citation author", "authors", "author", "author name", "author names", "by",
    "byline", "written by", "prepared by", "dc creator", "dcterms creator", "creator",
    "article author", "parsely author",
)  # fmt: skip
_NUMBER_KEYS = (
    "report no", "report number", "report id", "product number", "document number", "document no",
    "brief no", "brief number", "paper no", "paper number", "publication number", "publication no",
    "citation technical report number", "reference number", "reference no", "number", "no",
    "aktenzeichen", "dokumentnummer", "numéro", "número", "numero", "numer", "номер",
)  # fmt: skip
_EDITION_KEYS = ("edition", "version", "revision", "document version")
_URL_KEYS = (
    "source url", "canonical url", "canonical", "permalink", "url", "source", "link", "og url",
    "dc identifier", "citation public url", "web address", "available at",
)  # fmt: skip

_NUMBER = re.compile(r"[A-Z0-9][A-Za-z0-9]*(?:[-/. ]?[A-Za-z0-9]+){0,5}")
# "WD 3 - 3000 - 023/18", "PE 580.904": whole lines of these forms are nothing but a number.
_SERIAL = (
    r"[A-Z]{2,4} \d{1,2} ?[-–] ?\d{3,4} ?[-–] ?\d{1,4}/\d{2,4}|PE ?\d{3}\.\d{3}"
    r"|[A-Z]{2,5}[- ]\d{3,6}(?:/\d{2,4})?"
)
_CODE = r"[A-Z]{1,5}-\d{4}-\d{1,3}|[A-Z]{1,5}-?\d{3,6}(?:/\d{2,4})?|\d{2}-\d{3}"
_REPORT_NUMBER = f"{_SERIAL}|{_CODE}"


def from_pairs(pairs: Mapping[str, str], *, month_first: bool = False) -> Metadata:
    """Read keys and values, tolerant of case, punctuation and wording of the keys.

    Several authors in one value are separated by ";", "and", or by commas where that is plain.
    `month_first` is handed to `find_date`.
    """
    known = {normal_key(key): _bare(value) for key, value in reversed(list(pairs.items()))}
    date = _first_date(known, (*_DATE_KEYS, *sorted(labels("published"))), month_first)
    update = _first_date(known, (*_UPDATE_KEYS, *sorted(labels("updated"))), month_first)
    doubts = (unclear_date(value) for value in _values(known, _DATE_KEYS)) if not date else ()
    numbers = (value for value in _values(known, _NUMBER_KEYS) if _is_number(value))
    urls = (value for value in _values(known, _URL_KEYS) if _is_url(value))
    titles = (value for value in _values(known, _TITLE_KEYS) if len(value) <= MAX_TITLE)
    return Metadata(
        title=next(titles, None),
        date=date or update,
        updated=update if date and update and update[: len(date)] > date else None,
        unclear_date=next(filter(None, doubts), None),
        authors=next(filter(None, map(split_authors, _values(known, _AUTHOR_KEYS))), ()),
        number=next(numbers, None),
        edition=next(filter(None, map(_edition, _values(known, _EDITION_KEYS))), None),
        source_url=next(urls, None),
    )


def _first_date(known: Mapping[str, str], keys: Iterable[str], month_first: bool) -> str | None:
    found = (find_date(value, month_first=month_first) for value in _values(known, keys))
    return next(filter(None, found), None)


def normal_key(key: str) -> str:
    """Return a key without case, marks and plural brackets: "**Author(s):**" gives "authors"."""
    key = re.sub(r"([a-z])([A-Z])", r"\1 \2", key).casefold().replace("(s)", "s")
    return " ".join(re.findall(r"[^\W_]+", key))


def is_known_key(key: str) -> bool:
    """Tell whether a key names something that `from_pairs` reads."""
    keys = (*_TITLE_KEYS, *_DATE_KEYS, *_AUTHOR_KEYS, *_NUMBER_KEYS, *_EDITION_KEYS, *_URL_KEYS)
    normal = normal_key(key)
    if normal in labels("published") | labels("updated"):
        return True
    return any(normal == known or _ends_with(normal, known) for known in keys)


def from_first_lines(lines: Sequence[str]) -> Metadata:
    """Read the lines above the body: a title, "By X and Y", a date line, "Key: value" lines.

    Stops at the first line that reads like body text. A date inside a sentence is not taken.
    """
    found, title_may_follow = Metadata(), True
    head = [line.strip() for line in lines if line.strip()][:_HEAD_LINES]
    listed = _listed_dates(head)
    for line in head:
        if line in listed:
            continue
        stated = _from_line(line, title_may_follow) if len(line) <= _MAX_HEAD_LINE else None
        if stated is None:
            break
        if stated.date and stated.updated:  # it tells both dates apart, where one alone does not
            found = replace(found, date=stated.date)
        found = found.over(stated)
        stands_above = stated != Metadata() or is_masthead(line)
        title_may_follow = found.title is None and stands_above
    return found


def _listed_dates(head: Sequence[str]) -> frozenset[str]:
    """Return lines that are dates of a list or the rest of one: the cells of a table."""
    found: set[str] = set()
    for may_be, run in groupby(head, key=_may_be_date):
        lines = set(run)
        if may_be and len(lines) > 1 and all(map(_is_date, lines)):
            found |= lines
    for line, after in pairwise(head):
        if line.endswith(",") and re.fullmatch(r"(?:19|20)\d\d", after):
            found.add(after)
    return frozenset(found)


def _may_be_date(line: str) -> bool:
    return len(line) <= _DATE_LINE and any(map(str.isdigit, line))


def _is_date(line: str) -> bool:
    located = locate_date(line)
    if located is None:
        return unclear_date(line) == line
    return located[1:] == (0, len(line))


def is_masthead(line: str) -> bool:
    """Tell whether a line names a kind of publication or its institute and no matter."""
    rest = re.sub(r"[\d/.|:•·–—,-]+|(?i:\b(?:no|number|nr|issue|vol|volume)\b)", " ", line)
    rest = " ".join(rest.lower().split())
    while rest:
        for name in _mastheads():
            if rest == name or rest.startswith(name + " "):
                rest = rest[len(name) :].strip()
                break
        else:
            return False
    return bool(re.search(r"[^\W\d_]", line))


@cache
def _mastheads() -> tuple[str, ...]:
    """Return the names of kinds of publication and of institutes, the longest first."""
    source = Path(__file__).parent / "data" / "mastheads.txt"
    lines = source.read_text(encoding="utf-8").splitlines()
    names = (name.strip() for line in lines if line[:1] != "#" for name in line.split("|"))
    return tuple(sorted(names, key=len, reverse=True))


def number_among(lines: Iterable[str]) -> str | None:
    """Return the report number that is all of a line, wherever it stands: "PE 580.904"."""
    found = (line.strip() for line in lines if len(line) < 40)
    return next((line for line in found if re.fullmatch(_SERIAL, line)), None)


def without_number(line: str) -> str:
    """Return a line without the report number in it."""
    return " ".join(re.sub(rf"(?<!\w)(?:{_SERIAL})(?!\w)", " ", line).split())


def looks_like_title(line: str) -> bool:
    """Tell whether a document's first line could be its title and not the start of its text."""
    if not 3 <= len(line) <= MAX_TITLE or not re.search(r"[^\W\d_]{2}", line):
        return False
    if re.search(r"[.;,:]$", line) and not re.search(
        r"\b(?:[A-Z]\.){2,}$|\b(?:Inc|Co|Ltd|etc)\.$", line
    ):
        return False
    return len(line.split()) <= 30 and not re.match(r"(?:[-*•–]|\d+[.)]|https?:|[\[<|{])", line)


def from_file_name(name: str) -> Metadata:
    """Read what a file name states: a date, or a report number with its edition.

    "2019-01-at.txt" is January 2019, "IF10753.7.pdf" edition 7 of IF10753. A name's words are no
    title.
    """
    stem = re.sub(r"\.[A-Za-z][A-Za-z0-9]{1,4}$", "", name.replace("\\", "/").rsplit("/", 1)[-1])
    number = _FILE_NUMBER.match(stem)
    if number is None:
        return Metadata(date=_file_date(stem))
    return Metadata(
        date=_file_date(stem[number.end() :]),
        number=number["number"] or number["plain"],
        edition=number["edition"],
    )


# A number without an edition must be long, so that "COVID19" and "FY2026" are none.
_FILE_NUMBER = re.compile(
    r"(?!(?:FY|CY|DSC|IMG|DOC|SCAN|PXL|VID|MSG|ISO|CVE)_?\d)"
    r"(?:(?P<number>[A-Z]{1,5}\d{3,6}|\d{2}-\d{3})(?:\.v?|[-_]?[vV])(?P<edition>\d{1,3})"
    r"|(?P<plain>[A-Z]{1,4}\d{5}))(?=$|[-_ .])"
)
_FILE_DATE = re.compile(
    r"(?:^|(?<=[-_ .]))(?P<year>19\d\d|20\d\d)"
    r"(?:(?P<mark>[-_.])(?P<month>\d\d)(?:(?P=mark)(?P<day>\d\d))?"
    r"|(?P<packed>\d{4}))(?=$|[-_ .](?!\d\d(?!\d))|T\d)"
)


def _file_date(stem: str) -> str | None:
    for match in _FILE_DATE.finditer(stem):
        if match["packed"]:
            iso = f"{match['year']}-{match['packed'][:2]}-{match['packed'][2:]}"
        else:
            iso = "-".join(filter(None, (match["year"], match["month"], match["day"])))
            # 2010-11 may be a year's
            season = int(match["month"]) == (int(match["year"]) + 1) % 100
            if not match["day"] and season and match.start():
                continue
        if is_iso(iso):
            return iso
    return None


def _from_line(line: str, may_be_title: bool) -> Metadata | None:
    """Return what one head line states, an empty Metadata for an idle one, None for body text."""
    if (label := re.match(r"([^:]{2,30}):\s+(\S.*)", line)) and is_known_key(label[1]):
        return from_pairs({label[1]: label[2]})
    parts = [part for part in re.split(r"\s+[|•·—–]\s+|\s{3,}", line) if part]
    stated = Metadata()
    for part in parts:
        stated = stated.over(_from_part(part))
    if stated != Metadata():
        return stated
    if is_masthead(line):
        numbered = re.search(r"\d", line)
        return Metadata(number=" ".join(line.split()) if numbered else None)
    if may_be_title and looks_like_title(line):
        return Metadata(title=" ".join(line.split()))
    return Metadata() if len(line) <= 120 and not re.search(r"[.!?]$", line) else None


# "Washington, DC,"
_PLACE = re.compile(r"[^\W\d_][\w.'’-]+(?: [^\W\d_][\w.'’-]+)?(?:, [^\W\d_][\w.'’-]+)?,")
_NUMBER_LABEL = re.compile(
    rf"(?:.{{0,40}}?(?<![^\W\d_])(?i:no\.?|number|nr\.?|n[°º]\.?|№|numer|numéro|número|номер)\s*:?\s*)"
    rf"(\d{{1,5}}(?:/\d{{2,4}})?|{_REPORT_NUMBER})|({_REPORT_NUMBER})"
)
_TEAM = re.compile(r"(?:[A-Z][\w'’-]* ){1,5}(?:Desk|Team|Unit)")


def _from_part(part: str) -> Metadata:
    if re.match(r"(?:written |prepared )?by:? [A-Z]", part, re.IGNORECASE) and len(part) <= 200:
        return Metadata(authors=_plain_names(part))
    if _TEAM.fullmatch(part):
        return Metadata(authors=(part,))
    if (dated := date_line(part)) is not None:
        return dated
    if number := _NUMBER_LABEL.fullmatch(part):
        return Metadata(number=number[1] or number[2])
    return Metadata()


def date_line(part: str, *, labelled: bool = False) -> Metadata | None:
    """Return the dates that all of a line states, each with its label; None for another line.

    "Published 31 March 2014. Amended 10 April 2014." states two. What holds a date and more is an
    empty Metadata, and so is a date without a label where it must be `labelled`.
    """
    stated = Metadata()
    rest = part
    while located := locate_date(rest):
        iso, start, end = located
        kind = _kind_of_date(rest[:start].strip(" ("), iso)
        if kind is None or (labelled and kind == "bare"):
            return Metadata()
        if kind == "updated" and (labelled if not stated.date else iso >= stated.date):
            stated = replace(stated, updated=iso)
        elif not stated.date:
            stated = replace(stated, date=iso)
        rest = rest[end:]
        if numbered := re.match(rf"\s*\(({_REPORT_NUMBER})\)", rest):
            stated, rest = replace(stated, number=numbered[1]), rest[numbered.end() :]
        if (day := re.match(r"\s*[(（,]?\s*(\w+)\.?[)）]?", rest)) and day[1].lower() in weekdays():
            rest = rest[day.end() :]
        rest = rest.strip(" ,.;)|·–—")
    if rest == part:
        doubt = unclear_date(part)
        before = part.partition(doubt)[0].strip(" (") if doubt else ""
        told = doubt and _kind_of_date(before, "")
        return Metadata(unclear_date=doubt) if told else None
    return stated if not rest else Metadata()


def _kind_of_date(before: str, iso: str) -> str | None:
    """Return "published" or "updated" by what stands before a date, None for words of a sentence.

    It is "bare" behind a weekday, the place where it was written ("Paris, le"), or nothing.
    """
    words = before.rstrip(" :：.").split()
    while words and words[-1].lower().strip(".,") in weekdays():
        words.pop()
    label = " ".join(words).rstrip(" :：,.").lower()
    if len(words) > 1 and words[-1].lower() in labels("of") and is_masthead(" ".join(words[:-1])):
        return "published"  # "Note of 3 February 2021"
    if label in labels("updated"):
        return "updated"
    if label in labels("published"):
        return "published"
    while words and words[-1].lower().strip(".,") in labels("article"):
        words.pop()
    place = " ".join(words)
    if len(iso) in (0, 10) and place[:1].lower() != place[:1] and _PLACE.fullmatch(place):
        return "bare"
    return "bare" if not words else None


def _plain_names(part: str) -> tuple[str, ...]:
    """Return the names of a "By ..." line if all of it reads as names, else ()."""
    names = split_authors(part)
    plain = all(re.fullmatch(r"(?:[A-Z][\w.'’-]*|de|van|von|der|al|la|[ ,.])+", n) for n in names)
    return names if plain and all(len(name.split()) >= 2 for name in names) else ()


def _values(known: Mapping[str, str], keys: Iterable[str]) -> Iterable[str]:
    for key in keys:
        for name, value in known.items():
            if (name == key or _ends_with(name, key)) and not EMPTY_VALUE.fullmatch(value):
                yield value


def _ends_with(name: str, key: str) -> bool:
    return " " in key and name.endswith(" " + key)


def _bare(value: str) -> str:
    return " ".join(re.sub(r"\*\*|__", "", value).replace("\n", " ; ").split()).strip(" ;")


def _is_number(value: str) -> bool:
    if len(value) > 40 or not any(map(str.isdigit, value)):
        return False
    return bool(_NUMBER.fullmatch(value) or re.fullmatch(_SERIAL, value))


def _is_url(value: str) -> bool:
    return re.fullmatch(r"https?://[^\s<>\"]+", value) is not None


def _edition(value: str) -> str | None:
    match = re.fullmatch(
        r"(?:version|edition|rev(?:ision)?\.?|v\.?)?\s*(\w[\w.-]{0,11})", value, re.I
    )
    return match[1] if match else None
