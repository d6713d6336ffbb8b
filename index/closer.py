"""Look closely at the candidates of a search: by tokens, by sentences, by the question's words.

In: candidates with their engines' scores, and what the model said of the question. Out: what
`index/ranker.py` weighs, and scores. Knows nothing of how candidates are found.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from index import stored_states
from index.embedder import Embedder, read_questions
from index.passage import Passage
from index.ranker import Candidates, beside, of_briefs, place, rank
from index.search import Query, engine_scores, fuse
from index.states import PassageStates, unpack_sentences
from index.tokens import QuestionTokens, compare
from index.wording import said, share, word_weights
from index.words import words

LOOKED_AT = 100  # candidates
FAR = 0.05  # the highest score of those that are not looked at

Idf = Callable[[Sequence[str]], Mapping[str, float]]
Engines = tuple[NDArray[np.float64], NDArray[np.float64]]  # passages' own scores, their briefs'


@dataclass(frozen=True)
class Closer:
    """What a query is compared by when its candidates are looked at closely."""

    vector: NDArray[np.float32]  # unit vector (d,) of the question with its context
    content: NDArray[np.float32]  # the same of the question's content words alone
    tokens: QuestionTokens  # of the question without its context
    weights: Mapping[str, float]  # of its words, sum 1


def read(embedder: Embedder, query: Query, idf: Idf) -> tuple[NDArray[np.float32], Closer | None]:
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
    return vector, Closer(vector, vectors[1], tokens, weights)


@dataclass(frozen=True)
class Found:
    """The candidates of one search, n of them in one order."""

    pks: Sequence[int]
    rows: list[tuple[str, Passage, int]]  # passage id, passage, version key
    titles: list[str]  # of their briefs
    vectors: NDArray[np.float32]  # (n, d)
    cosines: NDArray[np.float64]
    bm25: NDArray[np.float64]
    weights: Mapping[str, float]  # of the question's words

    def at(self, kept: NDArray[np.int64]) -> "Found":
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


def scores(connection: Connection, found: Found, closer: Closer | None) -> NDArray[np.float64]:
    """Return the candidates' scores in [0, 1]: the ranker's, without tokens the two engines'."""
    engines = engines_of(found)
    fused = fuse(*engines)
    if closer is None:
        return fused
    near, seen = look(connection, found, engines, closer)
    if seen is None:
        return fused
    scored = FAR * fused  # those that are not looked at closely come after all that are
    scored[near] = FAR + (1 - FAR) * rank(seen)
    return scored


def look(
    connection: Connection, found: Found, engines: Engines, closer: Closer
) -> tuple[NDArray[np.int64], Candidates | None]:
    """Return which candidates are looked at, (n,), and what is seen; None where nothing is kept."""
    near = np.argsort(-fuse(*engines), kind="stable")[:LOOKED_AT]
    states = stored_states.by_pk(connection, [found.pks[row] for row in near])
    if not any(each.tokens for each in states):
        return near, None
    own, brief = engines
    return near, _closely(found.at(near), (own[near], brief[near]), closer, states)


def engines_of(found: Found) -> Engines:
    """Return the two engines' scores of candidates, fused, and of their briefs."""
    footnotes = np.array([passage.kind == "footnote" for _, passage, _ in found.rows], dtype=bool)
    return engine_scores(found.cosines, found.bm25, _briefs(found), footnotes)


def _briefs(found: Found) -> NDArray[np.int64]:
    return np.array([version_pk for *_, version_pk in found.rows], dtype=np.int64)


def _closely(
    found: Found,
    engines: Engines,
    closer: Closer,
    states: Sequence[PassageStates],
) -> Candidates:
    """Return what the ranker weighs of candidates, in their order."""
    kinds = np.array([passage.kind for _, passage, _ in found.rows])
    ordinals = np.array([passage.ordinal for _, passage, _ in found.rows], dtype=np.int64)
    tokens = compare(closer.tokens, [each.tokens for each in states]).astype(np.float64)
    nearest = np.array([_nearest_sentences(closer.vector, each) for each in states])
    covered = np.array([_covered(found, row) for row in range(len(found.pks))])
    return Candidates(
        cosine=found.cosines,
        content=found.vectors @ closer.content,
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


def _nearest_sentences(vector: NDArray[np.float32], states: PassageStates) -> tuple[float, float]:
    """Return the cosines of the two sentences nearest to the question; 0 without any."""
    if not states.sentences:
        return 0.0, 0.0
    cosines = np.sort(unpack_sentences(states.sentences)[0] @ vector)
    return float(cosines[-1]), float(cosines[-2 if len(cosines) > 1 else -1])


def _covered(found: Found, row: int) -> tuple[float, float, float]:
    """Return the weight of words that a passage says, that only its title says, and its length."""
    passage = found.rows[row][1]
    above = " ".join((found.titles[row], *passage.heading, passage.context))
    inside = said(found.weights, passage.text)
    outside = said(found.weights, above) - inside
    length = math.log1p(len(words(passage.text)))
    return share(found.weights, inside), share(found.weights, outside), length
