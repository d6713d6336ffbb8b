"""The builders of messages by one name; each kind has its module."""

from bot.slack.answer_blocks import (
    answer_blocks,
    answer_text,
    declined_blocks,
    growing_message,
    messages,
)
from bot.slack.brief_blocks import (
    brief_blocks,
    latest,
    latest_blocks,
    one_brief,
    search,
    search_blocks,
)
from bot.slack.elements import Message
from bot.slack.notice_blocks import (
    asked_librarians,
    failed,
    failed_blocks,
    help_blocks,
    help_message,
    ingested,
    ingested_blocks,
    offer_again,
    offer_again_blocks,
    said,
)
from bot.slack.shown import Offer, Shown

__all__ = [
    "Message",
    "Offer",
    "Shown",
    "answer_blocks",
    "answer_text",
    "asked_librarians",
    "brief_blocks",
    "declined_blocks",
    "failed",
    "failed_blocks",
    "growing_message",
    "help_blocks",
    "help_message",
    "ingested",
    "ingested_blocks",
    "latest",
    "latest_blocks",
    "messages",
    "offer_again",
    "offer_again_blocks",
    "one_brief",
    "said",
    "search",
    "search_blocks",
]  # fmt: skip
