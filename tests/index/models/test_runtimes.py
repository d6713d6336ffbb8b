"""Running a model: what holds while other threads are at work."""

import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from index.models import runtimes


class GrowingModules(dict[str, object]):
    """The modules of a program in which others are importing: who walks through them fails."""

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("dictionary changed size during iteration")

    def items(self) -> object:  # type: ignore[override]
        raise RuntimeError("dictionary changed size during iteration")


def test_openvino_is_imported_while_other_threads_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of modules is looked up, never walked through; what was there is there again."""
    own = runtimes.import_openvino()
    theirs = object()
    modules = GrowingModules({**sys.modules, runtimes.TELEMETRY: theirs})
    monkeypatch.setattr(runtimes, "sys", SimpleNamespace(modules=modules))
    assert runtimes.import_openvino() is own
    assert modules[runtimes.TELEMETRY] is theirs
    del modules[runtimes.TELEMETRY]
    assert runtimes.import_openvino() is own
    assert runtimes.TELEMETRY not in modules
