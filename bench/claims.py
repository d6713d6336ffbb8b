"""Measure the checker on claims, and fit the score that it gives them.

    python -m bench.claims DATA [--only policy test natural fm2 wice own]
    python -m bench.claims DATA --fit

Sets: our own claims over six corpora (bench/questions/claims.jsonl), the claims on policy, those of
FoolMeTwice and of WiCE, sentences as a chat model writes them (bench/natural.py), and the pairs of
tests/checking. Each is cut in two: what rules were made
with and the score is fitted on, and what nobody looked at. Halves are by hash of the claim's name
(policy), of its article (FoolMeTwice) or its document (own: a quarter), by turns (WiCE). Fitted on
as well are sentences that say less than their evidence in the same words (`near_copies`), and
claims with a fact changed (bench/swaps.py): without them a copy would look like a forgery. "Shown"
means that a false claim is supported, "withheld" that a true one is unsupported; check is neither.
"""

import hashlib
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench import command, hollow, natural
from bench.figures import Figure
from bench.material import material
from bench.networks import Training, pointwise
from bench.swaps import SOUND, swaps
from bench.verify import auroc
from bench.workplace import ROOT, Workplace
from bot.checking import entailment, statements
from bot.checking.verdict import Verdict
from bot.checking.verify import check, compared
from bot.language import grammar, tokens, word_kinds
from index.models import claim_reader
from ingest.pipeline import ingest

OWN = Path(__file__).parent / "questions" / "claims.jsonl"
TEST = Path(__file__).parent / "questions" / "claims-test.jsonl"
PAIRS = ROOT / "tests" / "checking" / "claims.jsonl"
THRESHOLD = 0.64  # probability from which a claim is supported: a false one shown costs more
TRAINING = Training(units=16, epochs=8, decay=0.05, dropout=0.2)
COPIES, SWAPS = 2500, 1600
QUICK = 300  # claims of a set with --quick
WEIGHTS = {
    "own": 1.0, "copies": 0.3, "policy": 4.0, "fm2": 1.5, "wice": 3.0, "swaps": 0.5, "pairs": 8.0,
}  # fmt: skip
SHOWN, WITHHELD = 0.12, 0.08
MILLISECONDS = 200
CLEAN = 0.85  # of the true natural sentences
BARS = {"policy": 0.86, "fm2": 0.72, "wice": 0.83}  # of the area under the ROC curve

