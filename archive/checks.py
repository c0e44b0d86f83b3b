"""System checks: every task that `dispatch` may send exists, ends by itself, and has a queue that somebody works on;
and, where a database is named (`manage.py check --database default`), nobody at the site can rewrite the trail."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection

from archive import dispatch


@register()
def tasks_can_be_sent(**_kwargs: Any) -> list[CheckMessage]:
    """Return a warning for each task name that no task answers to, that may run for ever, or that nobody works on."""
    # By name, as Celery finds it: importing it at the top would run before the models are ready.
    import_module("archive.tasks")
    found: list[CheckMessage] = []
    for name in dispatch.TASKS:
        task = current_app.tasks.get(name)
        if task is None:
            found.append(
                Warning(
                    f"{name} is sent by dispatch, but no task has this name.",
                    hint="Write it in tasks.",
                    id="archive.W001",
                )
            )
        elif not (task.soft_time_limit and task.time_limit and task.soft_time_limit < task.time_limit):
            found.append(
                Warning(f"{name} has no soft limit below a hard one.", hint="Give it both limits.", id="archive.W002")
            )
    routes = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    for queue in sorted(routes - set(settings.QUEUES)):
        found.append(Warning(f"Nobody works on the queue {queue}.", hint="Add it to QUEUES.", id="archive.W003"))
    return found


@register(Tags.database)
def the_trail_is_out_of_reach(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Return a warning when the role that the site runs as could take away the trail's protection."""
    trail = import_module("archive.articles.trail")
    site = settings.DATABASES["default"]["USER"]
    if not databases or connection.settings_dict["USER"] != site or not trail.can_be_rewritten():
        return []
    return [
        Warning(
            "The role that the site runs as owns the trail's table or its database: only a trigger protects the trail.",
            hint="Give DATABASE_URL a role that owns nothing, name the owner in DATABASE_OWNER_URL, and migrate.",
            id="archive.W004",
        )
    ]
