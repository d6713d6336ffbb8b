"""Hold messages and views to Slack's limits: each function returns what is wrong, in words.

    limits.message({"text": ..., "blocks": [...]})   # [] when all is well
    limits.view({"type": "modal", ...})
    limits.blocks([...])

The figures are those of Slack's reference (docs.slack.dev, block-kit and methods); where two
sources differ, the stricter holds. Elements are in limits_elements.py.
"""

import json
from collections.abc import Callable
from typing import Any

from tests.slack.limits_elements import Payload, Wrong, element, option_groups, rich_text, text

TEXT = 4000  # `text` of a message: what chat.update takes and chat.postMessage advises
MARKDOWN = 12000  # markdown_text, and all markdown blocks of one payload together
BLOCKS, VIEW_BLOCKS = 50, 100
METADATA = 3000  # characters of its JSON; ids only are meant to be there

MESSAGE_BLOCKS = {
    "section", "context", "actions", "header", "divider", "image", "rich_text", "markdown",
    "context_actions", "table", "file", "input", "video",
}  # fmt: skip
VIEW_KINDS = MESSAGE_BLOCKS - {"markdown", "file", "context_actions", "table"}


def message(payload: Payload) -> list[str]:
    """Violations of a chat.postMessage, chat.update or response_url payload."""
    wrong: list[str] = []
    if len(payload.get("text") or "") > TEXT:
        wrong.append(f"text has {len(payload['text'])} characters, at most {TEXT}")
    if len(payload.get("markdown_text") or "") > MARKDOWN:
        wrong.append(f"markdown_text has over {MARKDOWN} characters")
    if payload.get("markdown_text") and (payload.get("text") or payload.get("blocks")):
        wrong.append("markdown_text stands beside text or blocks")
    if payload.get("blocks") and not payload.get("text"):
        wrong.append("blocks without a text beside them")
    if payload.get("metadata"):
        wrong += metadata(payload["metadata"])
    return wrong + blocks(payload.get("blocks") or [])


def stream(markdown_text: str | None, chunks: Any) -> list[str]:
    """Violations of one call of a stream."""
    if len(markdown_text or "") > MARKDOWN:
        return [f"markdown_text has over {MARKDOWN} characters"]
    if chunks is None:
        return []
    if not isinstance(chunks, list):
        return ["chunks is not a list"]
    wrong: list[str] = []
    total = 0
    for number, chunk in enumerate(chunks):
        where = f"chunks[{number}]"
        kind = chunk.get("type") if isinstance(chunk, dict) else None
        if kind == "markdown_text":
            total += len(chunk.get("text") or "")
            if not chunk.get("text"):
                wrong.append(f"{where}: no text")
        elif kind == "task_update":
            wrong += _task(chunk, where)
        elif kind == "blocks":
            wrong += blocks(chunk.get("blocks") or [])
        elif kind != "plan_update" or not chunk.get("title"):
            wrong.append(f"{where}: unknown or empty chunk {kind!r}")
    if total > MARKDOWN:
        wrong.append(f"chunks have {total} characters, at most {MARKDOWN}")
    return wrong


def _task(chunk: Payload, where: str) -> list[str]:
    wrong = [f"{where}: no {name}" for name in ("id", "title", "status") if not chunk.get(name)]
    if chunk.get("status") not in {"pending", "in_progress", "complete", "error"}:
        wrong.append(f"{where}: status {chunk.get('status')!r}")
    for name in ("details", "output"):
        if len(chunk.get(name) or "") > 256:
            wrong.append(f"{where}.{name} has over 256 characters")
    if any(not source.get("text") for source in chunk.get("sources") or []):
        wrong.append(f"{where}: a source without a text")
    return wrong


def metadata(value: Any) -> list[str]:
    """Violations of a message's metadata."""
    if not isinstance(value, dict) or not value.get("event_type"):
        return ["metadata has no event_type"]
    if not isinstance(value.get("event_payload"), dict):
        return ["metadata has no event_payload"]
    if set(value) - {"event_type", "event_payload", "entities"}:
        return ["metadata has unknown keys"]
    size = len(json.dumps(value))
    return [f"metadata has {size} characters, at most {METADATA}"] if size > METADATA else []


def view(value: Payload) -> list[str]:
    """Violations of a modal or a Home tab."""
    wrong = Wrong()
    kind = value.get("type")
    if kind not in {"modal", "home"}:
        wrong("view", f"type {kind!r}")
    if kind == "modal":
        text(value.get("title"), "title", 24, wrong, plain=True)
    for name in ("submit", "close"):
        if name in value:
            text(value[name], name, 24, wrong, plain=True)
            if kind == "home":
                wrong(name, "a Home tab has none")
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(value.get(name) or "") > most:
            wrong(name, f"over {most} characters")
    inputs = [b for b in value.get("blocks") or [] if b.get("type") == "input"]
    if kind == "modal" and inputs and "submit" not in value:
        wrong("submit", "a modal with inputs needs it")
    if not isinstance(value.get("blocks"), list):
        wrong("blocks", "missing")
    return wrong.found + blocks(value.get("blocks") or [], most=VIEW_BLOCKS, kinds=VIEW_KINDS)


