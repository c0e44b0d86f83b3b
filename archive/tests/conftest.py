"""The services behaviour tests run on: a real PostgreSQL, a real Valkey, real Celery workers, a real Chromium.

- `db` and `transactional_db` (pytest-django) use a PostgreSQL of the test run's own; what a test that commits leaves
  behind is swept away, with what migrations put there (roles, permissions) kept.
- `worker` starts a Celery worker process on the test database and stops it after the test.
- `chromium` is for journeys; what they share besides stands in archive/tests/browser/conftest.py.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from redis import Redis

from archive import engine
from newsroom.chromium import find_chromium
from newsroom.embedded import Services, services

# How long an example takes says more about the machine than about the code.
hypothesis_settings.register_profile("archive", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("archive")

# What migrations put there and every test may rely on.
KEPT_TABLES = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
}


@pytest.fixture(scope="session")
def archive_services() -> Services:
    """The embedded servers of this test run; the owner of the archive's tables may make the test database here."""
    running = services()
    running.attach()
    with psycopg.connect(running.superuser_dsn, autocommit=True) as admin:
        admin.execute("ALTER ROLE archive_owner CREATEDB")
    return running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(archive_services: Services) -> None:
    """Start the servers before pytest-django makes the test database."""


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None) -> Any:
    """Make the test database for the whole run.

    pytest-django makes it only where a test is marked as using it; journeys share one across tests and bear no mark.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def index_folder(settings: Any) -> Iterator[Path]:
    """The home's place for indexes, empty before and after each test; processes of their own use the same."""
    folder = settings.ARCHIVE_HOME / "index"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    for key in [key for key in engine._opened if key[2].parent == folder]:
        engine._opened.pop(key).close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _sweep_instead_of_flush() -> None:
    """Empty the tables after a test that commits as the superuser: the archive's own role may not.

    Django's flush would truncate immutable and append-only tables, which the database refuses, and would take the
    roles that migrations made with it.
    """
    TransactionTestCase._fixture_teardown = lambda _self: sweep()  # type: ignore[method-assign]


def sweep() -> None:
    """Delete every row that is not part of a freshly migrated archive."""
    for each in connections.all(initialized_only=True):
        each.close()
    dsn = services().superuser_dsn.replace("dbname=archive", f"dbname={settings.DATABASES['default']['NAME']}")
    with psycopg.connect(dsn, autocommit=True) as admin:
        names = [row[0] for row in admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        swept = [name for name in names if name not in KEPT_TABLES]
        used = [
            name
            for name in swept
            if admin.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(name))).fetchone()[0]
        ]
        if not used:
            return
        admin.execute("SET session_replication_role = replica")
        admin.execute("SET lock_timeout = '20s'")
        tables = sql.SQL(", ").join(sql.Identifier(name) for name in used)
        admin.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))


@pytest.fixture
def broker(archive_services: Services) -> Iterator[Redis]:
    """The real broker, with empty queues."""
    client = Redis(unix_socket_path=str(settings.HOME.valkey_socket))
    client.flushall()
    yield client
    client.flushall()
    client.close()


def test_database_url() -> str:
    """Return the address of the test database, for processes that a test starts."""
    at = connection.settings_dict
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@/{at['NAME']}?host={at['HOST']}"


test_database_url.__test__ = False  # type: ignore[attr-defined]


def worker_environment() -> dict[str, str]:
    """Return the environment in which a process works on the test database and the test broker."""
    return os.environ | {
        "DATABASE_URL": test_database_url(),
        "BROKER_URL": services().broker_url,
        "ARCHIVE_HOME": str(settings.ARCHIVE_HOME),
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def archive_environment(archive_services: Services) -> dict[str, str]:
    """The environment in which a process works on the test database and the test broker."""
    return worker_environment()


@pytest.fixture
def run_manage(transactional_db: None, archive_environment: dict[str, str]) -> Callable[..., Any]:
    """Run `manage.py` with these words in a process of its own, on the test database; return what it answered."""

    def run(*command: str, check: bool = True, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            env=archive_environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=check,
            timeout=timeout,
        )

    return run


class WorkerProcess:
    """A Celery worker in a process of its own. `kill()` is `kill -9`, for tests of what survives it."""

    def __init__(self, environment: dict[str, str], queues: str, log: Path) -> None:
        self.log = log
        self.environment = environment
        self.queues = queues
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "newsroom", "worker", "-Q", self.queues]
        command += ["--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle", "-n", "test@%h"]
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                command,
                env=self.environment,
                cwd=settings.BASE_DIR,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._wait_until_ready(process, self.log.read_text(errors="replace").count(" ready."))
        return process

    def _wait_until_ready(self, process: subprocess.Popen[bytes], ready_before: int) -> None:
        until = time.monotonic() + 60
        while self.log.read_text(errors="replace").count(" ready.") <= ready_before:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"The worker did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End the worker and its children at once, as a crash of the machine would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        """Start the worker again after `kill()`."""
        self.process = self._start()

    def stop(self) -> None:
        """Let the worker finish what it does and end; one that takes too long is killed."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


@pytest.fixture
def start_worker(
    transactional_db: None, broker: Redis, archive_environment: dict[str, str], tmp_path: Path
) -> Iterator[Callable[..., WorkerProcess]]:
    """Start Celery workers for some queues (all of them by default); they end with the test."""
    started: list[WorkerProcess] = []

    def start(queues: str = ",".join(settings.QUEUES)) -> WorkerProcess:
        log = tmp_path / f"worker-{len(started)}.log"
        log.touch()
        started.append(WorkerProcess(archive_environment, queues, log))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def worker(start_worker: Callable[..., WorkerProcess]) -> WorkerProcess:
    """A Celery worker on all queues."""
    return start_worker()


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Wait until a function returns something true, and return that; fail after `seconds`."""

    def wait(question: Callable[[], Any], seconds: float = 20) -> Any:
        until = time.monotonic() + seconds
        while True:
            answer = question()
            if answer:
                return answer
            assert time.monotonic() < until, f"It did not come true within {seconds} s."
            time.sleep(0.1)

    return wait


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One headless Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop makes Django think that the tests are asynchronous; they are not.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _keep_files_in_the_home() -> None:
    assert str(default_storage.location).startswith(str(settings.ARCHIVE_HOME))  # type: ignore[attr-defined]
