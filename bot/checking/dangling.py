"""Find what points at nothing in a claim: a claim and its evidence in, reasons out.

An opening "It", "She", "This program" or "The latter" points at nothing where neither the sentence
that bears the claim out nor one before it says who or what is meant. A citation mark "[7]" points
at nothing where fewer texts were given, unless it is part of the evidence's own words. English
rules over the words alone; any name or noun that could be meant is taken to be.
"""

import re
from collections.abc import Sequence

from bot.checking.verdict import Reason
from bot.language.tokens import NAME, STOP, read

MARK = re.compile(r"\s*\[(?P<numbers>\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\]")
_PRONOUN = re.compile(r"(?P<said>It|Its|He|His|She|Her|They|Their)\b(?![’'-])")
_HONOUR = re.compile(r"(?:His|Her|Their) (?:Majest|Excellenc|Highness|Holiness|Honou?r)")
_VERB = (
    r"(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|does|did|means"
    r"|led|made|makes|became|gave|left|[a-z]+ed)"
)
_ALONE = re.compile(rf"(?P<said>This|That|These|Those|Both|Neither)(?=\s{_VERB}\b)")
_RANKED = re.compile(
    r"(?P<said>The (?:latter|former))(?=\s(?:[a-z]+ed|[a-z]+s|\w+ve|had|was|did)\b)"
)
_NOUN = re.compile(
    r"(?P<said>(?:This|These|That|Such|Those) (?!(?:the|its|his|her|their|they|she|this|that|these"
    r"|those|such|all|most|some|many|much|any|not|our|you)\b)(?P<noun>[a-z]{3,}))(?![\w’'-])"
)
_OF_ITSELF = frozenset(  # of the time of writing, or of the text itself
    """year years month months week weeks day days time times season morning evening night century
    decade weekend spring summer autumn winter quarter period moment report reports brief paper
    article insight section study analysis document table figure chapter product part page who with
    """.split()
)
_EXPLETIVE = re.compile(  # "It is unclear whether": nothing is meant by it
    r"It (?:(?:is|was|remains?|seems?|seemed|appears?|appeared|follows|turned|would|will|may|might"
    r"|could|can|should|has|had|became|makes|made)(?: [^\s.,;]+){0,4}? (?:that|whether|why|who)\b"
    r"|(?:is|was|remains?|became|may be|would be|will be|has been)(?: [a-z]+){0,2}? (?:unclear"
    r"|unknown|uncertain|possible|impossible|necessary|difficult|hard|harder|easy|easier|important"
    r"|likely|unlikely|common|time|legal|illegal) (?:for|to|how|when|if|what|where|which)\b"
    r"|(?:takes?|took)\b[^.]{1,40}? to\b|(?:rains|rained|snows|snowed)\b)"
)
_PERSON = re.compile(
    r"\b(?:man|woman|boy|girl|wife|husband|mother|father|actor|actress|singer|author|player|leader"
    r"|officer|official|president|minister|secretary|judge|justice|governor|senator|chancellor"
    r"|director|chair(?:wo)?man|chief|king|queen|pope|captain|general|ambassador|envoy|lawyer"
    r"|doctor|professor|student|teacher|worker|writer)\b",
    re.IGNORECASE,
)
_WRITER = re.compile(r"(?:As an AI\b.{0,40}?,\s)?(?P<said>I(?:[’'](?:m|ve|d|ll))?)(?=,?\s[a-z])")
_ALIKE = {"Its": "It", "His": "He", "Her": "She", "Their": "They"}


def without_marks(claim: str, evidence: Sequence[str]) -> tuple[str, list[Reason]]:
    """Return a claim without its citation marks, and a reason for each that points at nothing.

    A mark that the evidence has too, a footnote's, is no mark of the claim's and stays.
    """
    reasons: list[Reason] = []

    def taken(mark: re.Match[str]) -> str:
        if any(mark.group().strip() in one for one in evidence):
            return mark.group()
        numbers = [int(number) for number in re.findall(r"\d+", mark["numbers"])]
        if not all(1 <= number <= len(evidence) for number in numbers):
            told = f"“{mark.group().strip()}” points at none of the evidence"
            reasons.append(Reason("dangling", told))
        return ""

    return MARK.sub(taken, claim).strip(), list(dict.fromkeys(reasons))


def spoken(claim: str, pieces: Sequence[str]) -> list[Reason]:
    """Return a reason if a claim opens with the writer's own "I", which no sentence there says."""
    found = _WRITER.match(claim)
    if found is None or any(re.search(r"\bI\b", piece) for piece in pieces):
        return []
    return [Reason("speaker", f"“{found['said']}”: none of the evidence speaks of itself")]


def unresolved(claim: str, pieces: Sequence[str]) -> list[Reason]:
    """Return a reason if the claim opens with a word for what nothing there names.

    `pieces` are the sentences of the evidence, in order.
    """
    found = _opening(claim)
    if found is None or not pieces:
        return []
    at = _bearing(claim, pieces)
    if any(_names(found, piece) for piece in pieces[: at + 1]):
        return []
    return [Reason("dangling", f"“{found['said']}” is not named in the claim or the evidence")]


def _opening(text: str) -> re.Match[str] | None:
    """Return the pronoun or pointing noun that opens a text; None if nothing need be named."""
    if _EXPLETIVE.match(text) or _HONOUR.match(text):
        return None
    noun = _NOUN.match(text)
    if noun and noun["noun"] in _OF_ITSELF:
        return None
    found = _PRONOUN.match(text) or _ALONE.match(text) or _RANKED.match(text)
    return found or noun


def _bearing(claim: str, pieces: Sequence[str]) -> int:
    """Return the position of the sentence that says most of the claim's words, the first one."""
    wanted = {token.key for token in read(claim) if token.kind != STOP}
    shared = [len(wanted & {token.key for token in read(piece)}) for piece in pieces]
    return shared.index(max(shared))


def _names(found: re.Match[str], piece: str) -> bool:
    """Return whether a sentence may say who or what is meant: it does not point itself."""
    said, again = found["said"], _opening(piece)
    if again and _alike(again["said"]) == _alike(said):
        return False
    if _alike(said) in ("He", "She"):
        named = any(one.kind == NAME for one in read(piece))
        return named or _opens_with_name(piece) or bool(_PERSON.search(piece))
    return any(token.kind != STOP for token in read(piece))


def _opens_with_name(piece: str) -> bool:
    """Return whether the first word may be a name: its capital does not tell."""
    return bool(re.match(r"[\"“(]*[A-Z][a-z]+(?<!s)\b(?!,)", piece)) and bool(
        read(piece) and read(piece)[0].kind != STOP
    )


def _alike(said: str) -> str:
    return _ALIKE.get(said, said)
