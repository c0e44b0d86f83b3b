"""Outlet attribution and speakers of quotes, measured on the PolNeAR rows of the stories data."""

from __future__ import annotations

import json
import re
from pathlib import Path

from archive.text.attribution_claims import attributed_outlets
from archive.text.outlet_mentions import OutletLookup
from archive.text.quotes import find_quotes

FILE = "polnear.jsonl"
_QUOTED = re.compile(r'“([^“”]{2,1500})”|"([^"\n]{2,1500})"')


def polnear(data: Path, predictions: Path | None = None) -> dict[str, float]:
    """Return the figures for `data`/polnear.jsonl, or none where it is absent; write what was said to `predictions`."""
    path = data / FILE
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]
    said = [predict(row["id"], row["text"]) for row in rows]
    if predictions is not None:
        predictions.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in said)
        (predictions / FILE).write_text(text, encoding="utf8")
    return figures(rows, said)


def predict(name: str, text: str) -> dict:
    """Return what the program says about one text: attributed outlets, and quotes with their speakers."""
    lookup = OutletLookup.of()
    lookup.learn(text)
    quotes = [
        {"span": list(part), "speaker": list(quote.speaker_span) if quote.speaker_span else None}
        for quote in find_quotes(text)
        for part in quote.parts
    ]
    return {"id": name, "outlets": [list(span) for span in attributed_outlets(text, lookup)], "quotes": quotes}


def figures(rows: list[dict], said: list[dict]) -> dict[str, float]:
    """Return precision and recall of outlets and speakers, counted as the data's own scorer counts them."""
    outlets = _outlet_figures(rows, said)
    return outlets | _speaker_figures(rows, said)


def _overlap(a: list[int], b: list[int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _sources(attributions: list[dict]) -> list[list[int]]:
    return [span for a in attributions for source in a["source"] for span in source["spans"]]


def _outlet_figures(rows: list[dict], said: list[dict]) -> dict[str, float]:
    predicted = right = wanted = found = 0
    for row, answer in zip(rows, said, strict=True):
        sources = _sources(row["attributions"])
        predicted += len(answer["outlets"])
        right += sum(any(_overlap(span, source) for source in sources) for span in answer["outlets"])
        wanted += len(row["outlet_sources"])
        found += sum(any(_overlap(span, gold) for span in answer["outlets"]) for gold in row["outlet_sources"])
    return {
        "polnear.outlet_precision": right / predicted if predicted else 0.0,
        "polnear.outlet_recall": found / wanted if wanted else 0.0,
    }


def _speaker_figures(rows: list[dict], said: list[dict]) -> dict[str, float]:
    wanted = answered = right = 0
    for row, answer in zip(rows, said, strict=True):
        speakers = [(quote["span"], quote["speaker"]) for quote in answer["quotes"] if quote["speaker"]]
        for match in _QUOTED.finditer(row["text"]):
            if len(re.findall(r"\w+", match.group(0))) < 3:
                continue
            inside = [match.start() + 1, match.end() - 1]
            held = [
                a for a in row["attributions"] for c in a["content"] for span in c["spans"] if _overlap(span, inside)
            ]
            gold = _sources(held)
            if not gold:
                continue
            wanted += 1
            named = [s for span, s in speakers if _overlap(span, [match.start(), match.end()])]
            if named:
                answered += 1
                right += any(_overlap(named[0], source) for source in gold)
    return {
        "polnear.speaker_precision": right / answered if answered else 0.0,
        "polnear.speaker_recall": right / wanted if wanted else 0.0,
    }
