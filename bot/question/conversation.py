"""Make a question independent of its conversation, by rules of English and without a model.

A question *leans* on the turns before it when one of these holds:

- it refers to what it does not name: a pronoun (it, they, that, there, one …) with no name before
  it in the same question, or as the object of a clause whose subject the name is ("how could
  Congress rein it in?");
- it is cut short: no content word, or at most two and no name, and not of the form "what is X"; or
  it says nothing but a name and light words ("What share does Japan have?");
- it opens as a continuation (and, but, so, what about, ok, no, also …), unless it then brings a
  name and two more content words of its own.

A leaning question takes over the topic: names and noun groups of the turns it hangs on, back to
the last turn that stood alone. One that stands alone, or says that it is about something else,
starts a new topic. A year in the question replaces the years of the topic. A name or a time alone
("and Sweden?", "no, the 2019 one", "and now?") completes the question before it, where that is
whole by itself (bot/question/completion.py). Greetings and thanks neither lean nor change the
topic, and what is polite around a question is not searched.

Developed in sight of the 12 follow-ups of CRS gold-dev, all of which lean, and of MTRAG.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.language.words import DEMONSTRATIVES, LIGHT, PRONOUNS
from bot.question.completion import completed
from bot.question.question import Question, Turn
from bot.question.smalltalk import bare, is_small_talk
from index.words import QUESTION_FILLER, STOP_WORDS, content_words, stem, words

TOPIC_WORDS = 14  # words of earlier turns carried along, at most

_AMOUNT = r"[$€£¥]\s?\d+(?:[.,]\d+)*%?|\d+(?:[.,]\d+)+%?|\d+%"
_TOKEN = re.compile(rf"{_AMOUNT}|[^\W_]+(?:['’.&/-][^\W_]+)*|[^\w\s]", re.UNICODE)
_CLITIC = re.compile(r"['’](?:s|re|d|ll|ve|t)$")
_JOINS = frozenset({"-", "–", "/"})  # stand between the parts of one name
_YEAR = re.compile(r"^(?:19|20)\d\d$")

_CONTINUES = re.compile(
    r"""^\W*(?:and|but|so|or|nor|then|ok(?:ay)?|also|plus|what\ about|how\ about|what\ if|why\ not
    |why|how\ so|how\ come|since\ when|says\ who|no|not|yes|yeah|same|any\ (?:other|more)|anything
    |anyone\ else|what\ else|who\ else|where\ else|like\ what|such\ as|i\ mean|i\ meant)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_DEFINES = re.compile(
    r"^\W*(?:what(?:'s|’s|\s+is|\s+are|\s+was|\s+were|\s+does|\s+causes?)|who(?:'s|’s|\s+is|\s+was)"
    r"|define|explain|describe|tell me about|why (?:is|are|do|does))\b",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"""^\W*(?:(?:ok(?:ay)?|thanks?|thank\ you|now|so|well|actually|right|alright|great|and)\W+)*
    (?:(?:let['’]?s\ (?:talk|move)\b\D{0,12}?|(?:i\ have|got)\ )?
      (?:an?\ )?(?:completely\ |totally\ )?
      (?:new|different|another|unrelated|separate)\ (?:question|topic|subject|matter|thing)
    |on\ an?(?:other)?\ (?:different\ |separate\ |unrelated\ )?(?:note|topic|subject|matter)
    |(?:let['’]?s\ )?(?:chang(?:e|ing)|switch(?:ing)?)\ (?:of\ )?(?:the\ |to\ another\ )?
      (?:topics?|subjects?|gears)
    |unrelated(?:ly)?|off[-\ ]topic|moving\ on|something\ (?:else|different)(?:\ (?:entirely|now))?
    |never\ ?mind(?:\ (?:that|this|it))?|nvm|(?:forget|scratch|drop|skip|leave)\ (?:that|this|it)
    )\b[\s,.:;!–—-]*(?:but\s+|then\s+|to\s+ask,?\s+)?""",
    re.IGNORECASE | re.VERBOSE,
)
# A superlative wants the field that it is the most of: "who is most exposed on food?"
_RANKS = re.compile(
    r"^\W*(?:what|who|which)(?:['’]s|\s+(?:is|are|was|were))\s+(?:the\s+)?"
    r"(?:most|least|more|less|best|worst|second|third|next|(?!interest|forest|harvest|test|west|protest)\w{3,}est)\b",
    re.IGNORECASE,
)
# … and so does a measure: "What share does Japan have?"
_MEASURES = re.compile(
    r"^\W*(?:(?:what|which)\s+\w+|how\s+(?:much|many|large|big|high|low|long|often|far|old|fast))\s+"
    r"(?:does|do|did|has|have|had|is|are|was|were|will|would|can|could)\b",
    re.IGNORECASE,
)
_IS_THAT = re.compile(
    r"^\W*(?:is|was|are|were|does|did|do|would|will|could|can|has|have|had|should)\s+"
    r"(?:that|this|those|these)\b",
    re.IGNORECASE,
)
_CLAUSES = frozenset(
    """, ; : ? . and or but that if when because while which who whom whose what how why where after
    before as than so since until unless although though""".split()
)
_OTHERS = _CLAUSES | frozenset({"the", "a", "an", "its", "their", "his", "her"})
_OBJECTS = frozenset({"it", "them", "him"})
_PARTICLES = frozenset(
    """in up down out off back over away through along around apart into onto to from with without
    for against on at by as of about under between among ? ! . , ; : ) and or when if because again
    yet too either either today now anymore entirely""".split()
)
_ASKS = re.compile(
    r"^\W*(?:(?:in|on|at|by|for|from|of|to|under|with|since|until|as)\s+)?(?:who|what|which|when|where"
    r"|why|how|whose|whom|is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|may)\b",
    re.IGNORECASE,
)
_DEFINITE = re.compile(r"^\W*\w+(?:['’]s|\s+\w+)\s+the\b(?!.*\bof\b)", re.IGNORECASE)


