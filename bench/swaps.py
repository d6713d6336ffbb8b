"""Make claims with one fact changed out of true sentences: documents in, labelled claims out.

Sentences come from the markdown reports, ClapNQ's passages and the example briefs; their evidence
is the paragraph (at most WINDOW sentences round the sentence). Changed is one number, one date, one
name (for another of the same shape from the same document), one negation or opposite, or two
numbers or names of the sentence trade places. Sound claims are the sentence itself and rewordings
that keep its sense. Finds facts with patterns of its own, so that no check is measured by itself.
"""

import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.workplace import ROOT
from index import sentences

WINDOW = 7  # sentences of evidence at most
SHORTEST, LONGEST = 60, 320  # characters of a sentence that is used
SOUND = ("original", "reworded")

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_NUMBER = re.compile(
    r"(?<![\w.,$§#/-])\$?\d(?:[\d,]*\d)?(?:\.\d+)?(?=%|\s(?:percent|million|billion|trillion|[a-z]{3,}))"
)
_SPELLED = "two three four five six seven eight nine ten eleven twelve".split()
_SPELLED_NUMBER = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b(?=\s[a-z]{{3,}})")
_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_MONTH = "|".join(_MONTHS)
_FULL = re.compile(rf"\b({_MONTH}) (\d{{1,2}}), ((?:19|20)\d\d)\b")
_MONTH_YEAR = re.compile(rf"\b({_MONTH}) ((?:19|20)\d\d)\b")
_YEAR = re.compile(r"(?<=\b(?:in|of|by) )((?:19|20)\d\d)\b(?![-–\d])|(?<=since )((?:19|20)\d\d)\b")
_NAME = re.compile(
    r"(?<=[a-z,] )(?:[A-Z][a-z]{2,}(?: (?:[A-Z]\. )?[A-Z][a-z]{2,}){0,3}|[A-Z]{3,6})\b"
    r"(?!\s[A-Z(]|['’-])"
)
_NO_NAME = re.compile(
    rf"\b(?:{_MONTH}|[A-Z][a-z]+day|Act|Section|Table|Figure|Title|Part|Appendix)\b"
)
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|can|could|should|must|did|does)\b(?! not?\b)"
)
_NOT = re.compile(r"\b(is|are|was|were|has|have|had|will|would|could|should|did|does|do|may) not ")
_OPPOSITES = [
    pair.split("/")
    for pair in """increased/decreased increase/decrease rose/fell supported/opposed more/less
    approved/rejected above/below before/after won/lost first/last higher/lower largest/smallest
    allowed/prohibited gained/lost increasing/decreasing began/ended strengthened/weakened
    larger/smaller majority/minority include/exclude including/excluding accepted/rejected
    increases/decreases most/least""".split()
]
_COUNTRY = re.compile(r"\b(?:the )?(United States)\b(?! [A-Z])|\b(U\.S\.)(?= [a-z])")


@dataclass(frozen=True)
class Swap:
    """A claim, its evidence, and what was done: `kind` is one of SOUND or what must be caught."""

    kind: str
    claim: str
    evidence: tuple[str, ...]
    true: str
    held_out: bool

    @property
    def sound(self) -> bool:
        """Whether the claim says what its evidence says."""
        return self.kind in SOUND


@dataclass(frozen=True)
class _Source:
    """A sentence, the sentences round it, and the whole document that it is from."""

    sentence: str
    evidence: tuple[str, ...]
    document: str
    name: str


