"""Run `briefs serve`: Slack's requests where it is set up, the desk, health and metrics."""

import asyncio
import logging
import socket
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.audit.hourly import upkeep
from bot.serving.asgi import App, Site
from bot.serving.guard import Guard
from bot.serving.health import Health
from bot.serving.loopback import is_loopback
from bot.serving.server import address, bound, serving
from bot.serving.signals import heard, until
from bot.slack.delivery.health import Listening
from bot.slack.setup.settings import SlackSettings, Transport
from bot.slack.setup.settings import load as load_slack
from index.errors import SettingsError
from index.library import Library
from index.memory import give_back_large_arrays
from index.settings import load, variables

if TYPE_CHECKING:
    from bot.desk.access import Access

log = logging.getLogger(__name__)

_OURS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")


def run(host: str, port: int) -> None:
    """Serve until a signal ends it; raises SettingsError, UsageError."""
    settings = slack_settings(host)
    with bound(host, port) as listening:
        way = _way(host, with_slack=settings is not None)
        if settings is None:
            give_back_large_arrays()
            with Library.open(load(), create=True) as library:
                asyncio.run(_without_slack(library, listening, _desk(library, way)))
            return
        from bot.app.slack_bot import opened

        with opened() as library:
            asyncio.run(_with_slack(settings, library, listening, _desk(library, way)))


def _way(host: str, *, with_slack: bool) -> "Access | None":
    """Return how the desk tells people apart, None for no desk; raises SettingsError."""
    from bot.desk.access import access
    from bot.desk.settings import load as load_desk

    return access(load_desk(), loopback=is_loopback(host), reached_by_others=with_slack)


def _desk(library: Library, way: "Access | None") -> App | None:
    if way is None:
        return None
    from bot.desk.app import create
    from bot.desk.settings import load as load_desk

    return create(library, load_desk(), way)


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


async def _without_slack(library: Library, listening: socket.socket, desk: App | None) -> None:
    told = heard()
    whole = Site(Health(library.database).places(), desk)
    async with upkeep(library), serving(whole, listening) as task:
        log.warning("listening on %s: %s/health, /metrics", address(listening), _and_desk(desk))
        await until(told, task)


async def _with_slack(
    settings: SlackSettings, library: Library, listening: socket.socket, desk: App | None
) -> None:
    from bot.app.slack_bot import leave_threads, running_bot
    from bot.slack.events.app import PATH, asgi_app

    assert settings.signing_secret
    told = heard()
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(running_bot(settings, library))
        guard = Guard(asgi_app(bot.app), settings.signing_secret.get_secret_value())
        health = Health(library.database, Listening(bot.works), lambda: dict(guard.refused))
        whole = Site({**health.places(), PATH: (("POST",), guard)}, desk)
        task = await stack.enter_async_context(serving(whole, listening))
        log.warning(
            "listening on %s: %s%s, /health, /metrics; %s briefs are open to questions",
            address(listening), _and_desk(desk), PATH, len(library.dates()),
        )  # fmt: skip
        await until(told, task)
    leave_threads()


def _and_desk(desk: App | None) -> str:
    return "the desk, " if desk else ""
