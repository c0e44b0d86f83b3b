"""The founding documents through the import page: upload, preview, decide, confirm, watch, report; with and without
JavaScript, with a real worker behind it, and without a breach of accessibility on the way."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from archive.models import Article, Capture, User
from archive.tests.browser.conftest import violations
from archive.tests.importing.world import SEEDS

from .test_journeys import Journey

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not SEEDS.exists(), reason="the documents are not here"),
]


@pytest.fixture
def archivist(empty_archive: None) -> User:
    """Somebody who may import."""
    made = User.objects.create_user("ada", password="x")
    made.groups.add(Group.objects.get(name="archivist"))
    return made


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
