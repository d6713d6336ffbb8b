"""Train the reader: examples in, checkpoints out, resumed where it stopped.

    python -m bench.reader.training EXAMPLES CHECKPOINT --steps N

The network is the bundled model. Its lower layers stay as they are, and read the question and the
window of text each for itself; the upper ones, trained here, read both together (as in MacAvaney et
al., "Efficient Document Re-Ranking for Transformers by Precomputing Term Representations", 2020,
doi:10.1145/3397271.3401093). A head says how well a window answers a question. Questions on one
passage are learnt together, so that its sentences go through the lower layers once.
"""

import argparse
import copy
import json
import random
import signal
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from bench.reader.augment import dated, typed
from index.models.embedder import tokenizer_of
from index.models.model_files import DEFAULT_MODEL, locate
from index.models.reader import LOWER, question_ids, window_ids
from index.models.reranker import Window
from index.models.small_networks import read_weights

QUESTIONS = 24  # learnt from at each step
INSIDE, OUTSIDE = 2, 2  # misleading sentences a question, of its passage and of others
TOGETHER = 32  # windows of about the same length that go through the network at once
RATE, HEAD_RATE, DECAY, WARM_UP = 1.5e-4, 1e-3, 0.01, 20  # the last in steps
LIKENESS = 10.0  # what a cosine counts at first, in logits
POINTWISE = 0.4  # weight of the loss on each window by itself beside the one on the list
VALIDATED = 0.03  # of the documents, left out of training to follow it
PARTS = 4  # question; sentence, the one before, title and heading of the window
EARLIER = 1  # turns of a conversation that stand before its question

Example = dict[str, Any]


