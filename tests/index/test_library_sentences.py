"""What a library knows of the sentences of its hits."""

from dataclasses import replace

import numpy as np
import pytest

from index.library import Library
from index.passage import Hit
from index.search import Query
from index.sentences import split
from index.settings import Settings
from tests.conftest import MakeLibrary
from tests.drafts import draft
from tests.fakes import HashedTokens, HashedWords

FISH = (
    "Fishing quotas\n\nCod quotas fell by a third. Herring stays open. Whaling ended in 1986.\n\n"
    "Salmon farms grew."
)
QUESTION = "is herring open"


def hits_of(library: Library) -> list[Hit]:
    library.publish([draft("a.txt", FISH)])
    return library.search(Query("cod salmon"))


@pytest.mark.parametrize("embedder", [HashedTokens, HashedWords], ids=["tokens", "no tokens"])
def test_sentences_stand_in_the_order_of_the_text(either_settings, open_library, embedder) -> None:
    """One row for each that the text is split into, whether the model gives tokens or not."""
    library = open_library(either_settings, embedder())
    hits = hits_of(library)
    vector, found = library.sentences(QUESTION, hits)
    assert vector @ library.embedder.embed_query(QUESTION) == pytest.approx(1)
    for hit, one in zip(hits, found, strict=True):
        assert len(one.vectors) == len(one.matches) == len(split(hit.passage.text))
        assert np.linalg.norm(one.vectors, axis=1) == pytest.approx(1, abs=1e-5)
    long = next(at for at, hit in enumerate(hits) if hit.passage.text.startswith("Cod"))
    assert (found[long].vectors @ vector).argmax() == 1
    assert found[long].matches.argmax() == 1


def test_a_model_without_tokens_embeds_them_now(library: Library) -> None:
    """Each alone; its cosine stands for the tokens that it does not have."""
    hits = hits_of(library)
    vector, found = library.sentences(QUESTION, hits)
    for hit, one in zip(hits, found, strict=True):
        text = hit.passage.text
        alone = library.embed([text[start:end] for start, end in split(text)])
        assert one.vectors.tolist() == alone.tolist()
        assert one.matches == pytest.approx(alone @ vector)


def test_a_passage_that_is_gone_is_read_anew(settings: Settings, open_library: MakeLibrary) -> None:
    """A hit may outlive what the library keeps of it."""
    library = open_library(settings, HashedTokens())
    kept, *_ = hits_of(library)
    gone = replace(kept, passage_id="nobody's")
    _, [one, other] = library.sentences(QUESTION, [gone, kept])
    assert one.vectors.shape == other.vectors.shape
    assert (one.vectors * other.vectors).sum(axis=1).min() > 0.5


def test_no_hits_have_no_sentences(library: Library) -> None:
    vector, found = library.sentences(QUESTION, [])
    assert (vector.shape, found) == ((384,), [])
