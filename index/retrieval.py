"""Search one opened generation: candidates of both engines, scored exactly, best first.

`search.py` has the formulas; here the database and the vector index are asked.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from index import catalogue, stored_tokens, stored_vectors
from index.embedder import Embedder, read_questions
from index.errors import IndexDamaged
from index.generations import exact_nearest
from index.older import Scores
from index.opened import Opened
from index.passage import Hit, Passage
from index.ranker import Candidates, rank
from index.search import (
    CANDIDATES,
    Query,
    best,
    collapse,
    engine_scores,
    fuse,
    merge_scores,
    order,
)
from index.tokens import QuestionTokens, compare

CLOSER = 100  # candidates that are looked at closely
FAR = 0.05  # the highest score of those that are not

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Closer:
    """What a query is compared by when its candidates are looked at closely."""

    content: NDArray[np.float32]  # unit vector (d,) of the question's content words alone
    tokens: QuestionTokens  # of the question without its context


def read(embedder: Embedder, query: Query) -> tuple[NDArray[np.float32], Closer | None]:
    """Return the unit vector (d,) of a query, and what else the model says if it gives tokens."""
    texts = [query.text, query.content()] + ([query.with_context()] if query.context else [])
    vectors, tokens = read_questions(embedder, texts)
    vector = vectors[0]
    if query.context:
        both = vector + vectors[2]
        vector = both / np.linalg.norm(both)
    return vector, None if tokens is None else Closer(vectors[1], tokens)


def search(
    connection: Connection,
    opened: Opened,
    lexicon: Scores,
    query: Query,
    vector: NDArray[np.float32],
    limit: int,
    closer: Closer | None = None,
) -> list[Hit]:
    """Return the best passages for a query and its unit vector (d,), at most `limit`.

    Without a closer look, or over a library without tokens, the two engines alone rank.
    """
    allowed = opened.snapshot.allowed(query.filters)
    keywords = _keyword_scores(connection, lexicon, query)
    if query.filters:
        passing = set(opened.snapshot.pks[allowed].tolist())
        keywords = {pk: score for pk, score in keywords.items() if pk in passing}
        nearest = _by_scan(connection, opened, vector, allowed)
    else:
        nearest = _by_index(connection, opened, vector)
    pks = sorted({*nearest, *best(keywords, CANDIDATES)})
    return collapse(_hits(connection, opened, (pks, vector, keywords), closer), limit)


def _keyword_scores(connection: Connection, lexicon: Scores, query: Query) -> dict[int, float]:
    scores = lexicon.scores(connection, query.terms())
    if not query.context:
        return scores
    return merge_scores(scores, lexicon.scores(connection, query.context_terms()))


def _by_index(connection: Connection, opened: Opened, vector: NDArray[np.float32]) -> list[int]:
    """Return dense candidates from the vector index; by exact scan where it is damaged."""
    pks = opened.snapshot.pks
    if opened.index is not None:
        try:
            found = opened.index.nearest(vector, min(CANDIDATES, len(pks)))
        except IndexDamaged as damage:
            logger.warning("%s; searching by exact scan", damage)
        else:
            live = set(pks.tolist())
            return [pk for pk in found if pk in live]
    return _by_scan(connection, opened, vector, np.ones(len(pks), dtype=bool))


def _by_scan(
    connection: Connection,
    opened: Opened,
    vector: NDArray[np.float32],
    allowed: NDArray[np.bool_],
) -> list[int]:
    """Return dense candidates among the allowed passages (n,): a filter costs Chroma far more."""
    pks = opened.snapshot.pks[allowed]
    if not len(pks):
        return []
    rows = exact_nearest(opened.vectors(connection)[allowed], vector, CANDIDATES)
    return [int(pk) for pk in pks[rows]]


def _hits(
    connection: Connection,
    opened: Opened,
    candidates: tuple[Sequence[int], NDArray[np.float32], dict[int, float]],
    closer: Closer | None,
) -> list[Hit]:
    """Return the candidates (numbers, the query's vector, BM25) as hits, scored and in order."""
    pks, vector, keywords = candidates
    if not pks:
        return []
    stored = catalogue.passages_by_pk(connection, pks)
    vectors = stored_vectors.by_pk(connection, pks)
    found = _Found(
        pks,
        [stored[pk] for pk in pks],
        vectors,
        (vectors @ vector).astype(np.float64),
        np.array([keywords.get(pk, 0.0) for pk in pks]),
    )
    scores = _scores(connection, found, closer)
    hits = []
    for row, (passage_id, passage, version_pk) in enumerate(found.rows):
        brief = opened.snapshot.versions[version_pk].brief
        score, cosine, keyword = (
            round(float(values[row]), 6) for values in (scores, found.cosines, found.bm25)
        )
        hits.append(Hit(passage_id, passage, brief, score, cosine, keyword))
    return order(hits)


@dataclass(frozen=True)
class _Found:
    """The candidates of one search, n of them in one order."""

    pks: Sequence[int]
    rows: list[tuple[str, Passage, int]]  # passage id, passage, version key
    vectors: NDArray[np.float32]  # (n, d)
    cosines: NDArray[np.float64]
    bm25: NDArray[np.float64]


def _scores(connection: Connection, found: _Found, closer: Closer | None) -> NDArray[np.float64]:
    """Return the candidates' scores in [0, 1]: the ranker's, without tokens the two engines'."""
    kinds = np.array([passage.kind for _, passage, _ in found.rows])
    briefs = np.array([version_pk for _, _, version_pk in found.rows])
    own, brief = engine_scores(found.cosines, found.bm25, briefs, kinds == "footnote")
    fused = fuse(own, brief)
    if closer is None:
        return fused
    near = np.argsort(-fused, kind="stable")[:CLOSER]
    packed = stored_tokens.by_pk(connection, [found.pks[row] for row in near])
    if not any(packed):
        return fused
    seen = Candidates(
        found.cosines[near],
        found.vectors[near] @ closer.content,
        own[near],
        compare(closer.tokens, packed),
        kinds[near],
        np.array([passage.ordinal for _, passage, _ in found.rows])[near],
    )
    scores = FAR * fused  # those that are not looked at closely come after all that are
    scores[near] = FAR + (1 - FAR) * rank(seen)
    return scores
