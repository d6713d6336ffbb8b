"""The network that is trained and the one that answers give the same for the same weights."""

import random
from pathlib import Path

import numpy as np
import torch

from bench.question_classifier import Network, example, loss_of, write
from bot.question.classifier import QuestionClassifier, tokens
from index.models.embedder import tokenizer_of
from index.models.model_files import DEFAULT_MODEL, locate

ROW = {"question": "newest brief on the Orrin lock, by Ada Ferrant", "kind": "catalogue",
       "subject": "the Orrin lock", "author": "Ada Ferrant", "want": "newest"}  # fmt: skip


def test_numpy_gives_what_torch_gives(tmp_path: Path) -> None:
    """But for the rounding of the file."""
    torch.manual_seed(5)
    folder = locate(DEFAULT_MODEL).weights.parent
    network = Network(folder).eval()
    write(network, tmp_path / "weights.safetensors")
    classifier = QuestionClassifier(tmp_path / "weights.safetensors")
    classifier.classify("anything")
    given = tokens(
        tokenizer_of(locate(DEFAULT_MODEL)), ROW["question"], "what do we have on locks?"
    )
    with torch.no_grad():
        wanted = network(
            torch.tensor([given.ids]),
            torch.ones(1, len(given.ids), dtype=torch.long),
            torch.tensor([given.segments]),
        )
    for made, one in zip(classifier._run(given), wanted, strict=True):
        np.testing.assert_allclose(made, one[0].numpy()[: len(made)], atol=0.05)


def test_an_example_marks_the_words_that_its_labels_name() -> None:
    folder = locate(DEFAULT_MODEL).weights.parent
    made = example(ROW, tokenizer_of(locate(DEFAULT_MODEL)), random.Random(0))
    subject, brief, author = made[4][:2], made[4][2:4], made[4][4:6]
    assert subject[0] < subject[1] < author[0] < author[1]
    assert brief == [0, 0]
    assert float(loss_of(Network(folder), [made]).detach()) > 0
