"""Score how likely a claim follows from its evidence: what was found beside it in, [0, 1] out.

A small network over features of the comparison: which of the claim's words the nearest sentences
have, in what order and beside what; which small words ("only", "before", "may") stand on one side
alone; what the rules found. It tells what no single rule does: a word put in another's place in a
sentence that is otherwise the same, or a paraphrase. bench/entailment.py fits it.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np

from bot.checking.coverage import missing, most_alike
from bot.checking.statements import AMOUNTS, ATTITUDES
from bot.checking.verdict import Reason
from bot.language import polarity
from bot.language.tokens import DATE, NAME, NUMBER, STOP, WORD, Token, read
from bot.language.words import lines, words
from index.perceptron import load

WEIGHTS = Path(__file__).parent / "weights" / "entailment.json"
NEAREST = 4  # sentences of the evidence that are looked at
CLOSEST = 6  # that are read together with the claim
# What both scores count together: less of the reader than a fit to our own claims gives (`python -m
# bench.reader.claims DATA --weigh`), since the features know claims on policy better.
OWN, HEARD, BORDER = 1.0, 0.4, 0.2
# The least that is heard: it is sure that "opened in 1994" does not follow from "did not open until
# 1994". On claims about documents that it never saw this costs .003 of the area.
LEAST_HEARD = -1.75
APART = 2  # content words from one to the next within which they stand together
AROUND = 3  # content words on each side of a fact
FEW = 2  # words that are put in the place of others

Row = Sequence[Token]
Features = Mapping[str, float]

_KINDS = (
    "number", "date", "name", "negation", "antonym", "sign", "direction", "quantity", "modality",
    "attribution", "condition", "cause", "superlative", "hedge", "coverage", "dangling",
)  # fmt: skip
_FACTS = (NUMBER, DATE)
_CUTS = frozenset(
    """and or but while as when after before because in on at by for with from to into that which
    who""".split()
)


def _groups() -> dict[str, tuple[str, ...]]:
    """Return the groups of a word that changes what is claimed; attitudes by their stem."""
    found: dict[str, tuple[str, ...]] = {}
    named = [(one, "cause") for one in words("causes")]
    named += [*AMOUNTS.items(), *ATTITUDES.items()]
    for line in lines("signals"):  # a word may do several things
        group, _, members = line.partition(":")
        named += [(one, group) for one in members.split()]
    for key, group in named:
        found[key] = tuple(dict.fromkeys((*found.get(key, ()), group)))
    return found


_GROUPS = _groups()
_GROUP_NAMES = tuple(sorted({group for groups in _GROUPS.values() for group in groups}))


def probability(features: Features, heard: float | None = None) -> float:
    """Return the share of claims with such features that follow from their evidence.

    `heard` is what the claim reader says, a logit, if it was asked.
    """
    logit = fitted_logit(features)
    if heard is not None:
        logit = OWN * logit + HEARD * max(heard, LEAST_HEARD) + BORDER
    return 1 / (1 + math.exp(-logit))


def fitted_logit(features: Features) -> float:
    """Return what the network over the features says by itself."""
    network = load(WEIGHTS).takes(tuple(features))
    return float(network.scores(np.array([list(features.values())]))[0])


def features(
    claim: Row, rows: Sequence[Row], hard: Sequence[Reason], soft: Sequence[Reason],
    statements: Sequence[int],
) -> Features:  # fmt: skip
    """Return the features of a claim beside the sentences of its evidence.

    `statements` are the counts of `propositions.counts`.
    """
    content = [token for token in claim if token.kind != STOP]
    near = sorted(rows, key=lambda row: -_shared(content, row))[:NEAREST]
    best = near[0]
    return (
        _coverage(content, near)
        | _parts(claim, content, near)
        | _surroundings(content, near)
        | _order(content, [token for token in best if token.kind != STOP])
        | _turned(claim, best)
        | _signals(claim, near)
        | _reasons(hard, soft)
        | _statements(*statements)
    )


def closest(claim: str, pieces: Sequence[str]) -> tuple[str, ...]:
    """Return the sentences of the evidence that share most with a claim, in their order."""
    content = [token for token in read(claim) if token.kind != STOP]
    order = sorted(range(len(pieces)), key=lambda at: -_shared(content, read(pieces[at])))
    return tuple(pieces[at] for at in sorted(order[:CLOSEST]))


def _shared(content: Row, row: Row) -> int:
    held = {token.key for token in row}
    return sum(token.key in held for token in content)


def _coverage(content: Row, near: Sequence[Row]) -> dict[str, float]:
    held = [token for row in near for token in row if token.kind != STOP]
    best = [token for token in near[0] if token.kind != STOP]
    keys, mine = {token.key for token in held}, {token.key for token in content}
    lacking = [token for token in content if token.key not in keys]
    numbers, named = missing(content, near)
    return {
        "covered": 1 - len(lacking) / len(content),
        "covered by best": _shared(content, near[0]) / len(content),
        "best covered": sum(token.key in mine for token in best) / max(len(best), 1),
        "lacking words": float(sum(token.kind == WORD for token in lacking)),
        "lacking names": named,
        "lacking facts": numbers,
        "all there": float(not lacking),
        "one lacking": float(len(lacking) == 1),
        "length": math.log(len(content)),
        "length of evidence": math.log(len(held) + 1),
        "length of best": math.log(len(best) + 1),
        "facts": float(sum(token.kind in _FACTS for token in content)),
        "names": float(sum(token.kind == NAME for token in content)),
    }


def _parts(claim: Row, content: Row, near: Sequence[Row]) -> dict[str, float]:
    """Return how the least covered part of a claim stands, and how much is there by its letters.

    Parts are cut where a conjunction or preposition stands: each may be from another sentence.
    """
    keys = {token.key for row in near for token in row if token.kind != STOP}
    parts: list[list[bool]] = [[]]
    for token in claim:
        if token.kind == STOP and token.said.lower() in _CUTS:
            parts.append([])
        elif token.kind != STOP:
            parts[-1].append(token.key in keys)
    shares = [sum(part) / len(part) for part in parts if len(part) > 1]
    words_ = [(len(token.said), token.key in keys) for token in content]
    strange = [token.key for token in content if token.kind == WORD and token.key not in keys]
    return {
        "worst part": min(shares, default=1.0),
        "letters covered": sum(n for n, held in words_ if held) / sum(n for n, _ in words_),
        "strange words": sum(1 - most_alike(key, keys) for key in strange),
    }


def _surroundings(content: Row, near: Sequence[Row]) -> dict[str, float]:
    """Return how many of the words round each fact of a claim stand round it in a sentence."""
    rows = [[token.key for token in row if token.kind != STOP] for row in near]
    shares = []
    for at, token in enumerate(content):
        if token.kind == WORD:
            continue
        wanted = {one.key for one in content[max(0, at - AROUND) : at + AROUND + 1]} - {token.key}
        found = [
            len(wanted & set(row[max(0, place - 2 * AROUND) : place + 2 * AROUND + 1]))
            for row in rows
            for place, key in enumerate(row)
            if key == token.key
        ]
        if found and wanted:
            shares.append(max(found) / len(wanted))
    return {
        "least surroundings": min(shares, default=1.0),
        "surroundings": sum(shares) / len(shares) if shares else 1.0,
    }


def _order(content: Row, best: Row) -> dict[str, float]:
    """Return in what order, and beside which, the claim's words stand in the best sentence."""
    mine, theirs = [token.key for token in content], [token.key for token in best]
    places: dict[str, list[int]] = {}
    for at, key in enumerate(theirs):
        places.setdefault(key, []).append(at)
    found = [places[key][0] for key in mine if key in places]
    rising = _longest_rising(found)
    pairs = [(a, b) for a, b in pairwise(mine) if a in places and b in places]
    together = sum(
        any(0 < there - here <= APART for here in places[a] for there in places[b])
        for a, b in pairs
    )
    return {
        "in order": rising / len(found) if found else 1.0,
        "out of order": float(len(found) - rising),
        "together": together / len(pairs) if pairs else 1.0,
        "torn": float(len(pairs) - together),
    } | _edits(mine, theirs)


