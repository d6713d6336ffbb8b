"""The command `briefs serve`. Imports nothing heavy until it runs."""

from typing import Annotated

import typer

HOST, PORT = "127.0.0.1", 8080

Host = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", help="Address to listen on; 127.0.0.1: for this machine alone."
    ),
]
Port = Annotated[
    int, typer.Option(metavar="PORT", min=0, max=65535, help="Port to listen on; 0: any free one.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(host: Host = HOST, port: Port = PORT) -> None:
    """Serve the editors' desk, Slack over HTTP, and how the bot is doing.

    The desk is at /; where others reach it, it asks for a login: docs/auditing.md.

    /slack/events takes what Slack signs. /health answers 200 if all is well, else 503.

    /metrics is for Prometheus. All of it is plain HTTP: put a proxy with a certificate before it.

    Example: briefs serve --port 8080
    """
    from bot.app.serving import run
    from ingest.terminal import show_warnings

    show_warnings()
    run(host, port)
