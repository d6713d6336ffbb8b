"""Find what turns a statement round or weakens it: tokens in, the words negated or hedged out.

Knows English negations, verbs that deny what follows them, pairs of opposites and hedges; knows
nothing of evidence.
"""

from collections.abc import Sequence

from bot.language.facts import STOP, Token
from index.words import stem

_NEGATIONS = frozenset(
    "not no never neither nor none nobody nothing without cannot hardly scarcely rarely".split()
)
_NO_NEGATION = frozenset("only just later less than".split())  # "no later than", "not only"
_BEING = frozenset("is are was were been being be".split())
_ADVERBS = frozenset("longer yet ever even always often".split())
_DENIALS = frozenset(
    map(stem, "fail failed fails refuse refused refuses decline declined deny denied lack "
              "lacked lacks prohibit cease ceased stopped".split())
)  # fmt: skip
_HEDGES = frozenset("may might could would should".split())
_REPORTED = frozenset("would should".split())  # may be no more than the tense of reported speech
_HEDGE_WORDS = frozenset(
    """reportedly allegedly possibly perhaps probably likely apparently potentially expected
    proposed suggest suggests suggested appear appears appeared seem seems seemed estimated alleged
    planned projected would-be rumored rumoured unconfirmed""".split()
)
_PAIRS = """
increase decrease|increased decreased|rise fall|rose fell|risen fallen|rising falling|grow shrink
grew shrank|gain lose|gained lost|gain loss|up down|support oppose|supported opposed
support opposition|allow ban|allowed banned|permit prohibit|permitted prohibited|allow forbid
allowed prohibited|before after|more less|more fewer|most least|approve reject|approved rejected
above below|over under|win lose|won lost|first last|accept refuse|accepted rejected|begin end
began ended|start stop|started stopped|open close|opened closed|high low|higher lower
highest lowest|large small|larger smaller|largest smallest|big small|bigger smaller|early late
earlier later|strong weak|stronger weaker|success failure|succeed fail|succeeded failed
include exclude|included excluded|including excluding|enter leave|entered left|arrive depart
import export|imports exports|imported exported|buy sell|bought sold|legal illegal|lawful unlawful
constitutional unconstitutional|likely unlikely|able unable|agree disagree|agreed disagreed
major minor|majority minority|maximum minimum|positive negative|public private|expand contract
expanded contracted|expand reduce|increase reduce|increased reduced|raise lower|raised lowered
raised cut|strengthen weaken|strengthened weakened|improve worsen|improved worsened
encourage discourage|create destroy|always never|all none|north south|northern southern|east west
eastern western|left right|old new|older newer|long short|longer shorter|same different|safe unsafe
safe dangerous|hot cold|warm cool|domestic foreign|internal external|inside outside|direct indirect
formal informal|permanent temporary|voluntary mandatory|optional mandatory|required optional
advantage disadvantage|ally enemy|friend enemy|victory defeat|peace war|guilty innocent
confirm deny|confirmed denied|join leave|joined left|admit deny|pass fail|passed failed
effective ineffective|sufficient insufficient|successful unsuccessful|possible impossible
appropriate inappropriate|complete incomplete|regular irregular|relevant irrelevant
necessary unnecessary|known unknown|certain uncertain|clear unclear|common uncommon|usual unusual
adequate inadequate|active inactive|visible invisible|democratic undemocratic|stable unstable
federal state|upper lower|senior junior|greater lesser|greater smaller|many few|frequent rare
often rarely|often seldom|increase decline|increased declined|growth decline|rise decline
rose declined|rising declining|enable prevent|allow prevent|allowed prevented|help hinder
promote hinder|accelerate slow|accelerated slowed|extend shorten|extended shortened|add remove
added removed|attack defend|male female|men women|man woman|boy girl|father mother|son daughter
brother sister|husband wife|king queen|he she|his her|day night|summer winter|yes no
"""
_PREFIXES = ("un", "in", "im", "dis", "non", "il", "ir")


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS.replace("\n", "|").strip("|").split("|"):
        one, other = (stem(word) for word in pair.split())
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {one: frozenset(others) for one, others in found.items()}


OPPOSITES = _opposites()


def is_negation(token: Token) -> bool:
    """Return whether a token turns round what follows it."""
    key = token.key
    return key in _NEGATIONS or key.endswith("n't")


def opposite(one: Token, other: Token) -> bool:
    """Return whether two words mean the contrary of each other, by the table or by a prefix."""
    mine, theirs = (stem(token.said.lower()) for token in (one, other))
    if theirs in OPPOSITES.get(mine, ()):
        return True
    short, long = sorted((one.key, other.key), key=len)
    return len(short) > 3 and long in {f"{p}{short}" for p in _PREFIXES}


def negated(tokens: Sequence[Token]) -> dict[int, Token]:
    """Return the positions of the words that are negated, with the word that does it."""
    found: dict[int, Token] = {}
    for at, token in enumerate(tokens):
        following = tokens[at + 1].key if at + 1 < len(tokens) else ""
        if is_negation(token):
            if following not in _NO_NEGATION:
                _mark(found, tokens, at)
        elif token.key in _DENIALS and following == "to":
            _mark(found, tokens, at)
    return found


def passive(tokens: Sequence[Token]) -> bool:
    """Return whether a sentence tells by whom something was done."""
    said = [token.key for token in tokens]
    return any(
        word == "by" and _BEING & set(said[max(0, at - 4) : at - 1]) for at, word in enumerate(said)
    )


def plainly_hedged(tokens: Sequence[Token]) -> dict[int, Token]:
    """Return what `hedged` returns but for "would" and "should", which reported speech has too."""
    return {at: word for at, word in hedged(tokens).items() if word.key not in _REPORTED}


def hedged(tokens: Sequence[Token]) -> dict[int, Token]:
    """Return the positions of the words that are hedged, with the word that does it."""
    found: dict[int, Token] = {}
    for at, token in enumerate(tokens):
        if (token.kind == STOP and token.key in _HEDGES) or token.said.lower() in _HEDGE_WORDS:
            _mark(found, tokens, at)
    return found


def _mark(found: dict[int, Token], tokens: Sequence[Token], at: int) -> None:
    """Mark the next word that carries meaning; adverbs before another word do not."""
    for there in range(at + 1, min(at + 6, len(tokens))):
        said = tokens[there].said.lower()
        leads_on = there + 1 < len(tokens) and tokens[there + 1].kind != STOP
        adverb = said in _ADVERBS or (said.endswith("ly") and leads_on)
        if tokens[there].kind != STOP and not adverb:
            found.setdefault(there, tokens[at])
            return
