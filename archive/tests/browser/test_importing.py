"""The import page in a browser, with a real worker behind it: the founding documents from upload to report, with and
without JavaScript and without a breach of accessibility on the way; an upload cut off; an address pasted."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from archive.importing import staging
from archive.models import Article, Capture, ImportItem, ImportRun, User
from archive.tests.browser.conftest import violations
from archive.tests.importing.test_fetching import Site
from archive.tests.importing.world import PARAGRAPHS, SEEDS, rows, wire

from .test_journeys import Journey

pytestmark = pytest.mark.browser


@pytest.fixture
def archivist(empty_archive: None) -> User:
    """Somebody who may import."""
    made = User.objects.create_user("ada", password="x")
    made.groups.add(Group.objects.get(name="archivist"))
    return made


@pytest.mark.skipif(not SEEDS.exists(), reason="the documents are not here")
@pytest.mark.parametrize("way", ["by mouse", "without a script"])
def test_the_founding_documents_go_in_through_the_import_page(
    visit: Any, worker: Any, archivist: User, eventually: Any, way: str
) -> None:
    script = way == "by mouse"
    page = visit(archivist, reverse("admin:imports"), java_script_enabled=script)
    on = Journey(page, way, eventually)
    page.set_input_files("#files", [str(path) for path in sorted(SEEDS.glob("*.txt"))] + [str(SEEDS / "manifest.csv")])
    page.get_by_role("button", name="Import files").click()
    page.wait_for_url("**/admin/imports/*/")
    on.sees("Outlets to decide")
    if script:
        assert violations(page) == []
    page.get_by_role("button", name="new outlets that the pages name").click()
    page.get_by_role("button", name="Import 5 items").wait_for()
    assert "The same text as" in page.content()
    page.get_by_role("link", name="Correct").first.click()
    page.get_by_role("link", name="Back to the run").click()
    page.get_by_role("button", name="Import 5 items").click()
    on.sees("Report as CSV")
    assert Article.objects.count() == 4
    assert Capture.objects.count() == 5
    assert page.get_by_text("another capture of a known version").count() == 1


def test_an_upload_shows_its_progress_and_goes_on_where_the_connection_was_lost(
    visit: Any, worker: Any, archivist: User, eventually: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(staging, "CHUNK_BYTES", 4000)
    stories = tmp_path / "wire.jsonl"
    stories.write_bytes(rows(60))
    page = visit(archivist, reverse("admin:imports"))
    sent: list[int] = []
    shares: list[float] = []

    def piece(route: Any) -> None:
        shares.append(page.locator("progress").evaluate("bar => bar.value"))
        start = int(parse_qs(urlsplit(route.request.url).query)["start"][0])
        sent.append(start)
        # The third piece is lost on its way, the answer to the fifth on its way back.
        if len(sent) == 3:
            route.abort("connectionreset")
        elif len(sent) == 5:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/*start=*", piece)
    page.set_input_files("#files", str(stories))
    page.get_by_role("button", name="Import files").click()
    page.wait_for_url("**/admin/imports/*/", timeout=60_000)
    # Both pieces are asked for again from their own beginning; none of the others is sent twice.
    assert sent[2] == sent[3] == 8000
    assert [start for start in sent if sent.count(start) > 1] == [8000, 8000, 12000, 12000]
    assert shares == sorted(shares) and shares[-1] > 0.5
    eventually(lambda: ImportRun.objects.get().state == ImportRun.State.PREVIEW, 60)
    lines = [item.blob.content() for item in ImportItem.objects.order_by("position")]
    assert b"\n".join(lines) == stories.read_bytes()


def test_a_pasted_address_is_fetched_previewed_and_imported(
    visit: Any, worker: Any, archivist: User, eventually: Any, settings: Any
) -> None:
    settings.FETCH_PRIVATE_ADDRESSES = True
    site = Site()
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    head = '<title>Ferry line reopens</title><meta property="og:site_name" content="Gull">'
    html = f"<!doctype html><html lang='en'><head>{head}</head><body><h1>Ferry line reopens</h1>{text}</body></html>"
    address = site.page("/2021/ferry", html.encode())
    page = visit(archivist, reverse("admin:imports"))
    page.get_by_label("Address").fill(address)
    page.get_by_role("button", name="Fetch it").click()
    page.wait_for_url("**/admin/imports/*/")
    page.get_by_role("button", name="new outlet").first.click()
    page.get_by_role("button", name="Import 1 item").click()
    page.get_by_text("Report as CSV").wait_for(timeout=60_000)
    article = Article.objects.get()
    assert (article.url, article.current_version.headline) == (address, "Ferry line reopens")
    assert Capture.objects.get().blob.content() == html.encode()
    # What can't be fetched is said beside the field, and what was typed stays.
    page.goto(reverse("admin:imports"))
    page.get_by_label("Address").fill(site.url + "/gone")
    page.get_by_role("button", name="Fetch it").click()
    page.get_by_text("404").wait_for()
    assert page.get_by_label("Address").input_value() == site.url + "/gone"
    site.server.shutdown()


def test_files_dropped_on_the_page_are_the_files_of_the_upload(
    visit: Any, worker: Any, archivist: User, eventually: Any
) -> None:
    page = visit(archivist, reverse("admin:imports"))
    stories = {"ferry.json": wire("urn:a", "Ferry line reopens"), "mussels.json": wire("urn:b", "Mussels recover")}
    dropped = page.evaluate_handle(
        """files => {
          const dropped = new DataTransfer();
          for (const [name, text] of Object.entries(files)) dropped.items.add(new File([text], name));
          return dropped;
        }""",
        {name: data.decode() for name, data in stories.items()},
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    page.get_by_text("ferry.json, mussels.json").wait_for()
    page.get_by_role("button", name="Import files").click()
    page.wait_for_url("**/admin/imports/*/")
    eventually(lambda: ImportRun.objects.get().state == ImportRun.State.PREVIEW, 60)
    assert {item.file: item.blob.content() for item in ImportItem.objects.all()} == stories
