"""Claims about followed topics: the cited sentence of a new brief that is about one."""

from pathlib import Path

import pytest

from index.errors import NotFound
from index.passage import Brief, Passage
from ingest.follows import about, follow, topics, unfollow

TEXT = "The harvest was poor. Exports of grain fell by a third. Grain was exported by rail."


class Shelf:
    """A library of one brief."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def brief(self, brief_id: str) -> Brief:
        return Brief(brief_id, 1, "Ports", TEXT, date="2022-07-01")

    def passages(self, brief: Brief) -> list[tuple[str, Passage]]:
        return [("p1", Passage(0, 0, len(brief.text), brief.text, page=3))]


def test_a_new_brief_about_a_followed_topic_is_named_with_its_first_sentence_on_it(tmp_path):
    follow(tmp_path, "grain  exports")
    follow(tmp_path, "drones")
    found = about(Shelf(tmp_path), ["b1"])
    assert [one.line for one in found] == [
        'grain exports: "Exports of grain fell by a third." (Ports, 2022-07-01, p. 3)'
    ]


def test_a_topic_is_followed_until_it_is_removed(tmp_path):
    follow(tmp_path, "drones")
    assert topics(tmp_path) == ["drones"]
    unfollow(tmp_path, "drones")
    assert topics(tmp_path) == []
    with pytest.raises(NotFound, match="not followed"):
        unfollow(tmp_path, "drones")
