"""The command `briefs serve`. Imports nothing heavy until it runs."""

from typing import Annotated

import typer

HOST, PORT = "127.0.0.1", 8080

Host = Annotated[
    str,
    typer.Option(metavar="ADDRESS", help="Where to listen; others reach only what is not 127.…"),
]
Port = Annotated[
    int, typer.Option(metavar="PORT", min=0, max=65535, help="Port to listen on; 0: any free one.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(host: Host = HOST, port: Port = PORT) -> None:
    """Answer in Slack over HTTP, and tell how the bot is doing; runs until it is stopped.

    /slack/events takes what Slack sends and signs, where SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET
    are set. /health says in JSON whether all is well: 200, or 503. /metrics has the figures for
    Prometheus. It speaks plain HTTP: a proxy with a certificate belongs before it.

    Example: briefs serve --port 8080
    """
    from bot.serving.running import run
    from ingest.terminal import show_warnings

    show_warnings()
    run(host, port)
