"""Several bot processes on one database, killed at any point: each question is answered once."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.slack.delivery.inbox import Inbox
from index.storage.database import Database

ROOT = Path(__file__).resolve().parents[3]
PLAYER = Path(__file__).with_name("inbox_player.py")


class Players:
    """Bot processes in one folder."""

    def __init__(self, url: str, folder: Path, questions: int) -> None:
        self._url, self._folder = url, folder
        self._chance = random.Random(4)
        deliveries = [
            f"{number}/Ev{number}-{copy % 2}"  # of one question, two events, each sent again
            for number in range(questions)
            for copy in range(self._chance.randint(1, 4))
        ]
        (folder / "deliveries").write_text("\n".join(deliveries))
        for name in ("posts", "finished"):
            (folder / name).touch()

    def start(self, owner: str, die: str = "") -> subprocess.Popen[bytes]:
        seed = str(self._chance.random())
        return subprocess.Popen(
            [sys.executable, PLAYER, self._url, self._folder, owner, seed, *filter(None, [die])],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    def lines(self, name: str) -> list[str]:
        return [line.split()[0] for line in (self._folder / name).read_text().splitlines()]


def is_settled(players: Players, database: Database, questions: int) -> None:
    """Each question has one post and one end."""
    assert Counter(Counter(players.lines("posts")).values()) == {1: questions}
    assert set(Counter(players.lines("finished")).values()) <= {1}
    ended = Inbox(database, "reader").counts()
    assert ended.pop("answered") == questions
    assert not any(ended.values())


@pytest.mark.slow
def test_processes_killed_and_started_again_answer_each_question_once(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    """Three processes, all deliveries to each in their own order; eight die before some commit."""
    questions, chance = 100, random.Random(7)
    players = Players(database_url, tmp_path, questions)
    dying = [str(chance.randint(5, 60)) for _ in range(8)]
    running = [players.start(f"p{place}", dying.pop()) for place in range(3)]
    for kill in range(8):
        place = kill % 3
        running[place].wait(timeout=300)
        running[place] = players.start(f"p{place}", dying.pop() if dying else "")
    assert [process.wait(timeout=300) for process in running] == [0, 0, 0]
    is_settled(players, database, questions)


@pytest.mark.parametrize("die", ["1", "2", "3", "4", "5", "post"])
def test_a_kill_between_or_inside_any_two_steps_is_made_good(
    database_url: str, database: Database, tmp_path: Path, die: str
) -> None:
    """Before the commit of accepting, taking, recording, renewing, finishing; after the post."""
    players = Players(database_url, tmp_path, 1)
    assert players.start("first", die).wait(timeout=300) == -signal.SIGKILL
    assert players.start("second").wait(timeout=300) == 0
    is_settled(players, database, 1)
