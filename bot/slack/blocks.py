"""The builders of messages by one name; each kind has its module."""

from bot.slack.blocks.answers import (
    answer_blocks,
    answer_text,
    declined_blocks,
    growing_message,
    messages,
)
from bot.slack.blocks.briefs import (
    brief_blocks,
    latest,
    latest_blocks,
    one_brief,
    search,
    search_blocks,
)
from bot.slack.blocks.elements import Message
from bot.slack.blocks.notices import (
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
from bot.slack.blocks.sources import Offer, Shown

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
