"""The embedded services: started by whoever comes first, stopped by whoever leaves last, mended where they can be."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from newsroom import embedded
from newsroom.embedded import ServiceError, Services, postgres_answers, valkey_answers
from newsroom.home import Home

ATTACH = """
import sys
from pathlib import Path
from newsroom.embedded import Services
from newsroom.home import Home
services = Services(Home(Path(sys.argv[1])), durable=False)
services.attach()
print("attached", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    yield made
    embedded.stop_valkey(made)
    embedded.stop_postgres(made)


def another_process(home: Home) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", ATTACH, str(home.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "attached\n"
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)


def test_the_last_process_to_leave_stops_the_servers(home: Home) -> None:
    first, second = another_process(home), another_process(home)
    leave(first)
    assert postgres_answers(home)
    assert valkey_answers(home)
    leave(second)
    assert not postgres_answers(home)
    assert not valkey_answers(home)


def test_a_killed_process_does_not_keep_the_servers_running_for_good(home: Home) -> None:
    killed = another_process(home)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    leave(another_process(home))
    assert not postgres_answers(home)


def test_a_killed_server_comes_back_with_what_it_held(home: Home) -> None:
    services = Services(home)
    services.attach()
    with psycopg.connect(services.owner_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    for file in (home.postgres / "postmaster.pid", home.run / "valkey.pid"):
        psutil.Process(int(file.read_text().split()[0])).kill()
    until_dead(home)
    assert set(services.revive()) == {"PostgreSQL", "Valkey"}
    with psycopg.connect(services.owner_url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    services.release()


def until_dead(home: Home) -> None:
    import time

    until = time.monotonic() + 20
    while postgres_answers(home) or valkey_answers(home):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_pid_file_whose_number_belongs_to_another_program_is_no_obstacle(home: Home) -> None:
    leave(another_process(home))
    (home.postgres / "postmaster.pid").write_text(f"{os.getpid()}\n")
    leave(another_process(home))


def test_a_home_in_a_very_long_path_works(tmp_path: Path) -> None:
    home = Home(tmp_path / ("long" * 30))
    leave(another_process(home))
    assert not postgres_answers(home)


def test_neither_role_of_the_archive_is_a_superuser(home: Home) -> None:
    services = Services(home, durable=False)
    services.attach()
    asked = "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    rows = []
    for address in (services.database_url, services.owner_url):
        with psycopg.connect(address) as connection:
            rows.append(connection.execute(asked).fetchone())
    services.release()
    assert rows == [(False, False)] * 2


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.secrets() == Home(tmp_path).secrets()
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_a_full_disk_is_told_in_one_sentence(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LEAST_FREE_BYTES", 10**18)
    with pytest.raises(ServiceError, match="is full: free at least"):
        Services(home).attach()
