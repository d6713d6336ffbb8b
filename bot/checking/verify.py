"""Judge a claim against its evidence: texts in, a verdict with a score and typed reasons out.

Rules and tables alone: no library, no model. Knows nothing of briefs, citations or how the claim
was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.answer import Reason, Verdict
from bot.checking import dangling, quoted
from bot.checking.contradictions import Findings, contradictions
from bot.checking.coverage import Coverage, coverage
from bot.checking.matching import matched
from bot.checking.pairing import exchanged
from bot.language.facts import NAME, Token, promoted, read
from index import sentences

SUPPORTED = 0.5  # least score of a supported claim
CHECK = 0.2  # least coverage of a claim that is not plainly unsupported
CONTRADICTED = 0.5  # what its coverage is worth where the evidence has it otherwise
DOUBTED = 0.9  # what it is worth where there is a doubt
MOST_WORDS = 6  # named in a reason
Row = tuple[Token, ...]


@dataclass(frozen=True)
class Check:
    """What came of a check. `score` is in [0, 1]; higher is better supported."""

    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...]


def check(claim: str, evidence: Sequence[str]) -> Check:
    """Judge whether the evidence, sentences or passages, bears the claim out."""
    pieces = [one[start:end] for one in evidence for start, end in sentences.split(one)]
    claim, loose = dangling.without_marks(claim, evidence)
    if _verbatim(claim, evidence, pieces):
        verbatim = Coverage(1.0, ())
        return _verdict(verbatim, Findings(soft=loose))
    tokens, rows = _read(claim, pieces)
    if not tokens or not rows:
        nothing = Reason("coverage", "there is nothing to compare")
        return Check(Verdict.UNSUPPORTED, 0.0, (nothing, *loose))
    found = Findings(quoted.faults(claim, evidence), loose)
    contradictions(tokens, rows, found)
    found.hard += exchanged(tokens, rows)
    found.soft += dangling.unresolved(claim, pieces)
    return _verdict(coverage(tokens, rows), found)


def _read(claim: str, pieces: Sequence[str]) -> tuple[Row, list[Row]]:
    """Read claim and evidence; what is a name in one sentence is one where it opens another."""
    tokens, rows = read(claim), [row for row in map(read, pieces) if row]
    known = frozenset(token.key for row in (tokens, *rows) for token in row if token.kind == NAME)
    rows = [promoted(row, known) for row in rows]
    return matched(promoted(tokens, known), rows), rows


def _verdict(covered: Coverage, found: Findings) -> Check:
    score = covered.score
    if found.hard:
        score *= CONTRADICTED
    elif found.soft:
        score *= DOUBTED
    reasons = list(dict.fromkeys(found.hard + found.soft))
    if score < SUPPORTED and covered.lacking:
        words = ", ".join(f"“{word}”" for word in covered.lacking[:MOST_WORDS])
        reasons.append(Reason("coverage", f"not in the nearest sentences: {words}"))
    if found.hard or covered.score < CHECK:
        verdict = Verdict.UNSUPPORTED
    elif found.soft or score < SUPPORTED:
        verdict = Verdict.CHECK
    else:
        verdict = Verdict.SUPPORTED
    return Check(verdict, round(score, 4), tuple(reasons))


def _verbatim(claim: str, evidence: Sequence[str], pieces: Sequence[str]) -> bool:
    """Return whether a claim is a sentence of the evidence, or several that follow each other."""
    wanted = _plain(claim)
    if wanted in map(_plain, (*pieces, *evidence)):
        return True
    own = [_plain(claim[start:end]) for start, end in sentences.split(claim)]
    return len(own) > 1 and set(own) <= set(map(_plain, pieces))


def _plain(text: str) -> str:
    return " ".join(text.translate(quoted.SAME).split())
