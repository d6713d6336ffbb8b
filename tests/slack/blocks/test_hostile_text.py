"""Text that is not ours never commands Slack, wherever it stands, and keeps to the limits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.blocks.elements import Message
from tests.slack.blocks import foreign, material
from tests.slack.blocks.hostile import PAYLOADS, generated
from tests.slack.blocks.material import PLACES, Texts
from tests.slack.fake.limits import violations

ASKER = frozenset({"U0ASKER"})


def test_hostile_text_gets_no_say_in_any_place() -> None:
    """Sixty payloads in each place of every message, dialog and prompt."""
    for place in (*PLACES, "source_url"):
        for payload in PAYLOADS:
            check(Texts(**{place: payload}), f"{payload[:60]!r} as {place}")


@given(st.text(min_size=1), st.integers(0, 10**9), st.sampled_from(PLACES))
@settings(max_examples=100)
def test_no_text_gets_a_say(said: str, seed: int, place: str) -> None:
    check(Texts(**{place: said}), place)
    check(Texts(**{place: generated(seed)}), place)


def test_generated_answers_keep_the_limits() -> None:
    """And foreign text has no say in them, whatever stands in all places at once."""
    for seed in range(200):
        some = [generated(seed * 10 + place) * (1 + seed % 7 * 9) for place in range(6)]
        texts = Texts(**dict(zip(PLACES, some, strict=True)))
        for name, message in material.answer_messages(texts):
            check_message(message, f"{name}, seed {seed}")


def check(texts: Texts, case: str) -> None:
    """Assert that no builder lets a text command Slack or break its limits."""
    for name, message in material.all_messages(texts):
        check_message(message, f"{name}: {case}")
    for name, view in material.all_views(texts):
        assert foreign.in_blocks(view) == [], f"{name}: {case}"
        assert violations(view) == [], f"{name}: {case}"
    for said in material.all_prompts(texts):
        assert foreign.in_text(said) == [], case


def check_message(message: Message, case: str) -> None:
    assert foreign.in_blocks(message.blocks, ASKER) == [], case
    assert foreign.in_text(message.text) == [], case
    assert violations({"text": message.text, "blocks": list(message.blocks)}) == [], case
