"""Describe the machine a measurement ran on: processor, memory, versions; no names, no paths."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = (
    "openvino",
    "sentence-transformers",
    "torch",
    "chromadb",
    "langchain-core",
    "langchain-chroma",
    "langchain-huggingface",
    "langchain-text-splitters",
    "sqlalchemy",
    "pypdfium2",
)
_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")


def describe() -> list[str]:
    """Return lines on processor, memory, system and library versions."""
    model, flags = _processor()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    known = ", ".join(flag for flag in _FLAGS if flag in flags) or "none of those looked for"
    load = f"{os.getloadavg()[0]:.1f}"
    return [
        f"{cores} cores of {model or platform.machine()}; flags: {known}",
        f"{memory:.0f} GiB of memory; {platform.system()}; load when it began: {load}",
        f"Python {platform.python_version()}; " + ", ".join(map(_version, _LIBRARIES)),
    ]


def _processor() -> tuple[str, set[str]]:
    facts: dict[str, str] = {}
    path = Path("/proc/cpuinfo")
    for line in path.read_text().splitlines() if path.exists() else ():
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    return facts.get("model name", ""), set(facts.get("flags", "").split())


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} missing"
