"""A library with three briefs and no model, and a visitor at its desk."""

import pytest

from index.library import Library
from tests.jobs.conftest import Clock, anyio_backend, clock
from tests.web import material
from tests.web.material import Visitor

__all__ = ["Clock", "anyio_backend", "clock"]  # fixtures, found here by pytest


@pytest.fixture
def filled(library: Library) -> Library:
    """The briefs on a port, on wheat, and a hostile one."""
    material.fill(library)
    return library


@pytest.fixture
def here(filled: Library) -> Visitor:
    """Somebody at the desk on this machine, where nobody signs in."""
    return Visitor(filled)


@pytest.fixture
def guarded(filled: Library) -> Visitor:
    """Somebody at a desk that asks for a token, not signed in."""
    return Visitor(filled, material.WITH_TOKENS)
