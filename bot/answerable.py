"""Decide whether the briefs answer a question: evidence in, yes or no with a confidence out.

First come patterns for what no brief answers: orders to the bot, small talk, weather, calendars.
Then a logistic rule over two features, each in [0, 1]:

- `offer`: cosine of the question and the sentence nearest to it among those that offer the kind of
  answer that is wanted (a sum of money, a share, a date, a name);
- `names`: share of the names and numbers in the question that the best three passages say;

and a floor under `cosine`, that of the nearest sentence of any kind, so that a question about
something else fails whatever names it shares.

The weights are a class-weighted logistic regression on CRS gold-dev (88 answerable, 13 others that
the patterns let through), the threshold leans towards answering. Five-fold cross-validation, ten
times: .84 of the answerable pass and .54 of the others are refused; with the patterns' six,
balanced accuracy .76. Near misses (the right brief without the answer) stay hard.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from index.words import stem, words

WEIGHTS: Mapping[str, float] = {"offer": 4.3, "names": 2.9}
INTERCEPT = -4.3
FLOOR = 0.36  # least `cosine`; three of the 88 answerable questions lie below
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
    |^\W*(?:please\W+)?(?:delete|erase|wipe)\ (?:all|the|every|your|my|this|that|these)\b.{0,40}\b
      (?:index|library|database|reports|briefs|passages|ledger)\b
    |\b(?:write|code|generate|debug)\ (?:me\ |us\ |up\ )*(?:an?|some|my|this)\ .{0,30}\b
      (?:script|code|program|function|macro|regex|e-?mail|essay)\b
    |\bmy\ (?:\w+\ )?(?:password|login|laptop|printer|phone|vpn|badge|calendar|inbox|lunch|dinner)\b
    |\b(?:lunch|dinner|coffee|restaurants?|takeout)\ (?:spots?|places?|options?|near|around)\b
    |\bremind\ me\b|\b(?:tell|write)\ (?:me\ )?a\ (?:joke|poem|song|story|haiku|limerick)\b
    |^\W*(?:hi|hello|hey|thanks?|thank\ you|thx|good\ (?:morning|afternoon|evening)|bye|test)
      (?:\W+(?:there|all|team|bot|you|so|very|much|a|lot))*\W*$
    |^\W*(?:thanks|thank\ you|thx|cheers)\b(?:\W+[\w'’]+){0,5}[\s.!]*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NAME_OR_NUMBER = re.compile(r"[\w$%&/.-]*[A-Z0-9][\w&/.-]*")
_CAPITALISED = re.compile(
    r"\b[A-Z][\w'’]*(?:[ -](?:(?:of|the|and|for|to|in)\s+){0,2}[A-Z][\w'’]*)+"
)
_LONGEST_ACRONYM = 7
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
    if features["cosine"] < FLOOR:
        confidence = min(confidence, features["cosine"])
    rounded = {name: round(value, 4) for name, value in features.items()}
    return Judgement(confidence >= 0.5, round(confidence, 4), rounded)


def not_for_briefs(question: str) -> bool:
    """Return whether a question is an order to the bot, small talk, or about the day's business."""
    return bool(_NOT_FOR_BRIEFS.search(" ".join(question.split())))


def initials(text: str) -> frozenset[str]:
    """Return the acronyms, lower-cased, that the capitalised words of a text spell.

    "New York City" spells nyc, "Southern District of New York" sdny.
    """
    found: set[str] = set()
    for run in _CAPITALISED.findall(text):
        letters = [word[0].lower() for word in run.split() if word[0].isupper()]
        for start in range(len(letters) - 1):
            for end in range(start + 2, min(len(letters), start + _LONGEST_ACRONYM) + 1):
                found.add("".join(letters[start:end]))
    return frozenset(found)


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
