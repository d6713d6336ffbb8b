"""Write into one ledger from many processes, kill writers at random, and see what is missing.

A writer notes each record in a file of its own once the ledger said that it is committed. Writers
are forked from this process, so that a new one writes at once.
"""

import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench.figures import Figure
from bench.ledger_records import again, answers, opened
from bench.workplace import Workplace
from bot.ledger.ledger import Entry, Ledger

PROCESSES, EACH, KILLS = 8, 500, 200
QUICK_EACH, QUICK_KILLS = 20, 8
LONGEST_LIFE = 0.4  # seconds until a writer is killed
_FORK = multiprocessing.get_context("fork")

Process = multiprocessing.process.BaseProcess


def measure(place: Workplace) -> list[Figure]:
    """Return the figures on records lost."""
    like = answers(place)
    return [*_together(place, like), *_killed(place, like)]


def _together(place: Workplace, like: list[Entry]) -> Iterator[Figure]:
    each = QUICK_EACH if place.quick else EACH
    home = _empty(place, "ledger-together")
    started = time.perf_counter()
    writers = [_writer(home, f"w{number}-", like, each) for number in range(PROCESSES)]
    for writer in writers:
        writer.join()
    seconds = time.perf_counter() - started
    noted, missing, sound = _counted(home)
    total = PROCESSES * each
    met = noted == total and missing == 0 and sound
    yield Figure(
        f"{PROCESSES} processes × {each} records: acknowledged records missing",
        f"{missing} of {noted:,}, chain {'sound' if sound else 'BROKEN'}, "
        f"{noted / seconds:,.0f} records/s",
        f"0 of {total:,}", met=met,
    )  # fmt: skip


def _killed(place: Workplace, like: list[Entry]) -> Iterator[Figure]:
    kills = QUICK_KILLS if place.quick else KILLS
    home, chance = _empty(place, "ledger-killed"), random.Random(5)
    writers = [_writer(home, f"k0-{number}-", like) for number in range(PROCESSES)]
    for kill in range(1, kills + 1):
        time.sleep(chance.uniform(0.01, LONGEST_LIFE))
        victim = chance.randrange(PROCESSES)
        _kill(writers[victim])
        writers[victim] = _writer(home, f"k{kill}-", like)
    for writer in writers:
        _kill(writer)
    noted, missing, sound = _counted(home)
    yield Figure(
        f"… {kills} kills at random moments: acknowledged records missing",
        f"{missing} of {noted:,}, chain {'sound' if sound else 'BROKEN'}",
        "0", met=missing == 0 and sound and noted > kills,
    )  # fmt: skip


def _empty(place: Workplace, name: str) -> Path:
    home = place.fresh(name)
    database = opened(home)
    Ledger(database).head()  # makes the tables
    database.close()
    return home


def _writer(home: Path, prefix: str, like: list[Entry], count: int | None = None) -> Process:
    process = _FORK.Process(target=_write, args=(home, prefix, like, count))
    process.start()
    return process


def _write(home: Path, prefix: str, like: list[Entry], count: int | None) -> None:
    ledger = Ledger(opened(home))
    notes = os.open(home / f"{prefix}.noted", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for record in islice(again(like, prefix), count):
        ledger.append(record.answer_id, record.body, record.private or {})
        os.write(notes, f"{record.answer_id}\n".encode())


def _kill(process: Process) -> None:
    process.kill()
    process.join()


def _counted(home: Path) -> tuple[int, int, bool]:
    """Return how many records were acknowledged, how many of them are missing, and soundness."""
    noted = {line for file in home.glob("*.noted") for line in file.read_text().split()}
    database = opened(home)
    ledger = Ledger(database)
    there = {entry.answer_id for entry in ledger.entries()}
    sound = ledger.check().fault is None
    database.close()
    return len(noted), len(noted - there), sound
