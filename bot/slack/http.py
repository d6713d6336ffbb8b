"""Take what Slack sends over HTTP: the same app as over sockets, as an ASGI application.

Expects requests whose signature was checked (`bot/web/guard.py`); Bolt checks it once more.
"""

from typing import Any

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"  # events, clicks and commands


def events(app: AsyncApp) -> Any:
    """Return the ASGI application that hands requests to the app."""
    return AsyncSlackRequestHandler(app, PATH)
