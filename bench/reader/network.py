"""The network that learns to read two texts together: ids in, states and scores out.

The bundled model, cut in two. Its lower layers stay as they are, and read each text for itself; the
upper ones, trained, read both together (as in MacAvaney et al., "Efficient Document Re-Ranking for
Transformers by Precomputing Term Representations", 2020, doi:10.1145/3397271.3401093). A head says
how well a window answers a question, or how far a claim follows from evidence.
"""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from index.models.joint_network import LOWER, Given

TOGETHER = 32  # pairs of about the same length that go through the network at once
LIKENESS = 10.0  # what a cosine counts at first, in logits
PARTS = 4  # question or claim; sentence, the one before, title and heading of a window


class Network(nn.Module):
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

    def apart(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return what the lower layers make of texts, (n, length, size)."""
        with torch.no_grad():
            states = self.embeddings(input_ids=ids)
            wide = _wide(mask)
            for layer in self.lower:
                states = _states(layer(states, wide))
        return states

    def vectors(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the unit vectors that the bundled model gives texts, (n, size)."""
        with torch.no_grad():
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


class Texts:
    """Texts with what the lower layers make of them, each once a step."""

    def __init__(self, network: Network, compared: bool = True) -> None:
        """Their cosines are wanted if they are `compared`."""
        self._network, self._compared = network, compared
        self._of: dict[Any, int] = {}
        self._given: list[Given] = []
        self._made: list[torch.Tensor] = []

    def add(self, key: Any, given: Given) -> int:
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
            ids, mask = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(2))
            for row, at in enumerate(rows):
                own, _ = self._given[at]
                ids[row, : len(own)] = torch.tensor(own)
                mask[row, : len(own)] = 1
            states = self._network.apart(ids, mask)
            if self._compared:
                vectors = self._network.vectors(states, mask)
                found |= {at: vectors[row] for row, at in enumerate(rows)}
            made |= {at: states[row, : len(self._given[at][0])] for row, at in enumerate(rows)}
        self._made = [made[at] for at in range(len(self._given))]
        self._vectors = [found[at] for at in sorted(found)]

    def cosines(self, wanted: Sequence[tuple[int, int]]) -> torch.Tensor:
        """Return the cosines of pairs in the bundled model."""
        ones, others = zip(*wanted, strict=True)
        vectors = torch.stack(self._vectors)
        return (vectors[list(ones)] * vectors[list(others)]).sum(-1)

    def pairs(
        self, wanted: Sequence[tuple[int, int]], parts: Sequence[Sequence[int]] | None = None
    ) -> torch.Tensor:
        """Return the pooled states of pairs, in their order.

        `parts` has the parts of both texts of a pair where they depend on each other.
        """
        given = parts or [[*self._given[a][1], *self._given[b][1]] for a, b in wanted]
        order = sorted(range(len(wanted)), key=lambda at: len(given[at]))
        found: list[Any] = [None] * len(wanted)
        for start in range(0, len(order), TOGETHER):
            rows = order[start : start + TOGETHER]
            joined = [
                torch.cat([self._made[wanted[at][0]], self._made[wanted[at][1]]])
                + self._network.parts(torch.tensor(given[at]))
                for at in rows
            ]
            states = nn.utils.rnn.pad_sequence(joined, batch_first=True)
            mask = torch.zeros(states.shape[:2], dtype=torch.long)
            for row, at in enumerate(rows):
                mask[row, : len(given[at])] = 1
            pooled = self._network.together(states, mask)
            for row, at in enumerate(rows):
                found[at] = pooled[row]
        return torch.stack(found)
