"""Reports of the US Congressional Research Service: pages of its site, and its PDFs."""

import re

from index.dates import MONTHS
from ingest.publishers import Profile

_NUMBER = r"[A-Z]{1,4}\d{4,6}|\d{2}-\d{3}"  # "IF10753", "R48104", "98-123"

PROFILE = Profile(
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
