"""How well articles are read out of saved pages and page dumps, and how quickly.

    python -m benchmarks.extraction --data DIR [--json] [--predictions DIR]

DIR holds pages.jsonl and bodies.jsonl with the files they name. Headline, authors, dates, tags and body of pages are
compared on normalized text; bodies by the F1 of shared 4-word shingles, averaged over pages. `pages_per_s` and
`dumps_per_s` are parsing alone, from bytes to the parsed article, in this one process.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import re
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.formats import html_page, text_dump
from archive.formats.base import Format, ParsedArticle, ParseError, ReadContext

Row = dict[str, Any]
DUMPS = ("resiliparse", "w3m", "lynx")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as a table, and as one line of JSON with --json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with pages.jsonl and bodies.jsonl")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--predictions", type=Path, help="folder for pages.jsonl and bodies.jsonl with what was read")
    options = parser.parse_args(arguments)
    figures, predictions = run(options.data)
    if options.predictions:
        options.predictions.mkdir(parents=True, exist_ok=True)
        for name, rows in predictions.items():
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (options.predictions / f"{name}.jsonl").write_text("".join(lines), encoding="utf8")
    for name, value in figures.items():
        print(f"{name:28} {value:10.4f}")
    if options.json:
        print(json.dumps({"figures": figures}))
    return 0


def run(data: Path) -> tuple[dict[str, float], dict[str, list[Row]]]:
    """Return the figures and the predictions for the parts whose data is in `data`."""
    figures: dict[str, float] = {}
    predictions: dict[str, list[Row]] = {}
    if (data / "pages.jsonl").exists():
        truth = _rows(data / "pages.jsonl")
        rows, seconds = _read_pages(data, truth)
        predictions["pages"] = rows
        figures |= score_pages(truth, rows)
        figures["pages_per_s"] = round(len(rows) / seconds, 1)
    if (data / "bodies.jsonl").exists():
        truth = _rows(data / "bodies.jsonl")
        rows, dumps, seconds = _read_bodies(data, truth)
        predictions["bodies"] = rows
        figures |= score_bodies(truth, rows)
        if dumps:
            figures["dumps_per_s"] = round(dumps / seconds, 1)
    return figures, predictions


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def _parse(kind: Format, data: bytes, context: ReadContext) -> ParsedArticle | None:
    try:
        return next(iter(kind.read(data, context)), None)
    except ParseError as error:
        print(f"{context.file_name}: {error}", file=sys.stderr)
        return None


def _read_pages(data: Path, truth: Iterable[Row]) -> tuple[list[Row], float]:
    rows: list[Row] = []
    seconds = 0.0
    for row in truth:
        page = _bytes(data / row["file"])
        captured = _moment(row.get("captured_at")) or datetime.now(UTC)
        # The captures name no zone: half a day is granted, as an import would with a file's own time.
        context = ReadContext(
            (captured if captured.tzinfo else captured.replace(tzinfo=UTC)) + timedelta(hours=12),
            file_name=row["file"],
            url=row.get("url") or "",
        )
        started = time.perf_counter()
        article = _parse(html_page.FORMAT, page, context)
        seconds += time.perf_counter() - started
        rows.append(_page_row(row["file"], article))
    return rows, seconds


def _page_row(file: str, article: ParsedArticle | None) -> Row:
    if article is None:
        return {"file": file}
    value = article.published.value
    return {
        "file": file,
        "headline": article.headline,
        "headline_candidates": [candidate.value for candidate in article.candidates.get("headline", ())],
        "authors": list(article.authors),
        "published_at": value.isoformat() if value else None,
        "tags": [tag.name for tag in article.tags],
        "body": _text(article),
    }


def _text(article: ParsedArticle | None) -> str:
    """Return standfirst and body as one text: the truth counts the standfirst in."""
    if article is None:
        return ""
    return "\n".join(part for part in (article.standfirst, article.body) if part)


def _read_bodies(data: Path, truth: Iterable[Row]) -> tuple[list[Row], int, float]:
    rows: list[Row] = []
    dumps = 0
    seconds = 0.0
    now = datetime.now(UTC)
    for row in truth:
        context = ReadContext(now, file_name=row["file"], url=row.get("url") or "")
        rows.append({"file": row["file"], "body": _text(_parse(html_page.FORMAT, _bytes(data / row["file"]), context))})
        for name in row.get("dumps") or []:
            dump = _bytes(data / name)
            started = time.perf_counter()
            article = _parse(text_dump.FORMAT, dump, ReadContext(now, file_name=name))
            seconds += time.perf_counter() - started
            dumps += 1
            rows.append({"file": name, "body": _text(article)})
    return rows, dumps, seconds


def score_pages(truth: Sequence[Row], predicted: Sequence[Row]) -> dict[str, float]:
    """Return the figures for pages.jsonl; a page without a prediction counts as wrong."""
    got = {row["file"]: row for row in predicted}
    pairs = [(row, got.get(row["file"], {})) for row in truth]
    dated = [(_moment(t["published_at"]), _moment(g.get("published_at"))) for t, g in pairs if t["published_at"]]
    timed = [(t, g) for t, g in dated if t is not None and (t.hour or t.minute)]
    figures = {
        "pages.n": float(len(pairs)),
        "pages.headline": _share(_key(t["headline"]) == _key(g.get("headline")) for t, g in pairs),
        "pages.headline_candidates": _share(
            _key(t["headline"]) in {_key(c) for c in g.get("headline_candidates") or []} for t, g in pairs
        ),
        "pages.authors_f1": _set_f1((t["authors"], g.get("authors")) for t, g in pairs),
        "pages.tags_f1": _set_f1((t["tags"], g.get("tags")) for t, g in pairs),
        "pages.instant": _share(_same_instant(t, g) for t, g in timed),
        "pages.day": _share(_same_day(t, g) for t, g in dated if t is not None),
        "pages.body_f1": body_f1((t["body"], g.get("body")) for t, g in pairs),
    }
    return {name: round(value, 4) for name, value in figures.items()}


def score_bodies(truth: Sequence[Row], predicted: Sequence[Row]) -> dict[str, float]:
    """Return the figures for bodies.jsonl: the pages, and each style of dump that the truth names."""
    got = {row["file"]: row["body"] for row in predicted}
    figures = {
        "bodies.n": float(len(truth)),
        "bodies.html_f1": body_f1((row["body"], got.get(row["file"])) for row in truth),
    }
    for style in DUMPS:
        pairs = [
            (row["body"], got.get(next((d for d in row.get("dumps") or [] if f".{style}." in d), ""))) for row in truth
        ]
        if any(body for _, body in pairs):
            figures[f"dumps.{style}_f1"] = body_f1(pairs)
    return {name: round(value, 4) for name, value in figures.items()}


def _key(text: str | None) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text or "").casefold() if char.isalnum())


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None


def _same_instant(truth: datetime | None, got: datetime | None) -> bool:
    if truth is None or got is None:
        return False
    if truth.tzinfo and got.tzinfo:
        return abs(truth - got) < timedelta(seconds=60)
    return not truth.tzinfo and abs(truth - got.replace(tzinfo=None)) < timedelta(seconds=60)


def _same_day(truth: datetime, got: datetime | None) -> bool:
    if got is None:
        return False
    there = got.astimezone(truth.tzinfo) if got.tzinfo and truth.tzinfo else got
    return truth.date() in {got.date(), there.date()}


def _share(hits: Iterable[bool]) -> float:
    listed = list(hits)
    return sum(listed) / len(listed) if listed else 0.0


def _f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def _set_f1(pairs: Iterable[tuple[Iterable[str] | None, Iterable[str] | None]]) -> float:
    right = wrong = missed = 0
    for truth, predicted in pairs:
        wanted, got = ({_key(item) for item in items or ()} - {""} for items in (truth, predicted))
        if wanted:
            right, wrong, missed = right + len(wanted & got), wrong + len(got - wanted), missed + len(wanted - got)
    return _f1(right, wrong, missed)


def _shingles(text: str | None) -> collections.Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text or "")
    if len(words) < 4:
        return collections.Counter([tuple(words)] if words else [])
    return collections.Counter(tuple(words[i : i + 4]) for i in range(len(words) - 3))


def body_f1(pairs: Iterable[tuple[str | None, str | None]]) -> float:
    """Return the harmonic mean of mean precision and mean recall over shared 4-word shingles."""
    precisions: list[float] = []
    recalls: list[float] = []
    for truth, predicted in pairs:
        wanted, got = _shingles(truth), _shingles(predicted)
        both = sum((wanted & got).values())
        if got:
            precisions.append(both / sum(got.values()))
        if wanted:
            recalls.append(both / sum(wanted.values()))
    precision, recall = (sum(values) / len(values) if values else 0.0 for values in (precisions, recalls))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


if __name__ == "__main__":
    raise SystemExit(main())
