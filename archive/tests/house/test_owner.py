"""The role that the site runs as works on rows; it can neither rewrite the trail nor take its protection away."""

import json
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from archive import checks, clock
from archive.articles import trail
from archive.models import TrailEntry, User
from newsroom import embedded
from newsroom.embedded import Services
from newsroom.home import Home
from newsroom.owner import as_owner, grant_rights

REWRITING = [
    "UPDATE archive_trailentry SET reason = 'otherwise'",
    "DELETE FROM archive_trailentry",
    "TRUNCATE archive_trailentry",
    "ALTER TABLE archive_trailentry DISABLE TRIGGER trail_is_append_only",
    "DROP TRIGGER trail_is_append_only ON archive_trailentry",
    "DROP TABLE archive_trailentry CASCADE",
    "CREATE OR REPLACE FUNCTION archive_refuse_rewriting() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
    "CREATE RULE hole AS ON INSERT TO archive_trailentry DO INSTEAD NOTHING",
    "SET ROLE archive_owner",
    "SET session_replication_role = replica",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", REWRITING)
def test_the_sites_role_is_denied_every_way_of_rewriting_the_trail(statement: str) -> None:
    trail.record(action="kill", at=clock.now(), reason="as it was")
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)
    assert TrailEntry.objects.get().reason == "as it was"


@pytest.mark.django_db
def test_granting_itself_the_right_gives_the_sites_role_nothing() -> None:
    trail.record(action="kill", at=clock.now(), reason="as it was")
    with connection.cursor() as cursor:
        # PostgreSQL answers a grant by somebody who may not give anything with a warning.
        cursor.execute("GRANT UPDATE, DELETE ON archive_trailentry TO CURRENT_USER")
        cursor.execute("SELECT has_table_privilege('archive_trailentry', 'UPDATE, DELETE, TRUNCATE, TRIGGER')")
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
def test_even_the_owner_is_refused_by_the_trigger() -> None:
    at = connection.get_connection_params() | {"dbname": connection.settings_dict["NAME"]}
    owner = settings.DATABASE_OWNER
    at |= {"user": owner["USER"], "password": owner["PASSWORD"]}
    names = ("host", "dbname", "user", "password")
    with psycopg.connect(**{name: at[name] for name in names}) as owned:
        owned.execute("INSERT INTO archive_trailentry (at, job, action, subject, reason, before, after)"
                      " VALUES (now(), 'x', 'x', '', 'as it was', '{}', '{}')")  # fmt: skip
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
            owned.execute("UPDATE archive_trailentry SET reason = 'otherwise'")
        owned.rollback()


@pytest.mark.django_db
def test_a_person_whom_nothing_names_can_be_removed_again(client: Client) -> None:
    person = User.objects.create_user("passing")
    person.delete()
    with connection.cursor() as cursor:
        # The database asks every table that could point to the person, the trail among them.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_two_roles_leave_nothing_to_warn_of_and_one_role_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.the_trail_is_out_of_reach(databases=["default"]) == []
    monkeypatch.setattr(trail, "can_be_rewritten", lambda: True)
    assert [found.id for found in checks.the_trail_is_out_of_reach(databases=["default"])] == ["archive.W004"]
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    assert "protected by a trigger only" in client.get("/health/archive/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_owner_of_the_tables_could_rewrite_the_trail_and_that_is_seen() -> None:
    assert not trail.can_be_rewritten()
    with as_owner(connection):
        assert trail.can_be_rewritten()


def test_a_home_whose_one_role_owned_everything_is_handed_to_the_owner(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    services = Services(home, durable=False)
    services.attach()
    try:
        with psycopg.connect(services.superuser_dsn, autocommit=True) as admin:
            admin.execute("ALTER DATABASE archive OWNER TO archive")
            admin.execute("CREATE TABLE archive_trailentry AS SELECT 7 AS id")
            admin.execute("ALTER TABLE archive_trailentry OWNER TO archive")
        (home.run / "migrated").write_text("before")
        embedded._ensure_database(home)
        assert not (home.run / "migrated").exists(), "the next command migrates, and so grants the site its rights"
        with psycopg.connect(services.owner_url) as owner:
            grant_rights(owner.cursor(), embedded.ROLE)
        with psycopg.connect(services.database_url) as site:
            assert site.execute("SELECT id FROM archive_trailentry").fetchone() == (7,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                site.execute("DELETE FROM archive_trailentry")
    finally:
        services.release()


def test_the_secrets_of_an_older_home_gain_what_they_lack(tmp_path: Path) -> None:
    held = {"secret_key": "a", "superuser_password": "b", "database_password": "c"}
    (tmp_path / "secrets.json").write_text(json.dumps(held))
    made = Home(tmp_path).secrets()
    assert (made.secret_key, made.superuser_password, made.database_password) == ("a", "b", "c")
    assert made.owner_password == Home(tmp_path).secrets().owner_password != ""
