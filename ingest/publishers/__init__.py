"""What is true of one publisher's files alone.

Readers know no publisher. They ask once per document for the profile of its text, and apply what
the profile says. A new publisher is a module here with a PROFILE, named in PUBLISHERS.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module

PUBLISHERS = ("crs",)

_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True)
class Profile:
    """How one publisher's files are laid out; the patterns of a plain profile match nothing."""

    mark: re.Pattern[str] = _NOTHING  # found in every file of the publisher and in no other
    head_line: re.Pattern[str] = _NOTHING  # whole line: groups "title", "date" and "number"
    site_link: re.Pattern[str] = _NOTHING  # whole label of a link that leads about its site
    lone_number: re.Pattern[str] = _NOTHING  # whole line of a PDF that is its report number
    edition_line: re.Pattern[str] = _NOTHING  # found in a line: groups "edition" and "number"
    closing: re.Pattern[str] = _NOTHING  # whole line that opens boilerplate at the very end


def profile_of(text: str) -> Profile:
    """Return the profile of the publisher that a text names, else the plain one."""
    return next((profile for profile in _profiles() if profile.mark.search(text)), Profile())


@cache
def _profiles() -> tuple[Profile, ...]:
    return tuple(import_module(f"{__name__}.{name}").PROFILE for name in PUBLISHERS)
