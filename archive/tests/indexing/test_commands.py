"""The commands search, check_index and rebuild_index, in processes of their own, on what an import left behind."""

import json
from time import monotonic, sleep

import pytest

from archive.articles.searching import search_page
from archive.search import IndexMissing

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_text_is_found_within_two_seconds_by_a_real_worker(write, start_worker, run_manage):
    start_worker("index")
    article = write("Barrier gates were cracked")
    started = monotonic()
    while monotonic() - started < 20:
        try:
            if [hit.article.pk for hit in search_page(None, "barrier").hits] == [article.pk]:
                break
        except IndexMissing:
            pass
        sleep(0.05)
    assert [hit.article.pk for hit in search_page(None, "barrier").hits] == [article.pk]
    answer = json.loads(run_manage("search", "cracked gates", "--json").stdout)
    assert set(answer) == {"total", "read_as", "hits", "facets", "suggestion"}
    hit = answer["hits"][0]
    assert set(hit) == {"article", "version", "score", "headline", "outlet", "published_at", "warnings", "snippets"}
    assert (answer["total"], hit["article"], hit["version"], hit["outlet"]) == (1, article.pk, 1, "coastal-courier")
    assert {"text": "gates", "marked": True} in hit["snippets"][0]
    report = json.loads(run_manage("check_index", "--json").stdout)
    assert report["whole"] is True and report["held"] == report["expected"] == 1
    assert "1 articles" in run_manage("rebuild_index").stdout
    refused = run_manage("search", "gates AND", check=False)
    assert refused.returncode != 0 and "add a word" in refused.stderr
