"""The two sides of a comparison as texts name them: names in, which texts speak of them out."""

import re
from collections.abc import Iterable, Sequence

from bot.language.names import ALIAS, alias, is_country
from index.passage import Hit
from index.words import said, stem, words

_ARTICLES = frozenset("a an the of in at for on and or to".split())
_DEFINED = re.compile(  # "the Fish and Wildlife Service (FWS)"
    r"((?:[A-Z][\w.&’'-]*[\s-]+(?:(?:of|and|the|for|on|in|to|&)\s+){0,2}){1,8})\(([A-Z][A-Za-z]{1,7})s?\)"
)
_US = re.compile(r"^(?:the\s+)?us$", re.IGNORECASE)  # a pronoun elsewhere


def as_named(names: Sequence[str], hits: Sequence[Hit]) -> list[str]:
    """Return the names of two sides with the short forms that the briefs found have for them.

    "the us" beside another country is one. A short form is that of the name whose words hold those
    of the side: "Forest Service|FS".
    """
    country = any(is_country(name.title()) for name in names if not _US.match(name))
    known = dict(_short_forms(hit.passage.text for hit in hits))
    found = []
    for name in names:
        wanted = key_words(name)
        short = [one for one, long in known.items() if wanted and wanted <= key_words(long)]
        name = "United States" if country and _US.match(name) else name
        found.append(f"{name}|{short[0]}" if len(short) == 1 else name)
    return found


def _short_forms(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Yield (short, long) of the names that texts introduce with a short form behind them."""
    for text in texts:
        for long, short in _DEFINED.findall(text):
            initials = [word[0] for word in re.split(r"[\s-]+", long) if word[:1].isupper()]
            if "".join(initials)[-len(short) :].startswith(short[0]):
                yield short, long


def apart(names: Sequence[str]) -> list[str]:
    """Return what tells two sides apart: "Chinese" and "U.S." of two navies; else their names."""
    longs = [name.partition("|")[0] for name in names]
    keys = list(map(key_words, longs))
    shared = keys[0] & keys[1]
    found = []
    for name, long, key in zip(names, longs, keys, strict=True):
        own = " ".join(word for word in words(_one_form(long)) if stem(word) not in shared)
        found.append(own + name[len(long) :] if key - shared else name)
    return found


def key_words(name: str) -> frozenset[str]:
    """Return the stems of a side or of a cell, without small words: "2015" of "in 2015"."""
    return frozenset(stem(word) for word in words(_one_form(name)) if word not in _ARTICLES)


def says(name: str, text: str) -> float:
    """Return the share of a side's words that a text says; a name in any of its forms."""
    text = _one_form(text).replace("-", " ")
    return max(_share(one, text) for one in name.split("|"))


def _share(name: str, text: str) -> float:
    wanted = key_words(name)
    return len(said(wanted, text)) / len(wanted) if wanted else 0.0


def _one_form(text: str) -> str:
    """Return a text with "U.S.", "United States" and the like written alike; not "us"."""
    return ALIAS.sub(lambda found: (alias(found[0]) or found[0]).replace("-", ""), text)
