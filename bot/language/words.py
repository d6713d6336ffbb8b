"""Word lists of English: text files in `wordlists/`, each with what it is for and what it earns."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "wordlists"


def lines(name: str) -> list[str]:
    """Return the lines of a word list without its comments ("#")."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def words(name: str) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(word for line in lines(name) for word in line.split())


PRONOUNS = words("pronouns")
DEMONSTRATIVES = frozenset({"this", "that", "these", "those"})
LIGHT = words("light_words")
