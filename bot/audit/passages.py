"""The passages that a sentence of an answer cites, as they were seen: a record's body in, hits out.

Offsets and quotations are not looked at: a record that is wrong in them still has its passages.
"""

from collections.abc import Mapping
from typing import Any

from bot.ledger.rebuilt import hit
from index.passage import Hit


def passages(body: Mapping[str, Any], sentence: int) -> list[Hit]:
    """Return the passages that the sentence of this number, from 1, cites; each once."""
    cites = body["sentences"][sentence - 1]["citations"]
    found = {
        one["passage_id"]: hit(one["passage"], one["passage_id"])
        for one in body["citations"]
        if one["number"] in cites
    }
    return list(found.values())
