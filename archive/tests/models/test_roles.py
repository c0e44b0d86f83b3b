"""The four roles exist on every migrated archive, each with what it may do and no more."""

import pytest
from django.contrib.auth.models import Group

from archive.models import User

MATRIX = [
    ("edit_article", {"editor", "archivist", "administrator"}),
    ("withhold_article", {"editor", "archivist", "administrator"}),
    ("import_articles", {"archivist", "administrator"}),
    ("kill_article", {"archivist", "administrator"}),
    ("merge_article", {"archivist", "administrator"}),
    ("download_capture", {"archivist", "administrator"}),
    ("view_restricted", {"archivist", "administrator"}),
    ("delete_outlet", {"administrator"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("codename", "allowed"), MATRIX)
def test_each_permission_is_held_by_the_roles_that_need_it(codename: str, allowed: set[str]) -> None:
    for role in ("reader", "editor", "archivist", "administrator"):
        person = User.objects.create_user(f"{role}-person")
        person.groups.add(Group.objects.get(name=role))
        assert person.has_perm(f"archive.{codename}") == (role in allowed), role
