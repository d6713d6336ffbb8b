"""What the reader learns from: passages, and questions with the sentences that answer them.

    python -m bench.reader.examples DATA EXAMPLES --reports HOME

`HOME` is a library of the CRS reports in markdown. The questions are our own
(bench/questions/reader.jsonl), and those of squad2, selqa and clapnq about documents that
`bench/held_out.py` does not hold out. Each gets sentences of other passages that look like answers:
by their words, and by the mean of their words' embeddings in the bundled model.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.held_out import held_out
from bench.material import Material, _cut, material, text_key
from index.library import Library
from index.models.embedder import tokenizer_of
from index.models.model_files import DEFAULT_MODEL, locate
from index.settings import load

QUESTIONS = Path(__file__).parents[1] / "questions"
NEAREST = 12  # by each of the two measures, of which training draws
TOGETHER = 256  # questions compared at once
SHORTEST = 4  # words of a sentence that may mislead
REPEATING = "beige_book"

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question, the passage that it is about, and which of its sentences answer it, if any."""

    question: str
    conversation: tuple[str, ...]
    passage: int
    sentences: tuple[int, ...]


def own_questions(
    places: dict[tuple[str, str, str], int], passages: Sequence[Material]
) -> Iterator[Asked]:
    """Yield our own questions whose passages are there."""
    for row in _lines(QUESTIONS / "reader.jsonl"):
        at = places.get((row["source"], row["document"], row["passage"]))
        if at is not None:
            keys = passages[at].sentence_keys
            found = tuple(place for place, key in enumerate(keys) if key in set(row["sentences"]))
            if bool(found) == bool(row["sentences"]):
                turns = tuple(row.get("conversation") or ())
                yield Asked(row["question"], turns, at, found)


def crowd_questions(
    data: Path, places: dict[tuple[str, str, str], int], passages: Sequence[Material]
) -> Iterator[Asked]:
    """Yield the questions of squad2, selqa and clapnq whose documents are not held out."""
    for source, document, text, question, answers in (
        *_squad2(data),
        *_selqa(data),
        *_clapnq(data),
    ):
        at = places.get((source, document, text_key(text)))
        if held_out(source, document) or at is None:
            continue
        keys = passages[at].sentence_keys
        wanted = {text_key(one) for one in answers}
        found = tuple(place for place, key in enumerate(keys) if key in wanted)
        if bool(found) == bool(answers):
            yield Asked(question, (), at, found)


Given = Iterator[
    tuple[str, str, str, str, list[str]]
]  # source, document, passage, question, answers


