"""Train the two linear models that tell the body of a page dump from its furniture, and say how good they are.

    python tools/train_dump_model.py --data DIR [--dumps DIR] [--cross-validate] [--out archive/formats/dump_model.json]

DIR holds bodies.jsonl with the dumps it names. `--dumps` is a folder of further dumps for pages.jsonl, named
PAGE.STYLE.txt (made with `lynx -dump -nolist -width=1000`, `w3m -dump -cols 2000` and resiliparse). With
`--cross-validate` the figures are those of models that saw no page of the host they are measured on.
Needs scikit-learn, which the archive itself does not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archive.formats import dump_model, text_dump
from archive.formats.base import ReadContext
from archive.formats.dump_blocks import read_blocks
from archive.formats.dump_features import NAMES, features, heaviest_run
from archive.text.encoding import decode
from archive.text.language import guess_language
from benchmarks.extraction import DUMPS, body_f1

FOLDS = 5
STRENGTH = 0.05


@dataclass
class Document:
    """One dump with its features and what each block truly is."""

    kind: str
    host: str
    style: str
    text: str
    body: str
    rows: Any
    words: list[int]
    labels: Any
    weights: Any


def main() -> None:
    """Train on everything and write the weights; with --cross-validate print the figures first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--dumps", type=Path)
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--out", type=Path, default=Path(dump_model.__file__).with_suffix(".json"))
    options = parser.parse_args()
    documents = list(load(options.data, options.dumps))
    print(f"{len(documents)} dumps, {sum(len(d.labels) for d in documents)} blocks")
    if options.cross_validate:
        cross_validate(documents)
    first, second = train(documents)
    model = {"first": _named(first), "second": _named(second)}
    options.out.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf8")


def load(data: Path, dumps: Path | None) -> Iterator[Document]:
    """Yield every dump with its features; blocks are body when half of their 4-word shingles are in the truth."""
    for row in map(json.loads, (data / "bodies.jsonl").read_text(encoding="utf8").splitlines()):
        for name in row["dumps"]:
            text = decode(gzip.decompress((data / name).read_bytes()))
            yield _document("bodies", row, name.split(".")[-3], text)
    if dumps is None:
        return
    for row in map(json.loads, (data / "pages.jsonl").read_text(encoding="utf8").splitlines()):
        for style in DUMPS:
            path = dumps / f"{Path(row['file']).name.removesuffix('.html.gz')}.{style}.txt"
            if path.exists():
                yield _document("pages", row, style, decode(path.read_bytes()))


def _document(kind: str, row: dict[str, Any], style: str, text: str) -> Document:
    language = guess_language(text_dump.longest_lines(text))
    blocks = read_blocks(text, language)
    true = re.findall(r"\w+", row["body"])
    wanted = Counter(zip(*(true[i:] for i in range(4)), strict=False))
    short = {"".join(re.findall(r"\w+", line)).lower() for line in row["body"].split("\n")}
    labels, weights = [], []
    for block in blocks:
        tokens = re.findall(r"\w+", block.text)
        shingles = Counter(zip(*(tokens[i:] for i in range(4)), strict=False))
        if shingles:
            labels.append(2 * (shingles & wanted).total() > shingles.total())
        else:
            labels.append(bool(tokens) and "".join(tokens).lower() in short)
        weights.append((len(tokens) + 1) ** 0.5)
    return Document(
        kind=kind,
        host=urlsplit(row["url"]).hostname or "",
        style=style,
        text=text,
        body=row["body"],
        rows=np.array(features(blocks, heaviest_run(blocks))),
        words=[block.shape.words for block in blocks],
        labels=np.array(labels, dtype=int),
        weights=np.array(weights) * 1000 / sum(weights),
    )


Model = tuple[Any, float]


def _fit(documents: Sequence[Document], rows: Callable[[Document], Any]) -> Model:
    x = np.vstack([rows(document) for document in documents])
    y = np.concatenate([document.labels for document in documents])
    weights = np.concatenate([document.weights for document in documents])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(C=STRENGTH, solver="newton-cholesky").fit((x - mean) / spread, y, sample_weight=weights)
    scaled = model.coef_[0] / spread
    return scaled, float(model.intercept_[0] - (scaled * mean).sum())


def _with_context(document: Document, first: Model) -> Any:
    scores = document.rows @ first[0] + first[1]
    return np.hstack([document.rows, np.array(dump_model.context(scores.tolist(), document.words))])


def _folds(documents: Sequence[Document], seed: int) -> list[set[str]]:
    hosts = sorted({document.host for document in documents})
    random.Random(seed).shuffle(hosts)
    return [set(hosts[i::FOLDS]) for i in range(FOLDS)]


def train(documents: Sequence[Document]) -> tuple[Model, Model]:
    """Return both models; the second learns from what the first says of hosts it has not seen."""
    seen: dict[int, Any] = {}
    for hosts in _folds(documents, seed=2):
        first = _fit([d for d in documents if d.host not in hosts], lambda d: d.rows)
        seen |= {id(d): _with_context(d, first) for d in documents if d.host in hosts}
    return _fit(documents, lambda d: d.rows), _fit(documents, lambda d: seen[id(d)])


def cross_validate(documents: Sequence[Document]) -> None:
    """Print the F1 of whole dumps, read as the archive reads them, by models that saw no page of their host."""
    found: list[tuple[Document, str]] = []
    for number, hosts in enumerate(_folds(documents, seed=1), 1):
        print(f"fold {number} of {FOLDS}", flush=True)
        first, second = train([d for d in documents if d.host not in hosts])
        models = (first[0].tolist(), first[1]), (second[0].tolist(), second[1])
        for document in documents:
            if document.host in hosts:
                article = text_dump.read_dump(document.text, ReadContext(datetime.now(UTC)), models)
                found.append((document, f"{article.standfirst}\n{article.body}"))
    for kind in ("bodies", "pages"):
        for style in DUMPS:
            pairs = [(d.body, body) for d, body in found if d.kind == kind and d.style == style]
            if pairs:
                print(f"{kind:8} {style:12} {body_f1(pairs):.4f}  ({len(pairs)} dumps)")


def _named(model: Model) -> dict[str, Any]:
    names = [*NAMES, *dump_model.CONTEXT_NAMES][: len(model[0])]
    return {
        "names": names,
        "weights": [round(float(weight), 5) for weight in model[0]],
        "bias": round(model[1], 5),
    }


if __name__ == "__main__":
    main()
