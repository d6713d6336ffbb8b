"""Commands of `briefs audit`: check stored answers, list and show them, look up uses."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