def _squad2(data: Path) -> Given:
    for article in json.loads((data / "squad2/dev.json").read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            sentences = _cut(paragraph["context"])
            starts = [paragraph["context"].find(one) for one in sentences]
            passage = " ".join(" ".join(one.split()) for one in sentences)
            for asked in paragraph["qas"]:
                spots = {one["answer_start"] for one in asked["answers"]}
                holding = [
                    sentence
                    for sentence, start in zip(sentences, starts, strict=True)
                    if any(start <= spot < start + len(sentence) for spot in spots)
                ]
                yield "squad2", article["title"], passage, asked["question"], holding


def _selqa(data: Path) -> Given:
    for part in ("dev", "test"):
        for row in json.loads((data / f"selqa/{part}.json").read_text("utf-8")):
            told = [row["candidates"][at] for at in row["answers"]]
            yield "selqa", row["article"], " ".join(row["candidates"]), row["question"], told


def _clapnq(data: Path) -> Given:
    for row in _lines(data / "clapnq/dev.jsonl"):
        passage = row["passages"][0]
        told = [one for output in row["output"] for one in output["selected_sentences"]]
        yield "clapnq", passage["title"], " ".join(passage["sentences"]), row["input"], told


def _lines(path: Path) -> Iterable[Row]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def misleading(asked: Sequence[Asked], passages: Sequence[Material]) -> list[list[tuple[int, int]]]:
    """Return for each question sentences of other passages that resemble it, nearest mixed.

    Of the district reports, which repeat each other from edition to edition, those of the same
    report: what another edition says may answer a question without a date.
    """
    found: list[list[tuple[int, int]]] = [[] for _ in asked]
    reports: dict[str, list[int]] = defaultdict(list)
    for at, passage in enumerate(passages):
        if passage.source == REPEATING:
            reports[passage.document].append(at)
    others = [at for at, passage in enumerate(passages) if passage.source != REPEATING]
    rows = [row for row, one in enumerate(asked) if passages[one.passage].source != REPEATING]
    chance = random.Random(2)
    for row, one in enumerate(asked):
        if passages[one.passage].source == REPEATING:
            near = [
                spot
                for spot in _spots(reports[passages[one.passage].document], passages)
                if spot[0] != one.passage
            ]
            found[row] = chance.sample(near, min(len(near), NEAREST))
    for row, near in zip(
        rows, _resembling([asked[row] for row in rows], others, passages), strict=True
    ):
        found[row] = near
    return found


def _spots(places: Iterable[int], passages: Sequence[Material]) -> list[tuple[int, int]]:
    return [
        (at, place)
        for at in places
        for place, sentence in enumerate(passages[at].sentences)
        if len(sentence.split()) >= SHORTEST
    ]


def _resembling(
    asked: Sequence[Asked], places: Sequence[int], passages: Sequence[Material]
) -> Iterator[list[tuple[int, int]]]:
    spots = _spots(places, passages)
    texts = [
        f"{passages[at].title} {passages[at].heading} {passages[at].sentences[place]}"
        for at, place in spots
    ]
    questions = [one.question for one in asked]
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    by_words = vectorizer.fit_transform(texts)
    asked_words = vectorizer.transform(questions)
    by_meaning, asked_meaning = _means(texts), _means(questions)
    owner = np.array([at for at, _ in spots])
    for start in range(0, len(asked), TOGETHER):
        part = slice(start, start + TOGETHER)
        words = (asked_words[part] @ by_words.T).toarray()
        meaning = asked_meaning[part] @ by_meaning.T
        for row, one in enumerate(asked[part]):
            near: list[tuple[int, int]] = []
            for scores in (words[row], meaning[row]):
                scores[owner == one.passage] = -1
                near += [
                    spots[spot] for spot in np.argpartition(-scores, NEAREST)[:NEAREST].tolist()
                ]
            yield list(dict.fromkeys(near))


def _means(texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the unit mean of the bundled model's word embeddings, rarer words counting more."""
    files = locate(DEFAULT_MODEL)
    words = load_file(files.weights)["embeddings.word_embeddings.weight"].astype(np.float32)
    tokenizer = tokenizer_of(files)
    ids = [one.ids for one in tokenizer.encode_batch(list(texts), add_special_tokens=False)]
    rows = np.repeat(np.arange(len(ids)), [len(one) for one in ids])
    columns = np.fromiter((token for one in ids for token in one), np.int64)
    counts = sparse.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, columns)), (len(ids), len(words))
    )
    rarity = np.log((len(ids) + 1) / (np.bincount(columns, minlength=len(words)) + 1)) + 1
    made = (counts @ sparse.diags(rarity.astype(np.float32))) @ words
    made /= np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)
    return made.astype(np.float32)


def main() -> None:
    """Write the examples as one JSON file."""
    parser = argparse.ArgumentParser(prog="bench.reader.examples", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--reports", type=Path, required=True)
    options = parser.parse_args()
    with Library.open(load(home=options.reports)) as reports:
        passages = list(material(options.data, reports))
    places = {(one.source, one.document, one.key): at for at, one in enumerate(passages)}
    asked = [*own_questions(places, passages), *crowd_questions(options.data, places, passages)]
    print(f"{len(passages)} passages, {len(asked)} questions", flush=True)
    random.Random(1).shuffle(asked)
    near = misleading(asked, passages)
    made = {
        "passages": [
            [one.title, one.heading, one.told, one.source, one.document, one.rows]
            for one in passages
        ],
        "questions": [
            [one.question, list(one.conversation), one.passage, list(one.sentences), others]
            for one, others in zip(asked, near, strict=True)
        ],
    }
    options.examples.write_text(json.dumps(made), "utf-8")


if __name__ == "__main__":
    main()
