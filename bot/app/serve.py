"""The commands `briefs serve` and `briefs mcp`: the library for browsers, Slack and programs.

`serve` has the web pages, /api, Slack over HTTP, health and metrics in one process.

Nothing heavy is imported until the command runs.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import SettingsError, UsageError

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp

    from bot.ledger.recording import Answerer
    from bot.slack.setup.settings import SlackSettings
    from index.library import Library

log = logging.getLogger(__name__)

NO_MCP = "mcp: the package is not installed; type: pip install 'brief-bot[mcp]'"
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
    app.command()(serve)
    app.command("mcp")(serve_assistants)


def serve(host: Host = HOST, port: Port = PORT) -> None:
    """Serve the web pages, Slack over HTTP, health checks and metrics.

    Ask at /ask; editors' pages start at /. People sign in with a token: by the link that is printed
    at start on this machine, see docs/auditing.md if other machines can reach it.

    /api is for programs: see docs/programs.md.

    /slack/events takes requests that Slack signed. /health answers 200 if all is well, else 503.

    /metrics is for Prometheus. All of this is plain HTTP: put a proxy with TLS in front of it.

    Example: briefs serve --port 8080
    """
    from ingest.terminal import show_warnings

    show_warnings()
    run(host, port)


def serve_assistants() -> None:
    """Serve search, ask, show and list to an assistant, over standard input and output.

    Speaks the Model Context Protocol (MCP). Nothing in the library is changed; what is asked is
    recorded in the ledger.

    Example: briefs mcp
    """
    try:
        from bot.app.mcp import server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
            raise
        raise UsageError(NO_MCP) from None
    from bot.app.making import answerer
    from bot.ledger.ledger import Ledger
    from ingest.cli import opened

    with opened(search=True) as library:
        server(library, answerer(library, Ledger(library.database))).run("stdio")


def run(host: str, port: int) -> None:
    """Serve until a signal ends it; raises SettingsError, UsageError."""
    from bot.app.making import answerer
    from bot.audit.upkeep import forget_answers
    from bot.ledger.ledger import Ledger
    from bot.question.requests import terminal_asker
    from bot.slack.delivery import erasing
    from bot.web.app import create
    from bot.web.authentication import LocalLogin, authentication
    from bot.web.server import bound
    from bot.web.settings import load
    from index.addresses import is_loopback

    slack = slack_settings(host)
    with bound(host, port) as listening:
        settings = load()
        login = authentication(
            settings, terminal_asker(), loopback=is_loopback(host), reached_by_others=bool(slack)
        )
        with _library(slack) as library:

            def forget(answer_id: str) -> None:
                forget_answers(library.database, [answer_id], [erasing])

            def answers() -> "Answerer":
                return answerer(library, Ledger(library.database))

            desk = create(library, settings, login, forget, answers) if login else None
            token = login.token if isinstance(login, LocalLogin) else None
            asyncio.run(_serve(listening, library, desk, slack, token))


def slack_settings(host: str) -> "SlackSettings | None":
    """Return Slack's settings; None where no requests of Slack are served here.

    That is where none is set, or where this machine's bot uses Socket Mode and other machines
    cannot reach us. Raises SettingsError where something is missing or wrong.
    """
    from bot.slack.setup.settings import Transport, load
    from index.addresses import is_loopback
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


@contextmanager
def _library(slack: "SlackSettings | None") -> Iterator["Library"]:
    if slack:
        from bot.app.slack_bot import opened

        with opened() as library:
            yield library
        return
    from index.library import Library
    from index.memory import give_back_large_arrays
    from index.settings import load

    give_back_large_arrays()
    with Library.open(load(), create=True) as library:
        yield library


async def _serve(
    listening: "socket.socket",
    library: "Library",
    desk: "ASGIApp | None",
    slack: "SlackSettings | None",
    token: str | None,
) -> None:
    from os import getpid
    from secrets import token_hex
    from socket import gethostname

    from bot.audit.upkeep import upkeep
    from bot.jobs.watching import load as load_watched
    from bot.jobs.watching import watching
    from bot.slack.delivery import erasing
    from bot.slack.delivery.health import Tallying
    from bot.web.health import Health
    from bot.web.server import address, serving, site, stop_signals, until_stopped
    from ingest.terminal import say

    stopping = stop_signals()
    count_questions = Tallying(library.database).tally
    async with AsyncExitStack() as stack:
        if slack is None:
            await stack.enter_async_context(upkeep(library, [erasing]))
            owner = f"{gethostname()}:{getpid()}:{token_hex(4)}"
            await stack.enter_async_context(watching(library, load_watched(), owner))
            health, door = Health(library.database, count_questions), []
        else:
            from starlette.routing import Route

            from bot.app.slack_bot import leave_threads, running_bot
            from bot.slack.delivery.health import Listening
            from bot.slack.events.app import PATH, asgi_app
            from bot.web.guard import Guard

            assert slack.signing_secret
            bot = await stack.enter_async_context(running_bot(slack, library))
            guard = Guard(asgi_app(bot.app), slack.signing_secret.get_secret_value())
            door = [Route(PATH, guard, methods=["POST"])]
            connection = Listening(bot.works)
            health = Health(library.database, count_questions, connection, lambda: guard.refused)
        routes = [*door, *health.routes]
        task = await stack.enter_async_context(serving(site(routes, desk), listening))
        places = [*(["the desk"] if desk else []), *(route.path for route in routes)]
        if token:
            # Not logged: logs hide tokens.
            say(f"briefs: sign in as admin: {address(listening)}/login?token={token}")
        log.warning("listening on %s: %s", address(listening), ", ".join(places))
        await until_stopped(stopping, task)
    if slack:
        leave_threads()
