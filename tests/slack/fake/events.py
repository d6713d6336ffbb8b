"""Turn what happens into events and send them: over a socket, or signed over HTTP."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from tests.slack.fake.world import APP, BOT_USER, ORGANISATION, TEAM, Channel, Message

_SUBSCRIPTIONS = {"public": "message.channels", "private": "message.groups", "im": "message.im",
                  "mpim": "message.mpim"}  # fmt: skip


class Events:
    """Sending of events; mixed into FakeSlack."""

    async def send_message(self, message: Message, *, copies: int = 1, **extra: Any) -> None:
        """Send the events of a new message: `message`, and `app_mention` beside it."""
        channel = self.world.channels[message.channel]
        event = message.wire(self.world) | {
            "channel": channel.id, "channel_type": channel.event_type, "event_ts": message.ts,
        }  # fmt: skip
        if message.files:
            event["subtype"] = "file_share"
        user = self.world.users[message.user]
        if user.stranger:
            event |= {"user_team": user.wire()["team_id"], "team": user.wire()["team_id"]}
        event |= extra
        mentioned = f"<@{BOT_USER}>" in message.text and channel.kind != "im"
        if mentioned and not message.by_bot and "app_mention" in self.rules.events:
            mention = {k: v for k, v in event.items() if k not in {"subtype", "channel_type"}}
            await self.send_event(mention | {"type": "app_mention"}, channel, copies=copies)
        if BOT_USER in channel.members and _SUBSCRIPTIONS[channel.kind] in self.rules.events:
            await self.send_event(event, channel, copies=copies)

    async def send_changed(self, message: Message, before: dict[str, Any]) -> None:
        now = message.wire(self.world)
        await self._hidden("message_changed", message, message=now, previous_message=before)

    async def send_deleted(self, message: Message) -> None:
        gone = message.wire(self.world)
        await self._hidden("message_deleted", message, deleted_ts=message.ts, previous_message=gone)

    async def _hidden(self, subtype: str, about: Message, **more: Any) -> None:
        channel = self.world.channels[about.channel]
        if BOT_USER not in channel.members or about.to:
            return
        if _SUBSCRIPTIONS[channel.kind] not in self.rules.events:
            return
        stamp = self.world.stamp()
        event = {
            "type": "message", "subtype": subtype, "hidden": True, "channel": channel.id,
            "channel_type": channel.event_type, "ts": stamp, "event_ts": stamp,
        }  # fmt: skip
        await self.send_event(event | more, channel)

    def echo(
        self, message: Message, *, before: dict[str, Any] | None = None, deleted: bool = False
    ) -> None:
        if not (self.sockets.open or self.request_url):
            return
        if deleted:
            self.later(self.send_deleted(message))
        elif before is not None:
            self.later(self.send_changed(message, before))
        else:
            self.later(self.send_message(message))

    async def send_event(
        self, event: dict[str, Any], channel: Channel | None = None, *,
        event_id: str | None = None, copies: int = 1,
    ) -> str:  # fmt: skip
        if not event["type"].startswith("message") and event["type"] not in self.rules.events:
            return ""
        name = event_id or self.world.number("Ev")
        body = {
            "token": "x", "team_id": TEAM, "context_team_id": TEAM, "api_app_id": APP,
            "type": "event_callback", "event_id": name, "event_time": int(time.time()),
            "event": event, "is_ext_shared_channel": bool(channel and channel.shared),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True,
                                "enterprise_id": None, "is_enterprise_install": False}],
        }  # fmt: skip
        if self.rules.organisation:
            one = {"team_id": None, "enterprise_id": ORGANISATION, "is_enterprise_install": True}
            body |= {"enterprise_id": ORGANISATION,
                     "authorizations": [body["authorizations"][0] | one]}  # fmt: skip
        if self.request_url:
            for attempt in range(copies):
                await self.post_signed(self.request_url, body, retry=attempt)
        else:
            await self.sockets.deliver("events_api", body, copies=copies)
        return name

    async def send_interaction(
        self, type_: str, payload: dict[str, Any], *, wait: bool = True,
        then: Callable[[Any], None] | None = None,
    ) -> Any:  # fmt: skip
        """Send a click, a submission or a command; returns what it was acknowledged with."""
        if not self.request_url:
            envelope = await self.sockets.deliver(type_, payload, then=then)
            return await envelope.acked if wait else None
        form = payload if type_ == "slash_commands" else {"payload": json.dumps(payload)}
        status, text = await self.post_signed(self.request_url, form=form)
        if status != 200:
            self.violate(f"{type_} was answered with {status}")
        said = json.loads(text) if text.startswith("{") else text or None
        if then:
            then(said)
        return said

    async def post_signed(
        self, url: str, body: Any = None, *, form: dict[str, Any] | None = None,
        secret: str | None = None, stamp: int | str | None = None, retry: int = 0,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str]:  # fmt: skip
        """Deliver over HTTP as Slack does: raw body (or JSON, or a form), signed."""
        raw = urlencode(form) if form is not None else body
        raw = raw if isinstance(raw, str) else json.dumps(raw)
        when = str(int(time.time()) if stamp is None else stamp)
        key = self.signing_secret if secret is None else secret
        kind = "application/x-www-form-urlencoded" if form is not None else "application/json"
        sent = {
            "content-type": kind, "x-slack-request-timestamp": when,
            "x-slack-signature": SignatureVerifier(key).generate_signature(
                timestamp=when, body=raw) or "",
        }  # fmt: skip
        if retry:
            sent |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": "http_timeout"}
        async with (
            aiohttp.ClientSession(trust_env=False) as session,
            session.post(url, data=raw.encode(), headers=sent | (headers or {})) as response,
        ):
            return response.status, await response.text()
