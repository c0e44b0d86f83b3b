"""The roles of the desk, as Django groups: what each may do stands here and nowhere else."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions

READER, EDITOR, ARCHIVIST, ADMINISTRATOR = "reader", "editor", "archivist", "administrator"

_EDITOR = {
    "edit_article",
    "withhold_article",
}
_ARCHIVIST = _EDITOR | {
    "view_restricted",
    "import_articles",
    "kill_article",
    "merge_article",
    "download_capture",
    "add_outlet",
    "change_outlet",
    "view_outlet",
    "add_tag",
    "change_tag",
    "view_tag",
    "view_article",
    "view_importrun",
    # Who teaches at the preview sees what was learnt and takes it back.
    "view_outletline",
    "view_outlethabit",
    "view_columnmapping",
    "delete_columnmapping",
}

# Role -> codenames of permissions on the archive's models; None stands for all of them, and for managing people.
ROLES: dict[str, set[str] | None] = {READER: set(), EDITOR: _EDITOR, ARCHIVIST: _ARCHIVIST, ADMINISTRATOR: None}


def ensure_roles(**_kwargs: Any) -> None:
    """Make the four groups and give each the permissions of its role; runs after every migration.

    Permissions that an administrator added to a group stay; to take one away from some people, make another group.
    """
    create_permissions(apps.get_app_config("archive"), verbosity=0)
    from django.contrib.auth.models import Group, Permission

    for name, codenames in ROLES.items():
        group, _made = Group.objects.get_or_create(name=name)
        held = Permission.objects.filter(content_type__app_label="archive")
        if codenames is not None:
            held = held.filter(codename__in=codenames)
        group.permissions.add(*held)
