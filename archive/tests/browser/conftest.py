"""What the journeys share: a signed-in browser, the rules of accessibility, and what a page weighs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from archive.indexing.drain import drain
from archive.indexing.rebuild import rebuild
from archive.models import User
from archive.tests.web.world import World, make_world

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(autouse=True)
def index(transactional_db: None) -> None:
    """Begin each journey with an index that holds nothing of the one before."""
    rebuild()


@pytest.fixture
def world(index: None) -> World:
    """The island pier, in the database the live server reads and in the index it searches."""
    made = make_world()
    drain(wait=True)
    return made


@pytest.fixture
def visit(open_page: Callable[..., Any], live_server: Any) -> Callable[..., Any]:
    """Open a page as someone, without going through the sign-in page each time."""

    def visit_as(user: User | None, path: str, **context: Any) -> Any:
        page = open_page("/sign-in/", **context)
        if user is not None:
            client = Client()
            client.force_login(user)
            page.context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
        page.goto(path)
        return page

    return visit_as


def violations(page: Any) -> list[str]:
    """Return what axe-core finds wrong on the page, one line a finding, naming rule, element and reason."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE + "; void 0;")
    found = page.evaluate(
        f"axe.run(document, {{runOnly: {json.dumps(RULES)}, resultTypes: ['violations']}}).then(r => r.violations)"
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
          const wide = (node) => node.getBoundingClientRect().right > innerWidth + 1 && !node.closest(inside);
          const node = [...document.querySelectorAll("body *")].filter(wide).at(-1);
          return node ? `${node.tagName}.${node.getAttribute("class")}: ${node.textContent.trim()}` : "unknown";
        }"""
    )
