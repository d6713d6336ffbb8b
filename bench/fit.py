"""Fit what orders passages, chooses sentences and decides whether to answer, one after the other.

    python -m bench.fit DATA [--work FOLDER] [--stage ranker sentences answerable]

The features come from the code that answers; each stage rests on the one before. Of every set each
fifth question is held out of all fits, and reported. Writes index/weights and
bot/answering/weights/, then
tells what the held-out questions say of it, and those that it was fitted on.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import command, extracts, own, sets
from bench.networks import Network, Question, Training, listwise, pointwise
from bench.workplace import Workplace
from bot.answering import answerability, selection, sentence_features
from bot.answering.sentence_features import COLUMNS
from bot.evals import gold
from bot.evals.judging import holds, meets
from bot.question.question import Question as Asked
from bot.question.question import Turn
from bot.question.reading import read
from bot.question.smalltalk import is_off_topic, is_small_talk
from index import rerank, retrieval
from index.library import Library
from index.passage import Hit
from index.search import Query
from index.sentences import split
from index.settings import Settings

PARTS, HELD_OUT = 5, 4
TODAY = date(2026, 11, 1)  # so that "last year" in a question means the same in every fit
HITS = 10
SQUAD = 6  # every sixth question of squad2 is used
ELSEWHERE = 3  # every third question of ClapNQ is asked of the reports, which do not answer it
SMALL = 6  # libraries of a sixth of the reports each: what is rare in a large one is not in them
ABSENT = 8  # every eighth question to other reports is asked of a small library
THRESHOLD = 0.42  # probability from which a question is answered: a wrong refusal costs more

# What a set counts as a whole in each fit; crs is gold-dev.
RANKER = {"own": 2.0, "crs": 0.5, "squad2": 1.0, "mtrag": 0.5, "chunking": 0.5, "clapnq": 0.3}
SENTENCES = {"own": 1.5, "crs": 0.3, "given": 0.5}
ANSWERABLE = {
    "own": 1.5, "small": 1.5, "crs": 0.3, "squad2": 0.7, "clapnq": 0.5, "elsewhere": 0.3,
}  # fmt: skip

Meets = Callable[[Hit], bool]
# Whether to fit on a question, its rows (n, k), and which are right for each need (needs, n).
Rows = tuple[bool, NDArray[np.float64], NDArray[np.bool_]]


@dataclass(frozen=True)
class Item:
    """A question with tests of its passages and sentences, one of each for every passage needed.

    A sentence is tested by the passage's text and the sentence's place in it.
    """

    at: int
    asked: Asked
    answerable: bool
    passages: tuple[Meets, ...] = ()
    sentences: tuple[Callable[[Hit, int], bool], ...] = ()

    @property
    def fitted(self) -> bool:
        """Whether it may be fitted on."""
        return self.at % PARTS != HELD_OUT


@dataclass(frozen=True)
class Set:
    """A library and questions to it."""

    name: str
    library: Library
    items: Sequence[Item] = field(repr=False)


def load(place: Workplace, name: str) -> Set:
    """Return a set, its library filled by this call or an earlier one."""
    if name in ("own", "crs", "elsewhere"):
        library = Library.open(Settings(home=place.markdown_library()))
    else:
        library = Library.open(Settings(home=sets.prepare(place, name).home))
    if name == "own":
        return Set(
            name, library, [_own(library, at, row) for at, row in enumerate(own.questions(library))]
        )
    if name == "elsewhere":
        rows = sets.clapnq(place.data).gold[::ELSEWHERE]
        asked = [_asked(library, row["question"], ()) for row in rows]
        return Set(name, library, [Item(at, one, False) for at, one in enumerate(asked)])
    path = place.work / f"{name}.fit.jsonl"
    sets.write_gold(path, sets.SETS[name](place.data).gold[:: SQUAD if name == "squad2" else 1])
    rows = gold.read(path).questions
    return Set(name, library, [_gold(library, at, row) for at, row in enumerate(rows)])


def small(place: Workplace) -> Iterator[Set]:
    """Yield small libraries of reports, with questions that they answer and that they do not."""
    reports = sorted(place.markdown().rglob("*.md"))
    for part in range(SMALL):
        chosen = reports[part::SMALL]
        home = place.made(f"small-{part}", lambda home, chosen=chosen: _ingest(place, home, chosen))
        with Library.open(Settings(home=home)) as library:
            here, elsewhere = own.questions(library), own.absent(library)
            answered = [_own(library, at, row) for at, row in enumerate(here) if row.needed]
            near = [row for row in here if not row.needed][part::SMALL]
            lacking = [*near, *elsewhere[part::ABSENT]]
            asked = [_asked(library, row.question, row.turns) for row in lacking]
            items = [*answered, *(Item(at, one, False) for at, one in enumerate(asked))]
            yield Set(f"small-{part}", library, items)


def _ingest(place: Workplace, home: Path, reports: Sequence[Path]) -> None:
    place.briefs(home, "ingest", *reports)


def fit_ranker(place: Workplace) -> None:
    """Fit the order of passages."""
    questions, seen = [], {}
    for name, weight in RANKER.items():
        given = load(place, name)
        seen[name] = [_candidates(given.library, item) for item in given.items if item.passages]
        questions += _fitted(seen[name], weight)
    network = listwise(questions, Training())
    network.write(rerank.WEIGHTS, rerank.FEATURES, _told(RANKER))
    _tell("ranker", network, seen)


def fit_sentences(place: Workplace) -> None:
    """Fit the choice of sentences, over the order of passages fitted before."""
    questions, seen = [], {}
    for name in SENTENCES:
        if name == "given":
            seen[name] = list(_given(place))
            continue
        given = load(place, name)
        wanted = [item for item in given.items if item.sentences]
        seen[name] = [_sentences(given.library, item) for item in wanted]
    for name, weight in SENTENCES.items():
        questions += _fitted(seen[name], weight)
    network = listwise(questions, Training(epochs=20, dropout=0.25))
    network.write(selection.WEIGHTS, COLUMNS, _told(SENTENCES))
    _tell("sentences", network, seen)


def fit_answerable(place: Workplace) -> None:
    """Fit the decision to answer, over sentences chosen as fitted before."""
    rows, right, weights, seen = [], [], [], {}
    features: tuple[str, ...] = ()
    for name in ANSWERABLE:
        found = [
            (item, _features(given.library, item))
            for given in (small(place) if name == "small" else [load(place, name)])
            for item in given.items
        ]
        seen[name] = [(item, numbers) for item, numbers in found if numbers]
        fitted = [(item, numbers) for item, numbers in seen[name] if item.fitted]
        counts = {answer: sum(item.answerable is answer for item, _ in fitted) for answer in (True, False)}  # fmt: skip  # noqa: E501
        for item, numbers in fitted:
            features = tuple(numbers)
            rows.append(list(numbers.values()))
            right.append(item.answerable)
            weights.append(ANSWERABLE[name] / counts[item.answerable])
    training = Training(units=32, epochs=40, decay=0.1, dropout=0.3)
    network = pointwise(np.array(rows), np.array(right), np.array(weights), training)
    border = float(np.log(THRESHOLD / (1 - THRESHOLD)))
    network.write(answerability.WEIGHTS, features, _told(ANSWERABLE), -border)
    for name, found in seen.items():
        kept = [(item, numbers) for item, numbers in found if not item.fitted]
        scores = network.scores(np.array([list(numbers.values()) for _, numbers in kept])) - border
        yes = scores[[item.answerable for item, _ in kept]]
        no = scores[[not item.answerable for item, _ in kept]]
        above = (yes[:, None] > no).mean() if len(yes) and len(no) else float("nan")
        told = f"answered {(yes >= 0).sum()} of {len(yes)}, declined {(no < 0).sum()} of {len(no)}"
        command.say(f"answerable, {name}: {told}, AUROC {above:.3f}")


STAGES = {"ranker": fit_ranker, "sentences": fit_sentences, "answerable": fit_answerable}


def _own(library: Library, at: int, row: own.OwnQuestion) -> Item:
    passages = tuple(_holder(needed) for needed in row.needed)
    sentences = tuple(_teller(needed) for needed in row.needed)
    return Item(at, _asked(library, row.question, row.turns), bool(row.needed), passages, sentences)


def _holder(needed: own.Needed) -> Meets:
    return lambda hit: needed.met_by(hit.passage.text)


def _teller(needed: own.Needed) -> Callable[[Hit, int], bool]:
    return lambda hit, row: (
        own.named(hit.passage.text) == needed.passage and row in needed.sentences
    )


def _gold(library: Library, at: int, row: gold.GoldQuestion) -> Item:
    passages = tuple(_meeter(needs) for needs in row.needed)
    sentences = tuple(_quoter(needs) for needs in row.needed if any(need.quote for need in needs))
    asked = _asked(library, row.question, tuple(map(Turn, row.conversation)))
    return Item(at, asked, row.answerable, passages, sentences)


def _meeter(needs: Sequence[gold.NeededPassage]) -> Meets:
    return lambda hit: meets(hit, needs)


def _quoter(needs: Sequence[gold.NeededPassage]) -> Callable[[Hit, int], bool]:
    def tells(hit: Hit, row: int) -> bool:
        start, end = split(hit.passage.text)[row]
        sentence = hit.passage.text[start:end]
        return any(
            holds(sentence, need.quote) or holds(need.quote, sentence)
            for need in needs
            if need.quote
        )

    return tells


def _asked(library: Library, question: str, turns: Sequence[Turn]) -> Asked:
    return read(question, turns, today=TODAY, library=library)


def _candidates(library: Library, item: Item) -> Rows:
    """Return what the ranker weighs of the candidates."""
    query = Query(item.asked.searched, item.asked.context)
    vector, look = rerank.encode(library.embedder, query, library.idf)
    assert look
    with library.database.read() as connection, library._published.use(connection) as opened:
        found = retrieval.candidates(connection, opened, [library._lexicon], query, vector, look)
        near, seen = rerank.features_of(connection, found, rerank.engines_of(found), look)
        assert seen
        briefs = [opened.snapshot.versions[found.rows[row][2]].brief for row in near]
    hits = [
        Hit(*found.rows[row][:2], brief, 0.0, 0.0, 0.0)
        for row, brief in zip(near, briefs, strict=True)
    ]
    right = np.array([[meets(hit) for hit in hits] for meets in item.passages])
    return item.fitted, rerank.features(seen), right


def _ranked(library: Library, item: Item) -> list[Hit]:
    return library.search(Query(item.asked.searched, item.asked.context), HITS)


def _sentences(library: Library, item: Item) -> Rows:
    """Return what is weighed of the sentences of the hits."""
    found, _, rows = sentence_features.measured(item.asked, _ranked(library, item), library)
    places = [(one.hit, sentence_features.place_of(one)) for one in found]
    right = np.array([[tells(hit, row) for hit, row in places] for tells in item.sentences])
    return item.fitted, rows, right


def _given(place: Workplace) -> Sequence[Rows]:
    """Return the same of ClapNQ's passages: what each person chose is right."""
    home = sets.prepare(place, "clapnq").home
    found = []
    with Library.open(Settings(home=home)) as library:
        for item in extracts.given(place, library):
            asked = _asked(library, item.question, ())
            ones, _, rows = sentence_features.measured(asked, item.hits, library)
            right = np.array([[item.chose(one, person) for one in ones] for person in item.chosen])
            found.append((item.at % PARTS != HELD_OUT, rows, right))
    return found


