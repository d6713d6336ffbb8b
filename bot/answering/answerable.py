"""Decide whether the briefs answer a question: evidence in, yes or no with a confidence out.

First come patterns for what no brief answers: orders to the bot, small talk, weather, calendars.
Then a small network over what speaks for an answer (`bot/answering/evidence.py`): how near the
best sentence
is, whether it offers the kind of answer that is wanted, which of the question's words and names the
passages say, how clearly the best leads. It was fitted on our own questions over the CRS reports,
near misses among them, and on ClapNQ and SQuAD 2 dev, without every fifth of each; the file of the
weights and bench/RESULTS.md have the figures. Near misses (the right brief without the answer) stay
hard, and so the threshold leans towards answering.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.perceptron import load
from index.words import stem, words

WEIGHTS = Path(__file__).parent / "weights" / "answerable.json"  # its threshold is a half

# Taken off the logit where the question names what no brief does. Of held-out questions it costs 3
# answers in 100 and saves as many; an answer about another port than was asked of is worse.
FOREIGN = 3.5

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
    row = np.array([list(features.values())])
    logit = float(load(WEIGHTS).takes(tuple(features)).scores(row)[0])
    logit -= FOREIGN if features["unknown_names"] else 0.0
    confidence = 1 / (1 + math.exp(-logit))
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
