"""Hostile and broken files are rejected one by one with a clear sentence, their bytes kept, and the run goes on."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from archive import clock
from archive.importing import progress, readers, reading, run, work
from archive.importing.limits import Limits
from archive.models import Article, ImportItem

from .world import PARAGRAPHS, counts, imported, rows, staged, wire, zipped

pytestmark = pytest.mark.django_db

GOOD = wire("urn:good", "Ferry line reopens")


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"0" * 40_000_000)
        archive.writestr("good.json", GOOD)
    return out.getvalue()


HOSTILE = {
    "empty.txt": b"",
    "rubbish.bin": bytes(range(256)) * 20,
    "cut.json.gz": gzip.compress(GOOD * 50)[:-40],
    "entities.xml": b'<?xml version="1.0"?><!DOCTYPE nitf [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (98 + n, 97 + n, 97 + n, 97 + n, 97 + n) for n in range(12))
    + b"]><nitf><body><body.content><p>&m;</p></body.content></body></nitf>",
    "outside.xml": b'<?xml version="1.0"?><!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<nitf><head><title>T</title></head><body><body.content><p>&x;</p></body.content></body></nitf>",
    "deep.html": b"<!doctype html><html><body>" + b"<div>" * 50_000 + b"Deep" + b"</div>" * 50_000,
    "shapes.bin": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "endless.gz": gzip.compress(b"0" * 80_000_000),
}


def test_each_is_rejected_with_a_sentence_and_the_good_one_comes_in():
    report = imported({**HOSTILE, "good.json": GOOD})
    by_file = {item["file"].partition("/")[0]: item for item in report["items"]}
    assert by_file["good.json"]["outcome"] == "created"
    for name in HOSTILE:
        assert by_file[name]["outcome"] == "rejected", by_file[name]
        assert by_file[name]["reason"].endswith((".", "”")), by_file[name]
    assert not Article.objects.filter(current_version__body__contains="root:").exists()
    for name in HOSTILE:
        assert ImportItem.objects.get(file=name).blob.content() == HOSTILE[name]


def test_a_bomb_in_a_zip_costs_that_member_only():
    report = imported({"bomb.zip": bomb()})
    assert counts(report) == {"created": 1, "captures": 1, "rejected": 1}


def test_names_that_lead_out_of_the_archive_are_refused():
    report = imported({"tricks.zip": zipped({"../../evil.json": GOOD, "good.json": GOOD})})
    outcomes = {item["file"]: item["outcome"] for item in report["items"]}
    assert outcomes.pop("good.json") == "created"
    assert list(outcomes.values()) == ["rejected"]


def test_nul_bytes_and_scripts_do_not_reach_the_text():
    story = wire("urn:nul", "Ferry\\u0000 line", ["<script>alert(1)</script>" + PARAGRAPHS[0], *PARAGRAPHS[1:]])
    imported({"a.json": story})
    version = Article.objects.get().current_version
    assert "\x00" not in version.headline
    assert "alert(1)" not in version.body
    assert "harbor council" in version.body


def test_a_broken_line_does_not_stop_the_lines_after_it():
    lines = rows(3).split(b"\n")
    report = imported({"wire.jsonl": b"\n".join([lines[0], b'{"broken": ', lines[1], lines[2]])})
    assert counts(report) == {"created": 3, "captures": 3, "rejected": 1}
    assert [item["record"] for item in report["items"] if item["outcome"] == "rejected"] == ["line 2"]


class SlowParser:
    """A format that never comes back from a file named slow, and crashes on one named crash."""

    CODE = """
import os, sys, time
from archive.formats import registry
real = registry.read_member
def read_member(member, context):
    if "slow" in member.name:
        time.sleep(60)
    if "crash" in member.name:
        os.kill(os.getpid(), 11)
    if "hungry" in member.name:
        bytearray(3 * 1024 ** 3)
    yield from real(member, context)
registry.read_member = read_member
from archive.importing.child import main
main()
"""


@pytest.fixture
def impatient(monkeypatch) -> None:
    """Reading with a second's patience, and a parser that misbehaves."""
    popen = reading.subprocess.Popen

    def start(command, **options):
        return popen([command[0], "-c", SlowParser.CODE], **options)

    readers.reader(Limits()).stop()
    readers._readers.clear()
    monkeypatch.setattr(reading.subprocess, "Popen", start)
    monkeypatch.setattr(work, "configured", lambda: Limits(seconds=8, memory_bytes=700 * 2**20))
    yield
    for one in readers._readers.values():
        one.stop()
    readers._readers.clear()


def test_a_parser_that_hangs_crashes_or_eats_memory_costs_its_file_only(impatient):
    files = {"a.json": GOOD, "slow.json": GOOD + b" ", "crash.json": GOOD + b"  ", "hungry.json": GOOD + b"   "}
    last = wire("urn:last", "Mussels recover", PARAGRAPHS[::-1])
    report = imported({"all.zip": zipped({**files, "z.json": last})})
    by_file = {item["file"]: item for item in report["items"]}
    assert [by_file[name]["outcome"] for name in ("a.json", "z.json")] == ["created", "created"]
    assert "took more than 8 seconds" in by_file["slow.json"]["reason"]
    assert "crash" in by_file["crash.json"]["reason"]
    assert "memory" in by_file["hungry.json"]["reason"]
    assert ImportItem.objects.get(file="slow.json").blob.content() == files["slow.json"]


def test_files_handed_over_behind_one_that_crashes_its_parser_are_read_all_the_same(impatient):
    names = ["a.json", "crash.json", "b.json", "crash-again.json", "c.json"]
    stories = {name: wire(f"urn:{name}", f"Story of {name}", [f"{name} {p}" for p in PARAGRAPHS]) for name in names}
    by_file = {item["file"]: item for item in imported(stories)["items"]}
    assert {name: one["outcome"] for name, one in by_file.items()} == {
        name: "rejected" if "crash" in name else "created" for name in names
    }
    assert ImportItem.objects.get(file="c.json").article.current_version.headline == "Story of c.json"


def test_failed_items_can_be_tried_again_after_a_mend(impatient, monkeypatch):
    job = staged({"slow.json": GOOD})
    work.work_through(job.pk)
    assert counts(progress.report(job)) == {"rejected": 1}
    monkeypatch.undo()
    for one in readers._readers.values():
        one.stop()
    assert run.retry(job) == 1
    work.work_through(job.pk)
    assert counts(progress.report(job)) == {"created": 1, "captures": 1}


def test_a_run_can_be_paused_resumed_and_canceled():
    job = staged({"a.jsonl": rows(5)})
    run.pause(job)
    work.work_through(job.pk)
    assert Article.objects.count() == 0
    run.resume(job)
    work.work_through(job.pk)
    assert Article.objects.count() == 5
    with pytest.raises(run.RunError, match="done already"):
        run.cancel(job, at=clock.now())
    other = staged({"b.jsonl": rows(2, first=9)})
    run.cancel(other, at=clock.now())
    work.work_through(other.pk)
    assert Article.objects.count() == 5
