"""Commands of `briefs audit`: write a report of a period."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
