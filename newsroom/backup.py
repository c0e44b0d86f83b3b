"""Backups that are known to restore: a dump of the whole database, checksums, and a trial restore into a scratch home.

The received bytes live in the database, so one dump from one snapshot holds everything but the search index, which is
rebuilt, and the files of half-finished uploads, which are copied beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from newsroom.embedded import Services, program
from newsroom.home import Home, HomeError

MANIFEST, DUMP, FILES, JOURNAL = "manifest.json", "database.dump", "files.tar", "journal.jsonl"
BATCH = 200


class BackupError(HomeError):
    """A backup or restore that was refused or failed; `str(error)` is one sentence with the mend."""


def back_up(
    folder: Path, *, connection_kwargs: dict[str, Any], files: Path, journal: Path, at: datetime
) -> dict[str, Any]:
    """Write a backup into `folder`, which must not exist or be empty, and return its manifest. Raises BackupError."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty: name a new folder for each backup.")
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        with psycopg.connect(**connection_kwargs) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]  # type: ignore[index]
            _run("pg_dump", connection_kwargs, "--format=custom", f"--snapshot={snapshot}", f"--file={partial / DUMP}")
            rows = count_rows(connection)
        if files.is_dir() and any(files.iterdir()):
            with tarfile.open(partial / FILES, "w") as tar:
                tar.add(files, arcname=".")
        if journal.exists():
            shutil.copyfile(journal, partial / JOURNAL)
        manifest = {
            "format": 1,
            "made_at": at.isoformat(),
            "files": {path.name: checksum(path) for path in sorted(partial.iterdir())},
            "rows": rows,
        }
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=1))
        for path in partial.iterdir():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        raise BackupError(
            f"The backup could not be written to {folder} ({error.strerror}): mend that and try again."
        ) from error
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a backup whose checksums all hold. Raises BackupError."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        for name, wanted in manifest["files"].items():
            if checksum(folder / name) != wanted:
                raise BackupError(f"{folder / name} was damaged since the backup was made: use another backup.")
    except (OSError, ValueError, KeyError) as error:
        raise BackupError(
            f"{folder} is no whole backup ({error}): name a folder that `manage.py backup` wrote."
        ) from error
    return manifest


def verify(folder: Path) -> None:
    """Restore a backup into a scratch home, compare every table's rows and every received byte, and throw it away."""
    manifest = read_manifest(folder)
    with tempfile.TemporaryDirectory(prefix="archive-verify-") as scratch:
        services = Services(Home(Path(scratch) / "home"), durable=False)
        services.attach()
        try:
            at = {"conninfo": services.owner_url}
            load(folder, connection_kwargs=at)
            with psycopg.connect(**at) as connection:
                compare(manifest, connection)
                _check_bytes(connection)
        finally:
            services.release()


def load(folder: Path, *, connection_kwargs: dict[str, Any]) -> None:
    """Load the dump of a backup into an empty database. Raises BackupError."""
    _run(
        "pg_restore", connection_kwargs,
        "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(folder / DUMP),
    )  # fmt: skip


def protect(connection: psycopg.Connection[Any]) -> None:
    """Take from a role that owns everything, where there is no other, what a dump without privileges gave it."""
    connection.execute("REVOKE UPDATE, DELETE, TRUNCATE ON archive_trailentry FROM CURRENT_USER")


def compare(manifest: dict[str, Any], connection: psycopg.Connection[Any]) -> None:
    """Raise BackupError unless every table holds as many rows as the manifest says."""
    held = count_rows(connection)
    for table, rows in manifest["rows"].items():
        if held.get(table) != rows:
            raise BackupError(
                f"The backup does not restore: {table} has {held.get(table)} rows instead of {rows}. Make another one."
            )


def empty(connection: psycopg.Connection[Any]) -> None:
    """Drop everything that the role of this connection owns in the database."""
    connection.execute("DROP OWNED BY CURRENT_USER CASCADE")


def others_at_work(connection: psycopg.Connection[Any]) -> int:
    """Return how many other connections to this database there are."""
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND usename IS NOT NULL"
    ).fetchone()
    return int(row[0]) if row else 0


def holds_anything(connection: psycopg.Connection[Any]) -> bool:
    """Return whether the database holds articles or people already."""
    rows = count_rows(connection)
    return bool(rows.get("archive_article") or rows.get("archive_user"))


def count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return the number of rows of every table."""
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    counts = {}
    for (name,) in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counts[name] = row[0] if row else 0
    return counts


def checksum(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _check_bytes(connection: psycopg.Connection[Any]) -> None:
    with connection.cursor("bytes") as cursor:
        cursor.itersize = BATCH
        for sha256, data in cursor.execute("SELECT sha256, data FROM archive_blob"):
            # An erased blob keeps its hash and has no bytes any more.
            if data and hashlib.sha256(zlib.decompress(data)).hexdigest() != sha256:
                raise BackupError(f"The bytes of {sha256} came back damaged: check the disk, then make another backup.")


def _run(name: str, connection_kwargs: dict[str, Any], *arguments: str) -> None:
    info = psycopg.conninfo.conninfo_to_dict(**connection_kwargs)
    password = str(info.pop("password", ""))
    database = psycopg.conninfo.make_conninfo("", **{k: v for k, v in info.items() if k in _LIBPQ})
    command = [program(name), "--no-password", f"--dbname={database}", *arguments]
    done = subprocess.run(
        command, env=os.environ | {"PGPASSWORD": password}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise BackupError(f"{name} failed ({reason}): mend that and try again.")


_LIBPQ = {"host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "service", "options"}
