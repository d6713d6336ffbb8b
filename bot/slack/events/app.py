"""Put the Slack app together: parts in, a Bolt app out. Listeners only register here.

The same app serves Socket Mode and HTTP. Nothing is answered in a listener: questions go into the
inbox, the worker answers them.
"""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs.worker import Worker
from bot.slack.events import buttons, commands, dialogs, messages, workspace
from bot.slack.parts import SlackServices

Scope = MutableMapping[str, Any]  # of ASGI
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATH = "/slack/events"  # where events, clicks and commands arrive over HTTP


def build(parts: SlackServices, worker: Worker, client: AsyncWebClient) -> AsyncApp:
    secret = parts.settings.signing_secret

    organisation = parts.team if parts.team.startswith("E") else None

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Say who we are: known since the start, so that no event waits for a call."""
        return AuthorizeResult(
            enterprise_id=organisation or enterprise_id,
            team_id=team_id if organisation else parts.team,
            bot_user_id=parts.bot_user,
            bot_token=client.token,
        )

    app = AsyncApp(
        client=AsyncWebClient(base_url=client.base_url, retry_handlers=[]),
        authorize=authorize,
        signing_secret=secret.get_secret_value() if secret else None,
        request_verification_enabled=secret is not None,
    )
    intake = messages.register(app, parts)
    for module in (commands, buttons, dialogs):
        module.register(app, parts, intake)
    workspace.register(app, parts, worker)

    @app.event(re.compile("."))
    async def received(body: dict[str, Any]) -> None:
        """Acknowledge every event: what is not acknowledged is delivered again."""

    return app


def asgi_app(app: AsyncApp) -> Any:
    """Return the app as an ASGI application for PATH; signatures are checked before it.

    A body or a timestamp that Slack would not send is answered with 400.
    """
    handler: Any = AsyncSlackRequestHandler(app, PATH)

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await handler(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if not _is_well_formed(scope, body):
            await _bad_request(send)
            return
        given = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(given, {"type": "http.disconnect"})

        await handler(scope, again, send)

    return checked


def _is_well_formed(scope: Scope, body: bytes) -> bool:
    """Return whether a request has the form of Slack's: JSON, or a form with JSON as `payload`."""
    headers = {name.lower(): value for name, value in scope.get("headers") or ()}
    stamp = headers.get(b"x-slack-request-timestamp", b"0")
    try:
        said = body.decode()
        kind = headers.get(b"content-type", b"").decode().partition(";")[0].strip().lower()
        int(stamp)
        if kind == "application/x-www-form-urlencoded":
            fields = parse_qs(said, strict_parsing=bool(said))
            return all(_is_payload(json.loads(one)) for one in fields.get("payload", ()))
        return not said or _is_payload(json.loads(said))
    except (ValueError, RecursionError):
        return False


def _is_payload(value: Any) -> bool:
    """Return whether what has an inner form by name has that form, as far as we read it."""
    if not isinstance(value, dict):
        return False
    objects = ("event", "view", "container", "message", "channel", "enterprise")
    lists = ("actions", "authorizations")
    return all(
        isinstance(value.get(name), dict | str | None)
        if name in {"channel", "enterprise"}
        else isinstance(value.get(name), dict | None)
        for name in objects
    ) and all(
        value.get(name) is None
        or (isinstance(value[name], list) and all(isinstance(one, dict) for one in value[name]))
        for name in lists
    )


async def _bad_request(send: Send) -> None:
    line = b"not a request of Slack's"
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": line})
