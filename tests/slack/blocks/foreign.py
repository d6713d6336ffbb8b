"""Find the mentions, links and other commands in what is sent that the bot did not make.

Reads blocks, views and message texts the way Slack does, or more eagerly.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

_UNSENDABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LOOSE = re.compile(r"[<>]|&(?!(?:amp|lt|gt);)")
_COMMANDS = {"link", "user", "usergroup", "channel", "broadcast", "emoji", "date", "team", "color"}


def in_blocks(sent: Any, users: frozenset[str] = frozenset()) -> list[str]:
    return [found for part in _dicts(sent) for found in _foreign(part, users)]


def in_text(said: str) -> list[str]:
    patterns = (_LOOSE, _UNSENDABLE)
    return [match[0] for pattern in patterns for match in pattern.finditer(said)]


def _dicts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from _dicts(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _dicts(value)


def _foreign(part: dict[str, Any], users: frozenset[str]) -> Iterator[str]:
    kind = part.get("type")
    if kind == "mrkdwn" or kind == "markdown":
        yield f"parsed text: {part}"
    if kind == "plain_text" and part.get("emoji") is not False:
        yield f"emoji codes: {part}"
    if kind in _COMMANDS and not (kind == "user" and part["user_id"] in users):
        yield from _command(part)
    if kind != "link" and "url" in part:
        yield f"address: {part}"
    for value in part.values():
        if isinstance(value, str) and _UNSENDABLE.search(value):
            yield f"unsendable: {value[:80]!r}"


def _command(part: dict[str, Any]) -> Iterator[str]:
    if part["type"] == "channel" and re.fullmatch("[CG][A-Z0-9]+", part["channel_id"]):
        return
    if part["type"] != "link":
        yield f"command: {part}"
        return
    parts = urlsplit(part["url"])
    if parts.scheme not in {"http", "https"}:
        yield f"no address of the web: {part}"
    if "@" in parts.netloc or re.search(r"[\s<>|\"]", part["url"]):
        yield f"odd address: {part}"
