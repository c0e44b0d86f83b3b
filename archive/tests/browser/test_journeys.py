"""The way of an editor from a file to a dossier, in real Chromium with a real worker: import, preview, correct,
confirm, watch, search, narrow, open, compare, timeline, collect, export.

The same way is gone with the mouse, with the keyboard alone, without a script, and on a phone in the dark.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from archive.importing.sample import FOLDER
from archive.models import Article, Collection, ImportRun, User
from archive.tasks import drain_index, place_articles
from archive.tests.web.world import person

from .conftest import scrolls_sideways, violations

pytestmark = pytest.mark.browser

# A busy machine may take its time; an idle one needs a few seconds.
PATIENCE = 180


@pytest.fixture
def archivist(transactional_db: None) -> User:
    return person("archivist")


@pytest.fixture
def package() -> list[Path]:
    """The files of the sample event, with the manifest that says what two of them can't."""
    return sorted(FOLDER.iterdir())


def ready_for_preview() -> ImportRun | None:
    return ImportRun.objects.filter(state="preview").first()


def imported() -> bool:
    return ImportRun.objects.filter(state="done").exists()


def settled(page: Any) -> bool:
    """Say whether the sample stands in a story and is found. What beat would ask for is asked for here."""
    drain_index()
    place_articles()
    page.goto(reverse("search") + "?q=barrier")
    placed = Article.objects.filter(membership__isnull=False).count()
    return (placed, page.locator("[data-item]").count()) == (4, 4)


def correct_and_confirm(page: Any, run: ImportRun) -> None:
    """Correct one item's standfirst at the preview, then confirm the run."""
    page.goto(run.get_absolute_url())
    # An outlet that the archive does not know is a decision, made once for all items that name it.
    page.get_by_role("button", name=re.compile("^Make the 2 new outlets")).click()
    assert page.get_by_role("heading", name="Harbour authority knew of cracked barrier gates").first.is_visible()
    page.get_by_role("link", name="Harbour authority knew of cracked barrier gates").first.click()
    page.get_by_label("Standfirst").fill("What the winter inspection said.")
    page.get_by_role("button", name="Keep").click()
    page.goto(run.get_absolute_url())
    page.get_by_role("button", name=re.compile(r"^Import \d")).click()


def find_and_open(page: Any) -> None:
    """Search, narrow by an outlet, and open what was corrected."""
    page.goto(reverse("search") + "?q=barrier")
    assert page.locator("[data-item]").count() == 4
    page.get_by_role("navigation", name="Narrow the list").get_by_role("link", name="Nordhavn Daily").click()
    assert page.locator("[data-item]").count() == 1
    page.locator("[data-item] [data-open]").click()
    assert page.get_by_text("What the winter inspection said.").is_visible()


def collect_and_export(page: Any) -> str:
    """Collect the open article into a new dossier and return the dossier's export."""
    page.locator(".tabs").get_by_role("link", name="Collect").click()
    page.get_by_label("Name of the new one").fill("Barrier dossier")
    page.get_by_role("button", name="Collect").click()
    page.wait_for_url(lambda address: "/collect/" not in address)
    dossier = Collection.objects.get(name="Barrier dossier")
    page.goto(dossier.get_absolute_url())
    assert page.get_by_role("heading", name="Barrier dossier").is_visible()
    return page.request.get(reverse("collection_export", args=[dossier.pk, "jsonl"])).text()


def test_from_a_file_to_a_dossier_by_mouse(archivist, visit, start_worker, eventually, package):
    start_worker()
    page = visit(archivist, reverse("admin:imports"), viewport={"width": 1280, "height": 900})
    page.get_by_label("Files, or a zip of a folder").set_input_files(package)
    page.get_by_role("button", name="Import files").click()
    page.wait_for_url("**/admin/imports/*/")
    run = eventually(ready_for_preview, PATIENCE)
    page.wait_for_selector("[data-item]", timeout=PATIENCE * 1000)
    assert violations(page) == []
    correct_and_confirm(page, run)
    eventually(imported, PATIENCE)
    page.goto(run.get_absolute_url())
    assert violations(page) == [] and scrolls_sideways(page) == ""
    became = list(run.items.values_list("file", "outcome", "reason"))
    assert Article.objects.count() == 4, became
    eventually(lambda: settled(page), PATIENCE)
    find_and_open(page)
    article = Article.objects.get(current_version__headline__startswith="Harbour authority knew")
    page.get_by_role("link", name="Story timeline").click()
    assert page.locator(".timeline__entry").count() == 4
    assert violations(page) == []
    page.go_back()
    assert '"Harbour authority knew' in collect_and_export(page)
    # An editor corrects the headline; the comparison shows what changed.
    page.goto(reverse("article_edit", args=[article.pk]))
    page.get_by_label("Headline").fill("Harbour authority knew of cracked gates before the flood")
    page.get_by_label("Why").fill("Shorter.")
    page.get_by_role("button", name="Save as a correction").click()
    page.goto(reverse("article_diff", args=[article.pk, 1, 2]))
    assert page.locator("del").first.is_visible() and page.locator("ins").first.is_visible()


def test_from_a_file_to_a_dossier_without_a_script_on_a_phone_in_the_dark(
    archivist, visit, start_worker, eventually, package
):
    start_worker()
    page = visit(
        archivist,
        reverse("admin:imports"),
        viewport={"width": 390, "height": 800},
        color_scheme="dark",
        java_script_enabled=False,
    )
    page.get_by_label("Files, or a zip of a folder").set_input_files(package)
    page.get_by_role("button", name="Import files").click()
    run = eventually(ready_for_preview, PATIENCE)
    correct_and_confirm(page, run)
    eventually(imported, PATIENCE)
    eventually(lambda: settled(page), PATIENCE)
    find_and_open(page)
    page.locator(".tabs").get_by_role("link", name="Collect").click()
    page.get_by_label("Name of the new one").fill("Barrier dossier")
    page.get_by_role("button", name="Collect").click()
    page.goto(reverse("collections"))
    assert page.get_by_role("link", name="Barrier dossier").first.is_visible()


def tab_to(page: Any, wanted: Callable[[str], bool]) -> None:
    """Press Tab until what has the focus is what is wanted."""
    for _ in range(120):
        page.keyboard.press("Tab")
        name = page.evaluate("(document.activeElement.textContent || document.activeElement.name || '').trim()")
        if wanted(name):
            return
    raise AssertionError("Tab never came there.")


def test_the_sample_is_loaded_found_and_collected_by_keyboard_alone(archivist, visit, start_worker, eventually):
    start_worker()
    page = visit(archivist, "/", viewport={"width": 1280, "height": 900})
    tab_to(page, lambda name: name == "Load the sample")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    eventually(imported, PATIENCE)
    eventually(lambda: settled(page), PATIENCE)
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("barrier gates")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/articles/*/")
    page.keyboard.press("c")
    page.wait_for_url("**/collect/**")
    page.get_by_label("Name of the new one").focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/collect/" not in address)
    page.goto(reverse("collections"))
    assert page.get_by_role("link", name="By keyboard").first.is_visible()
