"""response_url: five uses in half an hour, no token, and what each may do."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.slack.fake import rules
from tests.slack.fake.rules import Refused
from tests.slack.fake.world import BOT_USER, Message

if TYPE_CHECKING:
    from tests.slack.fake.server import FakeSlack


@dataclass
class Hook:
    """One response_url: who got it where, and from which message."""

    id: str
    channel: str
    user: str
    given: float
    source: Message | None = None
    thread_ts: str | None = None
    uses: int = 0


class Hooks:
    """All response_urls that were given out."""

    def __init__(self, fake: "FakeSlack") -> None:
        self._fake = fake
        self.given: dict[str, Hook] = {}
        self.said: list[tuple[Hook, dict[str, Any]]] = []

    def give(self, channel: str, user: str, source: Message | None = None) -> str:
        hook = Hook(self._fake.world.number("hook"), channel, user, time.monotonic(), source)
        hook.thread_ts = source.thread_ts if source else None
        self.given[hook.id] = hook
        return f"{self._fake.base}/hook/{hook.id}"

    async def serve(self, request: web.Request) -> web.Response:
        hook, limit = self.given.get(request.match_info["name"]), self._fake.rules
        if hook is None:
            return web.Response(status=404, text="no_service")
        hook.uses += 1
        if request.headers.get("Authorization"):
            self._fake.violate("a token was sent to a response_url")
        if hook.uses > limit.hook_uses or time.monotonic() - hook.given > limit.hook_seconds:
            self._fake.violate("a response_url was used too often or too late")
            return web.Response(status=404, text="expired_url")
        payload = await request.json()
        self.said.append((hook, payload))
        try:
            self._do(hook, payload)
        except Refused as error:
            return web.Response(status=400, text=error.error)
        return web.Response(text="ok")

    def _do(self, hook: Hook, payload: dict[str, Any]) -> None:
        fake, source = self._fake, hook.source
        if payload.get("delete_original"):
            if source:
                source.deleted = True
            return
        rules.check_message(fake, payload)
        blocks = rules.check_blocks(fake, payload.get("blocks"))
        if payload.get("replace_original") and source:
            source.versions.append(source.said)
            source.text, source.blocks = payload.get("text") or "", blocks
            return
        public = payload.get("response_type") == "in_channel"
        channel = fake.world.channels[hook.channel]
        rules.check_thread(fake, channel, payload.get("thread_ts"))
        message = Message(
            hook.channel, fake.world.stamp(), BOT_USER, text=payload.get("text") or "",
            blocks=blocks, thread_ts=payload.get("thread_ts") or hook.thread_ts,
            to=None if public else hook.user, hook=hook.id,
        )  # fmt: skip
        fake.world.add(message)
        if public:
            fake.echo(message)
