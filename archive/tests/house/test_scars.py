"""docs/scars.md tells the truth: every scar and trap names a test that exists."""

import re

from django.conf import settings

NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def test_every_scar_and_trap_names_a_test_that_exists() -> None:
    text = (settings.BASE_DIR / "docs/scars.md").read_text(encoding="utf8")
    lines = [
        line for line in text.splitlines() if line.startswith("|") and not line.startswith(("| scar", "| trap", "|---"))
    ]
    assert len(lines) > 30
    for line in lines:
        found = NAMED.search(line)
        assert found, line
        held = (settings.BASE_DIR / "archive/tests" / found[1]).read_text(encoding="utf8")
        assert f"def {found[2]}(" in held, line
