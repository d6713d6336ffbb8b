"""What a person would see of a payload: its words, links and broadcasts, wherever they hide.

Reads texts in mrkdwn (`text`, sections, context) and in rich_text elements. Used by the
fake's rules and messages.
"""

import re
from collections.abc import Iterator
from typing import Any

BROADCAST = re.compile(r"<!(?:channel|here|everyone|group|subteam\^[^>]*)[^>]*>")
LINK = re.compile(r"<((?:https?|mailto|ftp|slack)[^>|]*)(?:\|[^>]*)?>")
BARE = re.compile(r"(?<![<|\w])https?://[^\s<>|)]+")


def texts(payload: Any) -> Iterator[str]:
    if isinstance(payload, list):
        for one in payload:
            yield from texts(one)
    if not isinstance(payload, dict):
        return
    if payload.get("type") in {"plain_text", "text"}:
        return
    if isinstance(payload.get("text"), str):
        yield payload["text"]
    for value in payload.values():
        if isinstance(value, list | dict):
            yield from texts(value)


def broadcasts(payload: Any) -> list[str]:
    found = [hit[0] for text in texts(payload) for hit in BROADCAST.finditer(text)]
    return found + [
        str(one) for one in _parts(payload) if one.get("type") in {"broadcast", "usergroup"}
    ]


def links(payload: Any) -> list[str]:
    """Addresses that a reader could follow, buttons with a url included."""
    found = []
    for text in texts(payload):
        found += LINK.findall(text) + BARE.findall(text)
    for one in _parts(payload):
        for name in ("url", "image_url", "title_link"):
            if isinstance(one.get(name), str):
                found.append(one[name])
    return found


def words(payload: Any) -> str:
    """All readable text of blocks or of a view, a line for each block or row."""
    if isinstance(payload, list):
        return "\n".join(part for part in map(words, payload) if part)
    if not isinstance(payload, dict):
        return ""
    kind = payload.get("type", "")
    if kind in {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}:
        return "".join(_inline(one) for one in payload.get("elements", []))
    if isinstance(payload.get("text"), str):
        return str(payload["text"])
    names = ("title", "label", "text", "elements", "element", "accessory", "options", "hint",
             "blocks", "positive_button", "negative_button")  # fmt: skip
    parts = [payload[name] for name in names if payload.get(name)]
    return "\n".join(
        part if isinstance(part, str) else shown for part in parts if (shown := _shown(part))
    )


def _shown(part: Any) -> str:
    return part if isinstance(part, str) else words(part)


def _inline(one: dict[str, Any]) -> str:
    if one["type"] == "user":
        return f"@{one['user_id']}"
    if one["type"] == "channel":
        return f"#{one['channel_id']}"
    return str(one.get("text") or one.get("url") or "")


def _parts(payload: Any) -> Iterator[dict[str, Any]]:
    if isinstance(payload, list):
        for one in payload:
            yield from _parts(one)
    elif isinstance(payload, dict):
        yield payload
        for name, value in payload.items():
            if name not in {"metadata", "event_payload"}:
                yield from _parts(value)
