"""The founding documents through the import page: upload, preview, decide, confirm, watch, report; with and without
JavaScript, with a real worker behind it, and without a breach of accessibility on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group

from archive.models import Article, Capture, User
from archive.tests.browser.conftest import violations
from archive.tests.importing.world import SEEDS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not SEEDS.exists(), reason="the documents are not here"),
]


@pytest.fixture
def archivist(transactional_db: None) -> User:
    """Somebody who may import."""
    person = User.objects.create_user("ada", password="x")
    person.groups.add(Group.objects.get(name="archivist"))
    return person


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_founding_documents_go_in_through_the_import_page(
    visit: Callable[..., Any], start_worker: Callable[..., Any], archivist: User, script: bool
) -> None:
    start_worker("import,interactive")
    page = visit(archivist, "/admin/imports/", java_script_enabled=script)
    if script:
        assert violations(page) == []
    page.set_input_files("#files", [str(path) for path in sorted(SEEDS.glob("*.txt"))] + [str(SEEDS / "manifest.csv")])
    page.get_by_role("button", name="Import files").click()
    page.wait_for_url("**/admin/imports/*/")
    wait_for(page, "Outlets to decide", script)
    if script:
        assert violations(page) == []
    page.get_by_role("button", name="new outlets that the pages name").click()
    page.get_by_role("button", name="Import 5 items").wait_for()
    assert "The same text as" in page.content()
    page.get_by_role("link", name="Correct").first.click()
    if script:
        assert violations(page) == []
    page.get_by_role("link", name="Back to the run").click()
    page.get_by_role("button", name="Import 5 items").click()
    wait_for(page, "Report as CSV", script)
    assert Article.objects.count() == 4
    assert Capture.objects.count() == 5
    assert page.get_by_text("another capture of a known version").count() == 1


def wait_for(page: Any, text: str, script: bool) -> None:
    """Wait until the page says something: by itself with JavaScript, by looking again without."""
    if script:
        page.get_by_text(text).first.wait_for(timeout=60_000)
        return
    for _ in range(60):
        if text in page.content():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"The page never said “{text}”.")