def swaps(data: Path, wanted: int = 2000) -> list[Swap]:
    """Return at least `wanted` changed claims, kinds in turn, and the sound ones beside them."""
    made: list[Swap] = []
    changes: dict[str, Callable[[_Source, random.Random], str | None]] = {
        "number": _number, "date": _date, "name": _name, "negation": _negation,
        "traded": _traded, "reworded": _reworded, "original": lambda source, _: source.sentence,
    }  # fmt: skip
    counts = dict.fromkeys(changes, 0)
    limits = dict.fromkeys(changes, wanted // 5) | {"original": wanted // 2}
    sources = sorted(_sources(data), key=lambda source: _hash(source.sentence))
    for source in sources:
        rng = random.Random(_hash(source.sentence))
        for kind, change in changes.items():
            claim = change(source, rng) if counts[kind] < limits[kind] else None
            if claim is not None and (claim != source.sentence or kind == "original"):
                counts[kind] += 1
                made.append(
                    Swap(kind, claim, source.evidence, source.sentence, _hash(source.name) % 2 == 1)
                )
    return made


def changed(kind: str, sentence: str, document: str, rng: random.Random) -> str | None:
    """Return a sentence with one fact of a kind changed; None where it has none of the kind.

    The kinds are number, date, name and negation; names and numbers are taken from the document.
    """
    change = {"number": _number, "date": _date, "name": _name, "negation": _negation}[kind]
    made = change(_Source(sentence, (), document, ""), rng)
    return None if made == sentence else made


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def _sources(data: Path) -> Iterator[_Source]:
    for name, document, paragraph in _paragraphs(data):
        spans = [paragraph[start:end] for start, end in sentences.split(paragraph)]
        for at, sentence in enumerate(spans):
            if SHORTEST <= len(sentence) <= LONGEST and re.fullmatch(
                r"[A-Z][^|{}<>\n]*[a-z)\]]\.", sentence
            ):
                near = spans[max(0, at - WINDOW // 2) : at + WINDOW // 2 + 1]
                yield _Source(sentence, tuple(near), document, name)


def _paragraphs(data: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (name, document, paragraph); two versions of a report count as one name."""
    reports = sorted((data / "crs/markdown").rglob("*.md"))
    for path in [*reports, *sorted((ROOT / "examples").rglob("*.md"))]:
        text = _LINK.sub(r"\1", path.read_text(encoding="utf-8")).replace("**", "")
        body = text.partition("Disclaimer:")[0]
        for line in body.splitlines():
            if len(line) > SHORTEST and not line.lstrip().startswith(("|", "#", "[", "!")):
                yield re.sub(r"v\d+-.*", "", path.stem), body, line.strip()
    for line in (data / "clapnq/dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for passage in row["passages"]:
            text = re.sub(r" (?=[.,;:%)])|(?<=\() ", "", passage["text"])
            yield passage["title"], text, text


def _spliced(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _pick(rng: random.Random, found: Sequence[re.Match[str]]) -> re.Match[str] | None:
    return rng.choice(found) if found else None


def _number(source: _Source, rng: random.Random) -> str | None:
    text = source.sentence
    dated = {m.start(k) for p in (_FULL, _MONTH_YEAR) for m in p.finditer(text) for k in (2,)}
    plain = [m for m in _NUMBER.finditer(text) if m.start() not in dated]
    plain = [m for m in plain if not re.fullmatch(r"(?:19|20)\d\d", m.group())]
    match = _pick(rng, [*plain, *_SPELLED_NUMBER.finditer(text)])
    if match is None:
        return None
    old = match.group()
    if old in _SPELLED:
        return _spliced(text, match, rng.choice([word for word in _SPELLED if word != old]))
    elsewhere = sorted(
        {m.group() for m in _NUMBER.finditer(source.document)} - {old} - {old.strip("$")}
    )
    elsewhere = [n for n in elsewhere if not re.fullmatch(r"(?:19|20)\d\d", n)]
    alike = [n for n in elsewhere if (n[0] == "$", n.isdigit()) == (old[0] == "$", old.isdigit())]
    if alike and rng.random() < 0.5:
        return _spliced(text, match, rng.choice(alike))
    digits = [at for at, char in enumerate(old) if char.isdigit()]
    at = rng.choice(digits)
    new = rng.choice([d for d in "123456789" if d != old[at]])
    changed = old[:at] + new + old[at + 1 :]
    return None if re.fullmatch(r"(?:19|20)\d\d", changed) else _spliced(text, match, changed)


def _date(source: _Source, rng: random.Random) -> str | None:
    text = source.sentence
    full = list(_FULL.finditer(text))
    partly = list(_MONTH_YEAR.finditer(text))
    match = _pick(rng, [*full, *partly, *_YEAR.finditer(text)])
    if match is None:
        return None
    parts = list(match.groups()) if match.re is not _YEAR else [match.group()]
    at = rng.randrange(len(parts))
    if parts[at] in _MONTHS:
        parts[at] = rng.choice([month for month in _MONTHS if month != parts[at]])
    elif len(parts[at]) == 4:
        parts[at] = str(int(parts[at]) + rng.choice([-10, -3, -2, -1, 1, 2, 3, 10]))
    else:
        parts[at] = str(rng.choice([day for day in range(1, 29) if day != int(parts[at])]))
    new = f"{parts[0]} {parts[1]}, {parts[2]}" if len(parts) == 3 else " ".join(parts)
    return _spliced(text, match, new)


def _names(text: str) -> list[re.Match[str]]:
    return [match for match in _NAME.finditer(text) if not _NO_NAME.search(match.group())]


def _name(source: _Source, rng: random.Random) -> str | None:
    match = _pick(rng, _names(source.sentence))
    if match is None:
        return None
    old = match.group()
    near = set(source.sentence.lower().split()) | set(old.lower().split())
    others = sorted(
        {
            other.group()
            for other in _names(source.document)
            if len(other.group().split()) == len(old.split())
            and other.group().isupper() == old.isupper()
            and not near & set(other.group().lower().split())
            and other.group()[:4] != old[:4]
        }
    )
    return _spliced(source.sentence, match, rng.choice(others)) if others else None


def _negation(source: _Source, rng: random.Random) -> str | None:
    text = source.sentence
    ways: list[str] = []
    if match := _NOT.search(text):
        ways.append(_spliced(text, match, f"{match[1]} "))
    elif match := _pick(rng, list(_AUXILIARY.finditer(text))):
        ways.append(_spliced(text, match, f"{match[1]} not"))
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            if match := re.search(rf"\b{one}\b", text):
                ways.append(_spliced(text, match, other))
    return rng.choice(ways) if ways else None


def _traded(source: _Source, rng: random.Random) -> str | None:
    """Let two numbers, or two names, of the sentence trade places."""
    text = source.sentence
    numbers = [m for m in _NUMBER.finditer(text) if not re.fullmatch(r"(?:19|20)\d\d", m.group())]
    ways = [
        (one, other)
        for found in (numbers, _names(text))
        for at, one in enumerate(found)
        for other in found[at + 1 :]
        if one.group() != other.group()
        and (one.group()[0] == "$") == (other.group()[0] == "$")
        and not re.fullmatch(
            r"[\s,%]*(?:(?:and|or|of|on|for|the|percent)\b[\s,%]*)*",
            text[one.end() : other.start()],
        )
    ]
    if not ways:
        return None
    one, other = rng.choice(ways)
    return (
        text[: one.start()] + other.group() + text[one.end() : other.start()] + one.group()
        + text[other.end() :]
    )  # fmt: skip


def _reworded(source: _Source, rng: random.Random) -> str | None:
    text = source.sentence
    ways: list[str] = []
    if match := _FULL.search(text):
        month, day, year = match.groups()
        iso = f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}"
        ways += [_spliced(text, match, f"{day} {month} {year}"), _spliced(text, match, iso)]
    if match := _COUNTRY.search(text):
        whole = "the US" if match.group().startswith("the ") else "US"
        ways.append(_spliced(text, match, whole if match[1] else "US"))
    if match := _SPELLED_NUMBER.search(text):
        ways.append(_spliced(text, match, str(_SPELLED.index(match.group()) + 2)))
    if match := re.search(r"(?<=\s)(\d{1,3}),(\d{3}),(\d{3})(?=\s[a-z])", text):
        ways.append(_spliced(text, match, f"{int(match[1] + match[2] + match[3]) / 1e6:g} million"))
    if match := re.search(r"(\d)%", text):
        ways.append(_spliced(text, match, f"{match[1]} percent"))
    if match := re.search(r", which [^,.;()]{8,80},(?= [a-z])", text):
        ways.append(_spliced(text, match, ""))
    if match := re.search(r", (?:including|such as|with) [^.;()]{8,90}(?=\.$)", text):
        ways.append(_spliced(text, match, ""))
    if match := re.search(r" \([^()]{3,60}\)", text):
        ways.append(_spliced(text, match, ""))
    if match := re.match(r"(?:However|Moreover|In addition|For example|Also), (\w)", text):
        ways.append(match[1].upper() + text[match.end() :])
    return rng.choice(ways) if ways else None
