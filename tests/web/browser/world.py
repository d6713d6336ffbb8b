"""A library with a past: briefs, answers, faults planted in one, judgements, and what came later.

All of it made as people make it: ingested, asked, judged, corrected, withdrawn, checked.
"""

import shutil
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from bot.answering.answer import Answer, DraftAnswer, Sentence
from bot.audit.judgements import Judged, judge
from bot.checking.verdict import Reason, Verdict
from bot.ledger.ledger import Ledger, RecordKind
from bot.ledger.record import Basis, body, private, sha256
from bot.ledger.recording import Answerer
from bot.question.question import Question
from index.library import Library
from index.settings import load
from ingest.pipeline import ingest
from tests.commands import briefs
from tests.examples_library import EXAMPLES
from tests.web.material import cited

GRAIN = "BB-2022-07"
HOSTILE = "<img src=x onerror=\"window.hit='{}'\"><script>window.hit='{}'</script>"
ASKED = (
    ("grain", "how many ports does the Black Sea Grain Initiative cover?"),
    ("tonnes", "how much grain had left Ukraine under the initiative by 17 November 2022?"),
    ("finland", "when did Finland join NATO?"),
    ("panama", "why is Panama letting fewer vessels through?"),
    ("karabakh", "how many people fled Karabakh to Armenia by early october 2023?"),
    ("nord", "which Nord Stream string survived the explosions?"),
)
OPEN = (
    "How do I bake sourdough bread at home?",
    "Recipe for baking a sourdough loaf of bread at home",
    "Who won the football world cup in 1998?",
    "How much are Panama Canal tolls for container vessels?",
    "What toll does a container ship pay in the Panama Canal?",
)
HOSTILE_QUESTION = HOSTILE.format("asked", "asked") + " 'quoted' {{7*7}} ships?"
HOSTILE_NOTE = HOSTILE.format("noted", "noted") + "\n</textarea><b>bold</b>"
HOSTILE_BRIEF = f"""---
title: 'Harbour dues {HOSTILE.format("title", "title").replace("'", "''")}'
number: HB-1
date: 2024-05-02
author: '"><svg onload="window.hit=1">'
---

The harbour of Zavelstein {escape(HOSTILE.format("text", "text"))} collected
dues of 41 million crowns in 2023, as [its report](javascript:window.hit='link') says.

- {escape(HOSTILE.format("bullet", "bullet"))} The lighthouse of Zavelstein was built in 1871.
"""


@dataclass
class World:
    """Where it is, and the ids of its answers by their short names."""

    home: Path
    answers: dict[str, str] = field(default_factory=dict)
    briefs: dict[str, str] = field(default_factory=dict)  # ids, by short names


def make(home: Path, folder: Path, models: Path) -> World:
    """Make it in an empty folder, with another for the briefs."""
    (home / "models").symlink_to(models)
    shutil.copytree(EXAMPLES / "briefs", folder)
    later = folder.parent / "later.md"
    shutil.move(next(folder.glob("BB-2022-07-v2*")), later)
    (folder / "hostile.md").write_text(HOSTILE_BRIEF)
    world = World(home)
    with Library.open(load(home=home), create=True) as library:
        assert not ingest(library, [str(folder)]).failed
        _ask(library, world)
        _plant(library, world)
        _judge(library, world)
        world.briefs = _named(library)
        shutil.move(later, folder)
        assert not ingest(library, [str(folder)]).failed
    for command in (("remove", world.briefs["gone"]), ("audit", "run")):
        done = briefs(home, *command)
        assert done.returncode in {0, 1}, done.stderr
    return world


def _named(library: Library) -> dict[str, str]:
    """Return the ids of some briefs, by a name that is no answer's."""
    titled = {one.brief.title: one.brief.id for one in library.versions()}
    words = {"gone": "Nord Stream", "tables": "Montreux"}
    found = {
        name: next(id for title, id in titled.items() if word in title)
        for name, word in words.items()
    }
    numbers = {"corrected": GRAIN, "harbours": "HB-1"}
    return found | {name: library.brief(number).id for name, number in numbers.items()}


def _ask(library: Library, world: World) -> None:
    answerer = Answerer(library, Ledger(library.database))
    for name, question in ASKED:
        world.answers[name] = answerer.ask(question, asker="ilse", place="terminal").answer_id
    followed = answerer.ask(
        "and Sweden?", ["when did Finland join NATO?"], asker="slack:T1:U0ASKER1",
        place="slack:T1:C0PLACE1:1.2",
    )  # fmt: skip
    world.answers["sweden"] = followed.answer_id
    for question in OPEN:
        world.answers[question] = answerer.ask(question, asker="omar", place="terminal").answer_id
    for name, question in (
        ("hostile", HOSTILE_QUESTION), ("harbour", "when was the lighthouse of Zavelstein built?"),
        ("dues", "what dues did the harbour of Zavelstein collect in 2023?"),
    ):  # fmt: skip
        world.answers[name] = answerer.ask(question, asker=HOSTILE, place="terminal").answer_id


def _plant(library: Library, world: World) -> None:
    """Record an answer of a model in which all that can be wrong is wrong."""
    brief = library.brief(GRAIN)
    quotes = (
        "It covers three ports: Odesa, Chornomorsk and Pivdennyi.",
        "reached about 4.2 million tonnes in October",
        "Maize makes up somewhat over two fifths of the cargo",
    )
    citations = [cited(library, n, brief, quote) for n, quote in enumerate(quotes, 1)]
    said = (
        Sentence("It covers three ports: Odesa, Chornomorsk and Pivdennyi.", (1,),
                 Verdict.SUPPORTED),
        Sentence("Exports reached about 4.7 million tonnes in October.", (2,), Verdict.CHECK,
                 (Reason("number", "4.7 million: the passage says 4.2 million"),)),
        Sentence("Maize makes up over two fifths of the cargo.", (3,), Verdict.SUPPORTED),
        Sentence("All of it went to Spain.", (9,), Verdict.UNSUPPORTED,
                 (Reason("dangling", "[9] points at no citation"),)),
    )  # fmt: skip
    asked = Question("What is known of the grain corridor?", "What is known of the corridor?")
    draft = DraftAnswer(said, tuple(citations), 0.6, mode="generative", model="acme:large")
    made = body(
        Answer("", asked, draft, tuple(one.hit for one in citations[:2])),
        basis=Basis(library.generation, library.fingerprint, {"prompt_version": "1"}),
        brief_sha256={f"{brief.id}@{brief.version}": sha256(brief.text)},
        seconds={"total": 1.5},
    )
    made["citations"][2]["quote"] = "Maize makes up nine tenths of the cargo"  # invented
    Ledger(library.database).append(
        "planted", made, private(asked, (), "slack:T1:U0ASKER2", "slack:T1:C0PLACE1:1.3")
    )
    world.answers["planted"] = "planted"


def _judge(library: Library, world: World) -> None:
    ledger = Ledger(library.database)
    judge(ledger, world.answers["karabakh"], 1, Judged.SUPPORTED, "ilse")
    judge(ledger, world.answers["nord"], 1, Judged.PARTLY, "omar", "Says nothing of the other one.")
    judge(ledger, world.answers["dues"], 1, Judged.UNSUPPORTED, HOSTILE, HOSTILE_NOTE)
    ledger.add(
        RecordKind.FEEDBACK, world.answers["panama"], {"good": False, "reason": None},
        {"user": "U0READER", "note": HOSTILE_NOTE},
    )  # fmt: skip
