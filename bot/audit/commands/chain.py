"""Commands of `briefs audit`: anchor the ledger, verify its chain, forget what a person typed."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
