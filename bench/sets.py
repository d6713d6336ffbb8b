"""Public sets as what `briefs eval` takes: a folder of briefs to ingest, and a gold file beside it.

    python -m bench.sets DATA --work FOLDER [--set squad2 …] [--sample N]

Each adapter reads DATA/NAME and returns documents and gold rows (docs/evaluating.md has the keys);
`prepare` writes them and ingests the documents with the real command. Knows nothing of measuring.
"""

import argparse
import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import command
from bench.workplace import Workplace

Row = dict[str, Any]
_LINE_BREAK = re.compile(r"\s*\n\s*")
_SPEAKER = re.compile(r"^\|user\|:\s*")


@dataclass(frozen=True)
class Material:
    """Documents by file name, and the questions asked of them."""

    documents: Mapping[str, str]
    gold: list[Row]


@dataclass(frozen=True)
class Prepared:
    """A library filled with a set's documents, and its gold file."""

    name: str
    home: Path
    gold: Path


def crs(data: Path) -> Material:
    """Return the hand-written questions; their documents are files already."""
    return Material({}, _json_lines(data / "crs/gold-dev.jsonl"))


def squad2(data: Path) -> Material:
    """Return articles as briefs; any passage cut from the right paragraph counts."""
    documents = {
        f"{_stem(title)}.md": _titled(title, "\n\n".join(texts)) for title, texts in _articles(data)
    }
    return Material(documents, _squad(data))


def squad2_paragraphs(data: Path) -> Material:
    """Return every paragraph as a brief of its own, named by its article."""
    documents = {
        f"{_stem(title)}-{number:02}.md": _titled(title, text, f"SQ{at}{number:03}")
        for at, (title, texts) in enumerate(_articles(data), 10)
        for number, text in enumerate(texts)
    }
    return Material(documents, _squad(data))


def clapnq(data: Path) -> Material:
    """Return passages as briefs; the brief that holds the answer is the gold."""
    files: dict[str, str] = {}
    documents: dict[str, str] = {}
    gold = []
    for row in _json_lines(data / "clapnq/dev.jsonl"):
        passage = row["passages"][0]
        name = files.setdefault(passage["text"], f"{len(files):03}.md")
        text = _one_line(passage["text"])
        documents[name] = _titled(passage["title"], text, f"CQ{name.removesuffix('.md')}")
        answers = [output["answer"] for output in row["output"] if output["answer"]]
        gold.append(
            {
                "id": row["id"],
                "type": "answerable" if row["answerable"] else "unanswerable",
                "question": row["input"],
                "answerable": row["answerable"],
                "gold": [{"file": name}] if row["answerable"] else [],
                "long_answer": answers[0] if answers else None,
                "passage_file": name,
            }
        )
    return Material(documents, gold)


def mtrag(data: Path) -> Material:
    """Return the documents at hand as briefs, all four domains, and the turns they can answer.

    A turn is taken where every passage that was judged relevant is at hand, so that nothing that
    could be found is missing; the human rewrite stands alone.
    """
    folder = data / "mtrag"
    (source,) = (folder / "evaluations").glob("*.json")
    found = json.loads(source.read_text(encoding="utf-8"))["documents"]
    texts = {item["document_id"]: item["text"] for item in found}
    first: dict[str, str] = {}
    files = {key: first.setdefault(texts[key], f"{len(first):03}.md") for key in sorted(texts)}
    documents = {}
    for text, name in first.items():
        title, _, body = text.partition("\n")
        documents[name] = _titled(title, body or title, f"MT{name.removesuffix('.md')}")
    gold = [
        row
        for domain in sorted((folder / "retrieval_tasks").iterdir())
        if domain.is_dir()
        for row in _turns(domain, files)
    ]
    return Material(documents, gold)


def chunking(data: Path) -> Material:
    """Return the three corpora as briefs and questions with the spans that answer them."""
    documents = {
        path.with_suffix(".txt").name: path.read_text(encoding="utf-8")
        for path in sorted((data / "chunking").glob("*.md"))
    }
    gold = [
        {
            "id": f"chunking-{number:03}",
            "type": row["corpus_id"],
            "question": row["question"],
            "gold": [{"quote": item["content"]} for item in row["references"]],
            "references": row["references"],
            "corpus_id": row["corpus_id"],
        }
        for number, row in enumerate(_json_lines(data / "chunking/questions.jsonl"))
    ]
    return Material(documents, gold)


SETS: Mapping[str, Callable[[Path], Material]] = {
    "crs": crs,
    "squad2": squad2,
    "squad2-paragraphs": squad2_paragraphs,
    "clapnq": clapnq,
    "mtrag": mtrag,
    "chunking": chunking,
}


