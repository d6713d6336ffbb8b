"""Every error that the bot raises on purpose, beside those of the index.

BriefsError                 (index.errors) one clear line: the thing, the reason, the mend
├── QuoteError              a quotation is not a slice of its passage: the answer is not given
└── LedgerError             the record of an answer cannot be written or read: no answer is shown
"""

from index.errors import BriefsError


class QuoteError(BriefsError):
    """A quotation does not stand in its passage where it says it does."""


class LedgerError(BriefsError):
    """The ledger cannot be written or read."""
