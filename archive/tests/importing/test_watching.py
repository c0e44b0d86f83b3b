"""Watched folders and feeds bring in what is new, and capture again what may have changed."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest

from archive import clock
from archive.importing import watching, work
from archive.models import Article, Blob, Capture, ImportRun, Outlet, WatchedAddress, WatchedSource

from .test_fetching import Site, site
from .world import PARAGRAPHS, wire

__all__ = ["site"]

pytestmark = pytest.mark.django_db


def page(headline: str, paragraphs: list[str]) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html lang='en'><head><title>{headline}</title><meta property='og:title' content='{headline}'>"
        f"<meta property='og:site_name' content='The Gull'></head><body><article><h1>{headline}</h1>{text}</article>"
        "</body></html>"
    ).encode()


def feed(site: Site, *paths: str) -> bytes:
    items = "".join(f"<item><title>{path}</title><link>{site.url}{path}</link></item>" for path in paths)
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>The Gull</title><link>{site.url}</link>{items}"
        "</channel></rss>"
    ).encode()


def look(at=None) -> list[int]:
    runs = watching.poll(at=at or clock.now(), seconds=20)
    for pk in runs:
        work.work_through(pk)
    return runs


@pytest.fixture
def gull() -> Outlet:
    return Outlet.objects.create(name="The Gull", slug="the-gull")


def test_new_files_of_a_folder_are_imported_once(tmp_path):
    source = WatchedSource.objects.create(kind="folder", place=str(tmp_path), every_minutes=1)
    file = tmp_path / "a.json"
    file.write_bytes(wire("urn:a", "Ferry line reopens"))
    os.utime(file, (time.time() - 60,) * 2)
    assert len(look()) == 1
    assert Article.objects.get().outlet.name == "Northern Wire"
    later = clock.now() + timedelta(minutes=2)
    assert look(later) == []
    file.write_bytes(wire("urn:a", "Ferry line reopens", PARAGRAPHS[::-1]))
    os.utime(file, (time.time() - 30,) * 2)
    assert len(look(later + timedelta(minutes=2))) == 1
    assert Article.objects.get().versions.count() == 2
    source.refresh_from_db()
    assert (source.failures, source.last_error) == (0, "")


def test_a_file_that_is_still_being_written_is_left_for_the_next_look(tmp_path):
    WatchedSource.objects.create(kind="folder", place=str(tmp_path))
    (tmp_path / "a.json").write_bytes(wire("urn:a", "Ferry"))
    assert look() == []


def test_links_do_not_lead_out_of_a_watched_folder(tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_bytes(wire("urn:a", "Secret"))
    os.utime(outside, (time.time() - 60,) * 2)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.json").symlink_to(outside)
    WatchedSource.objects.create(kind="folder", place=str(inside))
    assert look() == []


def test_a_folder_that_is_gone_says_so_and_is_asked_less_and_less(tmp_path):
    source = WatchedSource.objects.create(kind="folder", place=str(tmp_path / "gone"), every_minutes=10)
    at = clock.now()
    look(at)
    source.refresh_from_db()
    assert source.failures == 1
    assert "no such folder" in source.last_error
    assert source.next_at == at + timedelta(minutes=20)


def test_the_pages_of_a_feed_come_in_and_silent_edits_become_versions(site, gull):
    site.page("/feed", feed(site, "/ferry"), Content_Type="application/rss+xml", ETag='"f1"')
    site.page("/ferry", page("Ferry line reopens", PARAGRAPHS))
    source = WatchedSource.objects.create(kind="feed", place=f"{site.url}/feed", outlet=gull, every_minutes=60)
    start = clock.now()
    look(start)
    article = Article.objects.get()
    assert article.current_version.headline == "Ferry line reopens"
    assert article.url == f"{site.url}/ferry"
    # Quarter of an hour later nothing is new.
    assert look(start + timedelta(minutes=16)) == []
    assert article.versions.count() == 1
    site.page("/ferry", page("Ferry line reopens in June", [*PARAGRAPHS[:-1], "The council promised nothing."]))
    look(start + timedelta(minutes=90))
    article.refresh_from_db()
    assert article.versions.count() == 2
    assert article.current_version.headline == "Ferry line reopens in June"
    # And back again: the old text is news.
    site.page("/ferry", page("Ferry line reopens", PARAGRAPHS))
    look(start + timedelta(hours=6))
    article.refresh_from_db()
    assert [one.kind for one in article.versions.order_by("number")] == ["original", "update", "revert"]
    assert ImportRun.objects.filter(origin="watch").count() == 3
    source.refresh_from_db()
    assert source.etag == '"f1"'


def test_a_page_that_sends_the_same_bytes_again_is_a_further_capture_of_its_version(site, gull):
    site.page("/feed", feed(site, "/ferry"))
    site.page("/ferry", page("Ferry line reopens", PARAGRAPHS))
    WatchedSource.objects.create(kind="feed", place=f"{site.url}/feed", outlet=gull, every_minutes=600)
    start = clock.now()
    look(start)
    later = start + timedelta(minutes=16)
    assert look(later) == []
    article = Article.objects.get()
    first, again = article.captures.order_by("id")
    assert (again.version_id, again.blob_id, again.reading) == (first.version_id, first.blob_id, first.reading)
    assert (again.captured_at, again.url) == (later, f"{site.url}/ferry")
    assert article.versions.count() == 1
    assert Blob.objects.filter(pk=first.blob_id).count() == 1
    # The bytes of a later version, sent again, are a capture of that version.
    site.page("/ferry", page("Ferry line reopens in June", [*PARAGRAPHS[:-1], "The council promised nothing."]))
    look(start + timedelta(minutes=90))
    look(start + timedelta(hours=6))
    assert [one.version.number for one in article.captures.order_by("id")] == [1, 1, 2, 2]


def test_a_page_that_says_it_has_not_changed_sent_nothing_to_capture(site, gull):
    site.page("/feed", feed(site, "/ferry"))
    site.page("/ferry", page("Ferry line reopens", PARAGRAPHS), ETag='"p1"')
    WatchedSource.objects.create(kind="feed", place=f"{site.url}/feed", outlet=gull, every_minutes=600)
    start = clock.now()
    look(start)
    look(start + timedelta(minutes=16))
    assert site.paths().count("/ferry") == 2
    assert Article.objects.get().captures.count() == 1
    assert WatchedAddress.objects.get().captures == 2


def test_bytes_that_became_no_article_are_not_captured_for_one(site, gull):
    site.page("/feed", feed(site, "/empty"))
    site.page("/empty", b"<html><body></body></html>")
    WatchedSource.objects.create(kind="feed", place=f"{site.url}/feed", outlet=gull, every_minutes=600)
    start = clock.now()
    look(start)
    look(start + timedelta(minutes=16))
    assert site.paths().count("/empty") == 2
    assert not Capture.objects.exists()


def test_the_rhythm_of_captures_slows_with_age(gull):
    source = WatchedSource.objects.create(kind="feed", place="https://gull.example/feed", outlet=gull)
    address = WatchedAddress(source=source, place="https://gull.example/a", key="gull.example/a")
    at = clock.now()
    waits = []
    for captures in range(1, 8):
        address.captures = captures
        waits.append(watching.next_capture(address, at) - at)
    hours = [wait.total_seconds() / 3600 for wait in waits]
    assert hours == [0.25, 1, 3, 72, 720, 720, 720]
    source.recaptures = False
    assert watching.next_capture(address, at) is None


def test_a_feed_that_fails_is_noted_and_does_not_stop_the_others(site, gull, tmp_path):
    broken = WatchedSource.objects.create(kind="feed", place=f"{site.url}/missing", outlet=gull)
    WatchedSource.objects.create(kind="folder", place=str(tmp_path))
    file = tmp_path / "a.json"
    file.write_bytes(wire("urn:a", "Ferry line reopens"))
    os.utime(file, (time.time() - 60,) * 2)
    assert len(look()) == 1
    broken.refresh_from_db()
    assert "404" in broken.last_error
