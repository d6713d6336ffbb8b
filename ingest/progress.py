"""What an ingest tells those who watch it: the protocol, and progress that nobody watches."""

from typing import Protocol


class Progress(Protocol):
    """Told what is going on; a terminal shows it, a program ignores it."""

    def reading(self, done: int, total: int, name: str) -> None:
        """Document `done` of `total` is about to be read."""

    def embedding(self, total: int) -> None:
        """`total` passages are about to be embedded."""

    def embedded(self, count: int) -> None:
        """`count` more passages are embedded."""

    def waiting(self) -> None:
        """Another ingest holds the library."""


class Quiet:
    """Progress that nobody watches."""

    def reading(self, done: int, total: int, name: str) -> None:
        """Ignore."""

    def embedding(self, total: int) -> None:
        """Ignore."""

    def embedded(self, count: int) -> None:
        """Ignore."""

    def waiting(self) -> None:
        """Ignore."""
