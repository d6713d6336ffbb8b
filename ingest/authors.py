"""Part the names in an author line. Knows no people: a name is returned as it is written."""

import re

_MAX_AUTHOR = 100  # characters of one name
EMPTY_VALUE = re.compile(
    r"(?:n\.?/?a\.?|none|null|nil|unknown|undated|tbd|tba|[-–—.?~]*)", re.IGNORECASE
)
_SUFFIX = re.compile(r"(?:Jr|Sr|I{2,3}|IV|Ph\.?\s?D|M\.?D|M\.?A|Esq|J\.?D|CFA)\.?", re.IGNORECASE)


def split_authors(value: str) -> tuple[str, ...]:
    """Return the names in an author line, each as it is written ("Last, First" is kept)."""
    value = re.sub(r"^(?:written |prepared )?by:?\s+", "", value.strip(), flags=re.IGNORECASE)
    if ";" in value or "\n" in value:
        names = re.split(r"\s*[;\n]\s*", value)
    else:
        names = [
            name
            for part in re.split(r"\s*,?\s+(?:and|&)\s+", value)
            for name in _split_at_commas(part)
        ]
    return tuple(dict.fromkeys(name for name in map(_name, names) if name))


def _split_at_commas(names: str) -> list[str]:
    parts = [part for part in re.split(r"\s*,\s*", names) if part]
    merged: list[str] = []
    for part in parts:
        if merged and _SUFFIX.fullmatch(part):
            merged[-1] += f", {part}"
        else:
            merged.append(part)
    if all(len(part.split()) > 1 for part in merged):
        return merged
    return [names]  # "Last, First", or names that cannot be told apart


def _name(name: str) -> str | None:
    name = name.strip(" ,;*_")
    if (
        not name
        or len(name) > _MAX_AUTHOR
        or EMPTY_VALUE.fullmatch(name)
        or "://" in name
        or "@" in name
    ):
        return None
    return name
