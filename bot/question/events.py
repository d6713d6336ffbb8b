"""Find the event by which a question tells its time: a question in, an Event or None out.

"before the visit", "since the ceasefire in Orrin", "after the war ended". The noun must be one for
something that happens (`bot/language/eventwords.py`), so that "after the jump", "before the court"
and
"after the minister" tell no time. A question with a calendar date has its time already. When the
event was is for `bot/answering/eventdays.py`.
"""

import re
from dataclasses import dataclass
from datetime import date

from bot.language.eventwords import BEFALLS, BODIES, EDGES, EVENTS
from bot.language.timewords import expressions
from index.words import QUESTION_FILLER, STOP_WORDS, content_words, stem, words

_WORD = r"[^\W\d_][\w’'-]*"
_RUN_UP = r"(?:in\s+)?the\s+run-?up\s+to"
_BEFORE = rf"before|prior\s+to|leading\s+up\s+to|ahead\s+of|{_RUN_UP}"
_UNTIL = r"until|till|up\s+to|by\s+the\s+time\s+of"
_OWNER = r"(?-i:[A-Z])[\w-]*(?:\s(?-i:[A-Z])[\w-]*){0,2}(?:[’']s|s[’'])"
_WATCHED = "".join(  # "we are following the trial"
    rf"(?<!\b{word}\s)"
    for word in ("am", "is", "are", "was", "were", "be", "been", "we", "you", "they", "who", "keep")
)
_EVENT = re.compile(
    rf"(?<![\w’'-])(?:(?P<before>{_BEFORE})|(?P<until>{_UNTIL})|(?P<since>since)"
    rf"|(?P<after>after|{_WATCHED}following))\s+(?P<given>(?:the|this|that|their|its|his|her|our)\s+"
    r"(?:(?:very\s+)?(?:last|first|latest|most\s+recent)\s+)?|(?:last|first)\s+)?"
    rf"(?P<owner>{_OWNER}\s+)?(?P<noun>{_WORD}(?:\s+{_WORD}){{0,4}})",
    re.IGNORECASE,
)
# Not a time: "named after the battle", "the page before the vote".
_NO_TIME = re.compile(
    r"\b(?:named|modell?ed|pages?|sections?|chapters?|paragraphs?|sentences?|comma|headings?)\s+$",
    re.IGNORECASE,
)
_PUT = re.compile(
    r"\b(?:put|laid|brought|placed|came|come|comes|go|went|appear\w*|testif\w*|sp[eo]\w+|pending"
    r"|is|are|was|were|stands?|stood|matters?|questions?|issues?|cases?|motions?|proposals?)\s+$",
    re.IGNORECASE,
)
_TAIL_WORDS = frozenset("of in on at to by with between against over for from".split())
_AUXILIARIES = frozenset("is are was were has have had".split())
_TOKEN = re.compile(rf"{_WORD}|[^\w\s]")
LONGEST_TAIL = 8  # words after the noun that may belong to the event


@dataclass(frozen=True)
class Event:
    """An event in a question, the time lying on one side of it.

    `forms` are stems of the words that may name it, `others` those of the words that tell which one
    is meant: none in "before the visit". `named` reads after "the day that … gives for".
    """

    start: int  # of its words in the question, with the relation; end exclusive
    core: int  # where the event itself starts, behind its relation
    end: int
    word: str  # the relation: "before", "until", "since" or "after"
    named: str
    noun: str
    forms: frozenset[str]
    others: frozenset[str]
    clause: str = ""  # the stem of a verb that goes with the noun: "the war ended"
    rest: tuple[str, ...] = ()  # the other words of the question, as typed


def event_of(question: str) -> Event | None:
    """Return the first event that a question tells its time by; None where it has a date."""
    if expressions(question, date(2000, 1, 1)):
        return None
    for match in _EVENT.finditer(question):
        if not (match["given"] or match["owner"]):
            continue
        event = _read(question, match)
        if event and not _no_time(question[: match.start()], event):
            return event
    return None


def forms_of(noun: str) -> frozenset[str]:
    """Return the stems of the words that tell of an event of this kind, as verbs."""
    return frozenset(stem(form) for form in {**EVENTS, **EDGES}.get(noun, ()))


def _read(question: str, match: re.Match[str]) -> Event | None:
    """Cut the event out of the words after its relation: modifiers, noun, what belongs to it."""
    modifiers: list[str] = []
    for token in re.finditer(_WORD, match["noun"]):
        lowered = token[0].lower()
        if lowered in STOP_WORDS | QUESTION_FILLER:
            return None
        end = match.start("noun") + token.end()
        noun = _noun(lowered)
        if noun and (tail := _tail(question[end:])) is not None:
            return _event(question, match, (noun, modifiers, end, *tail))
        modifiers.append(token[0])
    return None


def _event(
    question: str, match: re.Match[str], parts: tuple[str, list[str], int, int, list[str]]
) -> Event | None:
    noun, modifiers, end, length, tail = parts
    if noun in EDGES and not tail:
        return None
    core, stop = match.start("given" if match["given"] else "owner"), end + length
    others = content_words(" ".join([match["owner"] or "", *modifiers, *tail]))
    named = question[core:stop].strip()
    rest = re.findall(_WORD, f"{question[: match.start()]} {question[stop:]}")
    return Event(
        start=match.start(),
        core=core,
        end=stop,
        word=next(word for word in ("before", "until", "since", "after") if match[word]),
        named=named,
        noun=noun,
        forms=frozenset({stem(noun), *forms_of(noun)}),
        others=frozenset(stem(word) for word in others),
        clause=stem(tail[-1].lower()) if tail and _is_clause(tail[-1].lower()) else "",
        rest=tuple(word for word in rest if content_words(word)),
    )


def _is_clause(word: str) -> bool:
    return word in BEFALLS or word.endswith("ed")


def _noun(word: str) -> str | None:
    """Return the noun of an event that a word is, singular."""
    bare = word.replace("cease-fire", "ceasefire")
    known = EVENTS.keys() | EDGES.keys()
    return next((one for one in (bare, bare.removesuffix("s")) if one in known), None)


def _tail(after: str) -> tuple[int, list[str]] | None:
    """Return how far the event's words go on, and which; None if the noun was not the last one.

    "of the minister in Kars" and "ended" belong to it, "did prices rise" does not.
    """
    tokens = list(_TOKEN.finditer(after))
    end, inside = 0, False
    kept: list[str] = []
    for at, token in enumerate(tokens[:LONGEST_TAIL]):
        said = token[0].lower()
        following = tokens[at + 1][0].lower() if at + 1 < len(tokens) else ""
        if said in _TAIL_WORDS and following not in STOP_WORDS - {"the", "a", "an"}:
            inside = True
        elif said in BEFALLS or (said in _AUXILIARIES and following.endswith("ed")):
            verb = token if said in BEFALLS else tokens[at + 1]
            return verb.end(), [*kept, verb[0]]
        elif not inside and not (said in STOP_WORDS | QUESTION_FILLER or not said[0].isalpha()):
            return None
        elif said in {"the", "a", "an"} and inside:
            continue
        elif said in STOP_WORDS | QUESTION_FILLER or not said[0].isalpha():
            break
        else:
            kept.append(token[0])
            end = token.end()
    return end, kept


def _no_time(before: str, event: Event) -> bool:
    if _NO_TIME.search(before):
        return True
    return event.word == "before" and event.noun in BODIES and bool(_PUT.search(before))


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of all words of a text, spelled as events are here."""
    return frozenset(stem(word) for word in words(re.sub(r"(?i)\bcease-fire", "ceasefire", text)))
