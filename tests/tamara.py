"""Two briefs on a made-up kingdom, Tamara, in a real library with the real model."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.question.question import Question
from bot.question.reading import read
from index.library import Library
from index.passage import Brief, Draft, Passage, Rendition
from index.settings import Settings

DAY = date(2026, 11, 24)
HARBOUR = (
    "Port Aurelia: lease and ownership",
    "2024-03-05",
    (
        "Port Aurelia is the largest harbour of the Kingdom of Tamara. It handles 41 million tons "
        "of cargo a year.",
        "In 2015 the harbour was leased to the Norvane Shipping Company for 99 years. "
        "Minister Ilse Brandt called the lease a mistake. "
        "She promised in 2024 to bring it back under public ownership.",
        "Does the lease end early? Lawyers disagree about the price of ending it.",
    ),
)
WHEAT = (
    "Wheat exports of Tamara",
    None,
    (
        "Wheat exports of Tamara fell by 12 percent in 2023 because of drought in the north.",
        "| Year | Exports |\n| --- | --- |\n"
        "| 2022 | 8.1 million tons |\n| 2023 | 7.1 million tons |",
        "The farm ministry expects a recovery in 2025.",
    ),
)


def draft(title: str, date: str | None, paragraphs: tuple[str, ...]) -> Draft:
    """Cut one brief at its paragraphs; its second page starts with the last of them."""
    text, passages = f"{title}\n\n", []
    for number, paragraph in enumerate(paragraphs, 1):
        start = len(text)
        text += paragraph + "\n\n"
        passages.append(
            Passage(number - 1, start, start + len(paragraph), paragraph, paragraph=number)
        )
    source = Rendition(f"/briefs/{title[:4]}.txt", "text/plain", title)
    brief = Brief(
        id="",
        version=0,
        title=title,
        text=text,
        date=date,
        authors=("A. Writer", "B. Writer"),
        source=source.location,
        pages=((0, 1), (passages[-1].start, 2)),
        renditions=(source,),
    )
    return Draft(brief, tuple(passages), source)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Library]:
    """Two briefs, published."""
    home = tmp_path_factory.mktemp("library")
    (home / "models").symlink_to(model_cache)
    with Library.open(Settings(home=home), create=True) as opened:
        opened.publish([draft(*HARBOUR), draft(*WHEAT)])
        yield opened


def read_question(library: Library, asked: str, *turns: str, today: date = DAY) -> Question:
    """Return a question as the bot reads it, the day of every test being one."""
    return read(asked, turns, today=today, library=library)
