"""Spans of a corpus against the passages found."""

from bench.spans import Corpus, overlap

TEXT = "One two three, four five six seven. Eight nine ten eleven twelve thirteen fourteen."


def test_passages_are_found_by_their_words() -> None:
    """White space and marks may differ; what does not stand there has no words."""
    corpus = Corpus(TEXT)
    assert corpus.of("two three\nfour FIVE six seven") == set(range(1, 7))
    assert corpus.of("two three four five six eight") == set()
    assert corpus.of("two") == set()
    assert corpus.between(TEXT.index("Eight"), TEXT.index("ten")) == {7, 8}


def test_recall_precision_and_iou() -> None:
    """Of ten words found and four wanted, two in common."""
    found = overlap([set(range(6)), set(range(4, 10))], [{8, 9}, {10, 11}])
    assert (found.recall, found.precision, found.iou) == (0.5, 0.2, 2 / 12)
    assert overlap([], []).recall == 0