@dataclass(frozen=True)
class _Topic:
    """Phrases in the words of the asker, the oldest first."""

    phrases: tuple[str, ...] = ()

    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for phrase in self.phrases for word in phrase.split()))

    def after(self, before: str, whole: str) -> "_Topic":
        """Return the topic where one question took the place of another, with its words alone."""
        kept = {word.lower() for word in words(whole)}
        left = {word for word in words(before) if word not in kept}
        carried = tuple(one for one in self.phrases if not left & set(words(one)))
        return _Topic(carried).followed_by(whole)

    def followed_by(self, question: str) -> "_Topic":
        """Return the topic with what a leaning question adds to it."""
        years = {token for token in _tokens(question) if _YEAR.match(token)}
        kept = [_without_years(phrase) if years else phrase for phrase in self.phrases]
        known = {stem(word) for phrase in kept for word in words(phrase)}
        added = [
            phrase
            for phrase in phrases(question)
            if not {stem(word) for word in words(phrase)} <= known
        ]
        return _Topic(_bounded([phrase for phrase in kept if phrase] + added))


def standalone(question: str, turns: Sequence[Turn | str] = ()) -> Question:
    """Return the question as it reads without the conversation; the oldest turn comes first."""
    topic, before = _Topic(), ""
    for turn in turns:
        topic, before = _next(turn if isinstance(turn, str) else turn.question, topic, before)
    asked, fresh = _said(question)
    plain = Question(text=asked, asked=question, core=asked)
    if not topic.phrases or fresh or is_small_talk(asked) or not leans(asked):
        return plain
    whole = completed(asked, before)
    carried = _carried(topic.after(before, whole) if whole else topic, whole or asked)
    if not carried:
        return replace(plain, text=whole or asked, core=whole or asked, follows=True)
    return Question(
        text=f"{whole or asked} (about: {', '.join(carried)})",
        asked=question,
        core=whole or asked,
        context=_Topic(carried).words(),
        follows=True,
    )


def _said(typed: str) -> tuple[str, bool]:
    """Return what is asked, and whether it is announced as another topic."""
    asked = bare(typed)
    changes = _CHANGES.match(asked)
    rest = asked[changes.end() :].strip() if changes else ""
    return (rest if content_words(rest) else asked), changes is not None


def leans(question: str) -> bool:
    """Return whether the question needs the conversation to be understood; see the module."""
    if _CHANGES.match(question):
        return False
    if _IS_THAT.match(question):
        return True
    tokens = _tokens(question)
    names = _names(tokens)
    content = content_words(question)
    if _dangling_pronoun(tokens, names):
        return True
    bare = [word for word in content if word not in LIGHT]
    if _CONTINUES.match(question) and not (names and len(content) >= 3):
        return True
    if names:
        named = {word for position in names for word in words(tokens[position])}
        return _MEASURES.match(question) is not None and not set(bare) - named
    if _DEFINES.match(question):  # "what are the benefits?" leans, "what are benefits?" does not
        partial = _DEFINITE.match(question) or _RANKS.match(question)
        return not bare or (len(bare) <= 3 and partial is not None)
    return len(bare) <= 2


def _next(typed: str, topic: _Topic, before: str) -> tuple[_Topic, str]:
    """Return topic and last question that is whole by itself after one more turn."""
    question, fresh = _said(typed)
    if is_small_talk(question):
        return topic, before
    if not topic.phrases or fresh or not leans(question):
        return _Topic(_bounded(phrases(question))), question
    if whole := completed(question, before):
        return topic.after(before, whole), whole
    tokens = _tokens(question)
    refers = _IS_THAT.match(question) or _dangling_pronoun(tokens, _names(tokens))
    is_whole = _ASKS.match(question) and not refers
    return topic.followed_by(question), question if is_whole else ""


def _carried(topic: _Topic, question: str) -> tuple[str, ...]:
    """Return the phrases of the topic that the question does not say itself."""
    own = {stem(word) for word in words(question)}
    has_year = any(_YEAR.match(word) for word in own)
    phrases = [_without_years(phrase) if has_year else phrase for phrase in topic.phrases]
    return tuple(
        phrase for phrase in phrases if phrase and not {stem(w) for w in words(phrase)} <= own
    )


