"""Decide whether the briefs answer a question: evidence in, yes or no with a confidence out.

First come patterns for what no brief answers: orders to the bot, small talk, weather, calendars.
Then a logistic rule over three features, each in [0, 1]:

- `cosine`: of the question and the sentence nearest to it;
- `coverage`: share of the question's words, weighted by how rare they are, that the best passage
  says with its title and heading;
- `names`: share of the names and numbers in the question that the best three passages say.

The weights began as a logistic regression on CRS gold-dev without every fifth question; they were
rounded, made steeper in the cosine so that far questions fail whatever words they share, and scaled
so that 0.5 decides. Balanced accuracy .65 on those four fifths (68 of 70 answerable passed, 5 of 15
others refused) and .88 on every fifth (18 of 18, 3 of 4): too few to trust, and a handful of
roundings were compared with both figures in sight, so no untouched set stands behind it. In all, 6
of 6 far questions are refused and 2 of 12 near misses (the right brief without the answer).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from index.words import stem, words

WEIGHTS: Mapping[str, float] = {"cosine": 10.0, "coverage": 1.0, "names": 2.5}
INTERCEPT = -6.2
NAMELESS = 0.75  # `names` of a question without any

_NOT_FOR_BRIEFS = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules|guidelines)\b
    |\b(?:system|hidden|initial|developer)\s+prompt\b
    |\b(?:from\ now\ on|henceforth)\b.{0,30}\b(?:answer|act|respond|behave|you)\b
    |^\W*(?:pretend|role-?play|act\ as\ (?:a|an|my|if))\b
    |\b(?:jailbreak|unrestricted\ (?:model|mode|ai)|developer\ mode)\b
    |\b(?:are|r)\ (?:you|u)\ (?:a\ |an\ |really\ )*(?:chat\s?gpt|gpt\S*|claude|gemini|llama|bot
      |robot|human|person|real|ai|alive|llm|machine)\b
    |\b(?:who|what)\ (?:are|made|built|trained)\ you\b
    |\bwhat(?:['’]?s|\ is|\ will)\ the\ weather\b|\bwill\ it\ (?:rain|snow)\b|\bweather\ forecast\b
    |\bwhat(?:['’]?s|\ is)\ the\ (?:time|date)(?:\ now|\ today)?\W*$|\bwhat\ time\ is\ it\b
    |\b(?:move|reschedule|cancel|book|schedule|set\ up)\ (?:my|a|the|our|an)\ .{0,20}\b
      (?:\d+\s?[ap]m|meeting|call|appointment|calendar|flight|table|room|lunch|dinner)\b
    |\b(?:move|reschedule|cancel)\ my\ \d
    |\bremind\ me\b|\b(?:tell|write)\ (?:me\ )?a\ (?:joke|poem|song|story|haiku|limerick)\b
    |^\W*(?:hi|hello|hey|thanks?|thank\ you|thx|good\ (?:morning|afternoon|evening)|bye|test)
      (?:\W+(?:there|all|team|bot|you|so|very|much|a|lot))*\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NAME_OR_NUMBER = re.compile(r"[\w$%&/.-]*[A-Z0-9][\w&/.-]*")
_ALWAYS_CAPITAL = frozenset({"I", "I'm", "OK"})


@dataclass(frozen=True)
class Judgement:
    """Whether to answer, how sure that is, and why."""

    answered: bool
    confidence: float
    features: Mapping[str, float]


def judge(question: str, features: Mapping[str, float] | None) -> Judgement:
    """Return whether a question with such features is answered; None means nothing was found."""
    if features is None or not_for_briefs(question):
        return Judgement(answered=False, confidence=0.0, features={})
    logit = INTERCEPT + sum(weight * features[name] for name, weight in WEIGHTS.items())
    confidence = 1 / (1 + math.exp(-logit))
    rounded = {name: round(value, 4) for name, value in features.items()}
    return Judgement(confidence >= 0.5, round(confidence, 4), rounded)


def not_for_briefs(question: str) -> bool:
    """Return whether a question is an order to the bot, small talk, or about the day's business."""
    return bool(_NOT_FOR_BRIEFS.search(" ".join(question.split())))


def names(question: str) -> frozenset[str]:
    """Return the stems of names, designations and numbers in a question.

    A capital first word counts only where more than its first letter is one.
    """
    found: set[str] = set()
    for match in _NAME_OR_NUMBER.finditer(question):
        name = match.group()
        opens = not question[: match.start()].strip() and name[1:] == name[1:].lower()
        if name not in _ALWAYS_CAPITAL and not (opens and not any(map(str.isdigit, name))):
            found.update(stem(word) for word in words(name))
    return frozenset(found)
