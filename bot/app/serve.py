"""The command `briefs serve`: the desk, Slack over HTTP, health and metrics in one process.

Nothing heavy is imported until the command runs.
"""

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import SettingsError

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp

    from bot.slack.settings import SlackSettings
    from bot.web.authentication import Authentication
    from bot.web.settings import WebSettings
    from index.library import Library

log = logging.getLogger(__name__)

HOST, PORT = "127.0.0.1", 8080
_SLACK = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")

Host = Annotated[
    str,
    typer.Option(metavar="ADDRESS", help="Address to listen on; 127.0.0.1: this machine only."),
]
Port = Annotated[
    int, typer.Option(metavar="PORT", min=0, max=65535, help="Port to listen on; 0: any free port.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(host: Host = HOST, port: Port = PORT) -> None:
    """Serve the editors' desk, Slack over HTTP, health checks and metrics.

    The desk is at /. If other machines can reach it, people have to sign in: see docs/auditing.md.

    /slack/events takes requests that Slack signed. /health answers 200 if all is well, else 503.

    /metrics is for Prometheus. All of this is plain HTTP: put a proxy with TLS in front of it.

    Example: briefs serve --port 8080
    """
    from ingest.terminal import show_warnings

    show_warnings()
    run(host, port)


def run(host: str, port: int) -> None:
    """Serve until a signal ends it; raises SettingsError, UsageError."""
    from bot.finding import terminal_asker
    from bot.web.authentication import authentication
    from bot.web.server import bound
    from bot.web.settings import is_loopback
    from bot.web.settings import load as load_web

    slack = slack_settings(host)
    with bound(host, port) as listening:
        web = load_web()
        login = authentication(
            web, terminal_asker(), loopback=is_loopback(host), reached_by_others=slack is not None
        )
        if slack is None:
            _serve_without_slack(listening, web, login)
        else:
            _serve_with_slack(slack, listening, web, login)


def slack_settings(host: str) -> "SlackSettings | None":
    """Return Slack's settings; None where no requests of Slack are served here.

    That is where none is set, or where this machine's bot uses Socket Mode and other machines
    cannot reach us. Raises SettingsError where something is missing or wrong.
    """
    from bot.slack.settings import Transport, load
    from bot.web.settings import is_loopback
    from index.settings import variables

    given = variables(*_SLACK)
    if "SLACK_SIGNING_SECRET" in given:
        return load(Transport.HTTP)
    if not given:
        if not is_loopback(host):
            log.warning(
                "listening on %s without SLACK_SIGNING_SECRET: requests from Slack are not "
                "served; /health and /metrics are open to everyone who can reach them", host,
            )  # fmt: skip
        return None
    if not is_loopback(host):
        raise SettingsError(
            f"SLACK_SIGNING_SECRET: missing, and other machines can reach --host {host}; copy it "
            "from Basic Information in the Slack app's settings, or leave out --host"
        )
    if "SLACK_APP_TOKEN" not in given:
        return load(Transport.HTTP)  # names what is missing
    log.warning(
        "no SLACK_SIGNING_SECRET: requests from Slack are not served here; use briefs slack"
    )
    return None


def _desk(
    library: "Library", settings: "WebSettings", login: "Authentication | None"
) -> "ASGIApp | None":
    if login is None:
        return None
    from bot.web.app import create

    return create(library, settings, login)


def _serve_without_slack(
    listening: "socket.socket", web: "WebSettings", login: "Authentication | None"
) -> None:
    from bot.audit.hourly import upkeep
    from bot.slack.tally import Tallying
    from bot.web.health import Health
    from bot.web.routing import site
    from bot.web.server import address, serving, stop_signals, until_stopped
    from index.library import Library
    from index.memory import give_back_large_arrays
    from index.settings import load

    async def until_signal(library: Library) -> None:
        stopping = stop_signals()
        health = Health(library.database, Tallying(library.database).tally)
        whole = site(health.routes, _desk(library, web, login))
        async with upkeep(library), serving(whole, listening) as task:
            log.warning("listening on %s: %s/health, /metrics", address(listening), _and(login))
            await until_stopped(stopping, task)

    give_back_large_arrays()
    with Library.open(load(), create=True) as library:
        asyncio.run(until_signal(library))


def _serve_with_slack(
    settings: "SlackSettings",
    listening: "socket.socket",
    web: "WebSettings",
    login: "Authentication | None",
) -> None:
    from starlette.routing import Route

    from bot.slack.http import PATH, events
    from bot.slack.link import Listening
    from bot.slack.running import leave_threads, opened, running
    from bot.slack.tally import Tallying
    from bot.web.guard import Guard
    from bot.web.health import Health
    from bot.web.routing import site
    from bot.web.server import address, serving, stop_signals, until_stopped

    assert settings.signing_secret
    secret = settings.signing_secret.get_secret_value()

    async def until_signal(library: "Library") -> None:
        stopping = stop_signals()
        async with AsyncExitStack() as stack:
            bot = await stack.enter_async_context(running(settings, library))
            guard = Guard(events(bot.app), secret)
            health = Health(
                library.database,
                Tallying(library.database).tally,
                Listening(bot.works),
                lambda: guard.refused,
            )
            routes = [*health.routes, Route(PATH, guard, methods=["POST"])]
            whole = site(routes, _desk(library, web, login))
            task = await stack.enter_async_context(serving(whole, listening))
            log.warning(
                "listening on %s: %s%s, /health, /metrics; %s briefs can be searched",
                address(listening), _and(login), PATH, len(library.dates()),
            )  # fmt: skip
            await until_stopped(stopping, task)
        leave_threads()

    with opened() as library:
        asyncio.run(until_signal(library))


def _and(login: "Authentication | None") -> str:
    return "the desk, " if login else ""
