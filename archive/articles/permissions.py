"""The one question before every act: may this person do it? Pages ask it too, to show or hide an action.

Which role holds which permission stands in archive.models.roles.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext_lazy

from archive.models import User

EDITOR = gettext_lazy("This takes an editor: ask one to do it, or an administrator for the role.")
ARCHIVIST = gettext_lazy("This takes an archivist: ask one to do it, or an administrator for the role.")

NEEDS = {
    "edit_article": EDITOR,
    "withhold_article": EDITOR,
    "import_articles": ARCHIVIST,
    "view_restricted": ARCHIVIST,
    "kill_article": ARCHIVIST,
    "merge_article": ARCHIVIST,
    "download_capture": ARCHIVIST,
    "administer_archive": gettext_lazy("This takes an administrator: ask one to do it, or for the role."),
}


def may(user: User | None, permission: str) -> bool:
    """Say whether a person may do this. A superuser may do everything; nobody signed in may do nothing."""
    return bool(user is not None and user.is_active and user.has_perm(f"archive.{permission}"))


def require(user: User | None, permission: str) -> None:
    """Raise PermissionDenied, naming the role it takes, unless the person may do this.

    `None` stands for a job of the archive itself, which acts for somebody who was asked before.
    """
    if user is not None and not may(user, permission):
        raise PermissionDenied(str(NEEDS[permission]))


class RoleBackend(ModelBackend):
    """Django's own backend, which asks once for what a person may do by role and by name, instead of twice."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the names of all that this person may do."""
        if obj is not None or user_obj.is_superuser or not user_obj.is_active or user_obj.is_anonymous:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            held = Permission.objects.filter(Q(user=user_obj) | Q(group__user=user_obj)).order_by().distinct()
            named = held.values_list("content_type__app_label", "codename")
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in named}
        return user_obj._perm_cache
