"""The archive on its services: the database answers as the archive's own role, the health address without a sign-in."""

import pytest
from django.db import connection
from django.test import Client
from redis import Redis

from archive.models import Outlet


@pytest.mark.django_db
def test_health_needs_no_sign_in(client: Client) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


@pytest.mark.django_db
def test_every_other_address_asks_for_a_sign_in(client: Client) -> None:
    answer = client.get("/i18n/catalog/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


@pytest.mark.django_db
def test_no_answer_allows_inline_script_or_style(client: Client) -> None:
    policy = client.get("/health/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_tests_run_as_the_role_of_the_archive() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("archive", False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_time", [1, 2])
def test_what_a_test_commits_is_swept_away(_time: int) -> None:
    assert not Outlet.objects.exists()
    Outlet.objects.create(name="Harbor Post", slug="harbor-post")


def test_the_broker_is_real(broker: Redis) -> None:
    broker.set("said", "yes")
    assert broker.get("said") == b"yes"
