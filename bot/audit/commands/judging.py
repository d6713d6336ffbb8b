"""Commands of `briefs audit`: judge sentences, draw samples, compare machine and editors."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
