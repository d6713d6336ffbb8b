"""Tell from its form that a question asks for a list or for a timeline: text in, its subject out.

A list is asked for by a plural ("which countries …", "what are the options for …", "name the …"),
a timeline by its name ("chronology of …") or by events between days ("what happened since …").
Rules of English over the whole form; a verb in -s is told from a plural by what stands around it
("which states have", "which state has").
"""

import re

_ASKS_FOR = (
    r"(?:(?:please|pls|can\s+you|could\s+you|i\s+need|i\s+want|give|show|tell|draw\s+up|make|write"
    r"|what\s+(?:is|are|was|were)|what['’]s|me|us|an?|the|brief|short|full|complete|quick)\s+)*"
)
_TIMELINE = (
    r"(?:time\s?-?line|chronology|(?:sequence|order|chain|course)\s+of\s+(?:the\s+)?events"
    r"|(?:key|important|main)\s+(?:dates|events)|milestones)"
)
_ABOUT = r"(?:of|for|in|on|around|behind|about|to)"
_HOW = r"(?:(?:how|what)\s+(?:did|has|have)?\s*)?"
_WENT = r"(?:\s+(?:unfold|happen|go|develop|proceed)(?:ed)?)?"
_TIMELINES = tuple(
    re.compile(rf"^\W*{form}\W*$", re.IGNORECASE | re.DOTALL)
    for form in (
        rf"{_ASKS_FOR}{_TIMELINE}\s+(?:{_ABOUT}\s+)?(?P<subject>.+)",
        rf"{_ASKS_FOR}history\s+(?:of|behind)\s+(?P<subject>.+)",
        rf"(?P<subject>.{{2,80}}?)[\s,:–-]+{_TIMELINE}(?:\s+by\s+\w+)?",
        r"what(?:['’]s|\s+has|\s+have|\s+all)?\s+(?:happened|occurred|been\s+happening|gone\s+on)\b"
        r"\s*(?P<subject>.*\b(?:since|after|between|from)\b.+)",
        r"what\s+happened\s+(?P<subject>(?:in|during)\s+(?:\w+\s+)?(?:19|20)\d\d)",
        rf"{_HOW}(?P<subject>.+?){_WENT}[\s,:–-]+(?:date\s+by\s+date|day\s+by\s+day|month\s+by\s+month"
        r"|year\s+by\s+year|chronologically|in\s+(?:chronological|date)\s+order)",
        r"how\s+(?:did|has|have)\s+(?P<subject>.+?)\s+unfold(?:ed)?\b.*",
    )
)

