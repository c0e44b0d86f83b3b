"""Outlets in the admin panel are known by every name they ever had there, and no two by one."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from archive.articles import operations
from archive.models import Outlet, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def archivist(client: Client) -> Client:
    person = User.objects.create_user("ana", is_staff=True)
    person.groups.add(Group.objects.get(name="archivist"))
    client.force_login(person)
    return client


def sent(name: str) -> dict[str, object]:
    facts = {"name": name, "kind": Outlet.Kind.values[0], "rights": Outlet.Rights.values[0], "is_held": "on"}
    for inline in ("aliases", "domains"):
        facts |= {f"{inline}-TOTAL_FORMS": 0, f"{inline}-INITIAL_FORMS": 0}
    return facts


def test_an_outlet_made_or_renamed_in_the_panel_is_known_by_each_of_its_names(archivist: Client) -> None:
    assert archivist.post(reverse("admin:archive_outlet_add"), sent("Coastal Courier")).status_code == 302
    outlet = Outlet.objects.get()
    change = reverse("admin:archive_outlet_change", args=[outlet.pk])
    assert archivist.post(change, sent("Evening Tide")).status_code == 302
    assert {operations.find_or_create_outlet(name=name) for name in ("coastal courier", "Evening Tide")} == {outlet}
    assert Outlet.objects.get().name == "Evening Tide"


def test_a_name_of_another_outlet_is_refused(archivist: Client) -> None:
    operations.create_outlet(name="Coastal Courier")
    answer = archivist.post(reverse("admin:archive_outlet_add"), sent("COASTAL COURIER"))
    assert answer.status_code == 200 and "Coastal Courier is known by this name" in answer.content.decode()
    assert Outlet.objects.count() == 1
