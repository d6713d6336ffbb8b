"""Search one opened generation: candidates of both engines, scored exactly, best first.

`search.py` has the formulas and `rerank.py` scores the candidates; here the database and the vector
index are asked.
"""

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from index.errors import IndexDamaged
from index.models.embedder import Embedder, read_questions
from index.models.token_embeddings import SentenceEmbeddings, read_sentences
from index.passage import Hit, Passage
from index.rerank import EncodedQuestion, Retrieved, scores
from index.search import CANDIDATES, Query, best, collapse, merge_scores, order
from index.sentences import split
from index.storage import catalogue, embeddings
from index.storage.lexicon import Lexicon
from index.vectors.chroma import ChromaServer
from index.vectors.generations import exact_nearest
from index.vectors.snapshot import Filters, Opened, Snapshot
from index.words import ROOT

logger = logging.getLogger(__name__)

# Passages up to which all are compared: what Chroma's graph finds may differ from one opening to
# the next. Of 60 questions over 6,278 passages none is answered otherwise, or slower.
SCANNED = 20_000


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
    """Return dense candidates from the vector index, or by scan: of few, or where it is damaged."""
    pks = opened.snapshot.pks
    index = opened.index
    if index is not None and (len(pks) > SCANNED or isinstance(index, ChromaServer)):
        try:
            found = index.nearest(vector, min(CANDIDATES, len(pks)))
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
        text = hit.passage.text
        places = split(text)
        if packed.sentences and tokens is not None:
            known = read_sentences(tokens, packed)
            if len(known.vectors) == len(places):  # else an older release cut them otherwise
                found.append(known)
                continue
        embedded = embedder.embed([text[start:end] for start, end in places])
        found.append(SentenceEmbeddings(embedded, embedded @ vectors[0]))
    return vectors[0], found


@dataclass(frozen=True)
class Mentions:
    """Where a brief speaks of a topic, by numbers of its passages."""

    said: tuple[int, ...]  # in text or headings, in order
    headed: tuple[int, ...]  # those whose headings alone say it
    first: int  # number of the brief's first passage
    passages: int  # of the brief

    @property
    def opens(self) -> bool:
        """Whether the first passage speaks of it."""
        return self.said[:1] == (self.first,)


def mentions(
    connection: Connection,
    snapshot: Snapshot,
    lexicon: Lexicon,
    weights: Mapping[str, float],
    enough: float,
) -> dict[str, Mentions]:
    """Return where each brief speaks of a topic, by brief id; see Library.mentions."""
    anywhere, headed = (_saying(connection, snapshot, lexicon, weights, columns) >= enough - 1e-9
                        for columns in (("heading", "body"), ("heading",)))  # fmt: skip
    found: dict[str, Mentions] = {}
    for version_pk in np.unique(snapshot.version_pks[anywhere]).tolist():
        own = snapshot.version_pks == version_pk
        said, titled = (snapshot.pks[own & where].tolist() for where in (anywhere, headed))
        first, passages = int(snapshot.pks[own][0]), int(own.sum())
        brief = snapshot.versions[version_pk].brief
        found[brief.id] = Mentions(tuple(said), tuple(titled), first, passages)
    return found


def _saying(
    connection: Connection,
    snapshot: Snapshot,
    lexicon: Lexicon,
    weights: Mapping[str, float],
    columns: Sequence[str],
) -> NDArray[np.float64]:
    """Return the weight of the stems that each passage says in some columns, shape (n,)."""
    share = np.zeros(len(snapshot.pks))
    for term, weight in weights.items():
        longer = len(term) >= ROOT and term.isalpha()
        pks = lexicon.holding(connection, term, columns, longer=longer)
        share += weight * np.isin(snapshot.pks, np.fromiter(pks, np.int64, len(pks)))
    return share


def idf(
    connection: Connection, snapshot: Snapshot, lexicon: Lexicon, terms: Sequence[str]
) -> dict[str, float]:
    """Return the inverse document frequency of stems over the passages (natural logarithm)."""
    total = len(snapshot.pks)
    counts = lexicon.document_frequency(connection, terms)
    return {term: math.log(1 + (total + 1) / (count + 0.5)) for term, count in counts.items()}


def unknown(
    connection: Connection,
    snapshot: Snapshot,
    lexicon: Lexicon,
    terms: Sequence[str],
    filters: Filters,
) -> frozenset[str]:
    """Return the stems that no passage has which the filters let through."""
    if not filters:
        counts = lexicon.document_frequency(connection, terms)
        return frozenset(term for term in terms if not counts.get(term))
    allowed = set(snapshot.pks[snapshot.allowed(filters)].tolist())
    found = {term: lexicon.scores(connection, [term]) for term in terms}
    return frozenset(term for term, numbers in found.items() if allowed.isdisjoint(numbers))


def nearest_of(
    connection: Connection,
    snapshot: Snapshot,
    vector: NDArray[np.float32],
    groups: Sequence[Sequence[int]],
    each: int,
) -> list[list[Hit]]:
    """Return of each group the passages nearest to a vector (d,); see Library.nearest_of."""
    pks = list(dict.fromkeys(pk for group in groups for pk in group))
    if not pks:
        return [[] for _ in groups]
    cosines = embeddings.vectors_of(connection, pks) @ vector
    near = dict(zip(pks, cosines.tolist(), strict=True))
    best = [sorted(group, key=lambda pk: (-near[pk], pk))[:each] for group in groups]
    stored = catalogue.passages_by_pk(connection, [pk for group in best for pk in group])
    return [[_plain_hit(snapshot, stored[pk], near[pk]) for pk in group] for group in best]


def hits(connection: Connection, snapshot: Snapshot, passage_ids: Sequence[str]) -> dict[str, Hit]:
    """Return those of these passages that are current, by id; see Library.hits."""
    pks = catalogue.pks_of(connection, passage_ids).values()
    stored = catalogue.passages_by_pk(connection, list(pks)).values()
    return {one[0]: _plain_hit(snapshot, one, 0.0) for one in stored if one[2] in snapshot.versions}


def _plain_hit(snapshot: Snapshot, stored: tuple[str, Passage, int], cosine: float) -> Hit:
    passage_id, passage, version_pk = stored
    brief = snapshot.versions[version_pk].brief
    return Hit(passage_id, passage, brief, round(cosine, 6), round(cosine, 6), 0.0)
