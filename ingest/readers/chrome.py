"""Part a web page saved as markdown from the site around it: header, links, contents, disclaimer.

Takes and returns lines of markdown, and the metadata pairs that the header states. Works by the
form of lines, and above the first line of prose is stricter than below it, so that a list of
links inside a text stays.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from index.left_out import OmissionReason
from ingest.document import Metadata
from ingest.metadata import is_known_key, normal_key
from ingest.publishers import Profile
from ingest.stated_dates import find_date

_PROSE = 80  # characters of visible text that make a line part of the text, and end the head
_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?((?:[^()]|\((?:[^()]|\([^()]*\))*\))*?)>?\)"
)
_PAIR = re.compile(
    r"(?P<bold>\*\*|__)(?P<key1>[^*_|:]{2,40}):?(?P=bold):?\s*(?P<value1>.*)"
    r"|\|\s*(?:\*\*|__)?(?P<key2>[^*_|:]{2,40}):?(?:\*\*|__)?\s*\|\s*(?P<value2>[^|]*?)\s*\|?"
    r"|(?P<key3>[A-Z][\w .()/-]{1,30}):\s+(?P<value3>\S.*)"
)
_SITE_WORDS = re.compile(
    r"(?:(?:tweet|share|save|print|subscribe|listen|cite|citation|e-?mail|home|menu|search|log ?in|"
    r"sign (?:in|up)|feedback|contact(?: us)?|back to top|skip to (?:main )?content|"
    r"facebook|twitter|linkedin|whatsapp|(?:hide|show) \w+|download(?: (?:as )?pdf)?|"
    r"view pdf|pdf|jump to [\w ]+|table of contents|rss|x)"
    r"[\s/|,&·]*)+(?:\([\d.,]+ ?[kmKM]i?B\))?",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r"(?:table of )?contents|figures|tables|appendix(?:es|ices)?|in this \w+|on this page", re.I
)
_CODE_START = re.compile(
    r"(?:\|\s*)?(?:\$\(|\(?function\s*\w*\(|(?:var|let|const) \w+ ?=|window\.|document\.|jQuery\(|"
    r"(?:window\.)?Highcharts\.|google\.charts)"
)
_CODE_COMMENT = re.compile(r"\|?\s*//(?!\S+\.\w)|\|?\s*/\*.*\*/\s*$")
_STRING_OR_COMMENT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|//.*|/\*.*?\*/")
_MAX_CODE = 5_000  # lines
_CHART_TEXT = re.compile(r"Created with Highcharts\b.*")
_MAX_CLOSING = 3_000  # characters


@dataclass
class Parted:
    """The lines of the text itself, and what the header around it stated."""

    lines: list[str]
    pairs: dict[str, str] = field(default_factory=dict)
    head: Metadata = field(default_factory=Metadata)  # of the publisher's own header line
    left_out: list[tuple[OmissionReason, str]] = field(default_factory=list)


def part_chrome(lines: list[str], profile: Profile) -> Parted:
    """Part the lines of the text from the metadata header and the rest of the header."""
    whole = list(_without_code(lines))
    lines = _without_closing(whole, profile)
    head_end = next((i for i, line in enumerate(lines) if _is_prose(line, profile)), len(lines))
    parted = Parted([])
    parted.left_out += [
        (OmissionReason.BOILERPLATE, _visible(line)) for line in whole[len(lines) :]
    ]
    dropped = dict.fromkeys(
        _metadata_lines(lines[:head_end], parted.pairs), OmissionReason.METADATA
    )
    site = next((urlsplit(v).hostname or "" for k, v in parted.pairs.items() if "://" in v), "")
    for start, end in _groups(lines):
        group = [line for line in lines[start:end] if line.strip()]
        is_site = start < head_end and all(_is_site_line(line, site, profile) for line in group)
        if is_site or _is_contents(group):
            reason = OmissionReason.NAVIGATION if is_site else OmissionReason.CONTENTS
            dropped |= dict.fromkeys(range(start, end), reason)
    for place in range(head_end):
        if (stated := _head_line(lines[place], profile)) is not None:
            parted.head = parted.head.over(stated)
            dropped[place] = OmissionReason.METADATA
    dropped |= dict.fromkeys(_orphaned_headings(lines, set(dropped)), OmissionReason.NAVIGATION)
    parted.lines = [line for place, line in enumerate(lines) if place not in dropped]
    parted.left_out += [(why, _visible(lines[place])) for place, why in sorted(dropped.items())]
    return parted


def _visible(line: str) -> str:
    """Return a line of markdown as it is seen: without the addresses of links."""
    return _LINK.sub(lambda link: link[1], line).strip("#*_| \t")


def _head_line(line: str, profile: Profile) -> Metadata | None:
    """Return what a publisher's own header line states, None for any other line."""
    match = profile.head_line.fullmatch(_without_site_links(line, profile).strip())
    if match is None:
        return None
    title = " ".join(match["title"].split()) or None
    return Metadata(title=title, date=find_date(match["date"]), number=match["number"])


def _is_prose(line: str, profile: Profile) -> bool:
    bare = _LINK.sub(lambda link: link[1], line).strip()
    if len(bare) < _PROSE or bare.startswith("#") or _PAIR.fullmatch(line.strip()):
        return False
    return len(_LINK.sub("", line).strip()) >= _PROSE / 2 and _head_line(line, profile) is None


