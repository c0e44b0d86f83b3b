"""What the journeys share: one server, one browser and one worker for all of them, and a world that is furnished once a
module; the rules of accessibility, and what a page weighs.

Promise: tests of a module that only look share one `world`; a test that changes the archive begins with `empty_archive`
and leaves nothing behind.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.middleware.gzip import GZipMiddleware
from django.test import Client
from django.test.testcases import LiveServerThread
from redis import Redis

from archive import engine
from archive.indexing.drain import drain
from archive.indexing.rebuild import rebuild
from archive.models import User
from archive.tests.conftest import WorkerProcess, sweep, worker_environment
from newsroom.embedded import Services

from .furnished import Furnished, furnish

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class CompressedStatic(StaticFilesHandler):
    """Sends style and script compressed, as the archive does when it runs."""

    def get_response(self, request: Any) -> Any:
        """Return the file, compressed where the browser takes that."""
        return GZipMiddleware(super().get_response)(request)


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[str]:
    """The address of one server on the test database, for all tests in a browser."""
    thread = LiveServerThread("127.0.0.1", CompressedStatic)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://{thread.host}:{thread.port}"
    thread.terminate()
    thread.join()


@pytest.fixture(scope="module", autouse=True)
def index_folder() -> Iterator[Path]:
    """The place for indexes, empty before and after a module; `empty_archive` empties it for a test."""
    folder = settings.INDEX_DIR
    _forget_index(folder)
    yield folder
    _forget_index(folder)


def _forget_index(folder: Path) -> None:
    for key in [key for key in engine._opened if key[2].parent == folder]:
        engine._opened.pop(key).close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, open to a whole module; what the module wrote is swept away behind it."""
    with django_db_blocker.unblock():
        sweep()
        yield
        sweep()


@pytest.fixture(scope="module")
def world(database: None, index_folder: Path) -> Furnished:
    """The island pier with something on every page, in the database the server reads and in the index it searches."""
    rebuild()
    made = furnish()
    drain(wait=True)
    return made


@pytest.fixture
def empty_archive(database: None, index_folder: Path) -> Iterator[None]:
    """An archive that holds nothing, neither in the database nor in the index."""
    sweep()
    rebuild()
    yield
    sweep()


@pytest.fixture(scope="module")
def worker(
    database: None, archive_services: Services, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """One Celery worker on all queues for the journeys of a module."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    log.touch()
    client = Redis(unix_socket_path=str(settings.HOME.valkey_socket))
    client.flushall()
    client.close()
    process = WorkerProcess(worker_environment(), ",".join(settings.QUEUES), log)
    yield process
    process.stop()


@pytest.fixture(scope="module")
def desk(chromium: Any, server: str, database: None) -> Iterator[Callable[..., Any]]:
    """Open a page as someone, without the sign-in page; keywords go to Playwright's new_context.

    What was opened stays open until the module ends, so that tests may share it. A script error on any page fails.
    """
    contexts: list[Any] = []
    errors: list[str] = []

    def open_as(user: User | None, path: str | None = None, **context: Any) -> Any:
        contexts.append(chromium.new_context(base_url=server, **context))
        if user is not None:
            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            contexts[-1].add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server}])
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if path is not None:
            page.goto(path)
        return page

    yield open_as
    for each in contexts:
        each.close()
    assert not errors, errors


@pytest.fixture
def visit(desk: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Open a page as someone; it closes with the test."""
    opened: list[Any] = []

    def visit_as(user: User | None, path: str, **context: Any) -> Any:
        opened.append(desk(user, path, **context))
        return opened[-1]

    yield visit_as
    for page in opened:
        page.context.close()


def violations(page: Any, rules: list[str] | None = None) -> list[str]:
    """Return what axe-core finds wrong on the page, one line a finding, naming rule, element and reason.

    `rules` names single rules to ask; otherwise all of the guidelines are.
    """
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE + "; void 0;")
    asked = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    found = page.evaluate(
        f"axe.run(document, {{runOnly: {json.dumps(asked)}, resultTypes: ['violations']}}).then(r => r.violations)"
    )
    return [
        f"{page.url} {rule['id']}: {' '.join(map(str, node['target']))}: {_reason(rule, node)}"
        for rule in found
        for node in rule["nodes"]
    ]


def _reason(rule: dict[str, Any], node: dict[str, Any]) -> str:
    return node["any"][0]["message"] if node["any"] else rule["help"]


def scrolls_sideways(page: Any) -> str:
    """Return the widest culprit when the page is wider than the window, else ""."""
    return page.evaluate(
        """() => {
          if (document.documentElement.scrollWidth <= innerWidth) return "";
          const inside = ".scroll-x, .masthead__nav, .tabs";
          const wide = (node) => {
            const box = node.getBoundingClientRect();
            return (box.right > innerWidth + 1 || box.left < -1) && !node.closest(inside);
          };
          const node = [...document.querySelectorAll("body *")].filter(wide).at(-1);
          return node ? `${node.tagName}.${node.getAttribute("class")}: ${node.textContent.trim()}` : "unknown";
        }"""
    )
