"""What is true of one publisher's files alone.

Readers know no publisher. They ask once per document for the profile of its text, and apply what
the profile says. A new publisher is a Profile here, named in PUBLISHERS.
"""

import re
from dataclasses import dataclass

from index.dates import MONTHS

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


_NUMBER = r"[A-Z]{1,4}\d{4,6}|\d{2}-\d{3}"  # "IF10753", "R48104", "98-123"

# Reports of the US Congressional Research Service: pages of its site, and its PDFs.
CRS = Profile(
    mark=re.compile(r"Congressional Research Service|CRS Product|crsreports\.congress\.gov"),
    # On its pages title and date have grown together: "Sale of E15Updated April 9, 2026 (IN10979)".
    head_line=re.compile(
        r"(?P<title>.*?)(?:Updated |Published |Revised )?"
        rf"(?P<date>(?:{'|'.join(MONTHS)}) \d{{1,2}}, \d{{4}})\s*\((?P<number>{_NUMBER})\)"
    ),
    site_link=re.compile(
        r"(?:site feedback|(?:pdf )?version history|download document)[\s/|,&·]*", re.IGNORECASE
    ),
    lone_number=re.compile(_NUMBER),
    # At the end of a PDF: "IF10753 · VERSION 7 · UPDATED".
    edition_line=re.compile(
        rf"(?:(?:^|\s)(?P<number>{_NUMBER}) · )?VERSION (?P<edition>\d+) · (?:NEW|UPDATED)"
    ),
    closing=re.compile(r"[\s#*_]*(?:Legal )?Disclaimer[\s*_]*:?[\s*_]*", re.IGNORECASE),
)

PUBLISHERS = (CRS,)


def profile_of(text: str) -> Profile:
    """Return the profile of the publisher that a text names, else the plain one."""
    return next((profile for profile in PUBLISHERS if profile.mark.search(text)), Profile())
