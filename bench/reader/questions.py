"""What the reader learns of questions: examples in, losses of those drawn out.

Questions on one passage are learnt together: its sentences go through the lower layers once.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from bench.reader.augment import dated, typed
from bench.reader.network import Network, Texts
from bench.verify import auroc
from index.models.embedder import tokenizer_of
from index.models.model_files import DEFAULT_MODEL, locate
from index.models.reader import question_ids, window_ids
from index.models.reranker import Window

QUESTIONS = 24  # learnt from at each step
INSIDE, OUTSIDE = 2, 2  # misleading sentences a question, of its passage and of others
POINTWISE = 0.4  # weight of the loss on each window by itself beside the one on the list
VALIDATED = 0.03  # of the documents, left out of training to follow it
EARLIER = 1  # turns of a conversation that stand before its question

Example = dict[str, Any]


def joined(question: str, turns: Sequence[str]) -> str:
    """Return a question behind the turn that it follows."""
    return " ".join((*turns[-EARLIER:], question))


class School:
    """The examples, and the losses of those drawn."""

    def __init__(self, examples: Example, network: Network) -> None:
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
        """Return the number of a sentence with what stands around it, a row alone."""
        at, place = spot
        sentences, rows = self.passages[at][2], self.passages[at][5]
        before = sentences[place - 1] if place and place not in rows else ""
        window = Window(sentences[place], before, title)
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
        first, told = 0, []
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
                seen = scores if gold else scores[: len(self.passages[passage][2])]
                told.append((float(seen.max()), bool(gold)))
        answers = sum(right for _, right in told)
        return (
            f"first {first / max(answers, 1):.3f} of {answers}, near misses AUROC {auroc(told):.3f}"
        )