def phrases(question: str) -> list[str]:
    """Return the names and noun groups: runs of content words, light words off at both ends."""
    runs: list[list[str]] = [[]]
    for token in _tokens(question):
        if _is_content(token):
            runs[-1].append(token)
        elif token not in _JOINS and runs[-1]:
            runs.append([])
    found = [" ".join(_trimmed(run)) for run in runs]
    return list(dict.fromkeys(phrase for phrase in found if phrase))


def _trimmed(run: list[str]) -> list[str]:
    light = [token.lower() in LIGHT and token.islower() for token in run]
    start = next((i for i, is_light in enumerate(light) if not is_light), len(run))
    end = next((i for i in range(len(run), start, -1) if not light[i - 1]), start)
    return run[start:end]


def _is_content(token: str) -> bool:
    lowered = token.lower()
    if re.fullmatch(_AMOUNT, token):
        return True
    if not token[0].isalnum() or (len(token) == 1 and not token.isdigit()):
        return False
    if token.isupper() and len(token) > 1 and lowered not in {"ok", "so", "and"}:
        return True  # US, IT, WHO are names when written so
    bare = _CLITIC.sub("", lowered)
    return bare not in STOP_WORDS and bare not in QUESTION_FILLER and bare not in PRONOUNS


def _names(tokens: Sequence[str]) -> set[int]:
    """Return the positions of proper names, acronyms and designations (HR 1156, E15).

    The first word counts only when it is written as no plain first word would be.
    """
    found = set()
    for position, token in enumerate(tokens):
        is_acronym = sum(char.isupper() for char in token) > 1
        has_digit = any(map(str.isdigit, token)) and any(map(str.isalpha, token))
        capital = token[:1].isupper() and position > 0 and tokens[position - 1] not in ".?!"
        if is_acronym or (has_digit and len(token) > 1) or (capital and token not in {"I", "I'm"}):
            found.add(position)
    return found


def _dangling_pronoun(tokens: Sequence[str], names: set[int]) -> bool:
    lowered = [token.lower() for token in tokens]
    first_name = min(names, default=len(tokens))
    if any(
        _is_other_object(lowered, first_name, place) for place in range(first_name, len(lowered))
    ):
        return True
    for position, token in enumerate(lowered):
        bare = _CLITIC.sub("", token)
        # A name before a personal pronoun is the likelier antecedent.
        if bare in PRONOUNS and position < first_name and not _is_dummy(lowered, position):
            return True
        if bare in DEMONSTRATIVES and _points_back(lowered, position):
            # "… with the CRA. Does that …": an earlier clause of the same question is meant
            return not any(mark in ".?!,;" for mark in tokens[first_name:position])
        if bare == "there" and position < first_name and not _existential(lowered, position):
            return True
    return False


def _is_other_object(tokens: Sequence[str], name: int, position: int) -> bool:
    """Whether an object pronoun stands in the clause of the name before it, its subject.

    An object is not its own subject (the second principle of Chomsky, "Lectures on Government and
    Binding", 1981): "how could Congress rein it in?" speaks of something named before.
    """
    if tokens[position] not in _OBJECTS or _OTHERS & set(tokens[name:position]):
        return False
    if any(_is_content(token) and token not in LIGHT for token in tokens[:name]):
        return False
    return position + 1 == len(tokens) or tokens[position + 1] in _PARTICLES


def _points_back(tokens: Sequence[str], position: int) -> bool:
    """Tell "would that touch", "after this" from "rules that apply", "that rule"."""
    before = tokens[position - 1] if position else ""
    is_relative = bool(before) and before[0].isalnum() and before not in STOP_WORDS
    return not is_relative and _stands_alone(tokens[position + 1 : position + 2])


def _is_dummy(tokens: Sequence[str], position: int) -> bool:
    """Tell "is it legal to …", "one of the …", "one year" from pronouns that point back."""
    if tokens[position] == "it":
        return bool(re.match(r"it \w+ (?:to|that|for) ", " ".join(tokens[position:]) + " "))
    if tokens[position] in {"one", "both", "such", "neither"}:
        following = tokens[position + 1 : position + 2]
        return bool(following) and not _stands_alone(following)
    return False


def _stands_alone(following: Sequence[str]) -> bool:
    """Whether a demonstrative followed by these tokens is a pronoun: nothing to modify follows."""
    if not following:
        return True
    word = following[0]
    return not word[0].isalnum() or word in STOP_WORDS | QUESTION_FILLER | LIGHT


def _existential(tokens: Sequence[str], position: int) -> bool:
    beside = {*tokens[max(0, position - 1) : position], *tokens[position + 1 : position + 2]}
    return bool(beside & {"is", "are", "was", "were", "be", "been", "will", "any", "has", "have"})


def _without_years(phrase: str) -> str:
    return " ".join(word for word in phrase.split() if not _YEAR.match(word))


def _bounded(phrases: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for phrase in phrases:
        if sum(len(item.split()) for item in [*kept, phrase]) > TOPIC_WORDS:
            break
        kept.append(phrase)
    return tuple(kept)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)
