"""Topics that somebody follows: a new brief that says something about one is named at ingest.

A brief says something about a topic if one of its sentences has all the topic's words, whatever
their endings. The topics lie in `follows.json` in the library's folder.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index import sentences
from index.errors import NotFound
from index.library import Library
from index.words import stems

STATE = "follows.json"


@dataclass(frozen=True)
class Followed:
    """A sentence of a new brief about a topic, with what it takes to cite it."""

    topic: str
    sentence: str
    brief_id: str
    title: str
    date: str | None
    passage_id: str
    page: int | None

    @property
    def line(self) -> str:
        """Say it in one line, with the citation."""
        page = f", p. {self.page}" if self.page else ""
        return f'{self.topic}: "{self.sentence}" ({self.title}, {self.date or "no date"}{page})'


def topics(home: Path) -> list[str]:
    """Return the topics that are followed, in alphabetical order."""
    try:
        return sorted(json.loads((home / STATE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return []


def follow(home: Path, topic: str) -> None:
    """Follow a topic from the next ingest on."""
    _write(home, {*topics(home), " ".join(topic.split())})


def unfollow(home: Path, topic: str) -> None:
    """Follow a topic no longer; raise NotFound where nobody does."""
    known = topics(home)
    if topic not in known:
        raise NotFound(f"{topic}: is not followed; `briefs follow` lists what is")
    _write(home, {each for each in known if each != topic})


def about(library: Library, brief_ids: Sequence[str]) -> list[Followed]:
    """Return, for each of these briefs, the first sentence about each topic that is followed."""
    followed = [(topic, set(stems(topic))) for topic in topics(library.home)]
    found: list[Followed] = []
    for brief_id in brief_ids if followed else ():
        brief = library.brief(brief_id)
        told: set[str] = set()
        for passage_id, passage in library.passages(brief):
            for start, end in sentences.split(passage.text):
                sentence = passage.text[start:end]
                said = set(stems(sentence))
                for topic, wanted in followed:
                    if topic not in told and wanted and wanted <= said:
                        told.add(topic)
                        place = (passage_id, passage.page)
                        found.append(
                            Followed(topic, sentence, brief.id, brief.title, brief.date, *place)
                        )
    return found


def _write(home: Path, chosen: set[str]) -> None:
    (home / STATE).write_text(json.dumps(sorted(chosen)), encoding="utf-8")
