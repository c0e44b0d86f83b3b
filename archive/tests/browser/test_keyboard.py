"""Everything by keyboard: the fast keys, the focus that is always seen, menus and dialogs that let go."""

from __future__ import annotations

import pytest
from django.urls import reverse

from .conftest import scrolls_sideways

pytestmark = pytest.mark.browser


def focused(page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_j_and_k_walk_over_the_list_and_o_opens(world, visit):
    page = visit(world.people["reader"], reverse("day", args=[2031, 5, 4]))
    headlines = [text.strip() for text in page.locator(".card__headline a").all_inner_texts()]
    page.keyboard.press("j")
    assert focused(page) == headlines[0]
    page.keyboard.press("j")
    assert focused(page) == headlines[1]
    page.keyboard.press("k")
    assert focused(page) == headlines[0]
    assert page.locator("[data-item].is-here").count() == 1
    page.keyboard.press("o")
    page.wait_for_url("**/articles/*/")
    assert page.get_by_role("heading", level=1).inner_text() == headlines[0]


@pytest.mark.parametrize("name", ["outlets", "tags", "collections", "saved_searches", "admin:imports"])
def test_standing_on_a_row_moves_nothing_so_that_a_click_lands(world, visit, name):
    page = visit(world.people["administrator"], reverse(name), viewport={"width": 1280, "height": 3000})
    link = page.locator("[data-item] [data-open]").first
    before = link.bounding_box()
    page.keyboard.press("j")
    assert page.locator("[data-item].is-here").count() == 1
    assert link.bounding_box() == before
    link.click()
    page.wait_for_url(lambda address: not address.endswith(reverse(name)))


def test_what_is_printed_as_a_date_opens_by_key_and_by_tap_over_the_list_and_moves_nothing(world, visit):
    page = visit(world.people["reader"], reverse("search"), viewport={"width": 320, "height": 700}, has_touch=True)
    headlines = page.locator(".card__headline")
    first, second = page.locator(".card summary").nth(0), page.locator(".card summary").nth(1)
    first.focus()
    before = [each.bounding_box() for each in headlines.all()]
    page.keyboard.press("Enter")
    printed = page.locator(".card details[open] .evidence__body")
    assert printed.is_visible() and printed.inner_text().strip()
    assert scrolls_sideways(page) == ""
    assert [each.bounding_box() for each in headlines.all()] == before
    page.keyboard.press("Escape")
    assert printed.count() == 0 and first.evaluate("node => node === document.activeElement")
    second.tap()
    assert printed.count() == 1 and printed.is_visible()
    page.locator("h1").tap()
    assert printed.count() == 0


def test_slash_goes_to_the_search_box_and_escape_leaves_it(world, visit):
    page = visit(world.people["reader"], "/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("pier?j")
    assert page.locator("#masthead-q").input_value() == "pier?j"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_the_question_mark_shows_the_keys_and_escape_closes_them(world, visit):
    page = visit(world.people["reader"], "/")
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keyboard").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog", name="Keyboard").is_visible()


def test_c_collects_and_d_shows_what_changed(world, visit):
    article = world.articles["gazette"]
    page = visit(world.people["editor"], article.get_absolute_url())
    page.keyboard.press("d")
    page.wait_for_url(f"**/articles/{article.pk}/history/")
    page.go_back()
    page.keyboard.press("c")
    page.wait_for_url(f"**/collect/?article={article.pk}")


def test_the_first_tab_offers_to_skip_to_the_page(world, visit):
    page = visit(world.people["reader"], "/")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the page"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_focus_is_seen_on_everything_that_can_be_reached(world, visit):
    page = visit(world.people["administrator"], reverse("patterns"))
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
              const node = document.activeElement;
              if (node === document.body) return "";
              const style = getComputedStyle(node);
              const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
              const inside = node.querySelector(".hit");
              return ring || (inside && getComputedStyle(inside).stroke !== "none") ? "" : node.outerHTML.slice(0, 90);
            }"""
        )
        if seen:
            unseen.append(seen)
    assert unseen == []


def test_the_menu_opens_and_closes_by_keyboard(world, visit):
    page = visit(world.people["reader"], "/")
    menu = page.locator(".masthead details")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    assert menu.get_by_role("button", name="Sign out").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not menu.get_by_role("button", name="Sign out").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
