"""Made-up briefs with a list, a table, a comparison and dated events, in a library."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.answering.answer import DraftAnswer
from bot.answering.chain import Chain
from index.library import Library
from index.settings import Settings
from index.vectors.snapshot import EVERYTHING
from ingest.pipeline import ingest

DAY = date(2026, 11, 24)
FERRY = """# The Sarn ferry: strike and settlement

Published 12 March 2024

## The strike

The crews of the Sarn ferry walked out on 4 May 2023 over pay. The port of Orrin sent its own boats
on 9 May. On 2 February the crews and the company signed a settlement. The Sarn ferry carried
400,000 passengers in 2022.

## Options for the ministry

The ministry has three options for the Sarn ferry:

- buy the company outright;
- subsidise the winter crossings; and
- leave the route to the market.

## Fares of the two ferries

| Ferry | Fare | Crossings a day |
|---|---|---|
| Sarn | 12 crowns | 14 |
| Orrin | 9 crowns | 22 |

## Grants to the ferry

| Year | Crown grant | Town grant |
|---|---|---|
| 2019 | 41 | 6 |
| 2020 | 38 | 7 |
| 2021 | 36 | 3 |

## Outlook

The Sarn ferry calls at three ports: Arl, Bree and Carn. A review of the settlement is due by June
2025.
"""
HARBOUR = """# The breakwater at Bree: works and disputes

Published 9 May 2024

## Background

The town of Bree chose a harbour wall of stone in 2011. On 14 October 2021 the mayor halted the
harbour wall. The council revived the project on 3 March 2022.

## Risks of the works

The works on the breakwater have these risks:

- Loose ground. The bed of the bay is sand, and the wall may sink.
- Rising costs. Stone is bought abroad.

## The lease

The court ended the March 2022 lease of the quay on 8 June 2023. Work on the harbour wall began on
21 August 2023.
"""
CANAL = """# The Orrin canal: dredging and tolls

Published 3 April 2024

## Dredging

The Orrin canal was closed for dredging on 7 January 2022 and opened again on 30 June 2022. The
dredging of the canal cost 40 million crowns.

## Tolls of the canal

Toll for a lorry on the Orrin canal is 55 crowns, more than on any road of the kingdom.
"""


@pytest.fixture(scope="session")
def chronicle(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Library]:
    """The briefs, ingested as files."""
    home = tmp_path_factory.mktemp("chronicle")
    folder = tmp_path_factory.mktemp("briefs")
    (home / "models").symlink_to(model_cache)
    for name, text in (("ferry", FERRY), ("canal", CANAL), ("harbour", HARBOUR)):
        (folder / f"{name}.md").write_text(re.sub(r"(?<=[^\n])\n(?=[a-z4])", " ", text))
    with Library.open(Settings(home=home), create=True) as library:
        assert not ingest(library, [str(folder)]).failed
        yield library


def drafted(library: Library, question: str) -> DraftAnswer:
    """Return the draft of a question's answer."""
    chain = Chain(library)
    asked = chain.read(question)
    return chain.compose(asked, chain.find(asked, EVERYTHING), EVERYTHING)[1]


def is_exact(library: Library, draft: DraftAnswer) -> bool:
    """Return whether all citations are slices of their briefs."""
    return all(
        library.brief(one.brief.id, one.brief.version).text[one.start : one.end] == one.quote
        for one in draft.citations
    )
