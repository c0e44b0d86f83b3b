"""The one question before every act: may this person do it? Pages ask it too, to show or hide an action.

Which role holds which permission stands in archive.models.roles.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from archive.models import User

NEEDS = {
    "edit_article": "an editor",
    "withhold_article": "an editor",
    "import_articles": "an archivist",
    "view_restricted": "an archivist",
    "kill_article": "an archivist",
    "merge_article": "an archivist",
    "download_capture": "an archivist",
    "administer_archive": "an administrator",
}


def may(user: User | None, permission: str) -> bool:
    """Say whether a person may do this. A superuser may do everything; nobody signed in may do nothing."""
    return bool(user is not None and user.is_active and user.has_perm(f"archive.{permission}"))


def require(user: User | None, permission: str) -> None:
    """Raise PermissionDenied, naming the role it takes, unless the person may do this.

    `None` stands for a job of the archive itself, which acts for somebody who was asked before.
    """
    if user is not None and not may(user, permission):
        raise PermissionDenied(f"This takes {NEEDS[permission]}: ask one to do it, or an administrator for the role.")
