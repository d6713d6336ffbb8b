"""Tell what a question asks for as a whole: a fact, an overview of a topic, a list of briefs …

A question in, its kind and the subject that it names out, by rules of English over its whole form.
"What do our briefs say about shipping?" asks for an overview, "What do the Houthis say about
shipping?" for a fact. What answers each kind is in bot/answering/kinds.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.question.smalltalk import bare
from index.words import STOP_WORDS, content_words


class Kind(StrEnum):
    """What is asked for, as `briefs ask --json` names it."""

    FACT = "fact"  # a fact, number, date, name, yes or no, reason or definition
    LIST = "list"
    COMPARISON = "comparison"
    TIMELINE = "timeline"
    OVERVIEW = "overview"  # of what the briefs say about a topic
    SUMMARY = "summary"  # of one brief
    CATALOGUE = "catalogue"  # of briefs by topic, author or date
    WHAT_CHANGED = "what_changed"  # between two versions of a brief
    CHANGE_OF_VIEW = "change_of_view"  # of the briefs on a topic, over time
    HELP = "help"  # small talk, or a question about the bot


class Wanted(StrEnum):
    """What a question about briefs wants to know of them."""

    BRIEFS = "briefs"  # which there are
    COUNT = "count"
    AUTHORS = "authors"
    DATES = "dates"
    VERSIONS = "versions"
    REMOVED = "removed"  # of what changed
    ADDED = "added"


@dataclass(frozen=True)
class Selection:
    """Which briefs a question is about, besides those of its subject, and what it wants of them."""

    wanted: Wanted = Wanted.BRIEFS
    author: str = ""  # whose briefs, as typed
    newest: bool = False  # the newest alone
    oldest: bool = False
    mentioning: bool = False  # any that mentions the subject, not only those on it
    named: bool = False  # the subject is the name of a brief: "the brief on X", "IF10753"
    sure: bool = True  # False for a form that a question for a fact may have too


@dataclass(frozen=True)
class Asked:
    """What a question asks for."""

    kind: Kind = Kind.FACT
    subject: str = ""
    selection: Selection = Selection()


_NOUN = (
    r"(?:briefs?|reports?|papers?|memos?|notes?|documents?|publications?|analys[ei]s|write-?ups?)"
)
_ONE = r"(?:brief|report|paper|memo|note|document|publication|analysis|write-?up|one)"
_MANY = r"(?:briefs|reports|papers|memos|notes|documents|publications|analyses|write-?ups)"
_OURS = r"(?:(?:any of |all (?:of )?)?(?:our|the|your|these|those|my)\s+|all\s+|any\s+)?"
_ON = r"(?:about|on|of|regarding|concerning|covering|re)"
_SUBJECT = r"(?P<subject>\S.*?)"
_NUMBER = r"(?=\S*\d)(?=\S*[A-Za-z])[\w.-]+"  # "IF10753", "BB-2022-07"
# What names one brief: its number, or words beside a word for a document.
_NAMED = (
    rf"(?P<subject>(?:the |our |your |that |this )?(?:{_ONE}\s+)?{_NUMBER}(?:'s)?"
    rf"|(?:the|our|your|that|this|its)\s+(?:[^?]*?\s)?(?:{_ONE}|version|edition)\b[^?]*?"
    rf"|(?:it|this|that))"
)
_CHANGED = r"(?:changed?|shift(?:ed|s)?|evolved?|develop(?:ed)?|moved?|varied|vary)"
_VIEW = (
    r"(?:views?|positions?|assessments?|thinking|takes?|lines?|judge?ments?|outlook|stance|forecasts?"
    r"|opinions?|reading|expectations?|analys[ei]s|minds?)"
)
_WE = r"(?:we|you|the team)"
_HAVE = r"(?:do|did|have|had|has)"
_TIME = (
    r"(?P<time>\b(?:in|on|during|since|before|after|from|between|last|this|over|within|until)\b.*)"
)
_SUMMARY = (
    r"(?:summary|synopsis|gist|digest|recap|abstract|executive summary|bottom line|essence|tl;?dr"
    r"|short version|(?:key|main|major|top|central|core|essential|most important)\s+"
    r"(?:points|takeaways|take-aways|messages|findings|conclusions|arguments|ideas|facts)"
    r"|takeaways|highlights)"
)
_SUMMARISE = r"(?:sum+[ae]ri[sz]e|sum up|recap|condense|digest|boil down|tl;?dr)"
_SHORTLY = r"(?:in short|in brief|in a nutshell|in one line|in a few (?:words|lines)|briefly)"
_NEWEST = r"(?:newest|latest|most recent|last|current)"
_OLDEST = r"(?:oldest|earliest|first|very first)"

_Form = tuple[Kind, str, Selection]
_ANY = Selection()
_UNSURE = Selection(sure=False)
# The first that matches decides; `subject` is what it is about, `author` who wrote the briefs.
_WHOLE: tuple[_Form, ...] = (
    # What changed between versions
    (
        Kind.WHAT_CHANGED,
        r"what (?:was|were|has been|did (?:we|you)) (?:removed?|dropped?|deleted?|taken out|cut)"
        rf" (?:in|from|of) {_NAMED}(?: since\b.*)?",
        Selection(Wanted.REMOVED, named=True),
    ),
    (
        Kind.WHAT_CHANGED,
        r"what (?:was|were|has been|did (?:we|you)) (?:add(?:ed)?|new)"
        rf" (?:in|to|with) {_NAMED}(?: since\b.*)?",
        Selection(Wanted.ADDED, named=True),
    ),
    (
        Kind.WHAT_CHANGED,
        r"what(?:['’]?s| is| has| was| were| did (?:we|you))?(?: been)?"
        r" (?:changed?|new|differs?|different|added|removed?|dropped|updated?|revised?|add)"
        rf" (?:in|with|to|between|from|about|of) {_NAMED}(?: since\b.*)?",
        Selection(named=True),
    ),
    (
        Kind.WHAT_CHANGED,
        r"(?:(?:what(?:'s| is| are)|show me|list) )?(?:the )?(?:diff(?:erences?)?|changes?)"
        rf" (?:between|in|of|to|from) (?P<subject>.*\b(?:versions?|editions?|v\.?\s?\d+)\b.*|{_NUMBER})",
        Selection(named=True),
    ),
    (
        Kind.WHAT_CHANGED,
        r"(?:how (?:does|do|is|did) |compare )(?P<subject>.*\b(?:versions?|editions?|v\.?\s?\d+)\b.*)",
        Selection(named=True),
    ),
    # How a view changed
    (
        Kind.CHANGE_OF_VIEW,
        rf"(?:how|has|have|did|where|why)(?: (?:has|have|did|do|does))? (?:our|your|the briefs['’]?)"
        rf" {_VIEW} (?:of|on|about|regarding|towards?) {_SUBJECT} {_CHANGED}(?: {_TIME})?",
        _ANY,
    ),
    (
        Kind.CHANGE_OF_VIEW,
        rf"how (?:has|have|did) (?P<author>\S.*?)(?:['’]s?) {_VIEW} (?:of|on|about|towards?)"
        rf" {_SUBJECT} {_CHANGED}(?: {_TIME})?",
        _UNSURE,
    ),
    (
        Kind.CHANGE_OF_VIEW,
        rf"(?:how |when |where |why )?{_HAVE} {_WE} (?:ever )?(?:changed?|shifted|revised?) (?:our|your)"
        rf" {_VIEW} (?:of|on|about|regarding) {_SUBJECT}",
        _ANY,
    ),
    (
        Kind.CHANGE_OF_VIEW,
        rf"what did {_WE} (?:think|say|believe|expect|write) (?:about|of|on) {_SUBJECT}"
        rf" (?:in|before|back|at)\b.{{2,30}}? and (?:what|how) .*\bnow",
        _ANY,
    ),
    # The catalogue
    (
        Kind.CATALOGUE,
        r"(?:who(?:'s| is| are| were| was)?|what (?:is|are) the) (?:wrote|authored|prepared|drafted"
        r"|(?:the )?(?:authors?|names of the authors) (?:of|behind|for)|behind|responsible for)"
        rf" {_NAMED}",
        Selection(Wanted.AUTHORS, named=True),
    ),
    (
        Kind.CATALOGUE,
        rf"when (?:was|were|is|did (?:we|you)) (?:(?:last )?(?:update|publish|write|issue|revise) )?"
        rf"{_NAMED} (?:last |first |most recently )?(?:updated|published|written|issued|revised|dated"
        r"|released|come out|from)",
        Selection(Wanted.DATES, named=True),
    ),
    (
        Kind.CATALOGUE,
        rf"when did (?:we|you) (?:last |first )?(?:update|publish|write|issue|revise|release) {_NAMED}",
        Selection(Wanted.DATES, named=True),
    ),
    (
        Kind.CATALOGUE,
        rf"(?:how (?:old|recent|new|current|up to date) is|(?:what(?:'s| is) )?(?:the )?(?:publication )?"
        rf"date of(?: publication of)?) {_NAMED}",
        Selection(Wanted.DATES, named=True),
    ),
    (
        Kind.CATALOGUE,
        r"(?:how many|which|what|list (?:all )?(?:the )?) ?(?:versions|editions|revisions)"
        r"(?: are there| do we have| exist)? of (?P<subject>.+?)(?: are there| do we have| exist)?",
        Selection(Wanted.VERSIONS, named=True),
    ),
    (
        Kind.CATALOGUE,
        rf"(?:how many|what(?:'s| is) the number of) {_MANY}(?: (?:do|have|did|are|were) (?:we|you|there))?"
        rf"(?: have| got| publish(?:ed)?| wr[io]te?(?:ten)?| issued?| are)?"
        rf"(?: (?:were|was|are) (?:published|written))? by (?P<author>.+?)(?: {_TIME})?",
        Selection(Wanted.COUNT),
    ),
    (
        Kind.CATALOGUE,
        rf"(?:how many|what(?:'s| is) the number of) {_MANY}(?: (?:do|have|did|are|were) (?:we|you|there))?"
        r"(?: have| got| publish(?:ed)?| wr[io]te?(?:ten)?| issued?| are| came out| were published)?"
        r"(?: there)?(?: in total| altogether| in (?:the|our|this) (?:library|collection))?"
        rf"(?: (?:about|on|covering|mention(?:ing)?|discuss(?:ing)?|deal(?:ing)? with) {_SUBJECT})?"
        rf"(?: (?:do we have|are there|have we published))?(?: {_TIME})?",
        Selection(Wanted.COUNT),
    ),
    (
        Kind.CATALOGUE,
        rf"how many {_MANY} (?:did|has|have) (?P<author>.+?)"
        rf" (?:written|write|publish(?:ed)?|authored?|issued?|produced?)(?: {_TIME})?",
        Selection(Wanted.COUNT, sure=False),
    ),
    (
        Kind.CATALOGUE,
        rf"(?:(?:what|which)(?:['’]?s| is| was)?|show me|give me|find|open)? ?(?:the |our |your )?{_NEWEST}"
        rf" (?:{_ONE}|thing|piece|{_MANY})?(?: ?(?:that )?{_WE} (?:have|published|wrote|did|put out))*"
        rf"(?: (?:in the library|so far))?(?: by (?P<author>.+?)| (?:from|{_ON}) {_SUBJECT})?(?: {_TIME})?",
        Selection(newest=True),
    ),
    (
        Kind.CATALOGUE,
        rf"(?:(?:what|which)(?:['’]?s| is| was)?|show me|give me|find|open)? ?(?:the |our |your )?{_OLDEST}"
        rf" (?:{_ONE}|thing|piece|{_MANY})(?: ?(?:that )?{_WE} (?:have|published|wrote|did|put out))*"
        rf"(?: (?:in the library|so far))?(?: by (?P<author>.+?)| (?:from|{_ON}) {_SUBJECT})?(?: {_TIME})?",
        Selection(oldest=True),
    ),
    (
        Kind.CATALOGUE,
        rf"(?:(?:which|what|list|show|find)(?: me)?(?: all)?(?: the| our)? )?{_MANY}(?: (?:do|did|have) we"
        r"(?: have| publish| written)?| are(?: there)?| were)?(?: written| published| authored)? by"
        rf" (?P<author>.+?)(?: {_TIME})?",
        _ANY,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:do we have|is there|are there|have we|we have)? ?(?:anything|something|everything|any"
        rf"(?: {_NOUN})?)(?: (?:written|published|authored))? by (?P<author>.+?)(?: {_TIME})?",
        _ANY,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:what|which {_MANY}|which) (?:has|have|did|does) (?P<author>(?!we\b|you\b|it\b|they\b).+?)"
        rf" (?:written|write|wrote|publish(?:ed)?|authored?|authors|put out|issued?)(?: {_TIME})?",
        _UNSURE,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:what|what {_MANY}|which {_MANY}) (?:did|have|has|do) {_WE} (?:all )?(?:publish(?:ed)?|put out"
        r"|release[d]?|issued?|written|write|wrote|produced?|come out with|brought out)"
        rf"(?: {_TIME}| yesterday| today)",
        _ANY,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:did|have) {_WE} (?:publish(?:ed)?|put out|release[d]?|issued?|written|write) (?:anything|something"
        rf"|any {_NOUN})(?: (?:about|on) {_SUBJECT})?(?: {_TIME})?",
        _ANY,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:what|which {_MANY}|what {_MANY}|{_MANY}(?: that)?|anything(?: that)?)"
        r" (?:came out|(?:was|were) (?:published|released|issued)|appeared|published|released|dated)"
        rf"(?: {_TIME}| yesterday| today)",
        _ANY,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:which|what)(?: of (?:our|the))? {_NOUN} (?:(?:do|did|have) we (?:have|got|publish(?:ed)?"
        rf"|wr[io]te?(?:ten)?)(?: published| written)?|are(?: there)?|is(?: there)?|we have)?"
        rf" ?(?:about|on|regarding|covering|dealing with) {_SUBJECT}",
        _ANY,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:(?:which|what)(?: of (?:our|the))?|list(?: all)?(?: the)?|show(?: me)?(?: all)?(?: the)?|find"
        rf"|all)? ?{_NOUN} (?:that |which )?(?:mention(?:s|ing)?|refer(?:s|ring)? to|talk(?:s|ing)? about"
        rf"|discuss(?:es|ing)?|cover(?:s|ing)?|deal(?:s|ing)? with|name|cite|contain(?:s|ing)?) {_SUBJECT}",
        Selection(mentioning=True),
    ),
    (
        Kind.CATALOGUE,
        rf"(?:do we have|is there|have we got|are there|have we (?:written|published)|got|can i see)"
        rf" (?:a|an|any|one|some)?(?: of)? ?{_NOUN} (?:about|on|regarding|covering|dealing with) {_SUBJECT}",
        _ANY,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:list|show|give|what are|which are|find)(?: me)?(?: all)?(?: of)? ?(?:the|our|your|all)?"
        rf" ?{_MANY}(?: (?:we have|there are|you have|in (?:the|our|this) (?:library|collection)))?"
        rf"(?: (?:about|on|regarding|covering) {_SUBJECT})?(?: {_TIME})?",
        _ANY,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:all |our |the )?{_MANY} (?:about|on|regarding|covering) {_SUBJECT}",
        _ANY,
    ),
    (
        Kind.CATALOGUE,
        rf"(?:what|which) {_MANY} (?:do (?:we|you) have|are there|have we got|are in (?:the|our) library)"
        rf"(?: {_TIME})?|what(?:'s| is) in (?:the|our|this) (?:library|collection)",
        _ANY,
    ),
    # A brief in short
    (
        Kind.SUMMARY,
        rf"{_SUMMARISE}(?: for (?:me|us))?(?: (?P<subject>.+?))?",
        _UNSURE,
    ),
    (
        Kind.SUMMARY,
        rf"(?:what (?:are|is|were|was) |what['’]s |give (?:me|us) |show (?:me )?|list |i need |provide |write )?"
        rf"(?:an? |the |some )?(?:(?:quick|short|brief|one-line|concise) )?{_SUMMARY}(?:,? please)?"
        rf"(?: (?:of|from|in|for|to|on|:) ?(?P<subject>.+?))?",
        _UNSURE,
    ),
    (
        Kind.SUMMARY,
        rf"{_SHORTLY},? what (?:does|do|did|is|are) (?P<subject>.+?)(?: (?:say|about|conclude|argue|find))",
        _UNSURE,
    ),
    (
        Kind.SUMMARY,
        rf"what (?:does|did|do) (?P<subject>.+?) (?:say|conclude|argue|find|cover|tell us),? {_SHORTLY}",
        _UNSURE,
    ),
    (
        Kind.SUMMARY,
        rf"what (?:does|did|do|is|are) {_NAMED} (?:say|conclude|argue|find|cover|about|tell us|all about)",
        Selection(named=True),
    ),
    (Kind.SUMMARY, rf"(?P<subject>.+?),? (?:{_SHORTLY}|tl;?dr|{_SUMMARY}|summari[sz]ed)", _UNSURE),
    # What there is on a topic
    (
        Kind.OVERVIEW,
        rf"what(?:'ve| all)? ?(?:do|does|did|can|have|has)? (?:{_WE}|{_OURS}(?:{_MANY}|library|collection))"
        r" (?:(?:currently|already|so far) )?"
        r"(?:say|have|know|write|wrote|written|cover|covered|tell us|got|publish(?:ed)?|said|think|hold"
        rf"|produced?|put out)(?: so far| to say| written| published)? {_ON} {_SUBJECT}",
        _ANY,
    ),
    (
        Kind.OVERVIEW,
        r"(?:what(?:['’]?s| is| are)|give (?:me|us)) (?:our|your|the team['’]s) (?:take|view|views|position|line|analysis"
        rf"|thinking|coverage|assessment|stance|judge?ment|outlook) {_ON} {_SUBJECT}",
        _ANY,
    ),
    (
        Kind.OVERVIEW,
        rf"(?:brief|catch|fill|bring|get|update)(?: me| us)?(?: up to (?:speed|date)| up| in)? {_ON} {_SUBJECT}",
        _ANY,
    ),
    (
        Kind.OVERVIEW,
        r"(?:(?:do we|have we|did we|is there|are there|do you|have you|we) ?(?:have|got|say|written|write|know)?"
        r" )?(?:anything|everything|something|stuff|material|coverage)(?: (?:we have|there is|at all|in the library))?"
        rf" {_ON} {_SUBJECT}",
        _ANY,
    ),
    (
        Kind.OVERVIEW,
        r"(?:tell|show|teach)(?: me| us)?(?: (?:all|more|everything|something|a bit|a little))?(?: there is)?"
        rf" (?:about|on) {_SUBJECT}",
        _UNSURE,
    ),
    (
        Kind.OVERVIEW,
        r"(?:(?:can i (?:have|get)|give (?:me|us)|i need|i want|i would like|show me|write|what(?:['’]?s| is))"
        r" )?(?:an? |the |some |our )?(?:(?:quick|short|brief|general) )?"
        r"(?:overview|background|briefing|rundown|run-down|primer|intro(?:duction)?|backgrounder"
        rf"|state of play|latest(?: news)?|info(?:rmation)?) {_ON} {_SUBJECT}",
        _UNSURE,
    ),
    (Kind.OVERVIEW, rf"where do we stand {_ON} {_SUBJECT}", _ANY),
    (Kind.OVERVIEW, rf"what(?:'s| is)? ?(?:there|known|in the library) {_ON} {_SUBJECT}", _UNSURE),
)
_FORMS = tuple(
    (kind, re.compile(rf"^\W*(?:{form})\W*$", re.IGNORECASE | re.DOTALL), selection)
    for kind, form, selection in _WHOLE
)

_LEADS = re.compile(
    r"^\W*(?:(?:so|and|ok(?:ay)?|now|then|also|well|right|hey|um|but|please|pls|can you|could you"
    r"|would you|will you|just|quickly)\b[\s,]*)+(?=\w)",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"(?:[\s,]+(?:please|pls|plz|thanks|for (?:me|us)|again|quickly|in (?:\w+ )?(?:bullets?|points|lines"
    r"|sentences)(?: points)?|as bullets|right now|at the moment|so far|currently))+[\s.!?]*$",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"^\W*(?:the\s+)?[^\W\d_][\w'’.-]*(?:\s+(?:(?:of|and|in|the|&)\s+)*[^\W\d_][\w'’.-]*){0,3}\W*$"
)
_NO_TOPIC = re.compile(
    r"\b(?:who|what|when|where|why|how|which|whose|is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would|should|may|might|must|not|no|yes|it|they|this|that|these|those|more|else|others?"
    r"|cost|costs|price|rate|number|total|date|year|share|percent|size|amount|name|population|budget)\b",
    re.IGNORECASE,
)
_MOST_TOPIC = 3  # content words of a topic that is typed alone


def asked_of(question: str, *, names_brief: bool = False, follows: bool = False) -> Asked:
    """Return what a question asks for; a fact has no subject but itself.

    `names_brief`: a brief of the library is named in it; `follows`: it leans on earlier turns.
    """
    said = _ENDS.sub("", _LEADS.sub("", bare(question))).strip() or question
    for kind, pattern, selection in _FORMS:
        if match := pattern.search(said):
            return _asked(kind, match, selection)
    if names_brief and (found := _of_named(said)):
        return found
    if not follows and _is_topic(said):
        subject = said.strip(" ?.!,")
        kind = Kind.SUMMARY if names_brief else Kind.OVERVIEW
        return Asked(kind, subject, Selection(named=names_brief, sure=False))
    return Asked()


def kind_of(question: str) -> tuple[Kind, str]:
    """Return what a question asks for, and its subject; a fact has no subject but itself: ""."""
    found = asked_of(question)
    return found.kind, found.subject


_OF_NAMED: tuple[_Form, ...] = (  # forms that ask about a brief only where they name one
    (Kind.CATALOGUE, r"who(?:'s| is)? ?(?:wrote|authored|the author of) (?P<subject>.+)",
     Selection(Wanted.AUTHORS, named=True)),
    (Kind.CATALOGUE, r"when (?:was|did we) (?P<subject>.+?) (?:last )?(?:published|updated|publish)",
     Selection(Wanted.DATES, named=True)),
    (Kind.SUMMARY, r"what (?:does|is|did) (?P<subject>.+?) (?:say|about)", Selection(named=True)),
    (Kind.SUMMARY, rf"(?:the |our )?(?:{_ONE}\s+)?(?P<subject>{_NUMBER})", Selection(named=True)),
)  # fmt: skip
_NAMED_FORMS = tuple(
    (kind, re.compile(rf"^\W*(?:{form})\W*$", re.IGNORECASE), selection)
    for kind, form, selection in _OF_NAMED
)


def _of_named(said: str) -> Asked | None:
    for kind, pattern, selection in _NAMED_FORMS:
        if match := pattern.search(said):
            return _asked(kind, match, selection)
    return None


def _asked(kind: Kind, match: re.Match[str], selection: Selection) -> Asked:
    groups = {name: (value or "").strip(" ?.!,:") for name, value in match.groupdict().items()}
    author = re.sub(r"^(?:the|our|your)\s+", "", groups.get("author", ""), flags=re.IGNORECASE)
    chosen = Selection(**{**vars(selection), "author": author})
    return Asked(kind, groups.get("subject", ""), chosen)


def _is_topic(said: str) -> bool:
    """Return whether a topic alone was typed: "Poland", "energy security", "the Red Sea"."""
    if not _TOPIC.match(said) or _NO_TOPIC.search(said):
        return False
    found = content_words(said)
    return 0 < len(found) <= _MOST_TOPIC and said.split()[-1].lower() not in STOP_WORDS
