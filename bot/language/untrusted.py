"""Keep texts of others harmless: a text in, what people can see of it or what is wrong with it out.

For passages on their way into a prompt or onto a terminal, and for what a model wrote. Nothing here
tries to recognise an instruction: that cannot be relied on. Written text is data, and may hold no
link, mention, image or mark-up whatever it says.
"""

import re
import unicodedata

# Unseen: control and format characters (zero width, bidirectional, tags), private use, halves of
# characters. Line breaks and tabs become spaces.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_VARIATIONS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u034f\u115f\u1160\u3164\uffa0]")

_DOMAINS = (
    "com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|co|me|tv|ly|gg|xyz|top|site|online|shop|"
    "example|test|invalid|local|uk|us|eu|de|fr|ru|cn|jp|in|nl|it|es|ch|au|ca"
)
_FORBIDDEN = (
    ("a link", r"\b[a-z][a-z0-9+.-]{1,20}:/|\bwww\.|\b(?:mailto|javascript):|\bdata:\w+/"),
    ("a link", rf"\b[\w-]{{2,}}\.(?:{_DOMAINS})\b|\b[\w-]+\.[a-z]{{2,}}/\w"),
    ("a mention", r"@\s*\w|[<&]\s*[!@#]"),
    ("an image or a link", r"!\[|\]\s*\(|\[\["),
    ("mark-up", r"</?[a-z!|]|&(?:#\w+|lt|gt|amp|quot|nbsp);|\|\s*>"),
)
_EMPHASIS = re.compile(r"\*\*|__|`+")
_NUMBERS = re.compile(r"\s*\[(?:passages?\s*)?\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]", re.I)
# What terminals make a link of by themselves. Signs that look alike take its place, one for one.
_LIVE = re.compile(r"(?<=[A-Za-z]):(?=//)|(?<=www)\.|(?<=mailto):|(?<=tel):", re.IGNORECASE)
_ALIKE = {":": "\ua789", ".": "\u2024"}
# Control characters and those that turn the direction of writing: a brief must not move the cursor.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Return the text as people see it: without unseen characters, its lines kept."""
    if text.isascii() and text.isprintable():
        return text
    lines = _VARIATIONS.sub("", unicodedata.normalize("NFC", text)).splitlines()
    return "\n".join("".join(map(_seen, line)) for line in lines)


def bare(text: str) -> str:
    """Return written text as one line, without emphasis and citation marks of its own."""
    plain = _NUMBERS.sub("", _EMPHASIS.sub("", visible(text)))
    return " ".join(plain.split())


def forbidden(text: str) -> str | None:
    """Return what written text holds and may not, in words; None where it is clean."""
    folded = unicodedata.normalize("NFKC", text)
    return next((what for what, form in _FORBIDDEN if re.search(form, folded, re.I)), None)


def safe(text: str) -> str:
    """Return text without what could move the cursor or turn the direction of writing."""
    return _UNSAFE.sub("\ufffd", text)


def inert(text: str) -> str:
    """Return a brief's words for a terminal, as long as they were: safe, and no address a link."""
    return _LIVE.sub(lambda found: _ALIKE[found[0]], safe(text))


def _seen(char: str) -> str:
    if char == "\t":
        return " "
    return "" if unicodedata.category(char) in _UNSEEN else char
