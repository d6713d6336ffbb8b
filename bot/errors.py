"""Every error that the bot raises on purpose, beside those of the index.

BriefsError                 (index.errors) one clear line: the thing, the reason, what to do
├── QuoteError              a quotation is not a slice of its passage: the answer is not given
├── NothingVisible          no collection may be seen here: the library is not searched at all
├── AudienceUnknown      it cannot be found out now who reads the place: asked again later
├── LedgerError             the record of an answer cannot be written or read: no answer is shown
└── ChatError               the chat model is of no use for this answer, which is made without it
    ├── ChatUnavailable     it is not called: package, key, allowance, rest after failures
    ├── ChatFailed          a call failed: time-out, reset, refusal, cut
    │   └── ChatTooLong     the prompt is longer than the model can hold; a shorter one may not be
    └── UnfitReply          its reply is empty, endless, or not in the form asked for
        └── ThoughtAway     it was cut before it came to an answer; more room may help

The text of a ChatError is the first half of a line for readers ("The chat model did not answer in
time") and never holds what a server or a library said: that may hold a key or the prompt.
"""

from index.errors import BriefsError


class QuoteError(BriefsError):
    """A quotation does not stand in its passage where it says it does."""


class NothingVisible(BriefsError):
    """Nobody who reads the place may see a collection. Say only that nothing was found."""


class AudienceUnknown(BriefsError):
    """Who can read a place, or what a person may see, cannot be found out now."""


class LedgerError(BriefsError):
    """The ledger cannot be written or read."""


class ChatError(BriefsError):
    """The chat model is of no use for this answer."""


class ChatUnavailable(ChatError):
    """The chat model is not called."""


class ChatFailed(ChatError):
    """A call to the chat model failed; where it is `transient`, another may succeed.

    `retry_after` is how many seconds the server asks us to wait before it.
    """

    def __init__(
        self, message: str, *, transient: bool = False, retry_after: float | None = None
    ) -> None:
        """Say what failed and whether to try again."""
        super().__init__(message)
        self.transient = transient
        self.retry_after = retry_after


class ChatTooLong(ChatFailed):
    """The prompt is too long for the chat model."""


class UnfitReply(ChatError):
    """The chat model's reply cannot be used."""


class ThoughtAway(UnfitReply):
    """The chat model's reply was cut before it came to an answer."""
