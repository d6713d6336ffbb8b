"""Faults are planted one at a time, and say what must be found."""

import copy
import json

from bench.planted import FAULTS, planted
from bot.audit.record_checks import check
from bot.ledger.ledger import canonical
from tests.audit.records import PORT, Told, brief, cited

PORT_BRIEF = brief(*PORT, "In March 2020 the Norvane Shipping Company paid 12 million dollars.")


def test_each_fault_changes_a_copy_and_is_found() -> None:
    """The sound body stays sound; what is planted is found with its kind."""
    first = "In 2015 the harbour was leased to the Norvane Shipping Company for 99 years."
    citations = (cited(1, PORT_BRIEF, 2, first), cited(2, PORT_BRIEF, 1, PORT[0]))
    made, _ = Told(citations).record()
    body = json.loads(canonical({**made, "answer_id": "a", "created_at": "2026"}))
    before = copy.deepcopy(body)
    strange = brief("Observers noticed lanterns along another coast.", id="other")
    other = json.loads(canonical(Told((cited(1, strange, 1, strange.text),)).record()[0]))
    found = list(planted(body, other["citations"], {"port": PORT_BRIEF.text}, 1))
    assert body == before
    assert check(body) == []
    names = [one.fault for one in found]
    assert set(names) <= set(FAULTS)
    assert len(names) >= 8
    for one in found:
        if one.fault == "right quotation, wrong passage":
            continue  # only the library has the right one
        assert {str(each.kind) for each in check(one.body)} & one.kinds, one
