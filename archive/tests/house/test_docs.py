"""The documentation is held to the code: every setting is described, every address in the table of the code exists."""

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
READERS = {"text", "flag", "number", "words"}


def names_read_by_settings() -> set[str]:
    tree = ast.parse((ROOT / "newsroom/settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return {
        call.args[0].value
        for call in calls
        if call.func.id in READERS and call.args and isinstance(call.args[0], ast.Constant)
    }


def test_every_setting_is_described() -> None:
    page = (ROOT / "docs/settings.md").read_text()
    described = set(re.findall(r"`([A-Z][A-Z_]+)`", page))
    read = names_read_by_settings()
    assert len(read) > 20
    assert read - described == set()
    everywhere = "".join(
        path.read_text() for path in [*(ROOT / "newsroom").glob("*.py"), ROOT / "Procfile", ROOT / "Makefile"]
    )
    assert {name for name in described if name not in everywhere} == set()


def test_the_map_of_the_code_names_only_what_exists() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    paths = re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_decision_has_the_four_headings_and_a_number_of_its_own() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert len(numbers) == len(set(numbers))
    for path in decisions:
        headings = re.findall(r"^## (\w+)", path.read_text(), re.MULTILINE)
        assert headings[:4] == ["Context", "Decision", "Consequences", "Alternatives"], path.name
