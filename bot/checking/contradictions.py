"""Compare the facts of a claim with its evidence: tokens in, hard and soft reasons out.

Hard reasons say that the evidence has it otherwise; soft ones raise a doubt. The claim is laid word
for word beside the sentence nearest to it, and what that leaves beside the next nearest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bot.checking.matching import agreement, same_name
from bot.checking.propositions import CONVERSES
from bot.checking.verdict import Reason
from bot.language import polarity
from bot.language.dates import Moment
from bot.language.quantities import Quantity
from bot.language.tokens import DATE, NAME, NUMBER, STOP, WORD, Token
from bot.language.word_kinds import verb_form
from bot.language.words import words

Row = Sequence[Token]
FACTS = (NUMBER, DATE, NAME)
NEAR = 0.5  # share of a claim's content words that makes a sentence near enough to lay beside it
MOST_NUMBERS = 16  # of the evidence that are added up by twos
COMPUTED = 0.05  # of the value: how far a sum or difference may be rounded
FALLS = ("fall", "negative", "deficit", "loss", "lower", "recession", "contraction")
SLOT = 4  # most words that stand for other words when two texts are laid side by side
_RELATIVE = words("relative_times")
ROWS = 2  # sentences that a claim is laid beside


@dataclass
class Findings:
    """Reasons against a claim, and doubts about it, in the order found."""

    hard: list[Reason] = field(default_factory=list)
    soft: list[Reason] = field(default_factory=list)


def contradictions(claim: Row, rows: Sequence[Row], found: Findings) -> None:
    """Add what is absent from the evidence, and what the nearest sentences have otherwise."""
    absent(claim, rows, found)
    left = {at for at, token in enumerate(claim) if token.kind != STOP}
    content = len(left)
    for turn in range(ROWS):
        row = max(rows, key=lambda row: _shared(claim, left, row))
        if not left or _shared(claim, left, row) < NEAR * content:
            return
        left -= _beside(claim, row, left, found, first=turn == 0)
        content = len(left)


def absent(claim: Row, rows: Sequence[Row], found: Findings) -> None:
    """Add each number, date and name that no sentence of the evidence holds."""
    held = [token for row in rows for token in row]
    keys = {token.key for token in held}
    for token in claim:
        if token.kind not in FACTS or (token.key in keys and token.kind != NUMBER):
            continue
        if token.kind == NAME and _known(token, keys):
            continue
        best = max((agreement(token, other) for other in held), default=0.0)
        if best == 0 and not _weak(token):
            soft = token.kind == NAME or _countable(token) or _follows(token, held)
            into = found.soft if soft else found.hard
            into.append(Reason(token.kind, f"“{token.said}” is not in the evidence"))
        elif best == 0.5:
            turned = _other_sign(token, held) and not _says_fall(claim)
            into = found.hard if turned else found.soft
            kind = "sign" if turned else token.kind
            into.append(Reason(kind, f"“{token.said}” agrees only roughly"))


def _countable(token: Token) -> bool:
    """Return whether it is a small number in letters: the evidence may name what it counts."""
    fact = token.fact
    return isinstance(fact, Quantity) and 0 < fact.value <= 12 and token.said.isalpha()


def _follows(token: Token, held: Row) -> bool:
    """Return whether a number or date may follow from others: a sum, "a year later"."""
    if isinstance(token.fact, Moment):
        dated = any(isinstance(one.fact, Moment) for one in held)
        return dated and any(one.said.lower() in _RELATIVE for one in held)
    return _computed(token, held)


def _computed(token: Token, held: Row) -> bool:
    """Return whether a number is the sum, difference or ratio of two numbers of the evidence."""
    if not isinstance(token.fact, Quantity) or token.fact.ordinal:
        return False
    values = [one.fact.value for one in held if isinstance(one.fact, Quantity)][:MOST_NUMBERS]
    wanted, near = token.fact.value, abs(token.fact.value) * COMPUTED
    return any(
        abs(result - wanted) <= near
        for at, a in enumerate(values)
        for b in values[at + 1 :]
        for result in (a + b, a - b, b - a)
    )


def _other_sign(token: Token, held: Row) -> bool:
    """Return whether the evidence has the number with the other sign alone."""
    values = [one.fact.value for one in held if isinstance(one.fact, Quantity)]
    return (
        isinstance(token.fact, Quantity)
        and token.fact.value not in values
        and -token.fact.value in values
    )


def _says_fall(claim: Row) -> bool:
    """Return whether a claim tells a fall or a lack in words: the evidence may do so by a sign."""
    return any(polarity.same_sense(token.said.lower(), word) for token in claim for word in FALLS)


def _known(token: Token, keys: set[str]) -> bool:
    """Return whether a name is there with another ending."""
    return any(same_name(token.key, other) for other in keys)


def _weak(token: Token) -> bool:
    return isinstance(token.fact, Quantity) and token.fact.weak


def _shared(claim: Row, left: set[int], row: Row) -> float:
    held = {token.key for token in row}
    return sum(claim[at].key in held for at in left)


def _beside(claim: Row, row: Row, left: set[int], found: Findings, *, first: bool) -> set[int]:
    """Compare with one sentence; return the positions of the claim's words that it has."""
    matcher = SequenceMatcher(None, [t.key for t in claim], [t.key for t in row], autojunk=False)
    pairs = {i + n: j + n for i, j, size in matcher.get_matching_blocks() for n in range(size)}
    _turned(claim, row, {i: j for i, j in pairs.items() if i in left}, found)
    if first:
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "replace" and max(i2 - i1, j2 - j1) <= SLOT:
                _replaced(claim[i1:i2], row[j1:j2], found, _both(claim, row))
        _put_in_place(claim, row, matcher, found)
        _opposed(claim, row, found)
    return {at for at in pairs if at in left}


