"""Judge a claim against its evidence: texts in, a verdict with a score and typed reasons out.

By rules and tables. Words and facts are compared token by token, then the statements of the claim
with those of the nearest sentences. A trained reader of both tells what they cannot: whether other
words say the same.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.checking import dangling, entailment, quoted
from bot.checking.contradictions import Findings, contradictions
from bot.checking.coverage import coverage, lacking
from bot.checking.listed import misplaced
from bot.checking.matching import matched
from bot.checking.pairing import exchanged, miscounted
from bot.checking.propositions import Fault, counts, judged, only_meant
from bot.checking.statements import statements
from bot.checking.strength import overstated
from bot.checking.verdict import Reason, Verdict
from bot.language.tokens import DATE, NAME, NUMBER, STOP, Token, promoted, read
from bot.language.writing import plain
from index import sentences
from index.languages import ENGLISH, language
from index.models import claim_reader

SUPPORTED = 0.5  # least score of a supported claim
REFUTED = 0.14  # score below which what the evidence contradicts, or lacks, is unsupported
MANY = 12  # sentences of evidence up to which the fitted score holds; beyond, what they cover does
CONTRADICTED = 0.6  # what coverage is worth where the evidence has it otherwise
DOUBTED = 0.8  # what it is worth where there is a doubt
LOOSE = 0.4  # score of a copy of the evidence that points at nothing
NEAREST = 4  # sentences of the evidence that are parsed
UNREAD = 0.3  # score of what is written in another language
_BETWEEN = re.compile(r"[,;](?=\s)|\s[–—]\s|\s(?:and|but|while)\s")
_PARTS = re.compile(r"(?<=[;:])\s")
# Doubts that come of other words as often as of other facts.
_ARGUABLE = frozenset({"name", "negation", "direction"})
# A quotation is there or is not; what a writer says of himself is in no brief.
_CERTAIN = frozenset({"misattributed", "stitched", "speaker"})
MOST_WORDS = 6  # named in a reason
Row = tuple[Token, ...]
Entails = Callable[[str, tuple[str, ...]], float | None]


@dataclass(frozen=True)
class Check:
    """What came of a check. `score` is in [0, 1]; higher is better supported."""

    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...]


def check(
    claim: str, evidence: Sequence[str], entails: Entails | None = claim_reader.logit
) -> Check:
    """Judge whether the evidence, sentences or passages, bears the claim out.

    `entails` reads a claim and the sentences closest to it, and returns a logit; None for none.
    """
    claim, evidence, pieces = as_read(claim, evidence)
    if unread := _unread(claim, pieces):
        return Check(Verdict.CHECK, UNREAD, (Reason("language", f"not checked: {unread}"),))
    claim, loose = dangling.without_marks(claim, evidence)
    if _verbatim(claim, evidence, pieces):
        verdict = Verdict.CHECK if loose else Verdict.SUPPORTED
        return Check(verdict, LOOSE if loose else 1.0, tuple(loose))
    found = _compare(claim, evidence, pieces, loose)
    if found is None:
        nothing = Reason("coverage", "there is nothing to compare")
        return Check(Verdict.UNSUPPORTED, 0.0, (nothing, *loose))
    heard = entails(claim, entailment.closest(claim, pieces)) if entails else None
    return _verdict(found, heard)


def compared(claim: str, evidence: Sequence[str]) -> "Compared | None":
    """Return what lies behind a check; None for what is not compared, as a word for word copy."""
    claim, evidence, pieces = as_read(claim, evidence)
    claim, loose = dangling.without_marks(claim, evidence)
    if _unread(claim, pieces) or _verbatim(claim, evidence, pieces):
        return None
    return _compare(claim, evidence, pieces, loose)


def as_read(claim: str, evidence: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """Return claim and evidence in plain writing, and the sentences of the evidence."""
    evidence = [plain(one) for one in evidence]
    pieces = [one[start:end] for one in evidence for start, end in sentences.split(one)]
    return plain(claim), evidence, pieces


@dataclass(frozen=True)
class Compared:
    """What was found by laying a claim beside its evidence; `features` are for the score."""

    found: Findings
    features: Mapping[str, float]
    lacking: tuple[str, ...]  # words of the claim that the nearest sentences lack
    nothing: bool  # they lack all of them
    covered: float | None = None  # how much of it long evidence says

    def score(self, heard: float | None) -> float:
        """Return how likely the claim follows, in [0, 1]; `heard` is the claim reader's logit."""
        if self.covered is None:
            return entailment.probability(self.features, heard)
        worth = CONTRADICTED if self.found.hard else DOUBTED if self.found.soft else 1.0
        return self.covered * worth


