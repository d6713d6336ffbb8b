"""Read what a chat model wrote in any form it may use: an object or prose in, sentences out.

Keys are told by what they are about, values by what they hold: a citation is 2, 2.0, "2", "[2]",
"passage 2" or an object that says so. What cannot be read as a citation or a quotation is left out;
it makes the sentence none the worse, for each is checked against its passages.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.language.words import lines
from index import sentences

MOST_TEXT = 800  # characters of one sentence
MOST_LISTED = 12  # citations or quotations of one sentence
QUOTED_WORDS = 4  # from which a text in place of a citation is a quotation
SHORTEST = 3  # words of a sentence; less is an exclamation


@dataclass(frozen=True)
class WrittenSentence:
    """One sentence as the model wrote it, unchecked; `citations` are numbers of passages."""

    text: str
    citations: tuple[int, ...]
    quotes: tuple[str, ...]


class Answerable(StrEnum):
    """What the model says of the passages."""

    YES = "yes"
    PARTIAL = "partial"
    NO = "no"


class FieldRole(StrEnum):
    """What a key of an object is about."""

    ANSWERABLE = "answerable"
    QUOTES = "quotes"
    CITATIONS = "citations"
    TEXT = "text"
    OTHER = ""


# The first that has a part of the key says its role.
_PARTS = (
    (FieldRole.ANSWERABLE, "answerable answered canansw hasansw answerfound"),
    (FieldRole.QUOTES, "quot excerpt verbatim snippet evidence support span extract"),
    (FieldRole.CITATIONS, "cit passage source ref document"),
    (FieldRole.TEXT, "text sentence claim statement answer content fact point item response"),
)
_EXACT = dict.fromkeys(("doc", "docs", "id", "ids", "number", "numbers", "p"), FieldRole.CITATIONS)
_YES = frozenset("true yes y 1 full fully complete answered answerable".split())
_NO = frozenset("false no n 0 none null unanswerable unknown never".split())

_KIND = r"(?:passages?|sources?|documents?|docs?|briefs?|refs?|references?|citations?|p|no|n)"
_ONE = rf"(?:{_KIND}[.:\s]*){{0,2}}\#?\d{{1,3}}"
_NUMBERS = rf"{_ONE}(?:\s*(?:[,;&–-]|and|to)\s*{_ONE})*"
MARK = re.compile(
    rf"\s*(?:\[\^?\s*{_NUMBERS}\s*\](?:\(#[^)\s]*\))?|<sup>\W*{_NUMBERS}\W*</sup>|【\s*{_NUMBERS}[^】]{{0,20}}】|[⟦〔]\s*{_NUMBERS}\s*[⟧〕]"
    rf"|\((?:see\s+)?(?={_KIND}){_NUMBERS}\)|\(\d{{1,2}}(?:\s*,\s*\d{{1,2}})*\)(?=\W*\Z)"
    r"|(?<=[.!?,\"”)])[⁰¹²³⁴-⁹]+)",
    re.IGNORECASE,
)
_BEHIND = re.compile(  # marks behind a full stop belong to the sentence before it
    rf"(?P<end>[.!?][\"”’)]*)(?P<marks>(?:{MARK.pattern})+)", re.IGNORECASE
)
_ITALIC = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])")
_ONLY_NUMBERS = re.compile(
    rf"(?=\D*\d)(?:[\W_]|\d{{1,3}}(?!\d)|\b(?:and|to|{_KIND})(?![a-z]))+", re.IGNORECASE
)
_DECIMAL = re.compile(r"\s*\d{1,3}\.\d+\s*")
_FIRST_NUMBER = re.compile(
    rf"[\W_]*{_KIND}?[.\s]*#?(?P<number>\d{{1,3}})\s*[\]):,–-]", re.IGNORECASE
)
_RANGE = re.compile(r"(\d{1,3})\s*(?:[–-]|to)\s*(\d{1,3})")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_BULLET = re.compile(r"\A(?:[\s|>]*(?:[-*•–+]+|#+|\(?\d{1,2}[.)])\s+|[\s|>]+)+")
_LABEL = re.compile(r"\A[*_\"']*(?P<key>[A-Za-z][A-Za-z _-]{0,24}?)[*_\"']*\s*[:=]\s*[*_]*\s*")
_WRAP = re.compile(  # a line break within a sentence, not before "Citations:"
    r"\n(?!\s*[*_\"']*[A-Za-z][A-Za-z _-]{0,24}[*_\"']*\s*[:=])"
)
_PUT_TOGETHER = re.compile(r"(?:\s|[,;](?=[.!?]))+([.,;:!?])")
_TAGS = re.compile(r"</?(?:b|i|em|strong|u|p|br|li|ul|ol|sup|cite)\s*/?>", re.IGNORECASE)
_NAMED = re.compile(  # "According to passage 1, the harbour …"
    r"\A(?:according to|as (?:stated|said|noted) in|in|per|from)\s+(?:the\s+)?"
    r"passages?\s+#?(?P<number>\d{1,3})\s*[,:]\s*(?P<rest>\w)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\A\W*passage\s+#?(?P<number>\d{1,3})\W*[:–-]\s*", re.IGNORECASE)
_CELL = re.compile(r"\|\s*(\d{1,2}(?:\s*,\s*\d{1,2})*)\s*(?=\|)")  # of a table, a number alone


def role_of(key: str) -> FieldRole:
    """Return what a key is about."""
    plain = re.sub(r"[^a-z]", "", key.lower())
    if plain in _EXACT:
        return _EXACT[plain]
    if plain == FieldRole.TEXT:
        return FieldRole.TEXT
    return next(
        (role for role, parts in _PARTS if any(part in plain for part in parts.split())),
        FieldRole.OTHER,
    )


def answerable_of(found: Mapping[str, Any]) -> Answerable | None:
    """Return what an object says of the passages, None where it says nothing."""
    for key, value in found.items():
        if role_of(str(key)) is not FieldRole.ANSWERABLE or isinstance(value, list | dict):
            continue
        said = " ".join(re.findall(r"[a-z0-9]+", str(value).lower()))
        if "partial" in said or "partly" in said or said == "in part":
            return Answerable.PARTIAL
        yes = said in _YES
        if not yes and said not in _NO and not said.startswith("not "):
            continue
        turned = re.search(r"un|not", str(key).lower()) is not None
        return Answerable.YES if yes is not turned else Answerable.NO
    return None


def says_no_answer(text: str) -> bool:
    """Return whether a sentence says that the passages do not answer."""
    plain = text.lower().replace("’", "'")
    if any(phrase in plain for phrase in _NO_ANSWER["phrase"]):
        return True
    said = set(re.findall(r"[a-z']+", plain))
    negated = any(word in ("not", "no", "nothing", "none", "cannot", "neither") for word in said)
    negated = negated or any(word.endswith("n't") for word in said)
    return negated and bool(said & _NO_ANSWER["passages"]) and bool(said & _NO_ANSWER["tells"])


def _no_answer() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in lines("no_answer"):
        name, _, said = line.partition(": ")
        found.setdefault(name, set()).update([said] if name == "phrase" else said.split())
    return {name: frozenset(said) for name, said in found.items()}


_NO_ANSWER = _no_answer()


def sentences_of(found: Mapping[str, Any]) -> list[WrittenSentence]:
    """Return the sentences of an object that has a text, [] where it has none."""
    if beside := _side_by_side(found):
        return beside
    texts: list[str] = []
    numbers: list[int] = []
    quotes: list[str] = []
    plainly = any(_is_plainly_cited(str(key)) for key in found)
    for key, value in found.items():
        role = role_of(str(key))
        if plainly and role is FieldRole.CITATIONS and not _is_plainly_cited(str(key)):
            continue  # the number of the sentence
        if role is FieldRole.TEXT and isinstance(value, str) and not value.lstrip().startswith("{"):
            texts.append(value)
        elif role is FieldRole.CITATIONS:
            said, quoted = _cited(value)
            numbers += said
            quotes += quoted
        elif role is FieldRole.QUOTES:
            said, quoted = _quoted(value)
            numbers += said
            quotes += quoted
    text = next(filter(str.strip, texts), "")
    kept = tuple(dict.fromkeys(numbers))[:MOST_LISTED]
    return list(_told(" ".join(text.split()), kept, tuple(dict.fromkeys(quotes))[:MOST_LISTED]))


def _side_by_side(found: Mapping[str, Any]) -> list[WrittenSentence]:
    """Return the sentences of {"sentences": ["…", "…"], "citations": [[1], [2]]}."""
    by_role = {role_of(str(key)): value for key, value in found.items()}
    texts = by_role.get(FieldRole.TEXT)
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        return []
    rows = []
    for at, text in enumerate(texts):
        row: dict[str, Any] = {"text": text}
        for role in (FieldRole.CITATIONS, FieldRole.QUOTES):
            value = by_role.get(role)
            same = isinstance(value, list) and len(value) == len(texts)
            row[role] = value[at] if same and value else value
        rows.append(row)
    return [one for row in rows for one in sentences_of(row)]


def _is_plainly_cited(key: str) -> bool:
    return role_of(key) is FieldRole.CITATIONS and key.lower() not in _EXACT


def _told(
    text: str, numbers: tuple[int, ...], quotes: tuple[str, ...]
) -> Iterator[WrittenSentence]:
    """Yield the sentences of a text; marks in it come before the numbers given for all of it."""
    found = pieces(text)
    held = [set(said.lower().split()) for said, _ in found]
    own: list[list[str]] = [[] for _ in found]
    for quote in quotes if found else ():
        wanted = set(quote.lower().split())
        own[max(range(len(found)), key=lambda at: len(wanted & held[at]))].append(quote)
    for (said, marked), quoted in zip(found, own, strict=True):
        if len(said) <= MOST_TEXT:
            yield WrittenSentence(said, marked or numbers, tuple(quoted))


def pieces(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return the sentences of one paragraph without their marks, and the numbers of these."""
    text = _TAGS.sub("", _in_front(MARK.sub(_as_brackets, text)))
    text = _BEHIND.sub(lambda found: f"{_in_brackets(found['marks'])}{found['end']}", text)
    found: list[tuple[str, tuple[int, ...]]] = []
    for start, end in sentences.split(text):
        piece = text[start:end]
        said = _PUT_TOGETHER.sub(r"\1", _ITALIC.sub(r"\1", MARK.sub("", piece))).strip()
        numbers = _marked(piece)
        if named := _NAMED.match(said):
            numbers = numbers or [int(named["number"])]
            said = named["rest"].upper() + said[named.end() :]
        if said.strip(" .,;|"):
            found.append((said, tuple(dict.fromkeys(numbers))))
        elif found and numbers:  # of a table: | The sentence. | [1] |
            found[-1] = (found[-1][0], tuple(dict.fromkeys((*found[-1][1], *numbers))))
    return found


