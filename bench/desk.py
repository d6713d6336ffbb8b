"""Measure the desk's pages: 10,000 answers in a library, `briefs serve`, one request at a time.

    python -m bench.desk DATA [--quick] [--work FOLDER]

The time is that of whole requests over the loopback, a little more than the server's own. Answers
quote passages of all versions, so that later ones have to be compared.
"""

import http.client
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.command import main
from bench.figures import Figure
from bench.workplace import Workplace

ANSWERS, FEW = 10_000, 300
BIG, CITATIONS = 100, 20  # answers that cite twenty passages; the others cite three
REQUESTS = 200
SEED = 20260503
WORDS = ("economy", "sanctions", "water", "trade", "court")


def measure(place: Workplace) -> list[Figure]:
    """Return the figures."""
    home = place.made("desk", lambda into: _fill(into, place))
    count = FEW if place.quick else ANSWERS
    with _served(place, home) as port:
        pages = count // 50
        chosen = random.Random(SEED)
        queue = [f"/?page={chosen.randint(1, pages)}" for _ in range(REQUESTS)]
        queue += [f"/?order=time&page={chosen.randint(1, pages)}" for _ in range(REQUESTS)]
        found = [f"/?finding=high&judged=no&brief=R4{n}" for n in range(REQUESTS // 4)]
        sought = [f"/?text={chosen.choice(WORDS)}" for _ in range(REQUESTS // 4)]
        answers = [f"/answers/big-{chosen.randrange(BIG)}?at=5" for _ in range(REQUESTS)]
        return [
            _figure(port, f"answer page with {CITATIONS} citations, p95", answers, 50),
            _figure(port, f"queue of {count:,} answers, p95", queue, 150),
            _figure(port, "the same, filtered, p95", found),
            _figure(port, "the same, words sought, p95", sought),
        ]


def _figure(port: int, what: str, paths: Sequence[str], bar: float | None = None) -> Figure:
    """Ask for every path, the first five once before."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times, size = [], 0
    for number, path in enumerate([*paths[:5], *paths]):
        began = time.perf_counter()
        connection.request("GET", path)
        reply = connection.getresponse()
        size = len(reply.read())
        took = 1000 * (time.perf_counter() - began)
        assert reply.status == 200, f"{path}: {reply.status}"
        if number >= 5:
            times.append(took)
    connection.close()
    p95 = statistics.quantiles(times, n=20)[-1]
    return Figure(
        what,
        f"{p95:.0f} ms (median {statistics.median(times):.0f}, {size / 1024:.0f} KiB)",
        bar=f"≤ {bar:.0f} ms" if bar else "",
        met=p95 <= bar if bar else None,
    )


@contextmanager
def _served(place: Workplace, home: Path) -> Iterator[int]:
    """Run `briefs serve` on a free port and yield the port."""
    command = (Path(sys.executable).parent / "briefs", "serve", "--port", "0")
    process = subprocess.Popen(
        command, env=place.environment(home), cwd=home, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        told = (re.search(r"listening on http://[^ ]*:(\d+)", line) for line in process.stderr)
        port = next(found for found in told if found)
        yield int(port[1])
    finally:
        process.terminate()
        process.wait(20)


def _fill(home: Path, place: Workplace) -> None:
    """Copy the library, record answers, and check them all as `briefs audit run` does."""
    from bot.audit.running import run
    from bot.audit.selection import Selection
    from bot.ledger.ledger import Kind, Ledger
    from bot.ledger.rows import Record, insert
    from index.library import Library
    from index.settings import load

    shutil.copytree(place.markdown_library(), home, dirs_exist_ok=True, symlinks=True)
    count, chosen = FEW if place.quick else ANSWERS, random.Random(SEED)
    with Library.open(load(home=home)) as library:
        hits = _hits(library)
        Ledger(library.database).head()  # makes the tables
        with library.database.write() as connection:
            for n in range(count):
                big = n % (count // BIG) == 0
                name = f"big-{n // (count // BIG)}" if big else f"small-{n}"
                cited = chosen.sample(hits, CITATIONS if big else 3)
                insert(connection, Record(Kind.ANSWER, name, *_record(name, cited, chosen)))
        run(library.database, Selection())


def _hits(library):  # type: ignore[no-untyped-def]
    """Return passages of all versions as hits."""
    from index.passage import Hit

    found = []
    for row in library.versions():
        brief = library.brief(row.brief.id, row.brief.version)
        for passage_id, passage in library.passages(brief):
            if len(passage.text) > 80:
                found.append(Hit(passage_id, passage, row.brief, 0.8, 0.6, 5.0))
    return found


def _record(name, hits, chosen):  # type: ignore[no-untyped-def]
    """Return body and private part of an answer that quotes the beginnings of passages."""
    from bot.answering.answer import Answer, Citation, Draft, Sentence, Standalone, Verdict
    from bot.ledger.record import Basis, body, private

    citations = [
        Citation(n, hit, hit.passage.start, hit.passage.start + min(160, len(hit.passage.text)))
        for n, hit in enumerate(hits, 1)
    ]
    said = [Sentence(one.quote, (one.number,), Verdict.SUPPORTED) for one in citations]
    asked = Standalone(f"What of {hits[0].brief.title} ({name})?", f"what of it ({name})?")
    draft = Draft(tuple(said), tuple(citations), confidence=chosen.random())
    made = body(
        Answer(name, asked, draft, tuple(hits)),
        basis=Basis(1, "{}", {}),
        brief_sha256={},
        seconds={"search": 0.01},
    )
    return made, private(asked, (), "slack:T1:U1", f"slack:T1:C{chosen.randrange(20)}:{name}")


if __name__ == "__main__":
    main("desk", measure)
