"""The lists of the admin panel: no page counts a table or sorts what has no index, and a search goes by one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.importing.learning import key_of
from archive.models import ImportRun, OutletLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(world):
    """Ask for a list of the panel as an administrator: its rows as text, and what was asked of the database."""
    client = Client()
    client.force_login(world.people["administrator"])

    def ask(name: str, query: str = "") -> tuple[str, list[str]]:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(reverse(f"admin:archive_{name}_changelist") + query)
        assert answer.status_code == 200
        table = answer.content.decode().partition('id="changelist-form"')[2].partition("</form>")[0]
        return table, [one["sql"] for one in asked.captured_queries]

    return ask


def test_no_list_counts_its_table_or_offers_to_sort_what_has_no_index(listed):
    for name in ("article", "importrun", "outletline", "tag"):
        html, asked = listed(name)
        assert "sortable" not in html
        assert not [sql for sql in asked if sql.startswith(f'SELECT COUNT(*) AS "__count" FROM "archive_{name}"')]


def test_an_article_is_found_by_its_number_the_outlets_id_or_the_address(world, listed):
    article = world.articles["gazette"]
    headline = article.current_version.headline
    for words in (str(article.pk), "https://gazette.example/pier/"):
        html, asked = listed("article", f"?q={words}")
        assert html.count("<tr") == 2 and headline in html
        assert not [sql for sql in asked if "UPPER(" in sql or "LIKE" in sql]
    # Words are no address: articles without one are not what was looked for.
    assert headline not in listed("article", "?q=nothing")[0]
    assert listed("article", "?q=nothing")[0].count("<tr") == 0
    assert "Nothing fits what you look for." in listed("article", "?q=nothing")[0]


def test_tags_lines_and_runs_are_found_by_how_they_begin(world, listed):
    outlet = world.articles["gazette"].outlet
    line = "Home · News · Weather"
    OutletLine.objects.create(outlet=outlet, key=key_of(line), text=line, verdict=OutletLine.Verdict.FURNITURE)
    ImportRun.objects.create(origin="paste", state="done", title="Pier papers")
    assert "Ferries" in listed("tag", "?q=ferr")[0] and "Ferries" not in listed("tag", "?q=erries")[0]
    assert line in listed("outletline", f"?q={line}")[0] and line in listed("outletline", "?q=harbor")[0]
    assert line not in listed("outletline", "?q=Weather")[0]
    assert "Pier papers" in listed("importrun", "?q=pier")[0]
