"""The header row of a table is known where it is marked or stands out, and never made up."""

import pytest

from ingest.document import Block, BlockKind
from ingest.readers import read
from ingest.tables import header_of


def table(*rows: str, header: int = 0) -> Block:
    return Block(BlockKind.TABLE, "\n".join(rows), header)


KNOWN = {
    "words above figures": table(
        "| Year | EPA | DOE |", "| 2015 | $44.2 | $4.3 |", "| 2016 | $43.2 | $2.9 |"
    ),
    "years above figures": table(
        "| Country | 2019 | 2020 |", "| Mali | 7.1 | 6.9 |", "| Niger | 8 | 9 |"
    ),
    "figures with a unit": table(
        "| Port | Volume |", "| Riga | 3 Mt of coal |", "| Ventspils | 5 Mt |"
    ),
    "an empty corner": table(
        "| | North | South |", "| Rail | open | shut |", "| Road | shut | open |"
    ),
    "a year before what happened": table(
        "| Year | Action |", "| 1992 | The agency begins. |", "| 1996 | The agency goes on. |"
    ),
    "names above sentences": table(
        "| Topic | Proposal |",
        "| Rail | The ministry would close the line to the coast by next May. |",
        "| Road | The ministry would widen the road to the coast by next June. |",
    ),
    "marked by the document": table("| Rail | Road |", "| open | shut |", header=1),
    "ruled": table("| Rail | Road |", "|---|---|", "| open | shut |"),
}
UNKNOWN = {
    "data all the way": table(
        "| 2015 | $44.2 | $4.3 |", "| 2016 | $43.2 | $2.9 |", "| 2017 | $42 | $1 |"
    ),
    "names and years": table(
        "| Sweden | 1995 | Stockholm |",
        "| Finland | 1995 | Helsinki |",
        "| Malta | 2004 | Valletta |",
    ),
    "events": table("| 1992 | It begins. |", "| 1996 | It goes on. |", "| 2001 | It ends. |"),
    "words alone": table("| Rail | open |", "| Road | shut |", "| Port | open |"),
    "two marked rows": table(
        "| | 2019 | 2019 |", "| Port | Coal | Oil |", "| Riga | 3 | 4 |", header=2
    ),
    "one row": table("| Rail | Road |"),
    "brackets": table(
        "| over 9,700 | $970 + 12% |", "| over 39,475 | $4,543 + 22% |", "| over 84,200 | $14,382 |"
    ),
}


@pytest.mark.parametrize("block", KNOWN.values(), ids=KNOWN.keys())
def test_a_header_row_is_known(block: Block) -> None:
    assert header_of(block) == block.text.split("\n")[0]


@pytest.mark.parametrize("block", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_data_is_never_taken_for_a_header(block: Block) -> None:
    assert header_of(block) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", "<p>On ports.</p><table><tr><th>Rail<th>Road<tr><td>open<td>shut</table>"),
        (
            "b.html",
            "<p>On ports.</p><table><thead><tr><td>Rail<td>Road<tbody><tr><td>open<td>shut</table>",
        ),
        ("c.md", "# Ports\n\n| Rail | Road |\n|------|------|\n| open | shut |\n"),
    ],
)
def test_readers_say_which_rows_are_headers(name: str, text: str) -> None:
    (found,) = [one for one in read(text.encode(), name).blocks if one.kind is BlockKind.TABLE]
    assert (found.text.split("\n")[0], found.level) == ("| Rail | Road |", 1)
