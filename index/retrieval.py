"""Search one opened generation: candidates of both engines, scored exactly, best first.

`search.py` has the formulas; here the database and the vector index are asked.
"""

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from index import catalogue, stored_vectors
from index.errors import IndexDamaged
from index.generations import exact_nearest
from index.older import Scores
from index.opened import Opened
from index.passage import Hit
from index.search import CANDIDATES, Query, best, collapse, fuse, merge_scores, order

logger = logging.getLogger(__name__)


def search(
    connection: Connection,
    opened: Opened,
    lexicon: Scores,
    query: Query,
    vector: NDArray[np.float32],
    limit: int,
) -> list[Hit]:
    """Return the best passages for a query and its unit vector (d,), at most `limit`."""
    allowed = opened.snapshot.allowed(query.filters)
    keywords = _keyword_scores(connection, lexicon, query)
    if query.filters:
        passing = set(opened.snapshot.pks[allowed].tolist())
        keywords = {pk: score for pk, score in keywords.items() if pk in passing}
        nearest = _by_scan(connection, opened, vector, allowed)
    else:
        nearest = _by_index(connection, opened, vector)
    pks = sorted({*nearest, *best(keywords, CANDIDATES)})
    return collapse(_hits(connection, opened, pks, vector, keywords), limit)


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
    pks: Sequence[int],
    vector: NDArray[np.float32],
    keywords: dict[int, float],
) -> list[Hit]:
    """Return the candidates as hits, scored exactly and in order."""
    if not pks:
        return []
    cosines = (stored_vectors.by_pk(connection, pks) @ vector).astype(np.float64)
    bm25 = np.array([keywords.get(pk, 0.0) for pk in pks])
    stored = catalogue.passages_by_pk(connection, pks)
    briefs = np.array([stored[pk][2] for pk in pks])
    footnotes = np.array([stored[pk][1].kind == "footnote" for pk in pks])
    scores = fuse(cosines, bm25, briefs, footnotes)
    hits = []
    for row, pk in enumerate(pks):
        passage_id, passage, version_pk = stored[pk]
        brief = opened.snapshot.versions[version_pk].brief
        score, cosine, keyword = (
            round(float(values[row]), 6) for values in (scores, cosines, bm25)
        )
        hits.append(Hit(passage_id, passage, brief, score, cosine, keyword))
    return order(hits)