def blocks(value: Any, *, most: int = BLOCKS, kinds: set[str] = MESSAGE_BLOCKS) -> list[str]:
    """Violations of a list of blocks."""
    wrong = Wrong()
    if not isinstance(value, list):
        return ["blocks is not a list"]
    if len(value) > most:
        wrong("blocks", f"{len(value)} of them, at most {most}")
    for number, block in enumerate(value):
        where = f"blocks[{number}]"
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in kinds:
            wrong(where, f"unknown or misplaced block {kind!r}")
            continue
        where += f" {kind}"
        if len(str(block.get("block_id") or "")) > 255:
            wrong(where, "block_id over 255 characters")
        CHECKS.get(kind, lambda *_: None)(block, where, wrong)
    _payload(value, wrong)
    return wrong.found


def _payload(value: list[Payload], wrong: Wrong) -> None:
    """What holds for all blocks together."""
    named = [b.get("block_id") for b in value if isinstance(b, dict) and b.get("block_id")]
    if len(named) != len(set(named)):
        wrong("blocks", "a block_id stands twice")
    markdown = [b.get("text") or "" for b in value if b.get("type") == "markdown"]
    if sum(map(len, markdown)) > MARKDOWN:
        wrong("blocks", f"markdown has over {MARKDOWN} characters in all")
    if sum(b.get("type") == "table" for b in value) > 1:
        wrong("blocks", "more than one table")


def _section(block: Payload, where: str, wrong: Wrong) -> None:
    if not block.get("text") and not block.get("fields"):
        wrong(where, "neither text nor fields")
    if block.get("text"):
        text(block["text"], f"{where}.text", 3000, wrong)
    fields = block.get("fields") or []
    if len(fields) > 10:
        wrong(where, f"{len(fields)} fields, at most 10")
    for one in fields:
        text(one, f"{where}.fields", 2000, wrong)
    if block.get("accessory"):
        element(block["accessory"], f"{where}.accessory", wrong)


def _context(block: Payload, where: str, wrong: Wrong) -> None:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        wrong(where, f"{len(elements)} elements, 1 to 10")
    for one in elements:
        if one.get("type") == "image":
            element(one, where, wrong)
        else:
            text(one, where, 2000, wrong)


def _several(most: int, allowed: set[str] | None = None) -> Callable[[Payload, str, Wrong], None]:
    def check(block: Payload, where: str, wrong: Wrong) -> None:
        elements = block.get("elements") or []
        if not 1 <= len(elements) <= most:
            wrong(where, f"{len(elements)} elements, 1 to {most}")
        ids = [one.get("action_id") for one in elements if one.get("action_id")]
        if len(ids) != len(set(ids)):
            wrong(where, "an action_id stands twice")
        for one in elements:
            if allowed and one.get("type") not in allowed:
                wrong(where, f"{one.get('type')!r} may not stand here")
            element(one, where, wrong)

    return check


def _input(block: Payload, where: str, wrong: Wrong) -> None:
    text(block.get("label"), f"{where}.label", 2000, wrong, plain=True)
    if block.get("hint"):
        text(block["hint"], f"{where}.hint", 2000, wrong, plain=True)
    if not isinstance(block.get("element"), dict):
        wrong(where, "no element")
    else:
        element(block["element"], f"{where}.element", wrong)


def _header(block: Payload, where: str, wrong: Wrong) -> None:
    text(block.get("text"), where, 150, wrong, plain=True)


def _markdown(block: Payload, where: str, wrong: Wrong) -> None:
    if not isinstance(block.get("text"), str) or not block["text"]:
        wrong(where, "text is empty or no string")


def _image(block: Payload, where: str, wrong: Wrong) -> None:
    element(block, where, wrong)
    if block.get("title"):
        text(block["title"], f"{where}.title", 2000, wrong, plain=True)


def _table(block: Payload, where: str, wrong: Wrong) -> None:
    rows = block.get("rows") or []
    if not 1 <= len(rows) <= 100:
        wrong(where, f"{len(rows)} rows, 1 to 100")
    if any(not 1 <= len(row) <= 20 for row in rows):
        wrong(where, "a row has not 1 to 20 cells")


CHECKS: dict[str, Callable[[Payload, str, Wrong], None]] = {
    "section": _section, "context": _context, "actions": _several(25), "header": _header,
    "context_actions": _several(5, {"feedback_buttons", "icon_button"}), "input": _input,
    "markdown": _markdown, "image": _image, "rich_text": rich_text, "table": _table,
}  # fmt: skip

__all__ = ["blocks", "message", "metadata", "option_groups", "stream", "view"]