# Words in -s behind "which" and "what" that are no plurals, where no better sign tells.
_VERBS = frozenset(
    """is was does has happens makes means causes drives leads keeps explains counts matters remains
    gives sets follows comes goes changes becomes stops prevents allows lets says holds""".split()
)
_PLURALS = frozenset("people men women children criteria data media police phenomena".split())
_SINGULARS = re.compile(r"(?:ss|us|is|ics)$|^(?:news|series|species|always|less|perhaps)$")
_HELPS = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may|might)"
# Before a plural: words that can only modify what follows, whatever it is.
_MODIFIES = re.compile(
    r"^(?:other|new|main|key|major|top|big|biggest|largest|different|foreign|specific|certain|several"
    r"|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}|of|the|these|those"
    r"|\w+(?:al|ic|ive|ous|able|ible|ary|ern|ese|ish|ean|ian|less|ful|ed|ing)|\S+-\S+)$",
    re.IGNORECASE,
)
_BRIEFS = r"(?:briefs?|reports?|papers?|analys[ei]s|articles?|documents?|notes|memos)\b"
_WHICH = re.compile(
    r"^\W*(?:(?:and|so|but|also)\s+)?(?:(?:in|for|from|to|by|on|at|with|under|against)\s+)?"
    r"(?:which|what)(?:\s+all)?\s+(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_WHAT_ARE = re.compile(
    r"^\W*(?:what|which|who)\s+(?:are|were|have\s+been|might\s+be|could\s+be)\s+"
    r"(?P<article>the|some(?:\s+of\s+the)?|its|their|his|her|our|any|all(?:\s+(?:of\s+)?the)?"
    r"|\w+(?:['’]s|s['’]))\s+(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_NAME_THEM = re.compile(
    r"^\W*(?:(?:please|pls|can\s+you|could\s+you)\s+)*(?:(?:list|name|enumerate)(?:\s+(?:out|me|us))?"
    r"|(?:give|show|tell|make)\s+(?:me\s+|us\s+)?an?\s+(?:full\s+|short\s+|quick\s+)?list\s+of|list\s+of)"
    r"\s+(?!price|of\b)(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(r"^\W*(?:the\s+)?(?P<rest>[^?]+)\W*$", re.DOTALL)
_GOES_ON = re.compile(
    r"^(?:for|of|to|in|on|against|behind|from|by|under|with|about|that|who|which|where|facing|raised"
    r"|available|before|open|identified|proposed)$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s,;:?!()]+")


def timeline_of(question: str) -> str:
    """Return what a timeline is asked of, the times with it; "" for another question."""
    for form in _TIMELINES:
        if found := form.match(question):
            return found["subject"].strip(" ?.!,")
    return ""


def list_of(question: str) -> str:
    """Return what is to be listed, from its plural on; "" for a question that asks for no list."""
    if re.match(
        rf"^\W*(?:which|what|list|name)\s+(?:(?:of\s+)?(?:the|our|your)\s+)?{_BRIEFS}",
        question,
        re.IGNORECASE,
    ):
        return ""
    if found := _NAME_THEM.match(question):
        return _plural(found["rest"], 6, anything=True)
    if found := _WHAT_ARE.match(question):
        subject = _plural(found["rest"], 5, anything=True)
        words = _WORD.findall(subject)
        return subject if len(words) > 1 or (words and words[0].islower()) else ""
    if found := _WHICH.match(question):
        return _plural(found["rest"], 5, anything=False)
    if "?" not in question and (found := _BARE.match(question)):
        words = _WORD.findall(found["rest"])
        at = _place(words, 3, anything=False)
        if at is not None and at + 2 < len(words) and _GOES_ON.match(words[at + 1]):
            return found["rest"].strip() if not _finite(words[at + 1 :]) else ""
    return ""


def _plural(rest: str, most: int, *, anything: bool) -> str:
    """Return the rest of a question where a plural is among its first words."""
    return (
        rest.strip(" ?.!,")
        if _place(_WORD.findall(rest), most, anything=anything) is not None
        else ""
    )


def _place(words: list[str], most: int, *, anything: bool) -> int | None:
    """Return which word is the first plural, if what stands before it can only modify it.

    `anything` may stand before it where an article has shown that a noun must follow; else a word
    in -s behind another is a plural only before a helping verb: "which state owns", "which state
    programmes have".
    """
    for at, word in enumerate(words[:most]):
        if re.fullmatch(_HELPS, word, re.IGNORECASE) or (
            at and _GOES_ON.match(word) and word.lower() != "of"
        ):
            return None
        if is_plural(word) and (at or word.lower() not in _VERBS):
            following = words[at + 1] if at + 1 < len(words) else ""
            modified = all(_MODIFIES.match(one) or one[0].isupper() for one in words[:at])
            if anything or modified or re.fullmatch(_HELPS, following, re.IGNORECASE):
                return at
            return None
    return None


def is_plural(word: str) -> bool:
    """Return whether a word has the form of a plural noun; a verb in -s may have it too."""
    lower = word.lower()
    if lower in _PLURALS:
        return True
    return (
        bool(re.fullmatch(r"[a-z][a-z-]+s", lower))
        and len(lower) > 3
        and not _SINGULARS.search(lower)
    )


def _finite(words: list[str]) -> bool:
    """Return whether a helping verb stands among words: they are a sentence, not a heading."""
    return any(re.fullmatch(_HELPS, word, re.IGNORECASE) for word in words)


def head_of(subject: str) -> str:
    """Return the plural that a list is of: "options" of "policy options for Congress"."""
    words = _WORD.findall(subject)
    at = next((at for at, word in enumerate(words) if is_plural(word)), None)
    return "" if at is None else words[at].lower()
