"""Run `briefs serve`: Slack's requests where it is set up, health and metrics always."""

import asyncio
import logging
import socket
from contextlib import AsyncExitStack

from bot.audit.hourly import upkeep
from bot.serving.asgi import Site
from bot.serving.guard import Guard
from bot.serving.health import Health, site
from bot.serving.server import address, bound, is_loopback, serving
from bot.serving.signals import until_told
from bot.slack.link import Listening
from bot.slack.settings import SlackSettings, Transport
from bot.slack.settings import load as load_slack
from index.errors import SettingsError
from index.library import Library
from index.settings import load, variables

log = logging.getLogger(__name__)

_OURS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")


def run(host: str, port: int) -> None:
    """Serve until a signal ends it; raises SettingsError, UsageError."""
    settings = slack_settings(host)
    if settings is None:
        with bound(host, port) as listening, Library.open(load(), create=True) as library:
            asyncio.run(_without_slack(library, listening))
        return
    from bot.slack.running import opened

    with bound(host, port) as listening, opened() as library:
        asyncio.run(_with_slack(settings, library, listening))


def slack_settings(host: str) -> SlackSettings | None:
    """Return Slack's settings, None where nothing is to be taken from it over HTTP.

    That is where nothing is set, or where this machine's bot runs in Socket Mode and nobody else
    reaches us. Raises SettingsError where something is missing or wrong.
    """
    there = variables(*_OURS)
    if "SLACK_SIGNING_SECRET" in there:
        return load_slack(Transport.HTTP)
    if not there:
        if not is_loopback(host):
            log.warning(
                "listening on %s without SLACK_SIGNING_SECRET: no requests of Slack's are taken, "
                "/health and /metrics are open to whoever reaches them", host,
            )  # fmt: skip
        return None
    if not is_loopback(host):
        raise SettingsError(
            f"SLACK_SIGNING_SECRET: missing, and --host {host} is reached by others; copy it from "
            "the app's page Basic Information, or leave --host away"
        )
    if "SLACK_APP_TOKEN" not in there:
        return load_slack(Transport.HTTP)  # names what is missing
    log.warning(
        "no SLACK_SIGNING_SECRET: no requests of Slack's are taken here, only by briefs slack"
    )
    return None


async def _without_slack(library: Library, listening: socket.socket) -> None:
    async with upkeep(library), serving(site(Health(library.database)), listening) as task:
        log.warning("listening on %s: /health, /metrics", address(listening))
        await until_told(task)


async def _with_slack(settings: SlackSettings, library: Library, listening: socket.socket) -> None:
    from bot.slack.http import PATH, events
    from bot.slack.running import running

    assert settings.signing_secret
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(running(settings, library))
        guard = Guard(events(bot.app), settings.signing_secret.get_secret_value())
        health = Health(library.database, Listening(bot.works), lambda: dict(guard.refused))
        whole = Site({**health.places(), PATH: (("POST",), guard)})
        task = await stack.enter_async_context(serving(whole, listening))
        log.warning(
            "listening on %s: %s, /health, /metrics; %s briefs are open to questions",
            address(listening), PATH, len(library.dates()),
        )  # fmt: skip
        await until_told(task)