class Reader(nn.Module):
    """The bundled model, cut in two, with a head."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        config = BertConfig.from_pretrained(str(folder), attn_implementation="sdpa")
        body = BertModel(config, add_pooling_layer=False)
        given = load_file(folder / "model.safetensors")
        body.load_state_dict(
            {name: given[name] for name in body.state_dict() if name in given}, strict=False
        )
        self.embeddings = body.embeddings
        self.lower = nn.ModuleList(body.encoder.layer[:LOWER])
        self.upper = nn.ModuleList(body.encoder.layer[LOWER:])
        self.fixed = copy.deepcopy(self.upper)  # the bundled model's own, for its cosine
        for part in (self.embeddings, self.lower, self.fixed):
            part.requires_grad_(False)
        self.likeness = nn.Parameter(torch.tensor(LIKENESS))
        size = config.hidden_size
        self.parts = nn.Embedding(PARTS, size)
        nn.init.normal_(self.parts.weight, std=0.02)
        self.answers = nn.Linear(2 * size, 1)

    def apart(
        self, ids: torch.Tensor, mask: torch.Tensor, parts: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return what the lower layers make of texts, (n, length, size), and their vectors."""
        with torch.no_grad():
            states = self.embeddings(input_ids=ids)
            wide = _wide(mask)
            for layer in self.lower:
                states = _states(layer(states, wide))
            vectors = self._vectors(states, mask)
        return states + self.parts(parts), vectors

    def _vectors(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the unit vectors that the bundled model gives texts, (n, size)."""
        for layer in self.fixed:
            states = _states(layer(states, _wide(mask)))
        weight = mask.unsqueeze(-1).float()
        return functional.normalize((states * weight).sum(1), dim=-1)

    def together(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the start's and the mean of the upper layers' states, (n, 2 · size)."""
        wide = _wide(mask)
        for layer in self.upper:
            states = _states(layer(states, wide))
        weight = mask.unsqueeze(-1).float()
        mean = (states * weight).sum(1) / weight.sum(1)
        return torch.cat([states[:, 0], mean], dim=-1)


def _wide(mask: torch.Tensor) -> torch.Tensor:
    return (1.0 - mask[:, None, None, :].float()) * -1e4


def _states(made: Any) -> torch.Tensor:
    states: torch.Tensor = made[0] if isinstance(made, tuple) else made
    return states


def joined(question: str, turns: Sequence[str]) -> str:
    """Return a question behind the turn that it follows."""
    return " ".join((*turns[-EARLIER:], question))


class Texts:
    """Questions and windows with what the lower layers make of them, each once a step."""

    def __init__(self, network: Reader) -> None:
        self._network = network
        self._of: dict[Any, int] = {}
        self._given: list[tuple[list[int], list[int]]] = []
        self._made: list[torch.Tensor] = []

    def add(self, key: Any, given: tuple[list[int], list[int]]) -> int:
        """Return the number of a text, given as ids and parts."""
        if key not in self._of:
            self._of[key] = len(self._given)
            self._given.append(given)
        return self._of[key]

    def run(self) -> None:
        """Run the lower layers over all texts, those of one length together."""
        order = sorted(range(len(self._given)), key=lambda at: len(self._given[at][0]))
        made: dict[int, torch.Tensor] = {}
        found: dict[int, torch.Tensor] = {}
        for start in range(0, len(order), TOGETHER):
            rows = order[start : start + TOGETHER]
            longest = len(self._given[rows[-1]][0])
            ids, mask, parts = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
            for row, at in enumerate(rows):
                own, part = self._given[at]
                ids[row, : len(own)] = torch.tensor(own)
                parts[row, : len(own)] = torch.tensor(part)
                mask[row, : len(own)] = 1
            states, vectors = self._network.apart(ids, mask, parts)
            made |= {at: states[row, : len(self._given[at][0])] for row, at in enumerate(rows)}
            found |= {at: vectors[row] for row, at in enumerate(rows)}
        self._made = [made[at] for at in range(len(self._given))]
        self._vectors = [found[at] for at in range(len(self._given))]

    def cosines(self, wanted: Sequence[tuple[int, int]]) -> torch.Tensor:
        """Return the cosines of (question, window) pairs in the bundled model."""
        ones, others = zip(*wanted, strict=True)
        vectors = torch.stack(self._vectors)
        return (vectors[list(ones)] * vectors[list(others)]).sum(-1)

    def pairs(self, wanted: Sequence[tuple[int, int]]) -> torch.Tensor:
        """Return the pooled states of (question, window) pairs, in their order."""
        lengths = [len(self._made[one]) + len(self._made[other]) for one, other in wanted]
        order = sorted(range(len(wanted)), key=lambda at: lengths[at])
        found: list[Any] = [None] * len(wanted)
        for start in range(0, len(order), TOGETHER):
            rows = order[start : start + TOGETHER]
            joined = [
                torch.cat([self._made[wanted[at][0]], self._made[wanted[at][1]]]) for at in rows
            ]
            states = nn.utils.rnn.pad_sequence(joined, batch_first=True)
            mask = torch.zeros(states.shape[:2], dtype=torch.long)
            for row, at in enumerate(rows):
                mask[row, : lengths[at]] = 1
            pooled = self._network.together(states, mask)
            for row, at in enumerate(rows):
                found[at] = pooled[row]
        return torch.stack(found)


class School:
    """The examples, and the losses of those drawn."""

    def __init__(self, examples: Example, network: Reader) -> None:
        self.passages = examples["passages"]
        self.network = network
        self.tokenizer = tokenizer_of(locate(DEFAULT_MODEL))
        documents = sorted({(one[3], one[4]) for one in self.passages})
        kept = set(random.Random(3).sample(documents, int(VALIDATED * len(documents))))
        self.learnt: dict[int, list[Any]] = defaultdict(list)
        self.validated = []
        for one in examples["questions"]:
            passage = self.passages[one[2]]
            if (passage[3], passage[4]) in kept:
                self.validated.append(one)
            else:
                self.learnt[one[2]].append(one)

    def groups(self, chance: random.Random) -> list[list[Any]]:
        """Return all questions in an order of chance, those on one passage together."""
        order = list(self.learnt)
        chance.shuffle(order)
        made: list[list[Any]] = [[]]
        for passage in order:
            asked = list(self.learnt[passage])
            chance.shuffle(asked)
            made[-1] += asked
            if len(made[-1]) >= QUESTIONS:
                made.append([])
        return made[:-1]

    def _read(self, texts: Texts, spot: tuple[int, int], title: str) -> int:
        """Return the number of a sentence with what stands around it."""
        at, place = spot
        sentences = self.passages[at][2]
        window = Window(sentences[place], sentences[place - 1] if place else "", title)
        return texts.add(spot, window_ids(self.tokenizer, window))

    def loss(self, asked: Sequence[Any], chance: random.Random) -> torch.Tensor:
        """Return the loss of questions."""
        texts = Texts(self.network)
        titles: dict[int, str] = {}
        lists = []
        for number, (question, turns, passage, gold, others) in enumerate(asked):
            text = joined(typed(question, chance), turns)
            asking = texts.add(("question", number), question_ids(self.tokenizer, text))
            spots = self._spots(passage, gold, others, chance)
            for at, _ in spots:
                titles.setdefault(at, dated(*self.passages[at][:2], chance))
            pairs = [(asking, self._read(texts, spot, titles[spot[0]])) for spot in spots]
            lists.append(
                (pairs, len([spot for spot in spots if spot[0] == passage and spot[1] in gold]))
            )
        texts.run()
        every = [pair for pairs, _ in lists for pair in pairs]
        return self._listwise(self._scores(texts, every), lists)

    def _scores(self, texts: Texts, pairs: Sequence[tuple[int, int]]) -> torch.Tensor:
        """Return how well the window of each pair answers its question."""
        scores: torch.Tensor = self.network.answers(texts.pairs(pairs)).squeeze(-1)
        return scores + self.network.likeness * texts.cosines(pairs)

    def _spots(
        self, passage: int, gold: Sequence[int], others: Sequence[Any], chance: random.Random
    ) -> list[tuple[int, int]]:
        own = [place for place in range(len(self.passages[passage][2])) if place not in gold]
        chance.shuffle(own)
        right = [(passage, place) for place in gold][:2]
        inside = [(passage, place) for place in own[:INSIDE]]
        outside = [tuple(one) for one in chance.sample(others, min(OUTSIDE, len(others)))]
        return [*right, *inside, *outside]

    def _listwise(self, scores: torch.Tensor, lists: Sequence[Any]) -> torch.Tensor:
        loss, start, pointwise = torch.zeros(()), 0, torch.zeros(())
        ranked = 0
        for pairs, right in lists:
            own = scores[start : start + len(pairs)]
            start += len(pairs)
            wanted = torch.zeros(len(own))
            wanted[:right] = 1
            each = functional.binary_cross_entropy_with_logits(own, wanted, reduction="none")
            # right and wrong windows count alike
            pointwise = pointwise + (
                each[:right].mean() + each[right:].mean() if right else 2 * each.mean()
            )
            if right and right < len(own):
                loss = loss + own.logsumexp(0) - own[:right].logsumexp(0)
                ranked += 1
        return loss / max(ranked, 1) + POINTWISE * pointwise / len(lists)

    def validate(self, most: int = 80) -> str:
        """Return how the questions left out fare."""
        first, answers, wrong = 0, [], []
        asked = random.Random(4).sample(self.validated, min(most, len(self.validated)))
        with torch.no_grad():
            for question, turns, passage, gold, others in asked:
                texts = Texts(self.network)
                asking = texts.add("q", question_ids(self.tokenizer, joined(question, turns)))
                spots = [(passage, place) for place in range(len(self.passages[passage][2]))][:14]
                spots += [tuple(one) for one in others[:10]]
                titles = [" > ".join(filter(None, self.passages[at][:2])) for at, _ in spots]
                pairs = [
                    (asking, self._read(texts, spot, title))
                    for spot, title in zip(spots, titles, strict=True)
                ]
                texts.run()
                scores = self._scores(texts, pairs)
                best = int(scores.argmax())
                first += bool(gold) and spots[best][0] == passage and spots[best][1] in gold
                (answers if gold else wrong).append(
                    float(scores.max() if gold else scores[: len(self.passages[passage][2])].max())
                )
        return (
            f"first {first / max(len(answers), 1):.3f} of {len(answers)}, "
            f"near misses AUROC {auroc(answers, wrong):.3f}"
        )


def _started(weights: Path) -> dict[str, torch.Tensor]:
    """Return the upper layers and the head of a file of `bench.reader.shipping`."""
    found = {}
    for name, value in read_weights(weights).items():
        if name.startswith("encoder.layer."):
            layer, rest = name.removeprefix("encoder.layer.").split(".", 1)
            name = f"upper.{int(layer) - LOWER}.{rest}"
        found[name] = torch.from_numpy(value)
    return found


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Return how often a right one scores above a wrong one."""
    return (
        float(np.mean([one > other for one in right for other in wrong]))
        if right and wrong
        else 0.0
    )


def main() -> None:
    """Train, from the checkpoint if there is one; SIGTERM saves and stops."""
    parser = argparse.ArgumentParser(prog="bench.reader.training", description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--steps", type=int, required=True, help="at the last, the rate is 0")
    parser.add_argument("--validate", type=int, default=100, help="steps between")
    parser.add_argument("--start", type=Path, help="weights of bench.reader.shipping to go on from")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    network = Reader(locate(DEFAULT_MODEL).weights.parent)
    school = School(json.loads(options.examples.read_text("utf-8")), network)
    trained = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
    heads = ("answers", "parts", "likeness")
    groups = [
        {
            "params": [one for name, one in trained if name.startswith(heads) is head],
            "highest": rate,
            "lr": 0.0,
        }
        for head, rate in ((False, RATE), (True, HEAD_RATE))
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    step, epoch, done = 0, 0, 0
    if options.start:
        network.load_state_dict(_started(options.start), strict=False)
    if options.checkpoint.exists():
        kept = torch.load(options.checkpoint)
        network.load_state_dict(kept["network"], strict=False)
        step, epoch, done = kept["step"], kept["epoch"], kept["done"]
        if "optimizer" in kept:
            for own, old in zip(groups, kept["optimizer"]["param_groups"], strict=True):
                del old["params"][len(own["params"]) :]  # of a head for claims, once the last
            optimizer.load_state_dict(kept["optimizer"])

    def save() -> None:
        fixed = ("lower", "embeddings", "fixed")
        own = {
            name: one for name, one in network.state_dict().items() if not name.startswith(fixed)
        }
        counts = {"step": step, "epoch": epoch, "done": done}
        state = {"network": own, "optimizer": optimizer.state_dict(), **counts}
        torch.save(state, options.checkpoint.with_suffix(".new"))
        options.checkpoint.with_suffix(".new").replace(options.checkpoint)

    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    began, told = time.time(), 0.0
    while step < options.steps and not stopped:
        order = school.groups(random.Random(epoch))
        for number, asked in enumerate(order):
            if number < done:
                continue
            chance = random.Random(f"{epoch} {number}")
            share = min((step + 1) / WARM_UP, max(1 - step / options.steps, 0.0))
            for group in optimizer.param_groups:
                group["lr"] = group["highest"] * share
            loss = school.loss(asked, chance)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_([one for _, one in trained], 1.0)
            optimizer.step()
            step, done = step + 1, number + 1
            told = float(loss.detach()) if told == 0 else 0.97 * told + 0.03 * float(loss.detach())
            if step % 10 == 0:
                seconds = time.time() - began
                print(f"{step} epoch {epoch} loss {told:.3f} {seconds:.0f} s", flush=True)
            if step % options.validate == 0:
                save()
                print(f"{step}: {school.validate()}", flush=True)
            if stopped or step >= options.steps:
                break
        else:
            epoch, done = epoch + 1, 0
    save()
    print(f"{step}: {school.validate()}", flush=True)


if __name__ == "__main__":
    main()