def _features(library: Library, item: Item) -> dict[str, float] | None:
    if is_off_topic(item.asked.searched) or is_small_talk(item.asked.searched):
        return None
    hits = _ranked(library, item)
    ranked = selection.score_sentences(item.asked, hits, library)
    return answerability.features_of(item.asked, hits, ranked, library)


def _fitted(rows: Sequence[Rows], weight: float) -> list[Question]:
    """Return the questions to fit on; together they have the weight."""
    kept = [(row, right) for fit, row, right in rows if fit and right.any()]
    return [one for row, right in kept for one in _each(row, right, weight / len(kept))]


def _tell(what: str, network: Network, seen: Mapping[str, Sequence[Rows]]) -> None:
    for name, rows in seen.items():
        for part, kept in (("held out", False), ("fitted on", True)):
            ranks = [_ranks(network.scores(row), right) for fit, row, right in rows if fit == kept]
            command.say(f"{what}, {name}, {part} ({len(ranks)}): {_within(ranks)}")


def _each(rows: NDArray[np.float64], right: NDArray[np.bool_], weight: float) -> list[Question]:
    """Return a question for each passage needed; those that others need are passed over."""
    held = [one for one in right if one.any()]
    every = right.any(axis=0)
    return [Question(rows, one, every & ~one, weight / len(held)) for one in held]


def _ranks(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> list[int]:
    """Return the rank, from 1, of the first right row for each passage needed; 0 without one."""
    order = np.argsort(-scores, kind="stable")
    return [int(one[order].argmax()) + 1 if one.any() else 0 for one in right]


def _within(ranks: Sequence[Sequence[int]]) -> str:
    """Tell how many questions have all they need first, in the first three, five and ten."""
    shares = [
        np.mean([all(0 < rank <= depth for rank in one) for one in ranks])
        for depth in (1, 3, 5, 10)
    ]
    return " / ".join(f"{share:.3f}" for share in shares) + " within 1 / 3 / 5 / 10"


def _told(weights: dict[str, float]) -> str:
    parts = ", ".join(f"{name} {weight}" for name, weight in weights.items())
    return f"{parts}; each as a whole, without every fifth question"


def main() -> None:
    """Fit the stages named, all of them by default."""
    parser: argparse.ArgumentParser = command.parser("fit")
    parser.add_argument("--stage", nargs="+", choices=STAGES, default=list(STAGES))
    options = parser.parse_args()
    with command.workplace(options) as place:
        for stage in options.stage:
            STAGES[stage](place)


if __name__ == "__main__":
    main()