def _as_brackets(mark: re.Match[str]) -> str:
    return _in_brackets(mark[0])


def _in_front(text: str) -> str:
    """Return a text whose marks stand before its sentences with these behind them."""
    marks = list(MARK.finditer(text))
    if not marks or text[: marks[0].start()].strip() or marks[-1].end() == len(text.rstrip()):
        return text
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return " ".join(
        f"{text[mark.end() : end].strip()}{mark[0]}" for mark, end in zip(marks, ends, strict=True)
    )


def _in_brackets(marks: str) -> str:
    return "".join(f" [{number}]" for number in _numbers(marks))


def _marked(text: str) -> list[int]:
    return [number for mark in MARK.finditer(text) for number in _numbers(mark[0])]


def _numbers(text: str) -> list[int]:
    """Return the numbers of a text that holds nothing else, ranges in full."""
    plain = text.translate(_SUPERSCRIPTS)
    plain = _RANGE.sub(
        lambda found: ",".join(
            map(str, range(int(found[1]), min(int(found[2]), int(found[1]) + MOST_LISTED) + 1))
        ),
        plain,
    )
    return [int(one) for one in re.findall(r"\d{1,3}", plain)]


def _cited(value: Any) -> tuple[list[int], list[str]]:
    """Return the numbers that a value holds, and the quotations that stand in their place."""
    if isinstance(value, bool) or value is None:
        return [], []
    if isinstance(value, int | float):
        whole = value == value and abs(value) < 1000 and int(value) == value
        return ([int(value)] if whole else []), []
    if isinstance(value, str):
        return _cited_in(value)
    if isinstance(value, dict):
        return _both(_of_key(key, one) for key, one in value.items())
    return _both(map(_cited, value)) if isinstance(value, list) else ([], [])


