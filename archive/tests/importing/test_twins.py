"""Of two files of the same bytes or text, the one that an editor corrected is the article and the other a capture."""

from __future__ import annotations

import pytest

from archive import clock
from archive.importing import decisions, run, staging, work
from archive.models import Article, ImportItem, ImportRun

from .world import PARAGRAPHS, page_dump, wire

pytestmark = pytest.mark.django_db
OUTLET = "Gull Bay Gazette"


def at_preview(*files: tuple[str, bytes]) -> list[ImportItem]:
    job = run.create(origin=ImportRun.Origin.UPLOAD, options={"outlet": OUTLET})
    staging.add_files(job, [staging.NewFile(*one) for one in files], at=clock.now())
    run.begin(job)
    while work.read_some(job.pk):
        continue
    return list(job.items.order_by("position"))


def imported(items: list[ImportItem]) -> list[str]:
    """Confirm their run, import it and return the outcomes in the order of the files."""
    job = items[0].run
    run.confirm(job, at=clock.now())
    while work.import_some(job.pk):
        continue
    return list(job.items.order_by("position").values_list("outcome", flat=True))


@pytest.mark.parametrize("corrected", [0, 1])
@pytest.mark.parametrize("field", ["headline", "body"])
def test_the_twin_of_a_corrected_file_is_a_capture_of_it_and_asks_for_nothing(corrected, field):
    data = page_dump("Ferry line reopens after eleven years", PARAGRAPHS)
    items = at_preview(("a.txt", data), ("b.txt", data))
    wanted = {"headline": "Ferry line is back", "body": "\n".join(PARAGRAPHS[:3])}[field]
    decisions.correct(item=items[corrected], fields={field: wanted}, by=None, at=clock.now())
    outcomes = imported(items)
    assert outcomes[corrected] == "created"
    assert outcomes[1 - corrected] == "unchanged"
    article = Article.objects.get()
    assert getattr(article.current_version, field) == wanted
    assert (article.versions.count(), article.captures.count()) == (1, 2)


def test_versions_of_a_story_keep_their_order_when_an_editor_corrects_the_later_one():
    first = wire("urn:a", "Ferry line reopens")
    second = wire("urn:a", "Ferry line reopens in May", PARAGRAPHS[::-1], versioncreated="2021-05-01T12:00:00Z")
    items = at_preview(("a.json", first), ("b.json", second))
    decisions.correct(item=items[1], fields={"headline": "Ferry line is back"}, by=None, at=clock.now())
    assert imported(items) == ["created", "new_version"]
    assert Article.objects.get().current_version.headline == "Ferry line is back"


HEADLINE = "Ferry line reopens after eleven years"
SHORTER = "\n".join(PARAGRAPHS[:3])


def corrected_first(data: bytes = b"", **fields: str) -> None:
    items = at_preview(("a.txt", data or page_dump(HEADLINE, PARAGRAPHS)))
    decisions.correct(item=items[0], fields=fields, by=None, at=clock.now())
    assert imported(items) == ["created"]


@pytest.mark.parametrize("fields", [{"headline": "Ferry line is back"}, {"body": SHORTER}])
def test_the_same_text_out_of_another_file_of_a_later_run_is_a_capture_of_what_was_corrected(fields):
    corrected_first(**fields)
    # Other bytes, read as the same text.
    assert imported(at_preview(("b.txt", page_dump(HEADLINE, PARAGRAPHS) + b"\n\n"))) == ["unchanged"]
    article = Article.objects.get()
    assert (article.versions.count(), article.captures.count()) == (1, 2)
    assert article.current_version.headline == fields.get("headline", HEADLINE)


@pytest.mark.parametrize("corrected", [0, 1])
def test_the_same_text_out_of_another_file_of_a_run_is_a_capture_of_what_was_corrected(corrected):
    data = page_dump(HEADLINE, PARAGRAPHS)
    items = at_preview(("a.txt", data), ("b.txt", data + b"\n\n"))
    decisions.correct(item=items[corrected], fields={"body": SHORTER}, by=None, at=clock.now())
    outcomes = imported(items)
    assert outcomes[corrected] == "created" and outcomes[1 - corrected] == "unchanged"
    assert Article.objects.get().current_version.body == SHORTER


def test_what_an_editor_corrected_is_not_undone_when_the_same_text_comes_again_under_its_name():
    corrected_first(wire("urn:a", HEADLINE), headline="Ferry line is back")
    assert imported(at_preview(("b.json", wire("urn:a", HEADLINE, copyrightholder="Gull Bay")))) == ["unchanged"]
    assert Article.objects.get().current_version.headline == "Ferry line is back"


def test_nearly_the_same_text_as_one_that_was_corrected_is_a_question_still():
    corrected_first(body=SHORTER)
    other = page_dump(HEADLINE, [*PARAGRAPHS[:3], "The mayor was not on board of the first boat that day."])
    asked = at_preview(("b.txt", other))
    imported(asked)
    assert [one.state for one in asked] == ["question"]
    assert Article.objects.get().captures.count() == 1


def test_what_an_editor_wrote_anew_takes_in_no_other_page_that_was_read_as_the_same_lines():
    anew = "\n".join(f"On day {n} nobody came to see number {n} of the boats, said pilot {n}." for n in range(9))
    corrected_first(headline="Pilots", body=anew)
    items = at_preview(("b.txt", page_dump(HEADLINE, PARAGRAPHS) + b"\n\n"))
    assert imported(items) == ["created"]
    assert Article.objects.count() == 2


def test_an_article_under_a_name_of_its_own_is_no_twin():
    corrected_first(wire("urn:a", HEADLINE), headline="Ferry line is back")
    assert imported(at_preview(("b.json", wire("urn:b", HEADLINE)))) == ["created"]
    assert Article.objects.count() == 2
