"""Show the passages behind an answer in a dialog: only what the person who clicks may see.

The rest is left out without a word. Access is checked at each click, in the place where it happens.
"""

import asyncio
import json
from dataclasses import replace

from bot.answering.answer import Answer
from bot.errors import AudienceUnknown
from bot.ledger.record import rebuilt
from bot.slack import phrases
from bot.slack.access import permissions
from bot.slack.blocks import actions
from bot.slack.blocks.dialogs import message_view
from bot.slack.blocks.elements import View
from bot.slack.blocks.passages import (
    Around,
    PassagesState,
    around,
    passage_of,
    passages_view,
    state_of,
)
from bot.slack.blocks.sources import collections_of
from bot.slack.events.clicks import Click, Where, opened, updated
from bot.slack.parts import SlackServices
from index.errors import NotFound
from index.library import Library
from index.passage import Hit
from index.storage.schema import WITHDRAWN

TITLE = "Passages"


async def show(click: Click) -> None:
    view = await opened(click.client, click.where, message_view(TITLE, phrases.LOADING))
    state = PassagesState(click.value)
    await updated(click.client, view, await _filled(click.parts, click.where, state))


async def more(click: Click) -> None:
    _, number = actions.parted_number(click.value)
    state = state_of(click.view)
    opened_now = tuple(dict.fromkeys((*state.opened, number)))
    await _update(click, replace(state, opened=opened_now))


async def turn(click: Click) -> None:
    _, page = actions.parted_number(click.value)
    await _update(click, replace(state_of(click.view), page=page))


async def _update(click: Click, state: PassagesState) -> None:
    filled = await _filled(click.parts, click.where, state)
    await updated(click.client, click.view["id"], filled, click.view.get("hash"))


async def answer_of(parts: SlackServices, answer_id: str) -> Answer:
    """Return an answer as it is on record; raise NotFound."""
    entry = await asyncio.to_thread(parts.ledger.get, answer_id)
    return rebuilt(entry.body, entry.private)


async def _filled(parts: SlackServices, where: Where, state: PassagesState) -> View:
    try:
        answer = await answer_of(parts, state.answer_id)
    except NotFound:
        return message_view(TITLE, phrases.GONE)
    try:
        seen = await permissions.seen_by(parts, where.channel, where.user, collections_of(answer))
    except AudienceUnknown as unknown:
        return message_view(TITLE, str(unknown))
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
    name = (hit.brief.id, hit.brief.version)
    states = [row.state for row in library.versions() if (row.brief.id, row.brief.version) == name]
    if not states or states[0] == WITHDRAWN:
        return None
    brief = library.brief(*name)
    return around(brief, [passage for _, passage in library.passages(brief)], hit.passage)
