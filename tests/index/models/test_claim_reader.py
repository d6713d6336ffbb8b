"""The claim reader: a claim and sentences in, how far it follows from them out."""

from pathlib import Path

import pytest

from index.models.claim_reader import (
    CLAIM,
    EVIDENCE,
    LONGEST_CLAIM,
    LONGEST_EVIDENCE,
    SHARED,
    SHARED_THERE,
    ClaimReader,
    pair_ids,
)
from index.models.embedder import tokenizer_of
from index.models.joint_network import CLS, SEP
from index.models.model_files import DEFAULT_MODEL, locate

EVIDENCE_TEXT = "Ruritania sold its navy in 1911 to pay for a railway."


@pytest.fixture(scope="module")
def reader() -> ClaimReader:
    """The claim reader as it is trained so far."""
    return ClaimReader()


def test_other_words_for_the_same_score_above_another_claim(reader: ClaimReader) -> None:
    """A paraphrase is above the contrary in words that the evidence has too."""
    vote = ["The committee voted down the bill by nine to six after two hours of debate."]
    follows = reader.logit("The bill was rejected in committee.", vote)
    does_not = reader.logit("The committee passed the bill by nine to six.", vote)
    assert follows is not None
    assert does_not is not None
    assert follows > does_not


def test_tokens_that_both_have_are_told_apart() -> None:
    """Shared tokens are a part of the input of their own, marks of the tokenizer are not."""
    tokenizer = tokenizer_of(locate(DEFAULT_MODEL))
    (mine, parts), (theirs, their_parts) = pair_ids(tokenizer, "A navy grew.", ["The navy shrank."])
    assert mine[0] == theirs[0] == CLS
    assert mine[-1] == theirs[-1] == SEP
    assert {part for one, part in zip(mine, parts, strict=True) if one in (CLS, SEP)} == {CLAIM}
    shared = {one for one, part in zip(mine, parts, strict=True) if part == SHARED}
    there = {one for one, part in zip(theirs, their_parts, strict=True) if part == SHARED_THERE}
    assert shared == there
    assert len(shared) == 2  # "navy" and the full stop
    assert EVIDENCE in their_parts


def test_long_texts_are_cut_at_their_ends() -> None:
    """No claim and no evidence is longer than the network has learnt."""
    tokenizer = tokenizer_of(locate(DEFAULT_MODEL))
    (mine, _), (theirs, _) = pair_ids(tokenizer, "beta " * 300, ["gamma " * 300] * 9)
    assert len(mine) == LONGEST_CLAIM + 2
    assert len(theirs) == LONGEST_EVIDENCE


def test_claims_are_checked_by_rules_where_it_cannot_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without its weights it says nothing, once in the log."""
    absent = ClaimReader(tmp_path / "none.safetensors")
    assert absent.logit("A navy grew.", [EVIDENCE_TEXT]) is None
    assert absent.logit("A navy shrank.", [EVIDENCE_TEXT]) is None
    assert caplog.text.count("by rules alone") == 1
