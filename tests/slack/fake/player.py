"""Play the people: say, edit, delete, drop a file, and read what the bot answered.

Clicks, commands and modals are in hands.py. Channels and users by id or name. Every helper returns
what a test needs next: a message's ts, or what the bot acknowledged with.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from tests.slack.fake.hands import Hands
from tests.slack.fake.world import BOT_USER, Channel, File, Message

_PATIENCE = 3.0  # seconds for which a busy bot is waited for


class Player(Hands):
    """What people do in the workspace; mixed into FakeSlack."""

    def dm(self, user: str) -> Channel:
        return self.world.direct(user)

    async def say(
        self, channel: str, user: str, text: str, thread_ts: str | None = None, *,
        files: Sequence[str] = (), ts: str | None = None, copies: int = 1,
        deliver: bool = True, **extra: Any,
    ) -> str:  # fmt: skip
        """Write a message; returns its ts. In the text, `@briefs` becomes the bot's mention."""
        place, person = self.world.channel(channel), self.world.user(user)
        text = text.replace("@briefs", f"<@{BOT_USER}>")
        message = Message(
            place.id, ts or self.world.stamp(), person.id, text=text, thread_ts=thread_ts,
            files=list(files),
        )  # fmt: skip
        self.world.add(message)
        if deliver:
            await self.send_message(message, copies=copies, **extra)
        return message.ts

    async def mention(self, channel: str, user: str, text: str, *args: Any, **more: Any) -> str:
        return await self.say(channel, user, f"@briefs {text}", *args, **more)

    async def ask(self, user: str, text: str, thread_ts: str | None = None, **more: Any) -> str:
        return await self.say(self.dm(user).id, user, text, thread_ts, **more)

    async def edit(self, channel: str, ts: str, text: str) -> None:
        place = self.world.channel(channel)
        message = self.world.messages[place.id, ts]
        before = message.wire(self.world)
        message.versions.append(message.text)
        message.text = text.replace("@briefs", f"<@{BOT_USER}>")
        message.edited = self.world.stamp()
        await self.send_changed(message, before)

    async def delete(self, channel: str, ts: str) -> None:
        message = self.world.messages[self.world.channel(channel).id, ts]
        message.deleted = True
        await self.send_deleted(message)

    def file(self, name: str, data: bytes, user: str, mimetype: str = "text/plain",
             **facts: Any) -> File:  # fmt: skip
        size = facts.pop("size", None)
        file = File(self.world.number("F"), name, data, self.world.user(user).id, mimetype, size)
        file.extra = facts
        self.world.files[file.id] = file
        return file

    async def drop_file(
        self, name: str, data: bytes, user: str, channel: str | None = None, *, text: str = "",
        thread_ts: str | None = None, mimetype: str = "text/plain", **facts: Any,
    ) -> str:  # fmt: skip
        """Drop a file into a channel, or into the user's direct message; returns the ts."""
        file = self.file(name, data, user, mimetype, **facts)
        place = self.world.channel(channel) if channel else self.dm(user)
        ts = await self.say(place.id, user, text, thread_ts, files=[file.id])
        await self.send_event(
            {"type": "file_shared", "file_id": file.id, "user_id": file.user,
             "channel_id": place.id, "event_ts": ts, "file": {"id": file.id}}, place
        )  # fmt: skip
        return ts

    async def open_home(self, user: str, tab: str = "home") -> None:
        person, place = self.world.user(user).id, self.dm(user)
        home = self.world.homes.get(person)
        event = {"type": "app_home_opened", "user": person, "tab": tab, "channel": place.id,
                 "event_ts": self.world.stamp()}  # fmt: skip
        await self.send_event(event | ({"view": home.wire()} if home else {}), place)

    async def stop_session(self, channel: str, root: str, user: str) -> None:
        place = self.world.channel(channel)
        await self.send_event(
            {"type": "agent_session_stopped", "channel": place.id, "thread_ts": root,
             "user": self.world.user(user).id, "streaming_message_ts": [],
             "event_ts": self.world.stamp()}, place
        )  # fmt: skip

    async def join(self, channel: str, user: str) -> None:
        await self._membership("member_joined_channel", channel, user)

    async def leave(self, channel: str, user: str) -> None:
        await self._membership("member_left_channel", channel, user)

    async def _membership(self, kind: str, channel: str, user: str) -> None:
        place, person = self.world.channel(channel), self.world.user(user).id
        (place.members.add if kind.startswith("member_joined") else place.members.discard)(person)
        event = {"type": kind, "user": person, "channel": place.id, "event_ts": self.world.stamp()}
        await self.send_event(event | {"channel_type": place.event_type[0].upper()}, place)

    # -- what the bot said -------------------------------------------------------------------

    def thread(self, channel: str, root: str) -> list[Message]:
        return self.world.thread(self.world.channel(channel).id, root)

    def answers(self) -> list[Message]:
        said = [*self.world.messages.values(), *self.world.ephemeral]
        return sorted((m for m in said if m.by_bot and not m.deleted), key=lambda m: m.ts)

    def answers_to(self, ts: str) -> list[Message]:
        """What the bot said to one message: in its thread, after it, before the next person."""
        asked = next(m for m in self.world.messages.values() if m.ts == ts)
        thread = self.world.thread(asked.channel, asked.root)
        end = min((m.ts for m in thread if m.ts > ts and not m.by_bot), default="9")
        aside = [m for m in self.world.ephemeral
                 if m.channel == asked.channel and m.thread_ts in (None, asked.root)]  # fmt: skip
        said = [m for m in [*thread, *aside] if m.by_bot and not m.deleted and ts < m.ts < end]
        return sorted(said, key=lambda m: m.ts)

    async def answer_to(self, ts: str, seconds: float = 120.0) -> Message:
        def finished() -> Message | None:
            said = [m for m in self.answers_to(ts) if not is_growing(m)]
            return said[0] if said else None

        found: Message = await self.until(finished, seconds, f"an answer to {ts}")
        return found

    def doubles(self) -> dict[str, int]:
        """Answer ids (metadata's answer_id) that stand more than once, with their count."""
        ids = [str((m.metadata or {}).get("event_payload", {}).get("answer_id"))
               for m in self.answers() if m.metadata]  # fmt: skip
        return {name: ids.count(name) for name in set(ids) if ids.count(name) > 1}

    def unfinished(self) -> list[str]:
        """What would be left spinning: unfinished answers, sessions still processing.

        A session whose thread is deleted is seen by nobody, and Slack takes no status for it.
        """
        left = [f"{message.ts} is being written" for message in self.answers()
                if is_growing(message)]  # fmt: skip
        return left + [f"session {key} is processing" for key, one in self.world.sessions.items()
                       if one.status == "processing" and self._stands(*key)]  # fmt: skip

    def _stands(self, channel: str, ts: str) -> bool:
        message = self.world.message(channel, ts)
        return message is not None and not message.deleted

    def calls_of(self, method: str) -> list[Any]:
        return [call for call in self.calls if call.method == method]

    def ack_delays(self) -> list[float]:
        """Seconds from the first sending of each envelope to its acknowledgement."""
        return [ack.delay for ack in self.sockets.acks]

    async def quiet(self, seconds: float = 0.3, most: float = 120.0) -> None:
        """Wait until no call has come for a while and nothing is unacknowledged.

        A `busy` bot, which may have a row to write, is waited for, but not for ever.
        """
        start = time.monotonic()
        while (now := time.monotonic()) < start + most:
            last = self.calls[-1].at if self.calls else 0.0
            done = not self.busy() or now > start + _PATIENCE
            if done and now - last > seconds and not self.sockets.waiting:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"the bot was not quiet in {most} s")


def is_growing(message: Message) -> bool:
    return "Still writing" in message.said