def _edits(mine: Sequence[str], theirs: Sequence[str]) -> dict[str, float]:
    """Return how much would have to be changed to make the claim of the best sentence."""
    count: Counter[str] = Counter()
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "replace" and i2 - i1 <= FEW and j2 - j1 <= 2 * FEW:
            count["replaced"] += 1
            count["one for one"] += i2 - i1 == j2 - j1 == 1 and i1 > 0 and i2 < len(mine)
        elif tag == "delete":
            count["put in"] += i2 - i1
        elif tag == "insert" and j1 > 0 and j2 < len(theirs):
            count["left out"] += j2 - j1
    names = ("replaced", "one for one", "put in", "left out")
    return {"alike": matcher.ratio()} | {name: float(count[name]) for name in names}


def _turned(claim: Row, best: Row) -> dict[str, float]:
    """Return how negations, hedges and opposites stand on both sides."""
    mine, theirs = (sum(map(polarity.is_negation, row)) for row in (claim, best))
    hedged, hedges = len(polarity.hedged(claim)), len(polarity.hedged(best))
    keys, held = {token.key for token in claim}, {token.key for token in best}
    left = [token for token in best if token.kind == WORD and token.key not in keys]
    opposed = [
        token.key in held
        for token in claim
        if token.kind == WORD and any(polarity.opposite(token, other) for other in left)
    ]
    return {
        "negations": float(mine),
        "their negations": float(theirs),
        "odd negations": float((mine + theirs) % 2),
        "hedges": float(hedged),
        "hedges left out": float(max(0, hedges - hedged)),
        "opposites": float(opposed.count(False)),
        "opposites of what is there": float(opposed.count(True)),
    }


