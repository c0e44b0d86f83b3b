"""Every page in real Chromium: for everyone, in both themes, on every width, light on the wire, still on the eye.

Each page is opened once; then the window changes its width and the theme its side. What the browser measured of each
goes into `screenshots/figures.json`, and with SCREENSHOTS=all so does a picture of every page at three widths in both
themes; `/patterns/` is always photographed. The folder stays out of git.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

from archive import clock
from archive.models import Alert, SavedSearch

from .conftest import scrolls_sideways, violations
from .pages import NOT_PAGES, addresses, page_names

pytestmark = pytest.mark.browser

FOLDER = Path(settings.BASE_DIR) / "screenshots"
WIDTHS = (320, 390, 1280, 2560, 3840)
PHOTOGRAPHED = (390, 1280, 2560)
TALLEST = 16000

# A first view: bytes on the wire without fonts, and how far things move. Web Vitals calls a shift below 0.1 good.
MOST_BYTES = 100_000
MOST_SHIFT = 0.001
MOST_REQUESTS = 40

MEASURED = """() => new Promise((resolve) => {
  const painted = () => performance.getEntriesByName("first-contentful-paint")[0];
  let shift = 0;
  let largest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) largest = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  const look = () => {
    if (!painted() || !largest) return setTimeout(look, 20);
    const loads = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
    const counted = loads.filter((one) => !one.name.endsWith(".woff2"));
    resolve({
      bytes: counted.reduce((sum, one) => sum + one.transferSize, 0),
      requests: counted.length,
      hosts: [...new Set(loads.map((one) => new URL(one.name).host))],
      first_paint: painted().startTime,
      largest_paint: largest,
      shift,
    });
  };
  setTimeout(look, 60);
})"""


@pytest.fixture(scope="module")
def page(world: Any, desk: Callable[..., Any]) -> Any:
    """One window of an administrator, in which nothing but fonts is ever in the cache."""
    opened = desk(world.people["administrator"], reverse("keys"), reduced_motion="reduce")
    opened.said = []
    opened.on(
        "console", lambda message: opened.said.append(message.text) if message.type in ("error", "warning") else None
    )
    opened.protocol = opened.context.new_cdp_session(opened)
    return opened


@pytest.fixture(scope="module")
def figures() -> Iterator[dict[str, dict[str, Any]]]:
    """What the browser measured, by address; written down when the last page is done."""
    measured: dict[str, dict[str, Any]] = {}
    yield measured
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "figures.json").write_text(json.dumps(measured, indent=1, sort_keys=True))


@pytest.mark.parametrize("name", page_names())
def test_a_page_is_for_everyone_fits_every_window_and_is_light(
    name: str, world: Any, page: Any, server: str, figures: dict[str, dict[str, Any]]
) -> None:
    for address in addresses(name, world):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        page.said.clear()
        page.goto("about:blank")
        page.protocol.send("Network.clearBrowserCache")
        status = page.goto(address).status
        figures[address] = seen = page.evaluate(MEASURED)
        assert seen["hosts"] == [server.removeprefix("http://")], seen
        assert status == 200, (address, status)
        assert page.said == []
        assert (seen["bytes"] < MOST_BYTES, seen["requests"] <= MOST_REQUESTS, seen["shift"] < MOST_SHIFT) == (
            True,
            True,
            True,
        ), seen
        # The largest thing is painted with the first: nothing big waits for a script or a late file. A busy machine may
        # put one painting off, but what the page itself puts off is late every time.
        again = (page.reload() and page.evaluate(MEASURED) for _ in range(2))
        painted = next((one for one in chain([seen], again) if painted_at_once(one)), seen)
        assert painted_at_once(painted), seen
        assert stands_well(page, address) == []


def painted_at_once(seen: dict[str, Any]) -> bool:
    """Return whether the largest thing of a page was painted with the first."""
    return 0 < seen["largest_paint"] <= seen["first_paint"] + 100


def stands_well(page: Any, address: str) -> list[str]:
    """Return what is wrong with the open page for anyone, at any width, in either theme."""
    found = violations(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if culprit := scrolls_sideways(page):
            found.append(f"{width} {address} {culprit}")
        if width == 320:
            page.emulate_media(color_scheme="dark")
            found += violations(page)
            page.emulate_media(color_scheme="light")
        if width in PHOTOGRAPHED:
            photograph(page, address, width)
    return found


def photograph(page: Any, address: str, width: int) -> None:
    """Keep a picture of the page in both themes."""
    if os.environ.get("SCREENSHOTS") != "all" and address != reverse("patterns"):
        return
    FOLDER.mkdir(exist_ok=True)
    name = re.sub(r"\W+", "-", address).strip("-") or "home"
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        page.screenshot(
            path=FOLDER / f"{name}-{width}-{theme}.png",
            full_page=True,
            clip={"x": 0, "y": 0, "width": width, "height": max(tall, 900)},
        )


# Who asks for what, and the answer: a page that says what to do next, not a bare refusal.
REFUSALS = {
    "there is no such page": ("reader", lambda world: "/there-is-no-such-page/", 404),
    "a killed article": ("reader", lambda world: world.articles["killed"].get_absolute_url(), 410),
    "a query that can't be read": ("reader", lambda world: reverse("search") + "?q=%22pier", 400),
    "a page for archivists": ("reader", lambda world: reverse("legal"), 403),
    "a page for whoever is signed in": (None, lambda world: reverse("sign_in"), 200),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_whoever_is_turned_away_gets_a_page_that_stands_as_well(case: str, world: Any, visit: Any) -> None:
    role, place, status = REFUSALS[case]
    page = visit(world.people[role] if role else None, reverse("keys"), reduced_motion="reduce")
    assert page.goto(place(world)).status == status
    assert stands_well(page, place(world)) == []
    assert status == 200 or page.locator("main a[href]").count() > 0


def test_what_is_not_a_page_answers_with_no_page(world: Any) -> None:
    resolver_names = set(NOT_PAGES)
    assert resolver_names.isdisjoint(page_names())
    client = Client()
    client.force_login(world.people["administrator"])
    for name, what in NOT_PAGES.items():
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        answer = client.get(address)
        page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
        assert not page, (name, what)


def test_on_a_phone_the_trail_comes_before_what_narrows_it(world: Any, visit: Any) -> None:
    page = visit(world.people["administrator"], reverse("trail"), viewport={"width": 390, "height": 844})
    assert page.locator("main table").bounding_box()["y"] < page.locator("form#facets").bounding_box()["y"]
    page.get_by_role("link", name="Narrow the list").click()
    page.get_by_label("Words").fill("collect")
    page.get_by_role("button", name="Find").click()
    assert "words=collect" in page.url and page.locator("main table tbody tr").count()


@pytest.mark.parametrize("width", [1280, 2560])
def test_a_correction_is_written_in_the_whole_width_and_no_field_lies_on_another(
    width: int, world: Any, visit: Any
) -> None:
    address = reverse("article_edit", args=[world.articles["gazette"].pk])
    page = visit(world.people["administrator"], address, viewport={"width": width, "height": 900})
    form = page.locator(".form--parts").bounding_box()
    boxes = [field.bounding_box() for field in page.locator(".form--parts .field :is(input, textarea)").all()]
    assert min(box["x"] for box in boxes) == form["x"]
    assert max(box["x"] + box["width"] for box in boxes) == pytest.approx(form["x"] + form["width"], abs=1)
    for one, other in combinations(boxes, 2):
        beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        above = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
        assert beside or above, (one, other)


def test_a_page_reads_well_without_a_script(world: Any, visit: Any) -> None:
    page = visit(world.people["reader"], reverse("home"), java_script_enabled=False)
    page.get_by_role("link", name="Pier closure will last").first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Pier closure will last")
    page.get_by_text("1 line of the page is not part of the text").click()
    assert page.get_by_text("Home · News · Weather").is_visible()


def test_the_theme_a_reader_chose_wins_over_that_of_the_system(world: Any, visit: Any) -> None:
    page = visit(world.people["reader"], reverse("home"), color_scheme="light", java_script_enabled=False)
    page.locator(".masthead summary").click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    world.people["reader"].refresh_from_db()
    assert world.people["reader"].theme == "dark"


def test_motion_is_still_for_whoever_asked_for_less(world: Any, visit: Any) -> None:
    page = visit(world.people["reader"], reverse("patterns"), reduced_motion="reduce")
    moving = page.evaluate(
        """[...document.querySelectorAll("*")].filter((node) => {
          const style = getComputedStyle(node);
          return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
        }).length"""
    )
    assert moving == 0


@pytest.mark.parametrize("name", ["article", "story", "story_chronology"])
def test_print_shows_the_text_and_none_of_the_tool(name: str, world: Any, visit: Any) -> None:
    page = visit(world.people["editor"], addresses(name, world)[0])
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).is_visible()
    tools = page.locator(".masthead, .foot, .tabs, form, button, .button, .segmented, dialog")
    assert [one for one in tools.all() if one.is_visible()] == []
    if name != "article":
        assert page.locator("[data-item], main tbody tr").first.is_visible()


def test_the_bell_counts_while_the_page_is_open(world: Any, visit: Any) -> None:
    person = world.people["editor"]
    page = visit(person, reverse("keys"))
    page.clock.install()
    page.reload()
    at, version = clock.now(), world.articles["wire"].current_version
    search = SavedSearch.objects.create(owner=person, name="Wire", query="wire", watched_since=at)
    Alert.objects.create(search=search, article=world.articles["wire"], version=version, event="new", created_at=at)
    assert page.locator("#bell").inner_text().strip() == "Alerts"
    page.clock.fast_forward(31_000)
    page.locator("#bell", has_text="1").wait_for()