def prepare(place: Workplace, name: str, sample: int | None = None) -> Prepared:
    """Fill a library with a set's documents, or take the one kept, and write its gold file.

    `sample` keeps that many questions at most, evenly spread.
    """
    material = SETS[name](place.data)
    home = place.markdown_library() if name == "crs" else place.made(
        f"set-{name}", lambda folder: _fill(place, folder, material)
    )  # fmt: skip
    gold = place.work / f"{name}.gold.jsonl"
    write_gold(gold, spread(material.gold, sample))
    return Prepared(name, home, gold)


def write_documents(folder: Path, material: Material) -> Path:
    """Write the documents as files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in material.documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_gold(path: Path, rows: Iterable[Row]) -> None:
    """Write a gold file."""
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def spread(rows: list[Row], sample: int | None) -> list[Row]:
    """Return at most `sample` rows, evenly spread over the file."""
    if sample is None or sample >= len(rows):
        return rows
    return [rows[at * len(rows) // sample] for at in range(sample)]


def _fill(place: Workplace, home: Path, material: Material) -> None:
    command.say(f"sets: {home.name}: {len(material.documents)} documents")
    place.briefs(home, "ingest", write_documents(home / "documents", material))


def _squad(data: Path) -> list[Row]:
    """Return all questions; those without an answer keep their paragraph as `near`."""
    rows = []
    for article in json.loads((data / "squad2/dev.json").read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            text = _one_line(paragraph["context"])
            for item in paragraph["qas"]:
                answers = sorted({answer["text"] for answer in item["answers"]}, key=len)
                rows.append(
                    {
                        "id": item["id"],
                        "type": "unanswerable" if item["is_impossible"] else "answerable",
                        "question": item["question"].strip(),
                        "answerable": not item["is_impossible"],
                        "gold": [] if item["is_impossible"] else [{"paragraph": text}],
                        "answer": answers[0] if answers else None,
                        "near": article["title"],
                    }
                )
    return rows


def _articles(data: Path) -> Iterator[tuple[str, list[str]]]:
    for article in json.loads((data / "squad2/dev.json").read_text(encoding="utf-8"))["data"]:
        texts = [_one_line(paragraph["context"]) for paragraph in article["paragraphs"]]
        yield article["title"].replace("_", " "), texts


def _turns(domain: Path, files: Mapping[str, str]) -> Iterator[Row]:
    judged: dict[str, list[str]] = defaultdict(list)
    with (domain / "qrels/dev.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if int(row["score"]) > 0:
                judged[row["query-id"]].append(row["corpus-id"])
    rewritten = _texts(domain / f"{domain.name}_rewrite.jsonl")
    for key, text in _texts(domain / f"{domain.name}_questions.jsonl").items():
        if not all(document in files for document in judged[key]) or not judged[key]:
            continue
        turns = [_SPEAKER.sub("", turn).strip() for turn in re.split(r"\n(?=\|user\|:)", text)]
        yield {
            "id": key,
            "type": domain.name,
            "conversation": turns[:-1],
            "question": turns[-1],
            "standalone": _SPEAKER.sub("", rewritten[key]).strip(),
            "gold": [
                {"file": name} for name in sorted({files[document] for document in judged[key]})
            ],
        }


def _texts(path: Path) -> dict[str, str]:
    return {row["_id"]: row["text"] for row in _json_lines(path)}


def _json_lines(path: Path) -> list[Row]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def _one_line(text: str) -> str:
    return _LINE_BREAK.sub(" ", text).strip()


def _titled(title: str, text: str, number: str = "") -> str:
    """Return a markdown file. Briefs of one title that overlap stay apart by their numbers."""
    front = f"---\nnumber: {number}\n---\n" if number else ""
    return f"{front}# {_one_line(title)}\n\n{text}\n"


def _stem(title: str) -> str:
    return title.replace(" ", "_")


def main() -> None:
    """Prepare the sets named, all of them by default, in the work folder."""
    parser: argparse.ArgumentParser = command.parser("sets")
    parser.add_argument("--set", nargs="+", choices=SETS, default=list(SETS), dest="sets")
    parser.add_argument("--sample", type=int, help="at most so many questions of each")
    options = parser.parse_args()
    with command.workplace(options) as place:
        for name in options.sets:
            made = prepare(place, name, options.sample)
            print(f"{made.name}: BRIEFS_HOME={made.home} briefs eval {made.gold}")


if __name__ == "__main__":
    main()
