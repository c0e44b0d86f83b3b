"""A backup holds everything, is proven, and comes back into an empty home only."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from archive.articles.content import Content, Metadata, NewCapture
from archive.articles.operations import create_article, create_outlet

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

RESTORED = "1 Ferry runs again The ferry runs again. False"
COUNT = """
from archive.models import Article, Blob, Version
from django.db import connection
cursor = connection.cursor()
cursor.execute("SELECT has_table_privilege('archive_trailentry', 'UPDATE')")
print(Article.objects.count(), Version.objects.get().headline, Blob.objects.get().content().decode(), end=" ")
print(*cursor.fetchone())
"""


@pytest.fixture
def one_article(transactional_db: None) -> None:
    create_article(
        outlet=create_outlet(name="Harbor Post"),
        content=Content(headline="Ferry runs again", body="The ferry runs again."),
        metadata=Metadata(),
        capture=NewCapture(data=b"The ferry runs again.", format="text_dump", captured_at=AT),
        at=AT,
    )


def manage_at(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ARCHIVE_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "manage.py", *command], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True
    )


def test_a_backup_is_verified_and_restores_into_an_empty_home(
    one_article: None, run_manage: Callable[..., Any], tmp_path: Path
) -> None:
    said = run_manage("backup", str(tmp_path / "backup")).stdout
    assert "1 articles, 1 versions, 1 captures" in said
    assert "verified by a restore" in said

    home = tmp_path / "home"
    restored = manage_at(home, "restore", str(tmp_path / "backup"))
    assert restored.returncode == 0, restored.stderr
    assert manage_at(home, "shell", "-v", "0", "-c", COUNT).stdout.strip() == RESTORED

    again = manage_at(home, "restore", str(tmp_path / "backup"))
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert manage_at(home, "restore", str(tmp_path / "backup"), "--replace").returncode == 0


def test_a_damaged_backup_is_refused(one_article: None, run_manage: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    run_manage("backup", str(folder), "--no-verify")
    with (folder / "database.dump").open("r+b") as dump:
        dump.seek(600)
        dump.write(b"\0\0\0\0")
    answer = manage_at(tmp_path / "home", "restore", str(folder))
    assert answer.returncode == 1
    assert "was damaged since the backup was made" in answer.stderr


def test_a_backup_that_does_not_hold_what_its_manifest_says_fails_its_proof(
    one_article: None, run_manage: Callable[..., Any], tmp_path: Path
) -> None:
    from newsroom.backup import BackupError, verify

    folder = tmp_path / "backup"
    run_manage("backup", str(folder), "--no-verify")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["rows"]["archive_article"] = 2
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="archive_article has 1 rows instead of 2"):
        verify(folder)


def test_a_backup_never_overwrites(run_manage: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    answer = run_manage("backup", str(tmp_path), check=False)
    assert answer.returncode == 1
    assert "is not empty" in answer.stderr


KILLED = "from archive.models import Article; print(Article.objects.get().status)"


def test_what_was_killed_after_the_backup_is_killed_after_the_restore(
    one_article: None, run_manage: Callable[..., Any], tmp_path: Path
) -> None:
    from archive.articles import journal, status
    from archive.models import Article

    run_manage("backup", str(tmp_path / "backup"), "--no-verify")
    status.kill(article=Article.objects.get(), by=None, reason="Taken back.", at=AT)
    done = manage_at(tmp_path / "home", "restore", str(tmp_path / "backup"), "--journal", str(journal.path()))
    assert "1 later kills and erasures repeated" in done.stdout, done.stderr
    assert manage_at(tmp_path / "home", "shell", "-v", "0", "-c", KILLED).stdout.strip() == "canceled"