_BRACKETS = re.compile(r"\s*\([^()]*\)")
_TAIL = re.compile(
    r"(?:,| ;) (?:which|who|although|while|whereas|but|and|because|as|with|including)\b[^;]{8,}\.$"
)
_FRONT = re.compile(
    r"^(?P<when>(?:In|On|At|During|Since|After|Before|By|As of|Over)\b[^,]{3,40}), (?P<rest>.+)\.$"
)
_FILLER = re.compile(r"\b(?:very|quite|also|however,|moreover,|overall,|further|additional) ")
_SAME = (
    ("did not ", "didn't "), ("percent", "%"), ("due to", "because of"), ("began", "started"),
    ("approximately", "about"), ("such as", "like"), ("increased", "rose"), ("declined", "fell"),
    ("many ", "numerous "), ("in order to", "to"), ("reported", "said"), ("purchase", "buy"),
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A claim with its evidence, what is true of it, and whether nobody looked at it."""

    name: str
    claim: str
    evidence: tuple[str, ...]
    sound: bool
    held_out: bool


def measure(name: str, place: Workplace) -> list[Figure]:
    """Return the figures on what was held out of a set."""
    held = [one for one in SETS[name](place) if one.held_out]
    held = held[:QUICK] if place.quick else held
    figures = list(_figures(name, held))
    return [*figures, _time(held[:QUICK])] if name == "fm2" else figures


def _time(claims: Sequence[Example]) -> Figure:
    """Return how long three claims take, each with other evidence; nothing has been read before."""
    clear_caches()
    check("The bank rose.", ["The bank fell."])  # loads the weights
    taken = []
    for one in claims:
        began = time.perf_counter()
        check(one.claim, one.evidence)
        taken.append(1000 * (time.perf_counter() - began))
    half, most = (3 * float(np.quantile(taken, share)) for share in (0.5, 0.95))
    return Figure(
        "an answer of three sentences checked: three times the median, the 95th percentile",
        f"{half:.0f} ms, {most:.0f} ms",
        bar=f"≤ {MILLISECONDS} ms",
        met=half <= MILLISECONDS,
    )


def clear_caches() -> None:
    """Forget which sentences have been read."""
    read = tokens.read, statements.statements, grammar.clauses, word_kinds.words_of
    for cached in (*read, claim_reader.logit):
        cached.cache_clear()


def fit(place: Workplace) -> None:
    """Fit the network on what is not held out, and write its weights."""
    rows, sound, taken = [], [], []
    names: Sequence[str] = ()
    for one in learnt(place):
        found = compared(one.claim, one.evidence)
        if found is None:
            continue
        names = tuple(found.features)
        rows.append(list(found.features.values()))
        sound.append(one.sound)
        taken.append(one.name)
    command.say(f"claims: {len(rows)} to fit on")
    weights = np.array([WEIGHTS[name] for name in taken])
    network = pointwise(np.array(rows), np.array(sound), weights, TRAINING)
    told = ", ".join(f"{name} {count}" for name, count in Counter(taken).items())
    threshold = -float(np.log(THRESHOLD / (1 - THRESHOLD)))
    network.write(entailment.WEIGHTS, names, told, threshold)


def learnt(place: Workplace) -> Iterator[Example]:
    """Yield what a score may be fitted on: what is not held out of any set, and what is made."""
    own = list(_own(place))
    others = (one for name, read in SETS.items() if name != "own" for one in read(place))
    more = (*near_copies(own), *_swaps(place.data), *_pairs())
    yield from (one for found in (own, others, more) for one in found if not one.held_out)


def _figures(name: str, held: Sequence[Example]) -> Iterator[Figure]:
    judged = [(check(one.claim, one.evidence), one.sound) for one in held]
    true = [found.verdict for found, sound in judged if sound]
    false = [found.verdict for found, sound in judged if not sound]
    area = auroc([(found.score, sound) for found, sound in judged])
    shown = _share(false, Verdict.SUPPORTED)
    withheld = _share(true, Verdict.UNSUPPORTED)
    clean = _share(true, Verdict.SUPPORTED)
    bar = BARS.get(name)
    yield Figure(
        f"{name}, held out ({len(true)} true, {len(false)} false): area under the ROC curve",
        f"{area:.3f}",
        bar=f"≥ {bar}" if bar else "",
        met=area >= bar if bar else None,
    )
    strict = name == "policy"
    yield Figure(
        "… false ones shown / true ones withheld",
        f"{shown:.3f} / {withheld:.3f}",
        bar=f"≤ {SHOWN} / ≤ {WITHHELD}" if strict else "",
        met=shown <= SHOWN and withheld <= WITHHELD if strict else None,
    )
    prose = name == "natural"
    yield Figure(
        "… true ones shown clean; balanced accuracy of “supported”",
        f"{clean:.3f}; {(clean + 1 - shown) / 2:.3f}",
        bar=f"≥ {CLEAN}, of the false ≤ {SHOWN}" if prose else "",
        met=clean >= CLEAN and shown <= SHOWN if prose else None,
    )


def _share(verdicts: Sequence[Verdict], wanted: Verdict) -> float:
    return sum(one is wanted for one in verdicts) / len(verdicts) if verdicts else 0.0


def _own(place: Workplace) -> Iterator[Example]:
    """Yield our own claims whose sentences are found again in the corpora."""
    with hollow.library(place.fresh("hollow-claims")) as library:
        ingest(library, [str(place.markdown())])
        places = {(one.source, one.document, one.key): one for one in material(place.data, library)}
    for row in _lines(OWN):
        passage = places.get((row["source"], row["document"], row["passage"]))
        if passage is None or row["label"] == "check":
            continue
        held = dict(zip(passage.sentence_keys, passage.sentences, strict=True))
        evidence = tuple(held[key] for key in row["sentences"] if key in held)
        if evidence:
            if by_hash(row["id"]) % 2:  # as an answer's sentences are checked
                evidence += tuple(filter(None, (passage.title, passage.heading)))
            left_out = by_hash(row["document"]) % 4 == 3
            sound = row["label"] == "supported"
            yield Example("own", row["claim"], evidence, sound, left_out)


def near_copies(own: Sequence[Example]) -> Iterator[Example]:
    """Yield sentences that say a little less than their evidence, in the same words or order."""
    chance = random.Random(5)
    seen: set[str] = set()
    for one in sorted(own, key=lambda one: by_hash(one.claim)):
        (first, *more) = one.evidence
        if more or one.held_out or first in seen or not 8 <= len(first.split()) <= 45:
            continue
        seen.add(first)
        made = _shortened(first, chance)
        if made != first and len(seen) <= 2 * COPIES:
            yield Example("copies", made, one.evidence, sound=True, held_out=False)


def _shortened(text: str, chance: random.Random) -> str:
    if chance.random() < 0.7:
        text = _BRACKETS.sub("", text)
    if chance.random() < 0.5 and (match := _FRONT.match(text)):
        when, rest = match["when"], match["rest"]
        text = f"{rest[0].upper()}{rest[1:]} {when[0].lower()}{when[1:]}."
    if chance.random() < 0.6:
        shorter = _TAIL.sub(".", text)
        text = shorter if len(shorter.split()) >= 6 else text
    if chance.random() < 0.7:
        text = _FILLER.sub("", text)
    if chance.random() < 0.6:
        pair = next(((a, b) for a, b in _SAME if f" {a}" in text), None)
        text = text.replace(f" {pair[0]}", f" {pair[1]}", 1) if pair else text
    return text.strip()


def _policy(place: Workplace) -> Iterator[Example]:
    for row in _lines(place.data / "claims/dev.jsonl"):
        if row["label"] in ("supported", "supported?", "unsupported"):
            sound, held = row["label"] != "unsupported", by_hash(row["id"]) % 2 == 1
            yield Example("policy", row["claim"], tuple(row["evidence"]), sound, held)


def _fm2(place: Workplace) -> Iterator[Example]:
    for row in _lines(place.data / "fm2/dev.jsonl"):
        evidence = tuple(one["text"] for one in row["gold_evidence"])
        sound, held = row["label"] == "SUPPORTS", by_hash(row["wikipedia_page"]) % 2 == 1
        yield Example("fm2", row["text"], evidence, sound, held)


def _wice(place: Workplace) -> Iterator[Example]:
    for at, row in enumerate(_lines(place.data / "wice/claims-dev.jsonl")):
        sound = row["label"] == "supported"
        yield Example("wice", row["claim"], tuple(row["evidence"]), sound, at % 2 == 1)


def _swaps(data: Path) -> Iterator[Example]:
    for swap in swaps(data, SWAPS):
        if not swap.held_out:  # bench.verify measures the others
            yield Example("swaps", swap.claim, swap.evidence, swap.kind in SOUND, held_out=False)


def _pairs() -> Iterator[Example]:
    for row in _lines(PAIRS):
        if row["label"] != "rounded":
            yield Example("pairs", row["claim"], (row["evidence"],), row["label"] == "true", False)


def _test(_: Workplace) -> Iterator[Example]:
    for row in _lines(TEST):
        if not row.get("seen"):  # the failures of the others have been looked at
            yield Example("test", row["true"], (row["evidence"],), sound=True, held_out=True)
            yield Example("test", row["false"], (row["evidence"],), sound=False, held_out=True)


def _natural(place: Workplace) -> Iterator[Example]:
    for one in natural.sentences(place):
        yield Example("natural", one.text, one.evidence, one.true, held_out=True)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def by_hash(text: str) -> int:
    """Return a number by which a set is cut in parts."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


SETS: dict[str, Callable[[Workplace], Iterator[Example]]] = {
    "policy": _policy, "test": _test, "natural": _natural, "fm2": _fm2, "wice": _wice,
    "own": _own,
}  # fmt: skip


def main() -> None:
    """Fit with --fit, else measure."""
    if "--fit" not in sys.argv:
        command.several("claims", {name: partial(measure, name) for name in SETS})
        return
    sys.argv.remove("--fit")
    with command.workplace(command.parser("claims").parse_args()) as place:
        fit(place)


if __name__ == "__main__":
    main()
