"""Rerank the candidates of a search: by tokens, by sentences, by the question's words.

A small fitted network weighs features of each candidate; the best one's score is 1. Every feature
counts twice: as it is, and by how far it lies below the best candidate's. Without token embeddings
the fused scores of the two engines rank alone.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from index.models.embedder import Embedder, read_questions
from index.models.token_embeddings import PackedTokens, QuestionTokens, compare, unpack_sentences
from index.passage import Passage
from index.perceptron import load
from index.search import Query, Scores, engine_scores, fuse, scaled
from index.storage import embeddings
from index.words import said, share, word_weights, words

FIRST_PASSAGES = 50  # beyond which a passage's place in its brief no longer counts
BEST_OF_BRIEF = 3  # passages by which a brief is judged

# Fitted by listwise logistic loss (Cao et al., 2007, doi:10.1145/1273496.1273513), each set without
# every fifth question; the file names the sets, bench/RESULTS.md has what they gave.
WEIGHTS = Path(__file__).parent / "weights" / "ranker.json"


@dataclass(frozen=True)
class CandidateFeatures:
    """What is known of the candidates of one question, arrays of shape (n,)."""

    cosine: NDArray[np.floating[Any]]  # of the question's and the passage's vectors
    content: NDArray[np.floating[Any]]  # the same with the question's content words alone
    engines: Scores  # the two engines' scores, fused
    tokens: NDArray[np.floating[Any]]  # how well the question's are met, see token_embeddings.py
    footnote: NDArray[np.bool_]  # whether the passage is one
    table: NDArray[np.bool_]
    place: Scores  # of the passage in its brief: 0 first, 1 from FIRST_PASSAGES on
    best_sentence: NDArray[np.floating[Any]]  # cosine of the nearest sentence
    second_sentence: NDArray[np.floating[Any]]  # of the second nearest; the nearest if there is one
    covered: Scores  # weight of the question's words that the passage says
    title_covered: Scores  # that only title, headings or context say
    beside: Scores  # the best `tokens` of a neighbour among the candidates
    brief_tokens: Scores  # mean of the best `tokens` of the brief's candidates
    brief: Scores  # of how well the brief's best passages do in the engines
    bm25: Scores  # against the best
    length: Scores  # logarithm of the passage's words


FEATURES = tuple(
    name
    for field in fields(CandidateFeatures)
    for name in (field.name, f"{field.name} below the best")
)


def features(found: CandidateFeatures) -> Scores:
    """Return the features in the order of FEATURES, shape (n, len(FEATURES))."""
    columns = np.stack([np.asarray(one, dtype=np.float64) for one in astuple(found)], axis=1)
    below = columns - columns.max(axis=0, initial=-np.inf) if len(columns) else columns
    return np.stack([columns, below], axis=2).reshape(len(columns), len(FEATURES))


def rank(found: CandidateFeatures) -> Scores:
    """Return a score in [0, 1] for each candidate, shape (n,)."""
    return scaled(load(WEIGHTS).takes(FEATURES).scores(features(found)))


def place(ordinals: NDArray[np.int64]) -> Scores:
    """Return where passages stand in their briefs, from 0 to 1, from their positions (n,)."""
    return np.minimum(ordinals, FIRST_PASSAGES) / FIRST_PASSAGES


def beside(tokens: Scores, briefs: NDArray[np.int64], ordinals: NDArray[np.int64]) -> Scores:
    """Return for each candidate the best of its neighbours' values; the least of all without any.

    All have shape (n,): values, which brief a passage belongs to, its position there.
    """
    at = {key: row for row, key in enumerate(zip(briefs.tolist(), ordinals.tolist(), strict=True))}
    least = float(tokens.min(initial=0.0))
    return np.array(
        [
            max(
                (tokens[at[brief, near]] for near in (here - 1, here + 1) if (brief, near) in at),
                default=least,
            )
            for brief, here in at
        ]
    )


def of_briefs(tokens: Scores, briefs: NDArray[np.int64]) -> Scores:
    """Return for each candidate the mean of its brief's best values; missing ones are the least."""
    means = np.zeros(len(tokens))
    least = float(tokens.min(initial=0.0))
    for brief in np.unique(briefs):
        members = briefs == brief
        best = np.sort(tokens[members])[-BEST_OF_BRIEF:]
        means[members] = (best.sum() + least * (BEST_OF_BRIEF - len(best))) / BEST_OF_BRIEF
    return means


RERANKED = 100  # candidates
FAR = 0.05  # the highest score of those that are not looked at

Idf = Callable[[Sequence[str]], Mapping[str, float]]
Engines = tuple[NDArray[np.float64], NDArray[np.float64]]  # passages' own scores, their briefs'


@dataclass(frozen=True)
class EncodedQuestion:
    """What a query is compared by when its candidates are looked at closely."""

    vector: NDArray[np.float32]  # unit vector (d,) of the question with its context
    content: NDArray[np.float32]  # the same of the question's content words alone
    tokens: QuestionTokens  # of the question without its context
    weights: Mapping[str, float]  # of its words, sum 1


