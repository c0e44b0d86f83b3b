"""The founding documents among 2,500 articles of the same fortnight, through the database and everything around it.

The documents come in by the command that people use, between the two halves of the others, which are articles of
incidents.jsonl under new dates; then all that waits is placed, and the nightly repair runs once. What is wanted of the
documents stands in the README beside them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

from benchmarks.stories_speed import own_home

OTHERS = 2500
FORTNIGHT = (date(2024, 3, 31), 14)

# Who is wanted as the source of which document, in order from the article outwards; then who stands beside.
CHAINS = {
    "000": ["Financial Times"],
    "002": ["European Pravda", "Financial Times"],
    "003": ["URA-Inform", "Financial Times"],
    "004": ["European Pravda", "Matthew Miller"],
}
BESIDE = {"002": "Politico", "004": "Financial Times"}
OFFICIAL = ("004", "Matthew Miller", "person")
# The utterances that quotes are wanted to be linked by: a word that tells each, and the documents that print it.
UTTERANCES = {
    "scale": ("000", "002", "003", "004"),
    "warnings": ("000", "002", "003"),
    "shift": ("000", "002", "003"),
    "contributes": ("000", "002", "003"),
}


def founding(data: Path) -> dict[str, float]:
    """Return the figures for the documents found beside `data`, or none where there are none."""
    folder = _documents(data)
    others = next((p for p in (data / "related" / "incidents.jsonl", data / "incidents.jsonl") if p.exists()), None)
    if folder is None or others is None:
        return {}
    with own_home():
        from archive.stories.assign import place_waiting
        from archive.stories.mending import repair_recent

        rows = [json.loads(line) for line in others.read_text(encoding="utf8").splitlines()[:OTHERS]]
        _write(rows[::2], 0)
        _bring(folder)
        _write(rows[1::2], 7)
        place_waiting(at=datetime.now(UTC), wait=True)
        repair_recent(at=datetime.now(UTC))
        return {"founding.others": float(len(rows))} | _figures(_numbered())


def _documents(data: Path) -> Path | None:
    """Return the folder of the founding documents: in the data folder, beside it, or beside the checkout."""
    beside = Path(__file__).resolve().parent.parent.parent / "shared" / "seeds"
    return next((p for p in (data / "seeds", data.parent / "seeds", beside) if (p / "manifest.csv").exists()), None)


def _write(rows: Iterable[dict], offset: int) -> None:
    from archive.articles.content import Content, Metadata
    from archive.articles.operations import create_article, find_or_create_outlet
    from archive.formats.base import DateReading

    first, days = FORTNIGHT
    for number, row in enumerate(rows):
        day = first + timedelta((number + offset) % days)
        create_article(
            outlet=find_or_create_outlet(name=row["outlet"] or "Unknown"),
            content=Content(headline=row["headline"] or "", body=row["text"] or "", language="en"),
            metadata=Metadata(published=DateReading(datetime(day.year, day.month, day.day), "day")),
            capture=None,
            at=datetime.now(UTC),
        )


def _bring(folder: Path) -> None:
    from django.core.management import call_command

    paths = [str(path) for path in sorted(folder.glob("00*.txt"))]
    call_command("import_articles", *paths, manifest=str(folder / "manifest.csv"), json=True, stdout=io.StringIO())


def _numbered() -> dict[str, int]:
    """Return the article of each document by its number; 001 is another capture of 000."""
    from django.core.management import call_command

    out = io.StringIO()
    call_command("export_articles", json=True, stdout=out)
    records = (json.loads(line) for line in out.getvalue().splitlines())
    return {
        capture["file"][:3]: record["article"]
        for record in records
        for capture in record["captures"]
        if (capture["file"] or "").startswith("00")
    }


def _figures(articles: dict[str, int]) -> dict[str, float]:
    from archive.models import Attribution, Membership

    wanted = {articles[number] for number in CHAINS}
    stories = set(Membership.objects.filter(article__in=wanted).values_list("story", flat=True))
    members = set(Membership.objects.filter(story__in=stories).values_list("article", flat=True))
    hops = {
        number: list(
            Attribution.objects.filter(article=articles[number], rejected_at=None)
            .order_by("order")
            .values_list("name", "kind", "order", "relies_on")
        )
        for number in CHAINS
    }
    right = sum(_is_chain(hops[number], names) for number, names in CHAINS.items())
    beside = sum(name in [hop[0] for hop in hops[number]] for number, name in BESIDE.items())
    number, official, kind = OFFICIAL
    found, wrong = _links(articles)
    return {
        "founding.one_story": float(len(stories) == 1 and members == wanted),
        "founding.chains_in_order": right / len(CHAINS),
        "founding.beside": beside / len(BESIDE),
        "founding.named_official": float(any(h[0].startswith(official) and h[1] == kind for h in hops[number])),
        "founding.quote_links": float(found),
        "founding.quote_links_wrong": float(wrong),
    }


def _is_chain(hops: list[tuple], names: list[str]) -> bool:
    """Say whether the first hops are of these names, each relying on the next."""
    first = hops[: len(names)]
    if [bool(hop[0].startswith(name)) for hop, name in zip(first, names, strict=False)] != [True] * len(names):
        return False
    return all(one[3] == after[2] for one, after in pairwise(first))


def _links(articles: dict[str, int]) -> tuple[int, int]:
    """Return how many of the wanted links between quotes are there, and how many others."""
    from archive.models import QuoteFamily

    number_of = {article: number for number, article in articles.items() if number in CHAINS}
    families = QuoteFamily.objects.filter(variants__quote__article__in=number_of).distinct()
    right: set[tuple[str, str, str]] = set()
    wrong: set[tuple[str, str, str]] = set()
    for family in families.prefetch_related("variants__quote"):
        numbers = {number_of.get(variant.quote.article_id, "other") for variant in family.variants.all()}
        for one, other in combinations(sorted(numbers), 2):
            for utterance in _told(family.label):
                is_wanted = {one, other} <= set(UTTERANCES.get(utterance, ()))
                (right if is_wanted else wrong).add((utterance, one, other))
    return len(right), len(wrong)


def _told(label: str) -> Iterator[str]:
    """Yield the utterances that a wording holds, or the wording itself where it is none of them."""
    held = [utterance for utterance in UTTERANCES if utterance in label.casefold()]
    yield from held or [label]
