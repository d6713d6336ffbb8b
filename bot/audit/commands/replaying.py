"""Commands of `briefs audit`: ask old questions of today's index."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
