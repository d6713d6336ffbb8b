"""What is counted case by case in the tests: the audience matrix, blocks and hostile texts."""

import asyncio
import re
import sys
from collections.abc import Sequence

from bench.figures import Figure
from bench.workplace import ROOT, Workplace

_TESTS = "tests/slack"
_BATCHES = 4  # in which the test makes its 2,000 answers


async def audience(place: Workplace) -> Sequence[Figure]:
    """F-47: each audience in each place, each kind of question, with hidden briefs and without."""
    matrix = await _passed(place, "test_audience.py", "question_finds")
    return [
        Figure(
            "audience matrix, 6 audiences × 8 places × 5 kinds of question: leaks",
            f"{240 - matrix} of 240", "0 of 240", met=matrix == 240,
        )
    ]  # fmt: skip


async def blocks(place: Workplace) -> Sequence[Figure]:
    """F-08 and F-21: generated answers and hostile texts through builders and validator."""
    made = await _passed(place, "test_blocks.py", "two_thousand")
    hostile = await _passed(place, "test_blocks.py", "hostile_text")
    return [
        Figure(
            "2,000 generated answers through builder and validator: violations, foreign mentions "
            "or links",
            "0 / 0" if made == _BATCHES else "some: see the test", "0 / 0", met=made == _BATCHES,
        ),
        Figure(
            "… 60 hostile texts in 6 places: texts that got a say",
            f"{360 - hostile} of 360", "0 of 360", met=hostile == 360,
        ),
    ]  # fmt: skip


async def _passed(place: Workplace, file: str, name: str) -> int:
    """Run tests whose name holds `name`; return how many passed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", f"{_TESTS}/{file}", "-k", name, "-p", "no:cacheprovider",
        cwd=ROOT, env=place.environment(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    found = re.search(r"(\d+) passed", out.decode())
    return int(found[1]) if found else 0
