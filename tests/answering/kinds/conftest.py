"""The library of these tests: made-up briefs of every form."""

from tests.answering.kinds.chronicle import chronicle

__all__ = ["chronicle"]