def encode(
    embedder: Embedder, query: Query, idf: Idf
) -> tuple[NDArray[np.float32], EncodedQuestion | None]:
    """Return the unit vector (d,) of a query, and what else the model says if it gives tokens."""
    texts = [query.text, query.content()] + ([query.with_context()] if query.context else [])
    vectors, tokens = read_questions(embedder, texts)
    vector = vectors[0]
    if query.context:
        both = vector + vectors[2]
        vector = both / np.linalg.norm(both)
    if tokens is None:
        return vector, None
    weights = word_weights(query.text, " ".join(query.context), idf)
    return vector, EncodedQuestion(vector, vectors[1], tokens, weights)


@dataclass(frozen=True)
class Retrieved:
    """The candidates of one search, n of them in one order."""

    pks: Sequence[int]
    rows: list[tuple[str, Passage, int]]  # passage id, passage, version key
    titles: list[str]  # of their briefs
    vectors: NDArray[np.float32]  # (n, d)
    cosines: NDArray[np.float64]
    bm25: NDArray[np.float64]
    weights: Mapping[str, float]  # of the question's words

    def at(self, kept: NDArray[np.int64]) -> "Retrieved":
        """Return some of them, in the order asked for."""
        return replace(
            self,
            pks=[self.pks[row] for row in kept],
            rows=[self.rows[row] for row in kept],
            titles=[self.titles[row] for row in kept],
            vectors=self.vectors[kept],
            cosines=self.cosines[kept],
            bm25=self.bm25[kept],
        )


def scores(
    connection: Connection, found: Retrieved, question: EncodedQuestion | None
) -> NDArray[np.float64]:
    """Return the candidates' scores in [0, 1]: the ranker's, without tokens the two engines'."""
    engines = engines_of(found)
    fused = fuse(*engines)
    if question is None:
        return fused
    near, seen = features_of(connection, found, engines, question)
    if seen is None:
        return fused
    scored = FAR * fused  # those that are not looked at closely come after all that are
    scored[near] = FAR + (1 - FAR) * rank(seen)
    return scored


def features_of(
    connection: Connection, found: Retrieved, engines: Engines, question: EncodedQuestion
) -> tuple[NDArray[np.int64], CandidateFeatures | None]:
    """Return which candidates are looked at, (n,), and what is seen; None where nothing is kept."""
    near = np.argsort(-fuse(*engines), kind="stable")[:RERANKED]
    packed = embeddings.tokens_of(connection, [found.pks[row] for row in near])
    if not any(each.tokens for each in packed):
        return near, None
    own, brief = engines
    return near, _closely(found.at(near), (own[near], brief[near]), question, packed)


def engines_of(found: Retrieved) -> Engines:
    """Return the two engines' scores of candidates, fused, and of their briefs."""
    footnotes = np.array([passage.kind == "footnote" for _, passage, _ in found.rows], dtype=bool)
    return engine_scores(found.cosines, found.bm25, _briefs(found), footnotes)


def _briefs(found: Retrieved) -> NDArray[np.int64]:
    return np.array([version_pk for *_, version_pk in found.rows], dtype=np.int64)


def _closely(
    found: Retrieved, engines: Engines, question: EncodedQuestion, packed: Sequence[PackedTokens]
) -> CandidateFeatures:
    kinds = np.array([passage.kind for _, passage, _ in found.rows])
    ordinals = np.array([passage.ordinal for _, passage, _ in found.rows], dtype=np.int64)
    tokens = compare(question.tokens, [each.tokens for each in packed]).astype(np.float64)
    nearest = np.array([_nearest_sentences(question.vector, each) for each in packed])
    covered = np.array([_covered(found, row) for row in range(len(found.pks))])
    return CandidateFeatures(
        cosine=found.cosines,
        content=found.vectors @ question.content,
        engines=engines[0],
        tokens=tokens,
        footnote=kinds == "footnote",
        table=kinds == "table",
        place=place(ordinals),
        best_sentence=nearest[:, 0],
        second_sentence=nearest[:, 1],
        covered=covered[:, 0],
        title_covered=covered[:, 1],
        beside=beside(tokens, _briefs(found), ordinals),
        brief_tokens=of_briefs(tokens, _briefs(found)),
        brief=engines[1],
        bm25=found.bm25 / max(float(found.bm25.max()), 1e-9),
        length=covered[:, 2],
    )


def _nearest_sentences(vector: NDArray[np.float32], packed: PackedTokens) -> tuple[float, float]:
    """Return the cosines of the two sentences nearest to the question; 0 without any."""
    if not packed.sentences:
        return 0.0, 0.0
    cosines = np.sort(unpack_sentences(packed.sentences)[0] @ vector)
    return float(cosines[-1]), float(cosines[-2 if len(cosines) > 1 else -1])


def _covered(found: Retrieved, row: int) -> tuple[float, float, float]:
    """Return the weight of words that a passage says, that only its title says, and its length."""
    passage = found.rows[row][1]
    above = " ".join((found.titles[row], *passage.heading, passage.context))
    inside = said(found.weights, passage.text)
    outside = said(found.weights, above) - inside
    length = math.log1p(len(words(passage.text)))
    return share(found.weights, inside), share(found.weights, outside), length