def _compare(
    claim: str, evidence: Sequence[str], pieces: Sequence[str], loose: list[Reason]
) -> Compared | None:
    """Lay a claim beside its evidence and the sentences of it; None if either has no words."""
    tokens, rows = _read(claim, pieces)
    if not rows or all(token.kind == STOP for token in tokens):
        return None
    found = Findings(quoted.faults(claim, evidence), loose)
    contradictions(tokens, rows, found)
    wrong, borne = misplaced(tokens, rows, [piece for piece in pieces if read(piece)])
    found.hard += wrong if wrong or borne else exchanged(tokens, rows)
    found.hard += miscounted(tokens, rows)
    found.hard += dangling.spoken(claim, pieces)
    found.soft += dangling.unresolved(claim, pieces)
    faults, numbers = propositions_of(claim, tokens, pieces, found)
    if borne:  # the verb of a list stands with its first member alone
        faults = [one for one in faults if one.reason.kind not in (NAME, NUMBER)]
    for fault in faults:
        (found.hard if fault.hard else found.soft).append(fault.reason)
    _derived(found)
    found.soft += _added(claim, tokens, rows)
    features = entailment.features(tokens, rows, found.hard, found.soft, numbers)
    content = [token for token in tokens if token.kind != STOP]
    left = lacking(content, rows)
    covered = coverage(content, rows) if len(rows) > MANY else None
    said = tuple(one.said for one in left)
    return Compared(found, features, said, len(left) == len(content), covered)


def _derived(found: Findings) -> None:
    """Make doubts of what is found against numbers and dates that may follow from others."""
    doubted = {_subject(one) for one in found.soft if one.kind in (NUMBER, DATE)}
    moved = [one for one in found.hard if one.kind in (NUMBER, DATE) and _subject(one) in doubted]
    found.hard = [one for one in found.hard if one not in moved]
    found.soft += moved


def _subject(reason: Reason) -> str:
    """Return what of the claim a reason is about: it opens with it."""
    return reason.detail.partition("”")[0]


def _added(claim: str, tokens: Row, rows: Sequence[Row]) -> list[Reason]:
    """Return a reason for each part of a claim, between commas, of which nothing is said."""
    held = {token.key for row in rows for token in row}
    marks = [-1, *(match.start() for match in _BETWEEN.finditer(claim)), len(claim)]
    found = []
    for first, last in pairwise(marks) if len(marks) > 2 else ():
        part = [one for one in tokens if first < one.start < last and one.kind != STOP]
        if len(part) > 1 and not any(one.key in held for one in part):
            said = claim[part[0].start : part[-1].end]
            found.append(Reason("coverage", f"“{said}” is not in the evidence"))
    return found


def propositions_of(
    claim: str, tokens: Row, pieces: Sequence[str], found: Findings
) -> tuple[list[Fault], tuple[int, ...]]:
    """Return what is wrong with the statements of a claim, by the sentences nearest to it.

    The second value is what `propositions.counts` returns.

    Added to `found` is what the claim overstates. Negations found word by word become doubts where
    no statement of the evidence is about the same event.
    """
    wanted = {token.key for token in tokens if token.kind != STOP}
    shares = {piece: len(wanted & {one.key for one in read(piece)}) for piece in pieces}
    mine = [one for a, b in sentences.split(claim) for one in statements(claim[a:b])]
    near = sorted(shares, key=lambda piece: -shares[piece])[:NEAREST]
    found.soft += overstated(claim, near)
    theirs = [statements(piece) for piece in near if shares[piece]]
    statement_faults = judged(mine, theirs)
    like = [faults for faults in statement_faults if faults is not None]
    if not like:  # words are negated, but not of the same event
        found.soft += [one for one in found.hard if one.kind == "negation"]
        found.hard = [one for one in found.hard if one.kind != "negation"]
    numbers = counts(mine, theirs, statement_faults)
    every = [fault for faults in like for fault in faults]
    every += only_meant(mine, theirs, statement_faults)
    return list(dict.fromkeys(every)), numbers


