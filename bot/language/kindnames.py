"""Find the names of things of a kind in a sentence: "agency" and a sentence in, names out.

A name is a run of capital words that a word of the kind heads: "the Norvane Port Agency", "the
Department of Energy", "H.R. 1156", "President Ilse Brandt". Says whether its bounds are beyond
doubt; knows nothing of other sentences. English.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.kinds import FIRMS, HEADS, LAWS, OFFICES

_CAPITAL = r"(?:U\.S\.|[A-Z][\w&-]*(?:[’'](?!s\b)[\w&-]+)*(?:\.(?=\s[A-Z]))?)"
_RUN = re.compile(rf"{_CAPITAL}(?:\s(?:(?:of|for|on)\s(?:the\s)?|and\s)?{_CAPITAL})*")
_NUMBERED = re.compile(r"\b(?:[HS]\.\s?(?:(?:R|J\.\s?Res)\.\s?)?|P\.L\.\s?)\d[\d-]*\b")
_OPENER = re.compile(
    r"(?:A|After|Although|An|And|As|At|Because|Before|But|By|During|For|From|However|If|In|It|Like"
    r"|Once|On|Since|So|That|The|These|This|Those|To|Under|Unlike|Until|When|Where|While|With)\s"
)
_ARTICLE = re.compile(r"(?:^|[\s(“\"])[Tt]he\s$")
_SHORT = re.compile(r"\s\((?:the\s)?[“\"]?(?P<short>[A-Z][A-Za-z&.-]*[A-Z])\b")
_LOOSE = re.compile(r",\s(?:and\s|or\s)?[A-Z]")  # "Bureau of Ports, Docks and Ferries"
_AMENDED = re.compile(r"(?:\b(?:amend|repeal|reauthori[sz])\w*|\b(?:under|of|by|to|in))\sthe\s$")
_OTHER_OFFICE = re.compile(r"\b(?:Vice|Prime|Deputy|Acting|[Ff]ormer|then|vice|deputy|acting)\s$")


@dataclass(frozen=True)
class Name:
    """A name at [start, end) of a sentence. `sure`: its bounds are beyond doubt."""

    key: str  # the name without its article
    start: int  # of the key
    end: int
    sure: bool
    article: bool = False
    short: str = ""  # the acronym that stands behind it

    @property
    def said(self) -> str:
        """The name as it opens a sentence."""
        return f"The {self.key}" if self.article else self.key


def of_kind(noun: str, text: str) -> list[Name]:
    """Return the names of the kind in a sentence, in order; those of doubtful bounds too."""
    found = [name for start, run in runs(text) for name in _in_run(noun, text, start, run)]
    if noun == "bill":
        found = [name for name in found if not _AMENDED.search(text[: name.start])]
    if noun in LAWS:
        found += [Name(one.group(), *one.span(), sure=True) for one in _NUMBERED.finditer(text)]
    return sorted(found, key=lambda name: name.start)


def runs(text: str) -> Iterator[tuple[int, str]]:
    """Yield each run of capital words with its offset, without the word that opens a sentence."""
    for match in _RUN.finditer(text):
        start = match.start()
        while opener := _OPENER.match(text, start, match.end()):
            start = opener.end()
        if not _OPENER.fullmatch(text[start : match.end()] + " "):
            yield start, text[start : match.end()]


def _in_run(noun: str, text: str, start: int, run: str) -> Iterator[Name]:
    """Yield the names of the kind in one run of capital words."""
    form = _OFFICE_FORMS[noun] if noun in OFFICES else _FORMS[noun]
    while found := form.match(run):
        key = found.group()
        yield _name(noun, text, start, key)
        gone = len(key) + len(" and ")
        start, run = start + gone, run[gone:]


def _name(noun: str, text: str, start: int, key: str) -> Name:
    end = start + len(key)
    behind = _SHORT.match(text, end)
    short = behind["short"] if behind and _spells(behind["short"], key) else ""
    article = bool(_ARTICLE.search(text[:start]))
    if noun in OFFICES:
        sure = _is_person(noun, key, article=article) and not _OTHER_OFFICE.search(text[:start])
    else:
        sure = article or (noun in FIRMS and start == 0)
        sure = sure and (bool(short) or noun in LAWS or " and " not in key)
    loose = _LOOSE.match(text, end) and re.search(r" (?:of|on|for) ", key)
    return Name(key, start, end, sure and not loose, article, short)


def _is_person(noun: str, key: str, *, article: bool) -> bool:
    """Return whether a title's holder, or an office of something, is named beyond doubt."""
    before, _, after = key.partition(noun.capitalize())
    other = re.search(r"(?:Vice|Prime|Deputy|Acting|Former|Under|Assistant|Chief) $", before)
    return not other and " and " not in key and (article or not after.startswith(" of "))


def _spells(short: str, name: str) -> bool:
    """Return whether an acronym spells a name, its small words or a first "U.S." left out."""
    words = re.findall(r"[^\W\d_]+", name.removeprefix("U.S. "))
    capitals = "".join(word[0] for word in words if word[0].isupper())
    every = "".join(word[0] for word in words).upper()
    return re.sub(r"[^A-Z]", "", short.upper()) in {capitals, every}


def _form(heads: frozenset[str]) -> re.Pattern[str]:
    """Return the pattern of a name of the kind at the beginning of a run of capital words."""
    head = rf"(?:{'|'.join(sorted(heads))})"
    return re.compile(
        rf"{head} (?:of|on|for) .+|\S.*? {head} of .+|\S.*? {head}\.?(?=$| and | on | for )"
    )


_FORMS = {noun: _form(heads) for noun, heads in HEADS.items() if noun not in OFFICES}
_OFFICE_FORMS = {noun: re.compile(rf"(?:.*? )?{noun.capitalize()} \S.*") for noun in OFFICES}
