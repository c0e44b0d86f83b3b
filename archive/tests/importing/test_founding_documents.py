"""The five founding documents end as four articles and five captures, in whatever order and wrapping they come."""

import random

import pytest

from archive.importing import progress, staging, work
from archive.models import Article, Capture, ImportRun

from .world import SEEDS, counts, imported, previewed, staged, zipped

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not SEEDS.exists(), reason="the documents are not here")]

ENDS_AS = {"created": 4, "captures": 5, "unchanged": 1}


def documents() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(SEEDS.glob("*.txt"))}


def manifest() -> dict[str, dict[str, str]]:
    return staging.read_manifest((SEEDS / "manifest.csv").read_bytes())


def ends_as_four_articles_and_five_captures() -> None:
    assert Article.objects.count() == 4
    assert Capture.objects.count() == 5
    outlets = sorted(Article.objects.values_list("outlet__name", flat=True))
    assert outlets == ["Al Mayadeen English", "Baltimore Chronicle", "Ukrainska Pravda", "Ukrainska Pravda"]
    twice = Article.objects.get(outlet__name="Al Mayadeen English")
    files = twice.captures.values_list("file", flat=True)
    assert sorted(name[:3] for name in files) == ["000", "001"]
    assert twice.published_printed == "6 Apr 2024 00:28"


@pytest.mark.parametrize("seed", range(6))
def test_any_order_in_one_run_ends_the_same(seed):
    names = list(documents())
    random.Random(seed).shuffle(names)
    report = imported({name: documents()[name] for name in names}, manifest=manifest())
    assert counts(report) == ENDS_AS
    ends_as_four_articles_and_five_captures()


def test_one_zip_ends_the_same():
    report = imported({"seeds.zip": zipped(dict(reversed(documents().items())))}, manifest=manifest())
    assert counts(report) == ENDS_AS
    ends_as_four_articles_and_five_captures()


@pytest.mark.parametrize("backwards", [False, True])
def test_one_run_for_each_ends_the_same(backwards):
    names = sorted(documents(), reverse=backwards)
    reports = [imported({name: documents()[name]}, manifest=manifest()) for name in names]
    if backwards:
        waited = next(report for report in reports if report["items"][0]["file"].startswith("001"))
        assert counts(waited) == {"questions": 1}
        assert counts(progress.report(ImportRun.objects.get(pk=waited["run"]))) == {"captures": 1, "unchanged": 1}
    ends_as_four_articles_and_five_captures()


def test_importing_them_twice_adds_captures_only():
    imported(documents(), manifest=manifest())
    again = imported(documents(), manifest=manifest())
    assert counts(again) == {"captures": 5, "unchanged": 5}
    assert Article.objects.count() == 4
    assert all(article.versions.count() == 1 for article in Article.objects.all())


def test_the_body_of_the_dump_is_that_of_its_clean_twin():
    imported(documents(), manifest=manifest())
    version = Article.objects.get(outlet__name="Al Mayadeen English").current_version
    clean = documents()["001_1314c946585a6308.txt"].decode().split("\n")
    assert [version.headline, version.standfirst, *version.body.split("\n")] == [line.rstrip() for line in clean]


def test_the_preview_says_what_will_become_of_them():
    job = previewed(documents(), manifest=manifest())
    plans = {item.file[:3]: item.plan["outcome"] for item in job.items.all()}
    # Nobody has said yet that the two outlets which only the pages name may be made.
    assert plans == {"000": "question", "001": "question", "002": "created", "003": "question", "004": "created"}


def test_a_killed_worker_leaves_nothing_half_done(monkeypatch):
    job = staged(documents(), manifest=manifest())
    from archive.importing import writing

    real = writing.bulk.create_articles
    monkeypatch.setattr(writing.bulk, "create_articles", lambda *a, **k: (real(*a, **k), 1 / 0)[0])
    with pytest.raises(ZeroDivisionError):
        work.work_through(job.pk)
    assert Article.objects.count() == 0
    monkeypatch.undo()
    work.work_through(job.pk)
    assert counts(progress.report(job)) == ENDS_AS
    ends_as_four_articles_and_five_captures()
