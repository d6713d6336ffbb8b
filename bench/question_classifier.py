"""Train the network that classifies questions, and write its weights.

    python -m bench.question_classifier WEIGHTS

It starts from the bundled model's lowest layers and learns from bench/questions/asked-kinds.jsonl;
what it is measured on, asked-kinds-test.jsonl, was written by somebody else, and no rule or fit saw
it. `--without-last N` leaves the last N questions out and measures on them: so the settings below
were chosen.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from bench.reader.augment import typed
from bot.question.classifier import (
    FIELDS,
    KINDS,
    WANTS,
    WEIGHTS,
    QuestionClassifier,
    tokens,
)
from index.models.embedder import tokenizer_of
from index.models.model_files import DEFAULT_MODEL, locate
from index.models.small_networks import write_weights

QUESTIONS = Path(__file__).parent / "questions"
LAYERS = 3  # of the six of the bundled model
DROPPED = 0.1
EPOCHS, TOGETHER = 8, 32
BODY_RATE, HEAD_RATE, DECAY = 1e-4, 1e-3, 0.01
WARM_UP = 0.06
SMOOTHED = 0.05  # share of a label that goes to the other kinds
WANT_WEIGHT, SPAN_WEIGHT = 0.3, 0.12
NO_LABEL = -100

RENUMBERED = 0.6  # of the questions that name a report's number
_NUMBER = re.compile(r"\b(?:IF|R|RL|RS|IN|LSB)[ -]?\d{4,5}\b", re.IGNORECASE)
NUMBERS = (  # 9 is any digit
    "IF99999", "R99999", "BB-2029-99", "AB-99", "CBP-9999", "SN09999", "PE 599.999", "PN 599",
    "WD 9-3000-099/19", "if 99999", "no. 9/2029", "MEMO-2099-9", "P99-999", "bb 2099 09",
)  # fmt: skip

Row = dict[str, Any]
Example = tuple[list[int], list[int], int, int, list[int]]  # ids, segments, kind, want, spans


class Network(nn.Module):
    """The lowest layers of the bundled model with three heads."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        config = BertConfig.from_pretrained(str(folder))
        config.num_hidden_layers = LAYERS
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = DROPPED
        self.body = BertModel(config, add_pooling_layer=False)
        known = self.body.state_dict()
        given = load_file(folder / "model.safetensors")
        self.body.load_state_dict(
            {name: given[name] for name in known if name in given}, strict=False
        )
        self.body.embeddings.word_embeddings.weight.requires_grad_(False)
        size = config.hidden_size
        self.kind = nn.Linear(2 * size, len(KINDS))
        self.want = nn.Linear(2 * size, len(WANTS))
        self.span = nn.Linear(size, 2 * len(FIELDS))
        self.dropped = nn.Dropout(DROPPED)

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, segments: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the logits of kinds, wants, and of where spans start and end."""
        states = self.body(ids, attention_mask=mask, token_type_ids=segments).last_hidden_state
        weight = mask.unsqueeze(-1).float()
        mean = (states * weight).sum(1) / weight.sum(1)
        whole = self.dropped(torch.cat([states[:, 0], mean], dim=-1))
        spans = self.span(states).masked_fill(mask.unsqueeze(-1) == 0, -1e4)
        return self.kind(whole), self.want(whole), spans


def rows_of(name: str) -> list[Row]:
    """Return the questions of a file."""
    lines = (QUESTIONS / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def renumbered(row: Row, chance: random.Random) -> Row:
    """Return a question whose report numbers are written as another institute writes them."""
    if chance.random() > RENUMBERED or not (found := _NUMBER.search(row["question"])):
        return row
    form = chance.choice(NUMBERS)
    drawn = "".join(chance.choice("0123456789") if one == "9" else one for one in form)
    return {
        name: value.replace(found.group(), drawn) if isinstance(value, str) else value
        for name, value in row.items()
    }


def example(row: Row, tokenizer: Any, chance: random.Random) -> Example:
    """Return a question, varied as people type, with its labels."""
    row = renumbered(row, chance)
    question = typed(" ".join(row["question"].split()), chance)
    given = tokens(tokenizer, question, (row.get("conversation") or [""])[-1])
    spans: list[int] = []
    for field in FIELDS:
        named: str = " ".join((row.get(field) or "").split()).lower()
        behind = spans[-1] if field == "other" else 0  # tokens of "one"
        begin = given.offsets[behind - 1][1] if behind > 0 else 0
        start = question.lower().find(named, begin) if named else -1
        if start < 0:
            spans += [NO_LABEL if named else 0] * 2
            continue
        end = start + len(named)
        places = enumerate(given.offsets, 1)
        inside = [at for at, (first, last) in places if first < end and last > start]
        spans += [inside[0], inside[-1]] if inside else [NO_LABEL] * 2
    want = WANTS.index(row["want"]) if row.get("want") else NO_LABEL
    return given.ids, given.segments, KINDS.index(row["kind"]), want, spans


def loss_of(network: Network, examples: Sequence[Example]) -> torch.Tensor:
    """Return the loss of some questions, padded to the longest."""
    longest = max(len(one[0]) for one in examples)
    ids = torch.tensor([_padded(one[0], longest) for one in examples])
    segments = torch.tensor([_padded(one[1], longest) for one in examples])
    mask = torch.tensor([_padded([1] * len(one[0]), longest) for one in examples])
    kinds, wants, spans = network(ids, mask, segments)
    loss = functional.cross_entropy(
        kinds, torch.tensor([one[2] for one in examples]), label_smoothing=SMOOTHED
    )
    want = torch.tensor([one[3] for one in examples])
    if (want != NO_LABEL).any():
        loss = loss + WANT_WEIGHT * functional.cross_entropy(wants, want, ignore_index=NO_LABEL)
    places = torch.tensor([one[4] for one in examples])
    for at in range(places.shape[1]):
        if (places[:, at] != NO_LABEL).any():
            loss = loss + SPAN_WEIGHT * functional.cross_entropy(spans[:, :, at], places[:, at])
    return loss


def _padded(given: list[int], length: int) -> list[int]:
    return given + [0] * (length - len(given))


def train(rows: Sequence[Row]) -> Network:
    """Return the network after all epochs."""
    torch.manual_seed(1)
    chance = random.Random(1)
    folder = locate(DEFAULT_MODEL).weights.parent
    tokenizer = tokenizer_of(locate(DEFAULT_MODEL))
    network = Network(folder)
    named = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
    groups = [
        {
            "params": [one for name, one in named if name.startswith("body.") is body],
            "lr": 0.0,
            "highest": rate,
        }
        for body, rate in ((True, BODY_RATE), (False, HEAD_RATE))
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    steps, step = EPOCHS * (len(rows) // TOGETHER), 0
    for epoch in range(EPOCHS):
        order, told = list(rows), 0.0
        chance.shuffle(order)
        for begin in range(0, len(order) - TOGETHER + 1, TOGETHER):
            share = min((step + 1) / (WARM_UP * steps), 1 - step / steps)
            for group in optimizer.param_groups:
                group["lr"] = group["highest"] * share
            part = order[begin : begin + TOGETHER]
            loss = loss_of(network, [example(row, tokenizer, chance) for row in part])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            step += 1
            told += float(loss.detach())
        print(f"epoch {epoch}: loss {told / (len(rows) // TOGETHER):.3f}", flush=True)
    return network.eval()


def write(network: Network, path: Path) -> None:
    """Write the weights as the classifier reads them; those of the words are the model's own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {
        name.removeprefix("body."): value.numpy()
        for name, value in network.state_dict().items()
        if "word_embeddings" not in name and "_ids" not in name
    }
    write_weights(weights, path)


