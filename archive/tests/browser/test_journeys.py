"""The way of an editor through the whole archive, in real Chromium with a real worker: import, preview, correct,
confirm, watch, search, narrow, open, compare, timeline, provenance, collect, export.

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
from archive.models import Article, ImportRun, User
from archive.tasks import drain_index, place_articles
from archive.tests.web.world import PASSWORD, person

from .conftest import scrolls_sideways, violations
from .hands import Keyboard, Pointer

pytestmark = pytest.mark.browser

# A busy machine may take its time; an idle one needs a few seconds.
PATIENCE = 180
HEADLINE = "Harbour authority knew of cracked barrier gates"

WAYS = {
    "by mouse": {"viewport": {"width": 1280, "height": 900}},
    "by keyboard alone": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "without a script": {"viewport": {"width": 1280, "height": 900}, "java_script_enabled": False},
    "on a phone in the dark": {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark", "has_touch": True},
}


@pytest.fixture
def archivist(empty_archive: None) -> User:
    return person("archivist")


@pytest.fixture
def package() -> list[Path]:
    """The files of the sample event, with the manifest that says what two of them can't."""
    return sorted(FOLDER.iterdir())


class Journey:
    """One editor on the way: a page, the hands that work it, and what to wait for."""

    def __init__(self, page: Any, way: str, eventually: Callable[..., Any]) -> None:
        self.page = page
        self.hands = Keyboard(page) if way == "by keyboard alone" else Pointer()
        self.has_script = way != "without a script"
        self.eventually = eventually

    def link(self, name: str | re.Pattern[str], within: str = "main") -> Any:
        return self.page.locator(within).get_by_role("link", name=name).first

    def follow(self, name: str | re.Pattern[str], within: str = "main") -> None:
        """Press a link and wait for the page that it leads to."""
        before = self.page.url
        self.hands.press(self.link(name, within))
        self.page.wait_for_url(lambda address: address != before)
        self.stands()

    def press(self, name: str | re.Pattern[str]) -> None:
        self.hands.press(self.page.locator("main").get_by_role("button", name=name).first)

    def write(self, label: str, text: str) -> None:
        self.hands.write(self.page.get_by_label(label, exact=True).first, text)

    def sees(self, text: str) -> None:
        """Wait until the page says something: by itself with a script, by looking again without."""
        found = self.page.get_by_text(text).first
        if self.has_script:
            found.wait_for(timeout=PATIENCE * 1000)
            return

        def looked_again() -> bool:
            if found.is_visible():
                return True
            self.page.wait_for_timeout(500)
            self.page.reload()
            return False

        self.eventually(looked_again, PATIENCE)

    def stands(self) -> None:
        """Check that the page fits its window; axe asks about contrast, which depends on theme and state."""
        self.page.wait_for_load_state()
        if self.has_script:
            assert scrolls_sideways(self.page) == ""


@pytest.mark.parametrize("way", WAYS)
def test_the_whole_way_from_a_file_to_a_dossier(
    way: str, archivist: User, worker: Any, visit: Any, eventually: Any, package: list[Path]
) -> None:
    page = visit(None, reverse("home"), reduced_motion="reduce", **WAYS[way])
    on = Journey(page, way, eventually)
    sign_in(on)
    import_with_a_correction(on, package)
    eventually(lambda: settled(page), PATIENCE)
    find_and_open(on)
    correct_and_compare(on)
    read_the_story_and_its_origins(on)
    collect_and_export(on)


def sign_in(on: Journey) -> None:
    """Enter by the door, as everyone does."""
    on.write("Username", "archivist")
    on.write("Password", PASSWORD)
    on.press("Sign in")
    on.page.get_by_role("heading", name=re.compile("The archive is empty")).wait_for()


def import_with_a_correction(on: Journey, package: list[Path]) -> None:
    """Bring the files, decide on the new outlets, correct a standfirst at the preview, confirm, and watch."""
    on.follow("Choose files")
    on.hands.choose(on.page.get_by_label("Files, or a zip of a folder"), package)
    on.press("Import files")
    on.page.wait_for_url("**/admin/imports/*/")
    on.sees(HEADLINE)
    # An outlet that the archive does not know is a decision, made once for all items that name it.
    on.press(re.compile("^Make the 2 new outlets"))
    on.page.get_by_role("button", name="Import 5 items").wait_for()
    if on.has_script:
        assert violations(on.page) == []
    on.follow(re.compile(HEADLINE))
    on.write("Standfirst", "What the winter inspection said.")
    on.press("Keep")
    on.page.wait_for_url(re.compile(r"/imports/\d+/$"))
    on.press(re.compile(r"^Import \d"))
    on.sees("Report as CSV")
    assert ImportRun.objects.get().state == "done" and Article.objects.count() == 4
    assert on.page.get_by_text("another capture of a known version").count() == 1


def settled(page: Any) -> bool:
    """Say whether the sample stands in a story and is found. What beat would ask for is asked for here."""
    drain_index()
    place_articles()
    page.goto(reverse("search") + "?q=barrier")
    placed = Article.objects.filter(membership__isnull=False).count()
    return (placed, page.locator("[data-item]").count()) == (4, 4)