def _put_in_place(claim: Row, row: Row, matcher: SequenceMatcher[str], found: Findings) -> None:
    """Add the one word that a claim has in place of another, where all others are the sentence's.

    What has the same sense by the table has the same key by now.
    """
    held = {token.key for token in row}
    strange = [token for token in claim if token.kind != STOP and token.key not in held]
    if len(strange) != 1 or strange[0].kind != WORD:
        return
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "replace" or not 0 < i1 < i2 < len(claim):
            continue
        here = [token for token in claim[i1:i2] if token.kind != STOP]
        there = [token for token in row[j1:j2] if token.kind != STOP]
        if here == strange and len(there) == 1:
            found.soft.append(_otherwise("coverage", here, there))


def _opposed(claim: Row, row: Row, found: Findings) -> None:
    """Add words of which the sentence has the opposite, anywhere, and not the words themselves."""
    keys, held = {token.key for token in claim}, {token.key for token in row}
    if sum(map(polarity.is_negation, (*claim, *row))) % 2:
        return  # "did not fall" of what rose
    theirs = [token for token in row if token.kind == WORD and token.key not in keys]
    for token in claim:
        if token.kind != WORD or token.key in held:
            continue
        other = next((one for one in theirs if _opposite(token, one)), None)
        if other is not None:
            reason = _otherwise("negation", [token], [other])
            into = found.hard if reason in found.hard else found.soft
            into.append(reason)


def _opposite(one: Token, other: Token) -> bool:
    """Return whether two words are opposites, not two sides of one event: "buy" and "sell"."""
    bases = [(verb_form(word.said.lower()) or (word.said.lower(), ""))[0] for word in (one, other)]
    return polarity.opposite(one, other) and (bases[0], bases[1]) not in CONVERSES


def _turned(claim: Row, row: Row, pairs: dict[int, int], found: Findings) -> None:
    """Add words that are negated or hedged on one side alone."""
    back = {there: here for here, there in pairs.items()}
    for kind, into, weaker, turned in (
        ("negation", found.hard, polarity.negated, polarity.negated),
        ("hedge", found.soft, polarity.plainly_hedged, polarity.hedged),
    ):
        mine, theirs = turned(claim), turned(row)
        into += [
            Reason(kind, f"the evidence does not say “{word.said}” of “{claim[at].said}”")
            for at, word in weaker(claim).items()
            if at in pairs and pairs[at] not in theirs
        ]
        into += [
            Reason(kind, f"the evidence says “{word.said}” of “{row[at].said}”")
            for at, word in theirs.items()
            if at in back and back[at] not in mine
        ]


def _both(claim: Row, row: Row) -> frozenset[str]:
    """Return the keys of the names on both sides: elsewhere in a sentence they are only moved."""
    mine = {token.key for token in claim if token.kind == NAME}
    return frozenset(mine & {token.key for token in row if token.kind == NAME})


def _replaced(here: Row, there: Row, found: Findings, both: frozenset[str]) -> None:
    """Add facts and opposites that stand where the evidence has others; `both` names are moved."""
    for kind in FACTS:
        mine = [token for token in here if token.kind == kind and not _weak(token)]
        theirs = [token for token in there if token.kind == kind]
        moved = all(token.key in both for token in (*mine, *theirs))
        if moved:
            continue  # trades are found by bot/checking/pairing.py
        if mine and theirs and not any(agreement(a, b) for a in mine for b in theirs):
            found.hard.append(_otherwise(kind, mine, theirs))
    if _opening(here) and (_opening(there) or any(token.kind == NAME for token in there)):
        found.soft.append(_otherwise("name", here[:1], there))
    for one in here:
        for other in there:
            if polarity.opposite(one, other):
                found.hard.append(_otherwise("negation", [one], [other]))


def _opening(words: Row) -> bool:
    """Return whether it is one word that opens its sentence: its capital does not tell a name."""
    first = words[0]
    return len(words) == 1 and first.start == 0 and first.kind == WORD and first.said[0].isupper()


def _otherwise(kind: str, mine: Row, theirs: Row) -> Reason:
    said, instead = (" ".join(token.said for token in part) for part in (mine, theirs))
    return Reason(kind, f"“{said}”: the evidence says “{instead}”")