def _signals(claim: Row, near: Sequence[Row]) -> dict[str, float]:
    """Return which small words stand on one side alone, by what they do."""
    mine = _forms(claim)
    theirs = {form for row in near for form in _forms(row)}
    best = _forms(near[0])
    here = Counter(group for key in mine - theirs for group in _GROUPS.get(key, ()))
    there = Counter(group for key in best - mine for group in _GROUPS.get(key, ()))
    same = {group for key in mine & theirs for group in _GROUPS.get(key, ())}
    return {f"here {name}": float(min(here[name], 2)) for name in _GROUP_NAMES} | {
        f"there {name}": float(min(there[name], 2)) * (1 if name not in same else 0.5)
        for name in _GROUP_NAMES
    }


def _forms(row: Row) -> set[str]:
    """Return the words of a sentence as they stand, and their stems."""
    return {form for token in row for form in (token.said.lower(), token.key)}


def _reasons(hard: Sequence[Reason], soft: Sequence[Reason]) -> dict[str, float]:
    hards, softs = (Counter(reason.kind for reason in found) for found in (hard, soft))
    absent = sum("is not in the evidence" in reason.detail for reason in hard)
    return (
        {f"hard {kind}": float(hards[kind] > 0) for kind in _KINDS}
        | {f"soft {kind}": float(softs[kind] > 0) for kind in _KINDS}
        | {
            "hard": float(min(len(hard), 3)),
            "soft": float(min(len(soft), 3)),
            "only absent": float(bool(hard) and absent == len(hard)),
        }
    )


def _statements(every: int, like: int, borne: int, other: int, meant: int) -> dict[str, float]:
    return {
        "statements": float(min(every, 4)),
        "like statements": like / every if every else 0.0,
        "statements borne out": borne / every if every else 0.0,
        "other verbs": float(other),
        "only meant": float(meant),
    }


def _longest_rising(places: Sequence[int]) -> int:
    """Return the length of the longest rising run that leaves places out (Schensted, 1961)."""
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)
