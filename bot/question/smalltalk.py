"""Tell small talk, and orders that no brief answers, from questions: text in, a yes or a no out.

Both are judged by the whole form of what was typed, never by a word of it: "cancel my 3pm" is an
order, "Why did Hungary cancel the meeting?" a question. What is polite around a question is taken
off first: "thanks, and what about Sweden", "pls tell me who leads it", "remind me how it ended".

Small talk is what a line of help answers: greetings, thanks, "what can you do", "how do I add a
brief". Off topic are orders to the bot and the business of the day.
"""

import re
from itertools import pairwise

from bot.language.words import lines, words

_SOCIAL = words("social_words")
# Without one of these a row of social words is an answer or a continuation: "no", "all of it".
_OPENS_SOCIALLY = frozenset(
    """hi hello hey hiya heya howdy yo greetings good morning thanks thank thx ty thankyou cheers
    merci gracias danke bye goodbye ciao ok okay k kk cool great nice perfect awesome excellent
    brilliant super wonderful lovely fine neat got gotcha understood noted sure alright wow lol haha
    hmm hm much appreciated test testing ping how what's whats sup see have that's thats yes yeah
    yep yup no nope nah sorry welcome""".split()
)
_LONGEST_SOCIAL = 10  # words
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_ASKING_WORD = r"(?:how|what|which|who|whom|whose|when|where|why)\b"
_GREETING = (
    r"(?:(?:hi|hello|hey|hiya|howdy|greetings|good\s+(?:morning|afternoon|evening)|morning"
    r"|dear)(?:\s+(?:there|all|team|everyone|folks|bot|brief\s?bot))*)"
)
_THANKS = (
    r"(?:(?:ok(?:ay)?\W+|great\W+|cool\W+|perfect\W+)?(?:thanks?|thank\s+you|thx|ty|cheers)"
    r"(?:\s+(?:so\s+much|very\s+much|a\s+lot|a\s+bunch|again|for\s+that|you|all))*)"
)
_PLEASE = (
    r"(?:please|pls|plz|kindly|quick(?:\s+question|\s+one|\s+q)?|sorry|excuse\s+me|one\s+more"
    r"|by\s+the\s+way|btw)"
)
_BEFORE = re.compile(
    rf"^\W*(?:(?:{_GREETING}|{_THANKS})\s*[,.!:;–—-]+\s*|{_GREETING}\s+(?={_ASKING_WORD}|can|could"
    rf"|is|are|do|does|did|please|pls|i\b)|{_THANKS}\s+(?=and\b|but\b|now\b|{_ASKING_WORD}))+",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    rf"^\W*(?:{_PLEASE}\W+)*(?:(?:can|could|would|will)\s+(?:you|u|someone|anyone)\s+)?"
    rf"(?:{_PLEASE}\s+)*(?:(?:tell|remind|show)\s+(?:me|us)(?:\s+again)?[\s,:]+"
    r"|i(?:\s+(?:want|need|would\s+like)|\s?['’]?d\s+like)\s+to\s+(?:know|find\s+out)[\s,:]+"
    r"|(?:i['’]?m|i\s+am|just)\s+(?:wondering|curious)[\s,:]+"
    rf"|(?:do|does)\s+(?:you|u|anyone|somebody|someone)\s+(?:happen\s+to\s+)?know\s+)"
    rf"(?={_ASKING_WORD})",
    re.IGNORECASE,
)
_ONLY_PLEASE = re.compile(rf"^\W*(?:{_PLEASE}[\s,:–—-]+)+(?=\w)", re.IGNORECASE)
_AFTER = re.compile(
    rf"[\s,;.!–—-]+(?:{_THANKS}|{_PLEASE}|thanks?\s+in\s+advance|many\s+thanks)(?=\W*$)",
    re.IGNORECASE,
)

_SLOTS = {
    "file": r"(?:(?:an?|the|my|our|this|new|more|some|another)\s+)*"
    r"(?:briefs?|files?|reports?|documents?|pdfs?)",
    "mine": r"(?:my|our|me|us|a|an|the|this|that|tomorrow['’]s|today['’]s)",
    "day": r"(?:today|tonight|tomorrow|now|right now|later"
    r"|this (?:morning|afternoon|evening|week|weekend)"
    r"|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|at \d.*)",
}
_CAN_YOU = (
    r"(?:(?:please|pls|now|just|also|kindly|then)\W+"
    r"|(?:can|could|would|will)\s+(?:you|u)\s+(?:please\s+|pls\s+|now\s+)?)*"
)


def _forms(name: str) -> str:
    """Return the patterns of a list as one."""
    joined = "|".join(lines(name))
    for slot, pattern in _SLOTS.items():
        joined = joined.replace(f"{{{slot}}}", pattern)
    return joined


_HELP = re.compile(_forms("help_forms"), re.IGNORECASE)
_OFF_TOPIC = re.compile(rf"{_CAN_YOU}(?:{_forms('orders')})", re.IGNORECASE)
_CLAUSES = re.compile(r"[.!?;\n]+(?=\s|$)|,\s+(?=(?:are|r|can|could)\s+(?:you|u)\b)", re.IGNORECASE)


def bare(text: str) -> str:
    """Return an utterance without what is polite around it; as it is where nothing else is left."""
    said = " ".join(text.split())
    core = _BEFORE.sub("", said, count=1)
    core = _AFTER.sub("", core)
    core = _REQUEST.sub("", core, count=1)
    core = _ONLY_PLEASE.sub("", core, count=1)
    return core if any(map(str.isalnum, core)) else said


def is_small_talk(text: str) -> bool:
    """Return whether a line of help answers it: a greeting, thanks, or a question about the bot."""
    said = " ".join(text.split())
    found = [word.lower().replace("’", "'") for word in _TOKEN.findall(said)]
    opens = bool(found) and len(found) <= _LONGEST_SOCIAL and found[0] in _OPENS_SOCIALLY
    counts = ("how", "much") in pairwise(found)  # "how much is the fine"
    if opens and not counts and all(word in _SOCIAL for word in found):
        return True
    return _HELP.fullmatch(_closed(bare(said))) is not None


def is_off_topic(text: str) -> bool:
    """Return whether a text is an order to the bot, or about the day's business."""
    clauses = [_closed(bare(one)) for one in _CLAUSES.split(" ".join(text.split()))]
    return any(_OFF_TOPIC.fullmatch(one) for one in clauses if one)


def _closed(text: str) -> str:
    """Return a clause without marks at its ends and commas within: the form alone counts."""
    return re.sub(r"\s+", " ", text.replace(",", " ")).strip(" \t?!.:;–—-*_~\"'")