def _metadata_lines(head: list[str], pairs: dict[str, str]) -> set[int]:
    """Collect the pairs of runs of "Key: value" lines; return the places of these lines."""
    found: set[int] = set()
    run: list[tuple[int, str, str]] = []
    for place, line in [*enumerate(head), (len(head), "")]:
        match = _PAIR.fullmatch(line.strip())
        if match and (match["value1"] or ":" in line or not match["key1"]):  # else a bold heading
            key = next(filter(None, (match["key1"], match["key2"], match["key3"])))
            value = next((v for v in (match["value1"], match["value2"], match["value3"]) if v), "")
            run.append((place, key, value))
        elif line.strip() or place == len(head):
            _keep_run(run, pairs, found)
            run = []
    return found


def _keep_run(run: list[tuple[int, str, str]], pairs: dict[str, str], found: set[int]) -> None:
    known = [key for _, key, _ in run if is_known_key(key)]
    if len(known) >= 2 or (known and len(run) == 1):
        for place, key, value in run:
            pairs.setdefault(normal_key(key), value)
            found.add(place)


def _groups(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the bounds of lists, with the empty lines between their items, and of other lines."""
    start = 0
    while start < len(lines):
        end = start + 1
        if _is_item(lines[start]):
            while end < len(lines) and (_is_item(lines[end]) or not lines[end].strip()):
                end += 1
        if lines[start].strip():
            yield start, end
        start = end


def _is_item(line: str) -> bool:
    return re.match(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+\S", line) is not None


def _links_alone(line: str) -> list[tuple[str, str]]:
    """Return labels and targets of a line that consists of links and separators, else []."""
    if line.lstrip().startswith(("#", "![")):
        return []
    rest = re.sub(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+", "", _LINK.sub("", line))
    links = _LINK.findall(line)
    trail = (
        re.fullmatch(r"[\s>›»/|·,•-]*(?:[\w-]{1,20}\s*)?", rest)
        if len(links) > 1
        else not rest.strip(" |·")
    )
    return links if trail else []


def _is_contents(group: list[str]) -> bool:
    """Tell whether lines are only links into their own page: a table of contents."""
    links = [_links_alone(line) for line in group]
    targets = [target for line in links for _, target in line]
    in_page = all(re.fullmatch(r"(?:https?://[^/#]+/?)?#.*", target) for target in targets)
    return all(links) and in_page and (len(targets) > 1 or not _is_item(group[0]))


def _is_site_line(line: str, site: str, profile: Profile) -> bool:
    links = _links_alone(line)
    labels_only = all(_is_site_label(label, profile) for label, _ in links)
    same_site = site and all(
        _domain(urlsplit(target).hostname) == _domain(site) for _, target in links
    )
    return bool(links) and bool(labels_only or same_site)


def _domain(host: str | None) -> str:
    return ".".join((host or "").split(".")[-2:])


def _is_site_label(label: str, profile: Profile) -> bool:
    return any(form.fullmatch(label.strip()) for form in (_SITE_WORDS, profile.site_link))


def _without_site_links(line: str, profile: Profile) -> str:
    return _LINK.sub(lambda link: "" if _is_site_label(link[1], profile) else link[1], line)


def _orphaned_headings(lines: list[str], dropped: set[int]) -> set[int]:
    """Return headings whose first lines were dropped; those that repeat the title stay."""
    titles = [line.strip("# ") for line in lines if line.startswith("#")][:1]
    orphans: set[int] = set()
    below: int | None = None
    for place in range(len(lines) - 1, -1, -1):
        bare = lines[place].strip("#*_: \t")
        is_heading = lines[place].startswith("#") or _CONTENTS.fullmatch(bare)
        if is_heading and below in dropped and bare not in titles:
            orphans.add(place)
        below = place if lines[place].strip() else below
    return orphans


def _without_code(lines: list[str]) -> Iterator[str]:
    """Leave out scripts that a page saver took for text; fenced code is text and stays."""
    place, fence = 0, None
    while place < len(lines):
        line = lines[place]
        mark = re.match(r"\s*(```|~~~)", line)
        if mark and fence in (None, mark[1]):
            fence = None if fence else mark[1]
        end = _code_end(lines, place) if fence is None else None
        if end is not None:
            place = end
            continue
        place += 1
        yield _CHART_TEXT.sub("", line) if fence is None else line


def _code_end(lines: list[str], start: int) -> int | None:
    """Return the place behind a script that starts here, or None if none does."""
    place = start
    while place < len(lines) and (
        _CODE_COMMENT.match(lines[place]) or (place > start and not lines[place].strip())
    ):
        place += 1
    if place >= len(lines) or not _CODE_START.match(lines[place].lstrip()):
        return None
    depth = 0
    for end in range(place, min(len(lines), place + _MAX_CODE)):
        code = _STRING_OR_COMMENT.sub("", lines[end])
        depth += sum(map(code.count, "({[")) - sum(map(code.count, ")}]"))
        if depth <= 0 and re.search(r"[;})]\s*$", lines[end]):
            return end + 1
    return None


def _without_closing(lines: list[str], profile: Profile) -> list[str]:
    for place in range(len(lines) - 1, -1, -1):
        if sum(map(len, lines[place + 1 :])) > _MAX_CLOSING:
            break
        if profile.closing.fullmatch(lines[place]) and place > 2:
            return lines[:place]
    return lines
