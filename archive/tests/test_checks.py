"""The system checks notice a task that could be sent and never done."""

import pytest

from archive import checks, dispatch


def test_every_task_that_may_be_sent_exists_and_ends_by_itself() -> None:
    assert [str(found) for found in checks.tasks_can_be_sent()] == []


def test_a_name_without_a_task_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "TASKS", ("archive.tasks.nobody",))
    assert [found.id for found in checks.tasks_can_be_sent()] == ["archive.W001"]


def test_every_queue_is_worked_on_under_make_run(settings) -> None:
    procfile = (settings.BASE_DIR / "Procfile").read_text()
    worked_on = {
        name for line in procfile.splitlines() if " -Q " in line for name in line.split(" -Q ")[1].split()[0].split(",")
    }
    assert worked_on == set(settings.QUEUES)
