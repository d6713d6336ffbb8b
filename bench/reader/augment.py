"""How questions and headings are varied in training: as people type, and as briefs differ.

All chance comes from the generator that is handed in.
"""

import random
import re

from index.words import STOP_WORDS

TYPOS, LOWER, NO_MARK, NO_STOPS = 0.08, 0.25, 0.25, 0.08
NO_DATE, NO_HEADING, NO_TITLE = 0.3, 0.15, 0.08
_DATE = re.compile(r" \((?:19|20)\d\d(?:-\d\d){0,2}\)$")


def typed(question: str, chance: random.Random) -> str:
    """Return a question as somebody in a hurry might type it; most come back unchanged."""
    if chance.random() < NO_MARK:
        question = question.rstrip(" ?!.")
    if chance.random() < LOWER:
        question = question.lower()
    if chance.random() < NO_STOPS:
        kept = [word for word in question.split() if word.lower() not in STOP_WORDS]
        question = " ".join(kept) if len(kept) > 1 else question
    if chance.random() < TYPOS:
        words = question.split(" ")
        for at in chance.sample(range(len(words)), min(len(words), chance.choice((1, 1, 2)))):
            words[at] = _mistyped(words[at], chance)
        question = " ".join(words)
    return question


def dated(title: str, heading: str, chance: random.Random) -> str:
    """Return title and heading as one line; now and then a part is missing."""
    if chance.random() < NO_DATE:
        title = _DATE.sub("", title)
    if chance.random() < NO_HEADING:
        heading = ""
    if chance.random() < NO_TITLE and not _needed(title):
        title = ""
    return " > ".join(filter(None, (title, heading)))


def _needed(title: str) -> bool:
    """Whether only the title tells near-identical passages apart."""
    return title.startswith("Federal Reserve, ")


def _mistyped(word: str, chance: random.Random) -> str:
    if len(word) < 4 or any(map(str.isdigit, word)):
        return word
    at = chance.randrange(1, len(word) - 1)
    match chance.randrange(4):
        case 0:  # two letters swapped
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:  # one left out
            return word[:at] + word[at + 1 :]
        case 2:  # one doubled
            return word[:at] + word[at] + word[at:]
        case _:  # one mistaken
            return word[:at] + chance.choice("aeiourstnl") + word[at + 1 :]
