"""What can be clicked or filled in blocks, and the state of a modal's fields."""

from collections.abc import Callable, Iterator
from typing import Any

Payload = dict[str, Any]

_CLICKED = {"button", "plain_text_input"}


def elements(blocks: list[Payload]) -> list[Payload]:
    """All that is interactive: action_id, label, and a function from a choice to its action."""
    return [
        {"action_id": action_id, "label": label, "element": one, "action": made}
        for number, block in enumerate(blocks)
        for action_id, label, one, made in _of_block(block, block_id(block, number))
    ]


def block_id(block: Payload, number: int) -> str:
    return str(block.get("block_id") or f"b{number}")


def _of_block(
    block: Payload, name: str
) -> Iterator[tuple[str, str, Payload, Callable[[Any], Payload]]]:
    inside = [*block.get("elements", []), block.get("accessory"), block.get("element")]
    for one in inside:
        if not isinstance(one, dict) or not one.get("type"):
            continue
        if one["type"] == "feedback_buttons":
            for side in ("positive_button", "negative_button"):
                yield (one.get("action_id", ""), one[side]["text"]["text"], one,
                       _feedback(one, side, name))  # fmt: skip
        elif one["type"] in _CLICKED or one.get("options"):
            yield one.get("action_id", ""), label_of(one), one, _action(one, name)


def label_of(one: Payload) -> str:
    for key in ("text", "placeholder"):
        if isinstance(one.get(key), dict):
            return str(one[key].get("text", ""))
    return ""


def _feedback(one: Payload, side: str, name: str) -> Callable[[Any], Payload]:
    return lambda _: {
        "type": "feedback_buttons", "action_id": one.get("action_id"), "block_id": name,
        "value": one[side]["value"], "text": one[side]["text"],
    }  # fmt: skip


def _action(one: Payload, name: str) -> Callable[[Any], Payload]:
    def act(choice: Any) -> Payload:
        base = {"type": one["type"], "action_id": one.get("action_id"), "block_id": name}
        if one["type"] == "button":
            out = base | {"text": one.get("text")}
            return out | ({"value": one["value"]} if one.get("value") else {})
        return base | value_of(one, choice)

    return act


def value_of(one: Payload, given: Any) -> Payload:
    """The state of one element, given a value (None: its initial one)."""
    kind = one["type"]
    if kind == "file_input":
        return {"type": kind, "files": given or []}
    if "options" in one:
        return {"type": kind} | _chosen(one, given)
    return {"type": kind, "value": given if given is not None else one.get("initial_value")}


def _chosen(one: Payload, given: Any) -> Payload:
    everything = one["options"]
    if one["type"] == "multi_static_select":
        wanted = [given] if isinstance(given, str) else given
        chosen = one.get("initial_options") or []
        if wanted is not None:
            chosen = [o for o in everything if o["value"] in wanted]
            assert len(chosen) == len(wanted), f"no such options: {wanted}"
        return {"selected_options": chosen}
    if given is None:
        return {"selected_option": one.get("initial_option")}
    found = [o for o in everything if given in (o["value"], o["text"]["text"])]
    assert found, f"no option {given!r}: {[o['value'] for o in everything]}"
    return {"selected_option": found[0]}


def state_of(view: Payload, values: Payload) -> Payload:
    """`state.values` of a modal: values by action_id, block_id or label; else initial ones."""
    state: Payload = {}
    used: set[str] = set()
    for number, block in enumerate(view["blocks"]):
        one = block.get("element") if block["type"] == "input" else block.get("accessory")
        several = [one] if one else block.get("elements") or []
        for field in several:
            if not isinstance(field, dict) or field.get("type") in {None, "button", "mrkdwn"}:
                continue
            if "action_id" not in field:
                continue
            name = block_id(block, number)
            label = (block.get("label") or {}).get("text")
            hit = [key for key in (field["action_id"], name, label) if key in values]
            used |= set(hit)
            given = values[hit[0]] if hit else None
            state.setdefault(name, {})[field["action_id"]] = value_of(field, given)
    assert set(values) <= used, f"no such fields: {set(values) - used}"
    return state
