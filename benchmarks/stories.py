"""Stories: placement in arrival order with repair, related coverage, the earliest report, and what it costs.

python -m benchmarks.stories --data DIR [--json] [--predictions DIR] reads DIR/related/*.jsonl (or DIR/*.jsonl).
The figures are those of score.py in the data folder (`stories`, `polnear`), which is the one definition of each.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import runpy
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from benchmarks.polnear_part import polnear
from benchmarks.stories_founding import founding
from benchmarks.stories_memory import MemoryArchive
from benchmarks.stories_speed import SIZES, speed

SETS = ("incidents", "ecbplus", "wikinews")
SHUFFLES = (1, 2, 3)

# Undated material has no nights: the repair pass runs as if this many articles arrived a day.
ARRIVALS_A_DAY = 100

# The wide pass of every Sunday would take most of the time here: it runs whenever the archive has grown by so much, and
# at the end.
WIDE_PASS_GROWTH = 1.2


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a JSON Lines file in arrival order: by date, then id; in the file's order when undated."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf8").splitlines() if line.strip()]
    if any(row["date"] for row in rows):
        rows.sort(key=lambda row: (row["date"] or "9999", row["id"]))
    return rows


def predict(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the predictions for rows in arrival order, in the form that score.py documents."""
    archive = MemoryArchive()
    said: dict[str, dict[str, Any]] = {}
    last_night: int | None = None
    widely_repaired = 1
    for number, row in enumerate(rows):
        day = datetime.date.fromisoformat(row["date"]).toordinal() if row["date"] else None
        if day is not None and last_night is not None and day > last_night:
            is_wide = number >= widely_repaired * WIDE_PASS_GROWTH
            widely_repaired = number if is_wide else widely_repaired
            archive.repair(None if is_wide else last_night)
        if day is None and number and number % ARRIVALS_A_DAY == 0:
            archive.repair(None)
        last_night = day if day is not None else last_night
        entry = archive.add(row["id"], row["headline"] or "", row["text"] or "", day)
        decision, offered = archive.place(entry)
        said[row["id"]] = {
            "id": row["id"],
            "joined_to": offered[0] if decision.joins is not None else [],
            "suggested": offered[1:] if decision.joins is not None else offered,
        }
    archive.repair(None)
    dates = {row["id"]: (row["date"] or "9999", position) for position, row in enumerate(rows)}
    for article, prediction in said.items():
        story = archive.story_of[article]
        prediction["story"] = story
        prediction["related"] = archive.related(article)
        prediction["earliest"] = min(archive.members[story], key=dates.__getitem__) == article
    return list(said.values())


def write_predictions(folder: Path, name: str, predictions: list[dict[str, Any]]) -> None:
    """Write predictions where score.py looks for them."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in predictions)
    (folder / f"{name}.jsonl").write_text(lines, encoding="utf8")


def related_folder(data: Path) -> Path:
    """Return the folder with the collections: DIR/related, or DIR itself."""
    return data / "related" if (data / "related").is_dir() else data


def scorer(data: Path) -> dict[str, Any]:
    """Return the functions of score.py, found beside the collections or in the folder above."""
    folder = related_folder(data)
    for place in (data, folder, folder.parent, Path(__file__).resolve().parent.parent.parent / "shared" / "eval"):
        if (place / "score.py").exists():
            return runpy.run_path(str(place / "score.py"))
    raise SystemExit("No score.py beside the data. Copy it there, or run from a checkout that has ../shared/eval.")


def first_report_ties_shared(rows: list[dict[str, Any]], said: list[dict[str, Any]]) -> float | None:
    """Return the share of stories of several days whose earliest report is right, None where there are none.

    As `first_report` of score.py, but that where two predicted stories hold as much of a story each counts in part:
    there, which of them is looked at follows from the seed of Python's hashes.
    """
    story_of = {row["id"]: row["story"] for row in said}
    earliest = {row["story"]: row["id"] for row in said if row["earliest"]}
    gold = {row["id"]: row["story"] for row in rows}
    dates = {row["id"]: row["date"] for row in rows}
    members: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        members[row["story"]].append(row["id"])
    right: list[float] = []
    for story, ids in members.items():
        days = {dates[i] for i in ids if dates[i]}
        if len(days) < 2:
            continue
        held = Counter(story_of[i] for i in ids)
        largest = [chosen for chosen, count in held.items() if count == max(held.values())]
        firsts = [earliest[chosen] for chosen in largest]
        right.append(sum(gold[i] == story and dates[i] == min(days) for i in firsts) / len(firsts))
    return sum(right) / len(right) if right else None


def accuracy(data: Path, predictions: Path) -> dict[str, float]:
    """Return the accuracy figures of the collections in `data`, writing the predictions to a folder."""
    folder = related_folder(data)
    present = [name for name in SETS if (folder / f"{name}.jsonl").exists()]
    shared: dict[str, float] = {}
    for name in present:
        rows = rows_of(folder / f"{name}.jsonl")
        said = predict(rows)
        write_predictions(predictions, name, said)
        if (first := first_report_ties_shared(rows, said)) is not None:
            shared[f"{name}.first_report_ties_shared"] = first
    figures = scorer(data)["stories"](folder, predictions) | shared
    if "ecbplus" in present:
        for seed in SHUFFLES:
            rows = rows_of(folder / "ecbplus.jsonl")
            random.Random(seed).shuffle(rows)
            with tempfile.TemporaryDirectory() as scratch:
                write_predictions(Path(scratch), "ecbplus", predict(rows))
                shuffled = scorer(data)["stories"](folder, Path(scratch))
            for figure in ("bcubed_f1", "join_precision", "right_in_three", "ndcg10"):
                figures[f"ecbplus.shuffle{seed}.{figure}"] = shuffled[f"ecbplus.{figure}"]
    return figures


def main(argv: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", default=",".join(SIZES), help="articles stored: 100k, 1m, both, or none")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the synthetic archives for the next time")
    parser.add_argument("--without-documents", action="store_true", help="leave the founding documents out")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        predictions = options.predictions or Path(scratch)
        figures = accuracy(options.data, predictions)
        figures |= polnear(related_folder(options.data), predictions)
    if not options.without_documents:
        figures |= founding(options.data)
    if sizes := {name: SIZES[name] for name in options.sizes.split(",") if name in SIZES}:
        figures |= speed(sizes, options.keep)
    figures = {name: round(value, 4) for name, value in figures.items()}
    if options.json:
        print(json.dumps({"figures": figures}))
    else:
        for name, value in figures.items():
            print(f"{name:40} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
