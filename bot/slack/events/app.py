"""Put the Slack app together: parts in, a Bolt app out. Listeners only register here.

The same app serves Socket Mode and HTTP. Nothing is answered in a listener: questions go into the
inbox, the worker answers them.
"""

import re
from typing import Any

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs.worker import Worker
from bot.slack.events import buttons, commands, dialogs, messages, workspace
from bot.slack.parts import SlackServices

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
    """Return the app as an ASGI application for PATH; signatures are checked before it."""
    return AsyncSlackRequestHandler(app, PATH)
