"""`manage.py import_articles` does what the import page does, and says so to people and to programs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from archive.models import Article, ImportRun, Outlet

from .world import PARAGRAPHS, page_dump, rows, wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a dump, a wire story, a note beside them and a hidden file."""
    (tmp_path / "wire").mkdir()
    (tmp_path / "wire" / "ferry.json").write_bytes(wire("urn:ferry", "Ferry line reopens"))
    council = page_dump("Council counts its votes", [f"{text} Twice." for text in reversed(PARAGRAPHS)])
    (tmp_path / "council.txt").write_bytes(council)
    (tmp_path / "README.md").write_text("Not an article.")
    (tmp_path / ".hidden").write_text("Neither is this.")
    return tmp_path


def bring(*words: Any, **options: Any) -> dict[str, Any]:
    """Return what the command printed with --json."""
    out = io.StringIO()
    call_command("import_articles", *map(str, words), json=True, stdout=out, **options)
    (line,) = out.getvalue().splitlines()
    return json.loads(line)


def test_a_folder_comes_in_and_each_file_is_reported(folder):
    report = bring(folder, outlet="Gull Bay Gazette")
    assert (report["created"], report["rejected"]) == (2, 0)
    assert [one["file"] for one in report["items"]] == ["council.txt", "wire/ferry.json"]
    assert {one.outlet.name for one in Article.objects.all()} == {"Gull Bay Gazette"}
    assert bring(folder, outlet="Gull Bay Gazette")["unchanged"] == 2


def test_a_dry_run_says_what_would_become_of_each_and_imports_nothing(folder):
    report = bring(folder, dry_run=True, outlet="Gull Bay Gazette")
    assert {one["outcome"] for one in report["items"]} <= {"created", "question"}
    assert Article.objects.count() == 0
    assert ImportRun.objects.get().state == ImportRun.State.CANCELED
    Outlet.objects.create(name="Gull Bay Gazette", slug="gull-bay-gazette")
    assert bring(folder, dry_run=True, outlet="Gull Bay Gazette")["created"] == 2
    assert Article.objects.count() == 0


def test_the_exit_code_is_1_when_anything_was_rejected_and_the_rest_comes_in(folder, capsys):
    (folder / "broken.json").write_text('{"uri": ')
    with pytest.raises(SystemExit) as ended:
        call_command("import_articles", str(folder), outlet="Gull Bay Gazette")
    assert ended.value.code == 1
    printed = capsys.readouterr().out
    assert "rejected: broken.json: " in printed
    assert "2 new articles" in printed and "1 rejected" in printed
    assert Article.objects.count() == 2


def test_a_manifest_says_what_the_files_do_not(folder):
    manifest = folder.parent / "said.csv"
    manifest.write_text(
        "file,outlet,url,published_at,tags\n"
        "council.txt,Harbor Post,https://harbor.example/votes,2021-05-04T08:00:00+02:00,Council;Votes\n"
        "ferry.json,Northern Wire,,,\n"
    )
    assert bring(folder, manifest=str(manifest))["created"] == 2
    article = Article.objects.get(outlet__name="Harbor Post")
    assert article.url == "https://harbor.example/votes"
    assert article.published_at.isoformat() == "2021-05-04T06:00:00+00:00"
    assert {tag.name for tag in article.tags.all()} >= {"Council", "Votes"}


def test_a_bar_is_drawn_on_standard_error_all_the_way(folder, capsys):
    call_command("import_articles", str(folder), outlet="Gull Bay Gazette", stdout=io.StringIO())
    drawn = capsys.readouterr().err
    assert "read" in drawn and "imported" in drawn and "2/2" in drawn


def test_what_can_t_be_begun_is_said_in_one_sentence(folder, tmp_path):
    with pytest.raises(CommandError, match="Say which files"):
        bring()
    with pytest.raises(CommandError, match="does not exist"):
        bring(tmp_path / "nowhere")
    with pytest.raises(CommandError, match="no import run 999"):
        bring(run_id=999)


def test_several_processes_bring_each_story_in_once(run_manage: Callable[..., Any], tmp_path: Path):
    (tmp_path / "wire.jsonl").write_bytes(rows(120))
    (tmp_path / "more.jsonl").write_bytes(rows(120, first=200))
    answer = run_manage("import_articles", str(tmp_path), "--json", "--jobs", "2")
    report = json.loads(answer.stdout.splitlines()[-1])
    assert (report["created"], report["rejected"]) == (240, 0), answer.stderr
    assert Article.objects.values("guid").distinct().count() == Article.objects.count() == 240
