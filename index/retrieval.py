"""Search one opened generation: candidates of both engines, scored exactly, best first.

`search.py` has the formulas and `rerank.py` scores the candidates; here the database and the vector
index are asked.
"""

import logging
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from index.errors import IndexDamaged
from index.models.embedder import Embedder, read_questions
from index.models.token_embeddings import SentenceEmbeddings, read_sentences
from index.passage import Hit
from index.rerank import EncodedQuestion, Retrieved, scores
from index.search import CANDIDATES, Query, best, collapse, merge_scores, order
from index.sentences import split
from index.storage import catalogue, embeddings
from index.storage.lexicon import Lexicon
from index.vectors.generations import exact_nearest
from index.vectors.snapshot import Opened

logger = logging.getLogger(__name__)


def search(
    connection: Connection,
    opened: Opened,
    lexicons: Iterable[Lexicon],
    query: Query,
    vector: NDArray[np.float32],
    limit: int,
    encoded: EncodedQuestion | None = None,
) -> list[Hit]:
    """Return the best passages for a query and its unit vector (d,), at most `limit`.

    Without one, or over a library without tokens, the two engines alone rank.
    """
    found = candidates(connection, opened, lexicons, query, vector, encoded)
    return collapse(_hits(connection, opened, found, encoded), limit)


def ranks(
    connection: Connection,
    opened: Opened,
    vectors: NDArray[np.float32],
    wanted: Sequence[Sequence[str]],
) -> list[tuple[int, float]]:
    """Return (rank from 0 among all passages, cosine) of the best wanted passage of each vector.

    `vectors` are unit rows (len(wanted), d); passages that are gone rank last, with cosine -1.
    """
    places = {pk: row for row, pk in enumerate(opened.snapshot.pks.tolist())}
    pks = catalogue.pks_of(connection, [name for names in wanted for name in names])
    cosines = vectors @ opened.vectors(connection).T
    found = []
    for row, names in zip(cosines, wanted, strict=True):
        own = [row[places[pks[name]]] for name in names if pks.get(name) in places]
        best = max(own, default=-1.0)
        found.append((int((row > best).sum()), float(best)))
    return found


def candidates(
    connection: Connection,
    opened: Opened,
    lexicons: Iterable[Lexicon],
    query: Query,
    vector: NDArray[np.float32],
    encoded: EncodedQuestion | None = None,
) -> Retrieved:
    """Return what either engine finds for a query, in order of passage number."""
    allowed = opened.snapshot.allowed(query.filters)
    keywords = _keyword_scores(connection, lexicons, query)
    if query.filters:
        passing = set(opened.snapshot.pks[allowed].tolist())
        keywords = {pk: score for pk, score in keywords.items() if pk in passing}
        nearest = _by_scan(connection, opened, vector, allowed)
    else:
        nearest = _by_index(connection, opened, vector)
    pks = sorted({*nearest, *best(keywords, CANDIDATES)})
    stored = catalogue.passages_by_pk(connection, pks)
    vectors = embeddings.vectors_of(connection, pks) if pks else np.zeros((0, len(vector)), "<f4")
    rows = [stored[pk] for pk in pks]
    return Retrieved(
        pks,
        rows,
        [opened.snapshot.versions[version_pk].brief.title for *_, version_pk in rows],
        vectors,
        (vectors @ vector).astype(np.float64),
        np.array([keywords.get(pk, 0.0) for pk in pks]),
        encoded.weights if encoded else {},
    )


def _keyword_scores(
    connection: Connection, lexicons: Iterable[Lexicon], query: Query
) -> dict[int, float]:
    scores: dict[int, float] = {}
    for lexicon in lexicons:
        own = lexicon.scores(connection, query.terms())
        scores |= merge_scores(own, lexicon.scores(connection, query.context_terms()))
    return scores


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
    connection: Connection, opened: Opened, vector: NDArray[np.float32], allowed: NDArray[np.bool_]
) -> list[int]:
    """Return dense candidates among the allowed passages (n,): a filter costs Chroma far more."""
    pks = opened.snapshot.pks[allowed]
    if not len(pks):
        return []
    rows = exact_nearest(opened.vectors(connection)[allowed], vector, CANDIDATES)
    return [int(pk) for pk in pks[rows]]


def _hits(
    connection: Connection, opened: Opened, found: Retrieved, encoded: EncodedQuestion | None
) -> list[Hit]:
    if not found.pks:
        return []
    scored = scores(connection, found, encoded)
    hits = []
    for row, (passage_id, passage, version_pk) in enumerate(found.rows):
        brief = opened.snapshot.versions[version_pk].brief
        score, cosine, keyword = (
            round(float(values[row]), 6) for values in (scored, found.cosines, found.bm25)
        )
        hits.append(Hit(passage_id, passage, brief, score, cosine, keyword))
    return order(hits)


def sentences(
    connection: Connection, embedder: Embedder, question: str, hits: Sequence[Hit]
) -> tuple[NDArray[np.float32], list[SentenceEmbeddings]]:
    """Return the unit vector (d,) of a question, and what is known of each hit's sentences.

    Where nothing was kept of a passage they are embedded now, and stand for their own tokens.
    """
    vectors, tokens = read_questions(embedder, [question])
    pks = catalogue.pks_of(connection, [hit.passage_id for hit in hits])
    kept = embeddings.tokens_of(connection, [pks.get(hit.passage_id, -1) for hit in hits])
    found = []
    for hit, packed in zip(hits, kept, strict=True):
        if packed.sentences and tokens is not None:
            found.append(read_sentences(tokens, packed))
        else:
            text = hit.passage.text
            embedded = embedder.embed([text[start:end] for start, end in split(text)])
            found.append(SentenceEmbeddings(embedded, embedded @ vectors[0]))
    return vectors[0], found