def find_and_open(on: Journey) -> None:
    """Search, narrow by an outlet, and open what was corrected."""
    on.page.goto(reverse("home"))
    on.hands.write(on.page.locator("#masthead-q"), "barrier gates")
    on.hands.press(on.page.locator(".masthead").get_by_role("button", name="Search"))
    on.page.wait_for_url("**/search/**")
    assert on.page.locator("[data-item]").count() > 1
    on.follow(re.compile("^Nordhavn Daily"), "nav.facets")
    assert on.page.locator("[data-item]").count() == 1
    if isinstance(on.hands, Keyboard):
        on.page.keyboard.press("j")
        on.page.keyboard.press("o")
        on.page.wait_for_url("**/articles/*/")
    else:
        on.follow(re.compile(f"^{HEADLINE}"), "[data-item]")
    assert on.page.get_by_text("What the winter inspection said.").is_visible()


def correct_and_compare(on: Journey) -> None:
    """Correct the headline, and see in the history word by word what changed."""
    on.follow("Correct", ".tabs")
    on.write("Headline", "Harbour authority knew of cracked gates before the flood")
    on.write("Why", "Shorter.")
    on.press("Save as a correction")
    on.page.get_by_role("heading", level=1, name="knew of cracked gates before").wait_for()
    if isinstance(on.hands, Keyboard):
        on.page.keyboard.press("d")
        on.page.wait_for_url("**/history/")
    else:
        on.follow("History", ".tabs")
    on.follow("Compare with version 1")
    assert on.page.locator("del").first.is_visible() and on.page.locator("ins").first.is_visible()
    on.page.go_back()
    on.page.go_back()


def read_the_story_and_its_origins(on: Journey) -> None:
    """See where the article stands in its story, and whom the story's articles rely on."""
    on.follow("Story timeline", ".tabs")
    assert on.page.locator(".timeline__entry").count() == 4
    assert on.page.get_by_role("heading", name="Coverage").count() == 1
    on.follow(re.compile("^Who relies on whom$"))
    assert on.page.locator("svg .node").count() > 4
    assert on.page.locator("svg .node--unheld").count() > 0
    assert on.page.get_by_role("table").count() > 0
    if on.has_script:
        assert violations(on.page) == []


def collect_and_export(on: Journey) -> None:
    """Collect the article into a new dossier and take the dossier away."""
    article = Article.objects.get(current_version__headline__contains="cracked gates before the flood")
    on.page.goto(article.get_absolute_url())
    if isinstance(on.hands, Keyboard):
        on.page.keyboard.press("c")
        on.page.wait_for_url("**/collect/**")
    else:
        on.follow("Collect", ".tabs")
    on.write("Name of the new one", "Barrier dossier")
    on.press("Collect")
    on.page.wait_for_url(lambda address: "/collect/" not in address)
    on.page.goto(reverse("collections"))
    on.follow("Barrier dossier")
    with on.page.expect_download() as taken:
        on.hands.press(on.link("CSV"))
    assert "cracked gates before the flood" in Path(taken.value.path()).read_text()


def test_the_guided_tasks_can_be_done_as_they_are_written(
    archivist: User, worker: Any, visit: Any, eventually: Any, tmp_path: Path
) -> None:
    page = visit(archivist, reverse("learn"), viewport={"width": 1280, "height": 900})
    with page.expect_download() as taken:
        page.get_by_role("link", name="Take the five files of the flood barrier").click()
    package = tmp_path / taken.value.suggested_filename
    taken.value.save_as(package)
    page.locator(".task").get_by_role("link", name="Open Imports").click()
    page.get_by_label("Files, or a zip of a folder").set_input_files(package)
    page.get_by_role("button", name="Import files").click()
    page.wait_for_url("**/admin/imports/*/")
    page.get_by_role("button", name=re.compile("^Make the 2 new outlets")).click(timeout=PATIENCE * 1000)
    page.get_by_role("button", name="Import 5 items").wait_for()
    item = page.locator("[data-item]", has=page.locator(".card__meta", has_text="coastal-courier-page.txt"))
    item.locator("[data-open]").click()
    page.get_by_role("button", name=re.compile("^Restore")).first.click()
    page.goto(ImportRun.objects.get().get_absolute_url())
    page.get_by_role("button", name=re.compile(r"^Import \d")).click()
    page.get_by_text("Report as CSV").wait_for(timeout=PATIENCE * 1000)
    assert Article.objects.count() == 4
    eventually(lambda: settled(page), PATIENCE)
    page.goto(reverse("learn"))
    page.get_by_role("link", name="Search for barrier").click()
    page.get_by_role("link", name=re.compile("^Story:")).first.click()
    assert page.locator(".badge", has_text="earliest held").count() == 1
    assert page.locator(".timeline__time", has_text="undated").count() == 1
    page.wait_for_url("**/stories/*/")
    story = page.url
    page.get_by_role("link", name="Who relies on whom", exact=True).click()
    page.wait_for_url("**/provenance/")
    assert page.get_by_text("Meridian Post").count() > 0
    page.goto(story)
    assert page.get_by_role("heading", name="Quotes that traveled").is_visible()
    page.goto(page.locator("main a[href^='/quotes/']").first.get_attribute("href"))
    assert page.locator("main ins, main del, main .badge").count() > 0
