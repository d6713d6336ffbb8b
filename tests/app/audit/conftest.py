"""An empty library, as in all tests but those of the question path."""

from tests.conftest import library

__all__ = ["library"]
