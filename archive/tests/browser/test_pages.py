"""Every page in real Chromium: for everyone, in both themes, on every width, light on the wire, still on the eye."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse

from .conftest import scrolls_sideways, violations

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 1280, 2560)


def addresses(world) -> list[str]:
    """The pages of the archive as they stand in this world; a page that has no address yet is not listed."""
    article, story = world.articles["gazette"], world.story
    names = [
        ("home",),
        ("article", article.pk),
        ("article_version", article.pk, 1),
        ("article", world.articles["arabic"].pk),
        ("article", world.articles["compound"].pk),
        ("article", world.articles["wire"].pk),
        ("article", world.articles["killed"].pk),
        ("outlets",),
        ("outlet", article.outlet.slug),
        ("tags",),
        ("tag", article.tags.first().pk),
        ("dates",),
        ("day", 2031, 5, 4),
        ("undated",),
        ("me",),
        ("keys",),
        ("patterns",),
        ("collections",),
        ("stories",),
        ("story", story.pk),
        ("search",),
        ("saved_searches",),
        ("alerts",),
        ("story_provenance", story.pk),
        ("article_beside", article.pk),
        ("changes",),
        ("article_history", article.pk),
        ("article_diff", article.pk, 1, 2),
        ("article_edit", article.pk),
        ("article_revert", article.pk, 1),
        ("article_desk", article.pk),
        ("article_merge", article.pk, world.articles["killed"].pk),
        ("changes",),
        ("trail",),
        ("legal",),
        ("quote_family", story.quote_families.first().pk),
        ("health_page",),
        ("learn",),
        ("admin:index",),
        ("admin:imports",),
    ]
    found = []
    for name, *args in names:
        try:
            found.append(reverse(name, args=args))
        except NoReverseMatch:
            continue
    return [*found, "/there-is-no-such-page/"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_violation_of_the_accessibility_guidelines(world, visit, theme):
    page = visit(world.people["administrator"], "/", color_scheme=theme, viewport={"width": 1280, "height": 900})
    found = []
    for address in addresses(world):
        page.goto(address)
        found += violations(page)
    assert not found, "\n".join(found)


def test_no_page_has_a_violation_on_a_phone(world, visit):
    page = visit(world.people["editor"], "/", viewport={"width": 320, "height": 640}, has_touch=True)
    found = []
    for address in addresses(world):
        page.goto(address)
        found += violations(page)
    assert not found, "\n".join(found)


def test_no_page_scrolls_sideways_from_a_small_phone_to_a_large_screen(world, visit):
    page = visit(world.people["administrator"], "/")
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for address in addresses(world):
            page.goto(address)
            if culprit := scrolls_sideways(page):
                found.append(f"{width} {address} {culprit}")
    assert not found, "\n".join(found)


def test_no_page_asks_another_host_or_breaks_the_content_policy(world, visit, live_server):
    page = visit(world.people["administrator"], "/")
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    for address in addresses(world)[:-1]:
        page.goto(address)
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
    assert said == []


def test_the_first_view_of_a_page_is_light_and_nothing_moves(world, visit):
    page = visit(world.people["administrator"], "/keyboard/")
    heavy, moved = [], []
    for address in addresses(world)[:-1]:
        if address in (reverse("patterns"), reverse("admin:index")):
            continue
        page.goto("about:blank")
        client = page.context.new_cdp_session(page)
        client.send("Network.clearBrowserCache")
        page.goto(address)
        page.wait_for_load_state("networkidle")
        weight, shift = page.evaluate(
            """() => new Promise((resolve) => {
              let shift = 0;
              new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
              }).observe({ type: "layout-shift", buffered: true });
              const loads = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
              const weight = loads.filter((one) => !one.name.endsWith(".woff2"))
                .reduce((sum, one) => sum + (one.transferSize || one.encodedBodySize), 0);
              setTimeout(() => resolve([weight, shift]), 120);
            })"""
        )
        if weight > 100_000:
            heavy.append(f"{address}: {weight} bytes")
        if shift > 0.001:
            moved.append(f"{address}: {shift:.4f}")
    assert (heavy, moved) == ([], [])


def test_a_page_reads_well_without_a_script(world, visit):
    page = visit(world.people["reader"], "/", java_script_enabled=False)
    page.get_by_role("link", name="Pier closure will last").first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Pier closure will last")
    page.get_by_text("1 line of the page is not part of the text").click()
    assert page.get_by_text("Home · News · Weather").is_visible()


def test_the_theme_a_reader_chose_wins_over_that_of_the_system(world, visit):
    page = visit(world.people["reader"], "/", color_scheme="light", java_script_enabled=False)
    page.locator(".masthead summary").click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    world.people["reader"].refresh_from_db()
    assert world.people["reader"].theme == "dark"


def test_motion_is_still_for_whoever_asked_for_less(world, visit):
    page = visit(world.people["reader"], "/", reduced_motion="reduce")
    moving = page.evaluate(
        """[...document.querySelectorAll("*")].filter((node) => {
          const style = getComputedStyle(node);
          return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
        }).length"""
    )
    assert moving == 0


def test_print_shows_the_article_and_none_of_the_tool(world, visit):
    page = visit(world.people["reader"], world.articles["gazette"].get_absolute_url())
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.locator(".masthead").is_visible() and not page.locator(".tabs").is_visible()
