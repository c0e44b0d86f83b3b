"""The five founding documents go in, and everything a person can read out of them comes out again.

Read in place: their text is never copied here. What is wanted stands in the README beside them.
"""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not SEEDS.exists(), reason="the founding documents stand beside the project"),
]


def run(command: str, *args: str, **options) -> list[dict]:
    """Return what a command printed, one parsed JSON object a line."""
    out = io.StringIO()
    call_command(command, *args, stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def bring(*paths: Path) -> dict:
    """Import files with the manifest beside the documents and return the report."""
    (report,) = run("import_articles", *map(str, paths), manifest=str(SEEDS / "manifest.csv"), json=True)
    return report


@pytest.fixture
def documents() -> list[Path]:
    return sorted(SEEDS.glob("00*.txt"))


@pytest.fixture
def imported(documents) -> dict[str, dict]:
    """The exported records by the number of the document, 001 under that of 000."""
    bring(*documents)
    records = run("export_articles", json=True)
    return {capture["file"][:3]: record for record in records for capture in record["captures"]}


def clean_lines(path: Path) -> list[str]:
    return [" ".join(line.split()) for line in path.read_text(encoding="utf8").splitlines() if line.strip()]


def is_the_text_that_was_cleaned_by_hand(imported, documents):
    headline, standfirst, *body = clean_lines(documents[1])
    record = imported["000"]
    assert record["headline"] == headline and record["standfirst"] == standfirst
    assert record["body"].split("\n") == body and len(body) == 12


def accounts_for_every_furniture_line(imported, documents):
    removed = [" ".join(line["text"].split()) for line in imported["000"]["removed_lines"]]
    kept = set(clean_lines(documents[1]))
    left = list(removed)
    for line in clean_lines(documents[0]):
        if line in left:
            left.remove(line)
        else:
            assert line in kept, line
    assert not left
    assert len(removed) == 130
    assert all(line["reason"] for line in imported["000"]["removed_lines"])


def dates_are_as_printed_without_an_invented_zone(imported):
    dates = {key: (r["published_at"], r["published_precision"]) for key, r in imported.items()}
    assert dates == {
        "000": ("2024-04-06T00:28:00", "minute"),
        "001": ("2024-04-06T00:28:00", "minute"),
        "002": ("2024-04-06T11:06:00", "minute"),
        "003": (None, "unknown"),
        "004": ("2024-04-09T07:40:00", "minute"),
    }
    assert imported["003"]["published_printed"] == ""


def outlets_bylines_and_tags_are_read(imported):
    assert {key: r["outlet"]["name"] for key, r in imported.items()} == {
        "000": "Al Mayadeen English",
        "001": "Al Mayadeen English",
        "002": "Ukrainska Pravda",
        "003": "Baltimore Chronicle",
        "004": "Ukrainska Pravda",
    }
    assert imported["000"]["byline"] == "Al Mayadeen English"
    assert all(not imported[key]["tags"] for key in ("002", "003", "004"))


def chain(record: dict) -> list[tuple[str, str | None]]:
    """Return the named hops of a record in order, each with the name it relies on."""
    names = {hop["order"]: hop["name"] for hop in record["attributions"]}
    return [
        (hop["name"], names.get(hop["relies_on"])) for hop in sorted(record["attributions"], key=lambda h: h["order"])
    ]


def who_relies_on_whom_is_read():
    records = {c["file"][:3]: r for r in run("export_articles", json=True) for c in r["captures"]}
    assert chain(records["000"])[0] == ("Financial Times", None)
    assert chain(records["002"])[:2] == [("European Pravda", "Financial Times"), ("Financial Times", None)]
    assert "Politico" in [name for name, _ in chain(records["002"])]
    assert chain(records["003"])[:2] == [("URA-Inform", "Financial Times"), ("Financial Times", None)]
    first, second, *_ = chain(records["004"])
    assert first[0] == "European Pravda" and first[1] == second[0] and second[0].startswith("Matthew Miller")
    assert "Financial Times" in [name for name, _ in chain(records["004"])]
    for record in records.values():
        for hop in record["attributions"]:
            span = hop["span"]
            if span["field"] in record:
                assert record[span["field"]][span["start"] : span["end"]] == hop["text"]


def they_are_one_story_with_roots_and_unheld_sources():
    records = run("export_articles", json=True)
    stories = {r["story"]["id"] for r in records}
    assert len(stories) == 1
    (story,) = run("show_story", str(stories.pop()), json=True)
    roles = {a["article"]: a["role"] for a in story["articles"]}
    by_document = {c["file"][:3]: r["article"] for r in records for c in r["captures"]}
    assert roles[by_document["000"]] == "earliest_held"
    assert roles[by_document["004"]] == "follow_up"
    roots = {root["name"]: set(root["articles"]) for root in story["roots"]}
    assert roots.pop("Financial Times") == {by_document[key] for key in ("000", "002", "003")}
    ((_, rest),) = roots.items()
    assert rest == {by_document["004"]}
    assert {"Financial Times", "European Pravda", "URA-Inform", "Politico"} <= {
        source["name"] for source in story["unheld_sources"]
    }
    undated = next(r for r in run("export_articles", json=True) if r["published_at"] is None)
    assert undated["not_before"] == "2024-04-06"


def they_are_found():
    (answer,) = run("search", '"concerning scale"', json=True)
    assert answer["total"] == 3
    (answer,) = run("search", "propellant outlet:ukrainska-pravda", json=True)
    assert answer["total"] == 2
    (answer,) = run("search", "tag:Nato", json=True)
    assert [hit["outlet"] for hit in answer["hits"]] == ["al-mayadeen-english"]


def test_everything_a_person_can_read_out_of_the_documents_is_in_the_export(imported, documents):
    is_the_text_that_was_cleaned_by_hand(imported, documents)
    accounts_for_every_furniture_line(imported, documents)
    dates_are_as_printed_without_an_invented_zone(imported)
    outlets_bylines_and_tags_are_read(imported)


def test_the_documents_are_one_story_whose_sources_are_named_and_all_of_it_is_found(imported):
    run("assign_stories", json=True)
    who_relies_on_whom_is_read()
    they_are_one_story_with_roots_and_unheld_sources()
    they_are_found()