def measured(weights: Path, rows: Sequence[Row]) -> str:
    """Return the shares of kinds, wants and fields that are right."""
    classifier = QuestionClassifier(weights)
    right, asked = Counter[str](), Counter[str]()
    for row in rows:
        found = classifier.classify(row["question"], (row.get("conversation") or [""])[-1])
        checks = {"kind": found.kind == row["kind"], row["kind"]: found.kind == row["kind"]}
        if row.get("want"):
            checks["want"] = found.wanted == row["want"]
        for field in FIELDS:
            if row.get(field) or found.fields[field]:
                checks[field] = found.fields[field].lower() == (row.get(field) or "").lower()
        right.update(name for name, holds in checks.items() if holds)
        asked.update(list(checks))
    names = ["kind", *KINDS, "want", *FIELDS]
    return "\n".join(f"{name:15}{right[name]:5} of {asked[name]}" for name in names if asked[name])


def main() -> None:
    """Train, write and measure."""
    parser = argparse.ArgumentParser(prog="bench.question_classifier", description=__doc__)
    parser.add_argument("weights", type=Path, nargs="?", default=WEIGHTS)
    parser.add_argument("--without-last", type=int, default=0, metavar="N")
    parser.add_argument("--only-measure", action="store_true")
    options = parser.parse_args()
    rows = rows_of("asked-kinds.jsonl")
    kept = len(rows) - options.without_last
    if not options.only_measure:
        write(train(rows[:kept]), options.weights)
    print(measured(options.weights, rows[kept:] or rows_of("asked-kinds-test.jsonl")))


if __name__ == "__main__":
    main()