def _unread(claim: str, pieces: Sequence[str]) -> str:
    """Return the language that cannot be checked: the claim's, or that of all the evidence.

    Titles and headings, which state nothing, do not count as evidence that can be read.
    """
    if (own := language(claim)) != ENGLISH:
        return own
    parts = (part for piece in pieces for part in _PARTS.split(piece) if part.strip())
    other = ""
    for part in parts:
        if (found := language(part)) != ENGLISH:
            other = other or found
        elif statements(part):
            return ""
    return other


def _read(claim: str, pieces: Sequence[str]) -> tuple[Row, list[Row]]:
    """Read claim and evidence; what is a name in one sentence is one where it opens another."""
    tokens, rows = read(claim), [row for row in map(read, pieces) if row]
    known = frozenset(token.key for row in (tokens, *rows) for token in row if token.kind == NAME)
    rows = [promoted(row, known) for row in rows]
    return matched(promoted(tokens, known), rows), rows


def _verdict(compared: Compared, heard: float | None) -> Check:
    found, lacking, score = compared.found, compared.lacking, compared.score(heard)
    refuted = compared.score(None) < REFUTED  # by rules alone: the claim reader withholds nothing
    outweighed = not found.hard and _outweighed(compared, score)
    reasons = [] if outweighed else list(dict.fromkeys(found.hard + found.soft))
    if any(one.kind in _CERTAIN for one in found.hard) or _other_number(found):
        score = min(score, REFUTED)
        verdict = Verdict.UNSUPPORTED
    elif (compared.nothing or found.hard) and refuted:
        verdict = Verdict.UNSUPPORTED
    elif reasons or score < SUPPORTED:
        verdict = Verdict.CHECK
    else:
        verdict = Verdict.SUPPORTED
    if verdict is not Verdict.SUPPORTED and score >= SUPPORTED:  # a reason outranks the score
        score *= SUPPORTED
    if score < SUPPORTED and lacking:
        words = ", ".join(f"“{word}”" for word in lacking[:MOST_WORDS])
        reasons.append(Reason("coverage", f"not in the nearest sentences: {words}"))
    elif score < SUPPORTED and not reasons:
        reasons.append(Reason("coverage", "in the evidence the words stand in another connection"))
    return Check(verdict, round(score, 4), tuple(reasons))


def _outweighed(compared: Compared, score: float) -> bool:
    """Return whether a score is high enough to pass over the doubts that are found.

    Of long evidence any doubts: somewhere in it something always differs.
    """
    arguable = all(one.kind in _ARGUABLE for one in compared.found.soft)
    return score >= SUPPORTED and (arguable or compared.covered is not None)


def _other_number(found: Findings) -> bool:
    """Return whether a number is nowhere in the evidence, and another stands in its place."""
    numbers = Counter(_subject(one) for one in found.hard if one.kind == NUMBER)
    return any(count > 1 for count in numbers.values())


def _verbatim(claim: str, evidence: Sequence[str], pieces: Sequence[str]) -> bool:
    """Return whether a claim is a sentence of the evidence, or several that follow each other."""
    wanted = _bare(claim)
    if wanted in map(_bare, (*pieces, *evidence)):
        return True
    own = [_bare(claim[start:end]) for start, end in sentences.split(claim)]
    return len(own) > 1 and set(own) <= set(map(_bare, pieces))


def _bare(text: str) -> str:
    return " ".join(text.translate(quoted.SAME).split())
