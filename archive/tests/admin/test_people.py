"""People in the admin panel: what goes with a person is told in words, and a password is set as all else is."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from archive.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(world):
    """The panel as an administrator who may do everything sees it."""
    client = Client()
    User.objects.filter(pk=world.people["administrator"].pk).update(is_superuser=True)
    client.force_login(world.people["administrator"])
    return client


def page(client: Client, name: str, *of: int) -> str:
    answer = client.get(reverse(f"admin:{name}", args=of))
    assert answer.status_code == 200
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


def test_what_goes_with_a_person_is_named_and_the_way_back_needs_no_script(world, panel):
    person = world.people["editor"]
    html = page(panel, "archive_user_delete", person.pk)
    assert "Tie: person “editor” and group “editor”" in html and "Ties: 1" in html
    assert "object (" not in html and "relationship" not in html
    assert "<script" not in html
    assert f'href="{reverse("admin:archive_user_change", args=[person.pk])}" class="button' in html
    panel.post(reverse("admin:archive_user_delete", args=[person.pk]), {"post": "yes"})
    assert not User.objects.filter(pk=person.pk).exists() and Group.objects.filter(name="editor").exists()


def test_who_is_in_a_group_and_what_it_may_do_is_named_when_it_goes(world, panel):
    group = Group.objects.create(name="Night desk")
    right = Permission.objects.get(codename="view_article")
    group.permissions.add(right)
    world.people["reader"].groups.add(group)
    html = page(panel, "auth_group_delete", group.pk)
    assert "Tie: person “reader” and group “Night desk”" in html and f"permission “{right}”" in html
    assert "Ties: 2" in html and "object (" not in html


def test_the_password_of_another_is_set_and_taken_away_in_a_form_like_all_others(world, panel):
    person = world.people["editor"]
    html = page(panel, "auth_user_password_change", person.pk)
    labels = html.partition("<form")[2]
    assert ":</label>" not in labels and "<script" not in html
    assert html.index('name="usable_password"') < html.index('name="password1"')
    crumbs = html.partition("breadcrumbs")[2].partition("</div>")[0]
    assert "Admin panel" in crumbs and "People" in crumbs and "Home" not in crumbs
    address = reverse("admin:auth_user_password_change", args=[person.pk])
    new = {"password1": "a harbor in winter", "password2": "a harbor in winter"}
    panel.post(address, {**new, "usable_password": "true", "set-password": "1"})
    person.refresh_from_db()
    assert person.check_password("a harbor in winter")
    panel.post(address, {"usable_password": "false", "unset-password": "1"})
    person.refresh_from_db()
    assert not person.has_usable_password()
    assert "Take the password away" not in page(panel, "auth_user_password_change", person.pk)