def _cited_in(text: str) -> tuple[list[int], list[str]]:
    if _DECIMAL.fullmatch(text):
        return _cited(float(text))
    if _ONLY_NUMBERS.fullmatch(text):
        return _numbers(text), []
    if first := _FIRST_NUMBER.match(text):
        return [int(first["number"])], []
    return [], ([text] if len(text.split()) >= QUOTED_WORDS else [])


def _quoted(value: Any) -> tuple[list[int], list[str]]:
    """Return the quotations that a value holds, and the numbers that stand beside them."""
    if isinstance(value, str):
        before = _BEFORE.match(value)
        said = value[before.end() :] if before else value
        return [int(before["number"])] if before else [], ([said] if said.strip() else [])
    if isinstance(value, dict):
        return _both(_of_key(key, one, quoted=True) for key, one in value.items())
    return _both(map(_quoted, value)) if isinstance(value, list) else ([], [])


def _of_key(key: str, value: Any, *, quoted: bool = False) -> tuple[list[int], list[str]]:
    """Return what a key of a citation holds: {"passage": 2, "quote": "…"}, {"2": "…"}."""
    role = role_of(key)
    if role is FieldRole.CITATIONS:
        return _cited(value)
    numbers = _numbers(key) if _ONLY_NUMBERS.fullmatch(key) else []
    if role in (FieldRole.QUOTES, FieldRole.TEXT) or numbers or quoted:
        return _both([(numbers, []), _quoted(value)])
    return [], []


