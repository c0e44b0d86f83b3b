"""The import pages: from upload to report with forms alone, and through the pieces that the script sends."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile

from archive import clock
from archive.importing import learning, progress, run, work
from archive.importing.outlets import hints
from archive.models import Article, ImportItem, ImportRun, Outlet, OutletHabit, OutletLine, User

from .world import PARAGRAPHS, page_dump, previewed, rows, wire, zipped

pytestmark = pytest.mark.django_db

DUMP = page_dump("Ferry line reopens after eleven years", PARAGRAPHS)


@pytest.fixture
def archivist(client) -> User:
    person = User.objects.create_user("ada", password="x")
    person.groups.add(Group.objects.get(name="archivist"))
    client.force_login(person)
    return person


def upload(client, files: dict[str, bytes], **more: str) -> ImportRun:
    sent = [SimpleUploadedFile(name, data) for name, data in files.items()]
    answer = client.post("/admin/imports/", {"files": sent, **more})
    assert answer.status_code == 302, answer.content[:500]
    return ImportRun.objects.get(pk=int(re.search(r"/imports/(\d+)/", answer.url)[1]))


def read(job: ImportRun) -> None:
    while work.read_some(job.pk):
        continue
    job.refresh_from_db()


def test_files_go_from_upload_over_preview_to_the_report(client, archivist):
    job = upload(client, {"ferry.txt": DUMP}, outlet="Gull Bay Gazette")
    assert job.state == ImportRun.State.READING
    assert "Files read" in client.get(job.get_absolute_url()).content.decode()
    read(job)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Ferry line reopens after eleven years" in page
    assert "Most Read" in page
    assert "Import 1 item" in page
    assert Article.objects.count() == 0
    client.post(f"{job.get_absolute_url()}act/", {"do": "confirm"})
    client.post(f"{job.get_absolute_url()}act/", {"do": "confirm"})
    work.work_through(job.pk)
    assert Article.objects.get().outlet.name == "Gull Bay Gazette"
    report = client.get(f"{job.get_absolute_url()}report.json").json()
    assert (report["created"], report["captures"]) == (1, 1)
    assert "ferry.txt" in client.get(f"{job.get_absolute_url()}report.csv").content.decode()


def test_an_unknown_outlet_is_asked_for_once_and_remembered(client, archivist):
    job = upload(client, {"a.json": wire("urn:a", "Ferry line reopens")})
    read(job)
    item = job.items.get()
    assert item.state == ImportItem.State.QUESTION
    url = f"{job.get_absolute_url()}items/{item.pk}/decide/"
    client.post(url, {"do": "outlet", "outlet": "Northern Wire Agency"})
    item.refresh_from_db()
    assert (item.state, item.plan["outcome"]) == (ImportItem.State.READY, "created")
    again = upload(client, {"b.json": wire("urn:b", "Mussels recover", PARAGRAPHS[::-1])})
    read(again)
    assert again.items.get().outlet.name == "Northern Wire Agency"


def test_all_outlets_that_the_pages_name_can_be_made_at_once(client, archivist):
    job = upload(client, {"a.jsonl": rows(3, outlet="The Gull") + b"\n" + rows(2, outlet="The Tern", first=3)})
    read(job)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Make the 2 new outlets that the pages name" in page
    client.post(f"{job.get_absolute_url()}act/", {"do": "make_outlets"})
    assert set(Outlet.objects.values_list("name", flat=True)) == {"The Gull", "The Tern"}
    assert not job.items.filter(state=ImportItem.State.QUESTION).exists()


def test_every_field_can_be_corrected_and_what_was_typed_stays_when_it_fails(client, archivist):
    job = upload(client, {"ferry.txt": DUMP}, outlet="Gull Bay Gazette")
    read(job)
    item = job.items.get()
    url = f"{job.get_absolute_url()}items/{item.pk}/"
    fields = {"do": "correct", "headline": "Ferry sails again", "tags": "Ferries; Gull Bay", "published_at": "soon"}
    answer = client.post(f"{url}decide/", fields)
    assert answer.status_code == 422
    assert "Ferry sails again" in answer.content.decode()
    assert "Write the date as" in answer.content.decode()
    client.post(f"{url}decide/", fields | {"published_at": "2021-05-02T08:15"})
    run.confirm(job, at=job.created_at)
    work.work_through(job.pk)
    article = Article.objects.get()
    assert article.current_version.headline == "Ferry sails again"
    assert (article.published_iso, article.published_precision) == ("2021-05-02T08:15:00", "minute")
    assert [tag.name for tag in article.tags.order_by("article_tags__position")] == ["Ferries", "Gull Bay"]
    assert article.edited_fields["headline"]["machine"] == "Ferry line reopens after eleven years"


def test_a_removed_line_is_restored_with_one_click_and_teaches(client, archivist):
    job = upload(client, {"ferry.txt": DUMP}, outlet="Gull Bay Gazette")
    outlet = Outlet.objects.create(name="Gull Bay Gazette", slug="gull")
    read(job)
    item = job.items.get()
    line = next(one for one in item.parsed["lines"] if one["text"].strip() == "Old pier to be sold")
    decide = f"{job.get_absolute_url()}items/{item.pk}/decide/"
    client.post(decide, {"do": "outlet", "outlet": "Gull Bay Gazette"})
    client.post(decide, {"do": "restore", "line": line["number"]})
    run.confirm(job, at=job.created_at)
    work.work_through(job.pk)
    assert "Old pier to be sold" in Article.objects.get().current_version.body
    outlet = Article.objects.get().outlet
    learnt = OutletLine.objects.get(outlet=outlet, verdict="body")
    assert (learnt.text, learnt.learnt_by) == ("Old pier to be sold", archivist)
    again = upload(
        client, {"mussels.txt": page_dump("Mussel banks are open again", PARAGRAPHS[2:])}, outlet=outlet.name
    )
    read(again)
    assert "Old pier to be sold" in again.items.get().parsed["body"]


def saved_page(number: int) -> bytes:
    prose = "".join(f"<p>{text} Report {number}.</p>" for text in PARAGRAPHS)
    return f"""<!doctype html><html><head><title>Search title {number}</title>
