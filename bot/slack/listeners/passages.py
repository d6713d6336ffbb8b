"""Show the passages behind an answer in a dialog, to whoever clicks: only what that person may see.

What may not be seen is left out without a word. Access is checked at each click, in the place where
it happens.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.answer import Answer
from bot.rebuilt import rebuilt
from bot.slack import access, actions, phrases
from bot.slack.elements import View
from bot.slack.listeners.clicks import Where, opened, updated, value_of
from bot.slack.parts import Parts
from bot.slack.passages_view import (
    Around,
    State,
    around,
    passage_of,
    passages_view,
    state_of,
)
from bot.slack.views import message_view
from index.errors import NotFound
from index.library import Library
from index.passage import Hit
from index.storage.schema import WITHDRAWN

TITLE = "Passages"


async def show(parts: Parts, client: AsyncWebClient, where: Where, answer_id: str) -> None:
    """Open the dialog at once, and fill it."""
    view = await opened(client, where, message_view(TITLE, phrases.LOADING))
    await updated(client, view, await _filled(parts, where, State(answer_id)))


async def more(parts: Parts, client: AsyncWebClient, where: Where, body: Mapping[str, Any]) -> None:
    """Show the text around one passage."""
    view = body["view"]
    _, number = actions.parted_number(value_of(body))
    state = state_of(view)
    opened_now = tuple(dict.fromkeys((*state.opened, number)))
    state = State(state.answer_id, state.page, opened_now)
    await updated(client, view["id"], await _filled(parts, where, state), view.get("hash"))


async def turn(parts: Parts, client: AsyncWebClient, where: Where, body: Mapping[str, Any]) -> None:
    """Turn to another page."""
    view = body["view"]
    _, page = actions.parted_number(value_of(body))
    state = state_of(view)
    state = State(state.answer_id, page, state.opened)
    await updated(client, view["id"], await _filled(parts, where, state), view.get("hash"))


async def answer_of(parts: Parts, answer_id: str) -> Answer:
    """Return an answer as it is on record; raise NotFound."""
    entry = await asyncio.to_thread(parts.ledger.get, answer_id)
    return rebuilt(entry.body, entry.private)


def collections_of(answer: Answer) -> frozenset[str]:
    """Return the collections of all that an answer shows."""
    shown = {citation.brief.collection for citation in answer.citations}
    return frozenset(shown | {hit.brief.collection for hit in answer.nearest})


async def _filled(parts: Parts, where: Where, state: State) -> View:
    """Return the dialog as one person may see it now."""
    try:
        answer = await answer_of(parts, state.answer_id)
    except NotFound:
        return message_view(TITLE, phrases.GONE)
    seen = await access.seen_by(parts, where.channel, where.user, collections_of(answer))
    if not seen:
        return message_view(TITLE, phrases.NOTHING_TO_SEE)
    texts: dict[int, Around | None] = {}
    for number in state.opened:
        hit = passage_of(answer, number)
        if hit and hit.brief.collection in seen:
            texts[number] = await asyncio.to_thread(_around, parts.library, hit)
    view = passages_view(answer, page=state.page, opened=texts, collections=seen, desk=parts.desk)
    kept = json.loads(view["private_metadata"]) | {"channel": where.channel}
    return {**view, "private_metadata": json.dumps(kept)}


def _around(library: Library, hit: Hit) -> Around | None:
    """Return what stands around a passage; None where its brief was taken out."""
    name = (hit.brief.id, hit.brief.version)
    states = [row.state for row in library.versions() if (row.brief.id, row.brief.version) == name]
    if not states or states[0] == WITHDRAWN:
        return None
    brief = library.brief(*name)
    return around(brief, [passage for _, passage in library.passages(brief)], hit.passage)
