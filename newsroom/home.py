"""Where one archive's data lives, and the secrets that belong to it: made once, readable by their owner alone."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LONGEST_SOCKET_PATH = 90


class HomeError(Exception):
    """Something about the archive's home that a person must mend; `str(error)` is the sentence that says how."""


@dataclass(frozen=True)
class Secrets:
    """What must stay the same between two starts of one archive and must not be known outside it."""

    secret_key: str
    superuser_password: str
    database_password: str
    owner_password: str


@dataclass(frozen=True)
class Home:
    """The folders of one archive. Several archives stand side by side, each in a home of its own."""

    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        """Return the home that ARCHIVE_HOME names, `var/` in the project when it names none."""
        return cls(Path(os.environ.get("ARCHIVE_HOME") or PROJECT / "var").expanduser().absolute())

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def sockets(self) -> Path:
        """The folder of the servers' sockets: in the home, or in the temporary folder where the path is too long."""
        inside = self.path / "sockets"
        if len(str(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(str(self.path).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"newsroom-archive-{os.getuid()}-{digest}"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def make(self) -> None:
        """Make the home's own folders. Raises HomeError where they can't be made."""
        try:
            for folder in (self.path, self.run, self.sockets):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeError(
                f"The archive's home {self.path} can't be made ({error.strerror}): "
                "set ARCHIVE_HOME to a folder that you may write to."
            ) from error

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold the named lock of this home; the system lets go of it when the process dies, however it dies."""
        self.make()
        with (self.run / f"{name}.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def secrets(self) -> Secrets:
        """Return the home's secrets, made at the first call. Raises HomeError when the file can't be read."""
        path = self.path / "secrets.json"
        if not path.exists():
            with self.locked("secrets"):
                if not path.exists():
                    self._make_secrets(path, {})
        try:
            held = json.loads(path.read_text())
            if "owner_password" not in held:
                # A home from the time when one role did everything.
                with self.locked("secrets"):
                    held = json.loads(path.read_text())
                    if "owner_password" not in held:
                        held = self._make_secrets(path, held)
            return Secrets(**held)
        except (OSError, ValueError, TypeError) as error:
            raise HomeError(
                f"The secrets in {path} can't be read: run as the user who owns the archive's home, "
                "or put the file back from a backup of the home."
            ) from error

    @staticmethod
    def _make_secrets(path: Path, held: dict[str, str]) -> dict[str, str]:
        made = {name: secrets.token_urlsafe(40) for name in Secrets.__dataclass_fields__} | held
        partial = path.with_suffix(".partial")
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
                json.dump(made, handle)
            partial.rename(path)
        except OSError as error:
            raise HomeError(
                f"{path} can't be written ({error.strerror}): free some space or mend its rights."
            ) from error
        return made