<meta property="og:site_name" content="Gull Bay Gazette"><meta property="og:title" content="Search title {number}">
<meta name="author" content="Night Desk"><meta name="date" content="2021-05-01">
</head><body><article><h1>Ferry report {number}</h1><p class="byline">By Ada Finch</p>
<time datetime="2021-05-02">2 May 2021</time>{prose}</article></body></html>""".encode()


def test_another_headline_byline_and_date_are_picked_and_become_the_habit_of_the_outlet(client, archivist):
    job = upload(client, {"one.html": saved_page(1)}, outlet="Gull Bay Gazette")
    read(job)
    item = job.items.get()
    decide = f"{job.get_absolute_url()}items/{item.pk}/decide/"
    wanted = {"headline": "Ferry report 1", "byline": "Ada Finch", "published_at": "2021-05-02"}
    for field, value in wanted.items():
        offered = [one["value"] for one in item.parsed["candidates"][field]]
        assert offered[0] != value and value in offered, offered
        client.post(decide, {"do": "pick", "field": field, "place": offered.index(value)})
    run.confirm(job, at=job.created_at)
    work.work_through(job.pk)
    article = Article.objects.get()
    assert (article.current_version.headline, article.current_version.byline) == ("Ferry report 1", "Ada Finch")
    assert (article.published_iso, article.published_precision) == ("2021-05-02", "day")
    assert set(OutletHabit.objects.values_list("field", flat=True)) == set(wanted)
    again = upload(client, {"two.html": saved_page(2)}, outlet="Gull Bay Gazette")
    read(again)
    parsed = again.items.get().parsed
    assert (parsed["headline"], parsed["byline"]) == ("Ferry report 2", "Ada Finch")
    assert parsed["published"]["value"].startswith("2021-05-02")


def test_what_was_learnt_is_listed_by_outlet_with_author_and_effect_and_can_be_undone(client, archivist):
    outlet = Outlet.objects.create(name="Gull Bay Gazette", slug="gull")
    line = learning.learn_verdict(outlet=outlet, text="Most Read", verdict="body", by=archivist, at=clock.now())
    OutletHabit.objects.create(outlet=outlet, field="headline", origin="h1", learnt_by=archivist)
    listed = "/admin/archive/outletline/"
    assert f"{listed}?outlet__id__exact={outlet.pk}" in client.get("/admin/archive/outlet/").content.decode()
    shown = client.get(listed, {"outlet__id__exact": outlet.pk}).content.decode()
    for word in ("Most Read", "Gull Bay Gazette", "kept in the body", archivist.username):
        assert word in shown
    assert hints()[outlet.pk].body_lines
    client.post(listed, {"action": "undo", "_selected_action": [line.pk]})
    assert "none: undone" in client.get(listed).content.decode()
    assert not hints()[outlet.pk].body_lines
    habits = "/admin/archive/outlethabit/"
    shown = client.get(habits, {"outlet__id__exact": outlet.pk}).content.decode()
    assert archivist.username in shown and "taken from h1" in shown and hints()[outlet.pk].headline_origin == "h1"
    client.post(habits, {"action": "undo", "_selected_action": list(OutletHabit.objects.values_list("pk", flat=True))})
    assert hints()[outlet.pk].headline_origin == ""


def test_an_item_can_be_left_out_and_taken_in_again(client, archivist):
    job = upload(client, {"a.jsonl": rows(2)}, outlet="The Gull")
    read(job)
    first = job.items.order_by("position").first()
    decide = f"{job.get_absolute_url()}items/{first.pk}/decide/"
    client.post(decide, {"do": "leave_out"})
    client.post(decide, {"do": "take_in"})
    client.post(decide, {"do": "leave_out"})
    run.confirm(job, at=job.created_at)
    work.work_through(job.pk)
    assert Article.objects.count() == 1
    assert progress.report(job)["created"] == 1


def test_a_near_copy_is_shown_with_its_difference_and_the_editors_choice_is_done(client, archivist):
    first = upload(client, {"a.txt": DUMP}, outlet="Gull Bay Gazette")
    read(first)
    run.confirm(first, at=first.created_at)
    work.work_through(first.pk)
    changed = DUMP.replace(b"four times a day", b"six times a day")
    job = upload(client, {"b.txt": changed}, outlet="Gull Bay Gazette")
    read(job)
    item = job.items.get()
    assert (item.state, item.plan["ask"]) == (ImportItem.State.QUESTION, "same_article")
    page = client.get(f"{job.get_absolute_url()}items/{item.pk}/").content.decode()
    assert "<ins>six" in page.replace("\n", "") or "six</ins>" in page
    article = Article.objects.get()
    choice = f"version:{article.pk}:{article.current_version_id}"
    client.post(f"{job.get_absolute_url()}items/{item.pk}/decide/", {"do": "choose", "choice": choice})
    run.confirm(job, at=job.created_at)
    work.work_through(job.pk)
    article.refresh_from_db()
    assert article.versions.count() == 2
    assert "six times a day" in article.current_version.body


def test_an_open_question_of_a_finished_run_can_still_be_answered(client, archivist):
    job = upload(client, {"a.jsonl": rows(1, outlet="")})
    read(job)
    run.confirm(job, at=job.created_at)
    work.work_through(job.pk)
    job.refresh_from_db()
    assert job.state == ImportRun.State.DONE
    item = job.items.get()
    client.post(f"{job.get_absolute_url()}items/{item.pk}/decide/", {"do": "outlet", "outlet": "The Gull"})
    work.work_through(job.pk)
    assert Article.objects.get().outlet.name == "The Gull"


def test_an_upload_in_pieces_goes_on_where_it_was_cut_off(client, archivist):
    data = zipped(
        {"a.json": wire("urn:a", "Ferry line reopens"), "notes.json": wire("urn:b", "Mussels", PARAGRAPHS[::-1])}
    )
    opened = client.post("/admin/imports/uploads/", json.dumps({"token": "t"}), content_type="application/json").json()
    base = f"/admin/imports/uploads/{opened['run']}/"
    about = json.dumps({"name": "wire.zip", "size": len(data)})
    file = client.post(base, about, content_type="application/json").json()
    half = len(data) // 2
    piece = f"{base}{file['file']}/?start="
    client.post(f"{piece}0", data[:half], content_type="application/octet-stream")
    # The connection was lost: the same upload is asked for again.
    again = client.post("/admin/imports/uploads/", json.dumps({"token": "t"}), content_type="application/json").json()
    assert again["run"] == opened["run"]
    resumed = client.post(base, about, content_type="application/json").json()
    assert resumed == {"file": file["file"], "received": half}
    early = client.post(f"{base}begin/", "{}", content_type="application/json")
    assert early.status_code == 409
    client.post(f"{piece}{half}", data[half:], content_type="application/octet-stream")
    begun = client.post(f"{base}begin/", "{}", content_type="application/json").json()
    job = ImportRun.objects.get(pk=opened["run"])
    assert begun["url"] == job.get_absolute_url()
    read(job)
    assert sorted(job.items.values_list("file", flat=True)) == ["a.json", "notes.json"]


def test_a_pasted_text_is_an_import_of_its_own(client, archivist):
    answer = client.post("/admin/imports/paste/", {"text": DUMP.decode(), "outlet": "Gull Bay Gazette"})
    job = ImportRun.objects.get(pk=int(re.search(r"/imports/(\d+)/", answer.url)[1]))
    assert run.is_single(job)
    read(job)
    assert "Ferry line reopens after eleven years" in client.get(answer.url).content.decode()


def test_the_bytes_of_an_item_are_handed_out_and_never_rendered(client, archivist):
    job = upload(client, {"a.html": b"<script>alert(1)</script>"})
    read(job)
    answer = client.get(f"{job.get_absolute_url()}items/{job.items.get().pk}/bytes")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("path", ["", "paste/", "send/"])
def test_who_may_not_import_is_kept_out(client, path):
    reader = User.objects.create_user("bo", password="x")
    client.force_login(reader)
    assert client.get(f"/admin/imports/{path}").status_code in (302, 403)


def test_a_spreadsheet_formula_in_a_file_name_is_harmless_in_the_report(client, archivist):
    job = upload(client, {"=cmd.txt": b"\x00\x01\x02" * 50})
    read(job)
    assert "'=cmd.txt" in client.get(f"{job.get_absolute_url()}report.csv").content.decode()


def test_the_pages_of_a_run_ask_no_more_queries_when_it_is_larger(client, archivist, django_assert_max_num_queries):
    job = previewed({"a.jsonl": rows(40)}, outlet="The Gull")
    client.get(job.get_absolute_url())
    with django_assert_max_num_queries(16):
        client.get(job.get_absolute_url())
    page = client.get(job.get_absolute_url()).content.decode()
    assert 'rel="next"' in page


@pytest.mark.parametrize(
    "name", ["outlet", "outletline", "outlethabit", "tag", "article", "importrun", "watchedsource", "user"]
)
def test_the_lists_of_the_panel_open_without_counting(client, name, django_assert_max_num_queries):
    client.force_login(User.objects.create_superuser("root", password="x"))
    previewed({"a.jsonl": rows(5)}, outlet="The Gull")
    with django_assert_max_num_queries(12) as queries:
        assert client.get(f"/admin/archive/{name}/").status_code == 200
    counted = f'COUNT(*) AS "__count" FROM "archive_{name}"'
    assert not [one for one in queries.captured_queries if counted in one["sql"]]


def test_the_columns_of_a_table_are_chosen_at_preview_and_remembered(client, archivist):
    table = "\n".join(
        ["what,story,who", f'Ferry reopens,"{PARAGRAPHS[0]}",Ada Finch', f'Mussels recover,"{PARAGRAPHS[1]}",Bo Heron']
    ).encode()
    job = upload(client, {"table.csv": table}, outlet="The Gull")
    read(job)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "Columns of table.csv" in page
    file = job.files.get()
    chosen = {"do": "columns", "file": file.pk, "column-0": "headline", "column-1": "body", "column-2": "byline"}
    client.post(f"{job.get_absolute_url()}act/", chosen)
    read(job)
    items = [item.parsed for item in job.items.order_by("position")]
    assert [one["headline"] for one in items] == ["Ferry reopens", "Mussels recover"]
    assert [one["byline"] for one in items] == ["Ada Finch", "Bo Heron"]
    again = upload(client, {"later.csv": table.replace(b"Ferry", b"Old ferry")}, outlet="The Gull")
    read(again)
    first = again.items.order_by("position").first().parsed
    assert (first["headline"], first["byline"]) == ("Old ferry reopens", "Ada Finch")


def test_the_preview_shows_the_items_of_one_kind(client, archivist):
    first = previewed({"ferry.txt": DUMP}, outlet="Gull Bay Gazette", manifest={})
    run.confirm(first, at=clock.now())
    work.work_through(first.pk)
    told_again = page_dump("Ferry line reopens after eleven years", [*PARAGRAPHS[:3], "A fourth boat may follow."])
    files = {
        "new.json": wire("urn:new", "Mussels recover", [f"{text} So it was said." for text in PARAGRAPHS[::-1]]),
        "known.txt": DUMP,
        "again.txt": told_again,
        "broken.json": b'{"uri": ',
    }
    job = previewed(files, outlet="Gull Bay Gazette")

    def shown(kind: str) -> set[str]:
        page = client.get(f"{job.get_absolute_url()}?show={kind}").content.decode()
        return {name for name in files if name in page}

    assert shown("") == set(files)
    assert shown("created") == {"new.json"}
    assert shown("unchanged") == {"known.txt"}
    assert shown("question") == {"again.txt"}
    assert shown("failed") == {"broken.json"}
    assert shown("left_out") == set()


def test_one_decision_gives_all_pages_of_a_host_their_outlet(client, archivist):
    def saved(place: int, host: str) -> bytes:
        head = f'<link rel="canonical" href="https://{host}/{place}"><title>Story {place}</title>'
        text = "".join(f"<p>{paragraph} Page {place}.</p>" for paragraph in PARAGRAPHS)
        return f"<!doctype html><html><head>{head}</head><body><h1>Story {place}</h1>{text}</body></html>".encode()

    files = {f"{place}.html": saved(place, "www.gull.example") for place in range(3)}
    job = previewed({**files, "other.html": saved(9, "quay.example")})
    assert job.items.filter(state=ImportItem.State.QUESTION).count() == 4
    assert 'value="gull.example"' in client.get(job.get_absolute_url()).content.decode()
    said = {"do": "outlet_for_all", "host": "gull.example", "outlet": "Gull Bay Gazette"}
    client.post(f"{job.get_absolute_url()}act/", said)
    decided = job.items.filter(outlet__name="Gull Bay Gazette", state=ImportItem.State.READY)
    assert {one.file for one in decided} == set(files)
    assert job.items.get(file="other.html").state == ImportItem.State.QUESTION
