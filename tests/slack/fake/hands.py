"""What people do with their hands: commands, shortcuts, clicks, choices, modals."""

from typing import Any

from tests.slack.fake import limits
from tests.slack.fake.events import Events
from tests.slack.fake.forms import elements, state_of
from tests.slack.fake.methods import checked_view
from tests.slack.fake.world import APP, BOT_USER, ORGANISATION, TEAM, Message, View


class Hands(Events):
    """Interactions; mixed into FakeSlack. Each returns what the bot acknowledged with."""

    def _who(self, user: str) -> dict[str, Any]:
        person = self.world.user(user)
        everywhere = self.rules.organisation
        team = None if everywhere else {"id": TEAM, "domain": "fake"}
        enterprise = {"id": ORGANISATION, "name": "Fake"} if everywhere else None
        return {"user": {"id": person.id, "username": person.name, "name": person.name,
                         "team_id": TEAM}, "team": team, "api_app_id": APP, "token": "x",
                "is_enterprise_install": everywhere, "enterprise": enterprise}  # fmt: skip

    async def command(self, command: str, text: str, user: str, channel: str) -> Any:
        """Type a slash command; an acknowledgement with a text becomes an ephemeral message."""
        person, place = self.world.user(user), self.world.channel(channel)
        payload = {
            "token": "x", "team_id": TEAM, "team_domain": "fake", "channel_id": place.id,
            "channel_name": place.name, "user_id": person.id, "user_name": person.name,
            "command": command, "text": text, "api_app_id": APP,
            "response_url": self.hooks.give(place.id, person.id),
            "trigger_id": self.triggers.give(person.id),
        }  # fmt: skip
        if self.rules.organisation:
            payload |= {"enterprise_id": ORGANISATION, "is_enterprise_install": "true"}
        return await self.send_interaction(
            "slash_commands", payload, then=lambda said: self._show(said, place.id, person.id)
        )

    def _show(self, said: Any, channel: str, user: str) -> None:
        """What a command was acknowledged with, as the message that people see."""
        said = {"text": said} if isinstance(said, str) else said or {}
        if not (said.get("text") or said.get("blocks")):
            return
        for words in limits.message(said):
            self.violate(f"acknowledgement of a command: {words}")
        self.world.add(
            Message(
                channel, self.world.stamp(), BOT_USER, text=said.get("text") or "",
                blocks=said.get("blocks") or [],
                to=None if said.get("response_type") == "in_channel" else user,
            )
        )  # fmt: skip

    async def shortcut(
        self, callback_id: str, user: str, channel: str | None = None, ts: str | None = None
    ) -> Any:
        """Use a shortcut on a message, or a global one when no message is named."""
        person = self.world.user(user)
        payload = self._who(user) | {
            "type": "shortcut", "callback_id": callback_id, "action_ts": self.world.stamp(),
            "trigger_id": self.triggers.give(person.id),
        }  # fmt: skip
        if channel and ts:
            place = self.world.channel(channel)
            message = self.world.messages[place.id, ts]
            payload |= {
                "type": "message_action", "message_ts": ts, "message": message.wire(self.world),
                "channel": {"id": place.id, "name": place.name},
                "response_url": self.hooks.give(place.id, person.id),
            }  # fmt: skip
        return await self.send_interaction("interactive", payload)

    async def click(
        self, where: Message | View, what: str, user: str | None = None, *, choice: Any = None,
        wait: bool = True,
    ) -> Any:  # fmt: skip
        """Click what has this action_id or label, in a message or view.

        `choice` is the value of the option chosen in a menu, or the value of a field.
        """
        blocks = where.blocks if isinstance(where, Message) else where.view["blocks"]
        found = [one for one in elements(blocks) if what in (one["action_id"], one["label"])]
        assert found, f"nothing to click as {what!r}: {[e['label'] for e in elements(blocks)]}"
        person = self.world.user(user or where.user)
        if isinstance(where, View):
            person = self.world.users[where.user]
        action = found[0]["action"](choice) | {"action_ts": self.world.stamp()}
        payload = self._who(person.id) | {
            "type": "block_actions", "actions": [action], "trigger_id": self.triggers.give(
                person.id), "state": {"values": {}},
        }  # fmt: skip
        return await self.send_interaction(
            "interactive", payload | self._container(where, person.id), wait=wait
        )

    def _container(self, where: Message | View, user: str) -> dict[str, Any]:
        if isinstance(where, View):
            return {"view": where.wire() | {"state": {"values": state_of(where.view, {})}},
                    "container": {"type": "view", "view_id": where.id}}  # fmt: skip
        channel = self.world.channels[where.channel]
        container = {"type": "message", "message_ts": where.ts, "channel_id": where.channel,
                     "is_ephemeral": bool(where.to)}  # fmt: skip
        if where.thread_ts:
            container["thread_ts"] = where.thread_ts
        out = {"container": container, "channel": {"id": channel.id, "name": channel.name},
               "response_url": self.hooks.give(channel.id, user, where)}  # fmt: skip
        return out if where.to else out | {"message": where.wire(self.world)}

    async def submit(self, view: View, values: dict[str, Any] | None = None) -> Any:
        """Fill in a modal and press its button. Values by action_id, block_id or label."""
        state = state_of(view.view, values or {})
        payload = self._who(view.user) | {
            "type": "view_submission", "trigger_id": self.triggers.give(view.user),
            "view": view.wire() | {"state": {"values": state}}, "response_urls": [],
        }  # fmt: skip
        said = await self.send_interaction("interactive", payload)
        self._respond(view, said)
        return said

    def _respond(self, view: View, said: Any) -> None:
        action = said.get("response_action") if isinstance(said, dict) else None
        if action == "errors":
            known = {block.get("block_id") for block in view.view["blocks"]}
            unknown = set(said["errors"]) - known
            if unknown:
                self.violate(f"errors for blocks that are not in the view: {sorted(unknown)}")
        elif action == "update":
            view.view = checked_view(self, said["view"], "modal")
            view.hash = self.world.number("hash")
        else:
            view.open = False

    def view_of(self, user: str) -> View | None:
        person = self.world.user(user).id
        opened = [v for v in self.world.views if v.open and v.user == person]
        return opened[-1] if opened else None

    def home_of(self, user: str) -> View | None:
        return self.world.homes.get(self.world.user(user).id)