def _both(found: Iterable[tuple[list[int], list[str]]]) -> tuple[list[int], list[str]]:
    pairs = list(found)
    return [one for said, _ in pairs for one in said], [one for _, said in pairs for one in said]


class Prose:
    """Reads prose with marks, a piece at a time; a sentence without takes those of the next.

    Lines such as "Citations: [1]" under "Sentence: …" are read too.
    """

    def __init__(self) -> None:
        self.answerable: Answerable | None = None
        self.lacking = False  # whether a sentence says that the passages do not tell something
        self.unread = 0  # words of what cites nothing
        self._uncited: list[str] = []
        self._quoting = False  # within the lines under "Quotes:"

    def paragraph_ends(self, *, counts: bool) -> None:
        """Leave out what has found no mark by now; a preamble does not count."""
        self.unread += sum(len(text.split()) for text in self._uncited) if counts else 0
        self._uncited = []

    def take(self, text: str) -> Iterator[WrittenSentence]:
        """Yield the sentences of a stretch of whole sentences."""
        text = _CELL.sub(r"| [\1] ", text)
        for said, numbers in pieces(_WRAP.sub(" ", _BULLET.sub("", text))):
            yield from self._piece(said, numbers)

    def _piece(self, said: str, numbers: tuple[int, ...]) -> Iterator[WrittenSentence]:
        said = _BULLET.sub("", said).strip(" |`")
        if label := _LABEL.match(said):
            role, value = role_of(label["key"]), said[label.end() :]
            self._quoting = role is FieldRole.QUOTES
            if role is FieldRole.ANSWERABLE:
                self.answerable = answerable_of({label["key"]: value}) or self.answerable
                return
            if role is FieldRole.CITATIONS:
                said, numbers = "", numbers or tuple(_cited_in(value)[0])
            elif role is FieldRole.TEXT:
                said = value.strip('"“” ')
        if self._quoting:
            return
        if says_no_answer(said):
            self.lacking = True
            return
        if len(said.split()) >= SHORTEST and not said.endswith(":"):
            self._uncited.append(said[:MOST_TEXT])
        if numbers:
            for text in self._uncited:
                yield WrittenSentence(text, numbers, ())
            self._uncited = []
