"""Topics that somebody follows: a new brief that says something about one is named at ingest.

A brief says something about a topic if one of its sentences has all the topic's words, whatever
their endings. The topics lie in `follows.json` in the library's folder.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import sentences
from index.errors import NotFound, ReadError
from index.library import Library
from index.passage import Brief, Passage
from index.storage.private import read_text, write_text
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
    """Return the topics that are followed, in alphabetical order; ReadError for a damaged list."""
    try:
        return sorted(map(str, json.loads(read_text(home / STATE) or "[]")))
    except (OSError, ValueError, TypeError) as error:
        raise ReadError(f"{home / STATE}: cannot be read; delete it, and follow again") from error


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
    chosen = topics(library.home)
    found: list[Followed] = []
    for brief_id in brief_ids if chosen else ():
        brief = library.brief(brief_id)
        for topic, (passage_id, passage, sentence) in sentences_about(library, brief, chosen):
            place = (passage_id, passage.page)
            found.append(Followed(topic, sentence, brief.id, brief.title, brief.date, *place))
    return found


def sentences_about(
    library: Library, brief: Brief, chosen: Iterable[str]
) -> list[tuple[str, tuple[str, Passage, str]]]:
    """Return the topics of which a brief has a sentence, each with its passage and the first one.

    A passage comes with its id.
    """
    wanted = {topic: words for topic in chosen if (words := set(stems(topic)))}
    found: dict[str, tuple[str, Passage, str]] = {}
    for passage_id, passage in library.passages(brief) if wanted else ():
        for start, end in sentences.split(passage.text):
            sentence = passage.text[start:end]
            said = set(stems(sentence))
            for topic, words in wanted.items():
                if topic not in found and words <= said:
                    found[topic] = passage_id, passage, sentence
    return list(found.items())


def _write(home: Path, chosen: set[str]) -> None:
    write_text(home / STATE, json.dumps(sorted(chosen)))
