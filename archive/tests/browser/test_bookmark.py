"""The bookmark that sends the open page: clicked on a page of another site, it ends as an import of that page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group

from archive.models import Article, Capture, ImportRun, User
from archive.tests.importing.world import PARAGRAPHS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADDRESS = "http://gull.example/2021/ferry"
PAGE = f"""<!doctype html><html lang="en"><head><title>Ferry line reopens | Gull</title>
<meta property="og:site_name" content="Gull"><meta property="og:title" content="Ferry line reopens"></head>
<body><article><h1>Ferry line reopens</h1>{"".join(f"<p>{text}</p>" for text in PARAGRAPHS)}
<p id="late"></p></article></body></html>"""


def test_the_bookmark_sends_a_page_of_another_site_as_it_is_seen(
    visit: Callable[..., Any], start_worker: Callable[..., Any], server: str, settings: Any
) -> None:
    settings.SITE_URL = server
    start_worker("import,interactive")
    person = User.objects.create_user("ada", password="x")
    person.groups.add(Group.objects.get(name="archivist"))
    archive = visit(person, "/admin/imports/send/")
    bookmark = archive.get_by_role("link", name="Send to the archive").get_attribute("href")
    foreign = archive.context.new_page()
    foreign.route("http://gull.example/**", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    foreign.goto(ADDRESS)
    # What a script of the page has written is sent too: the page goes as it is seen.
    foreign.evaluate("document.getElementById('late').textContent = 'The last boat leaves the quay at nine tonight.'")
    with foreign.expect_popup() as opened:
        foreign.evaluate(bookmark.removeprefix("javascript:"))
    window = opened.value
    window.get_by_role("button", name="Import this page").click()
    window.wait_for_url("**/admin/imports/*/")
    assert Article.objects.count() == 0
    window.get_by_role("button", name="new outlet").first.click()
    window.get_by_role("button", name="Import 1 item").click()
    window.get_by_text("Report as CSV").wait_for(timeout=60_000)
    article = Article.objects.get()
    assert (article.url, article.current_version.headline) == (ADDRESS, "Ferry line reopens")
    assert article.current_version.body.endswith("The last boat leaves the quay at nine tonight.")
    assert Capture.objects.get().blob.content().startswith(b"<html")
    assert ImportRun.objects.get().state == ImportRun.State.DONE
