"""The library of these tests: the briefs on Tamara."""

from tests.tamara import library

__all__ = ["library"]
