"""`make run`: the databases, the web server, the workers and the clock under one roof, until Ctrl-C.

What dies is started again; what dies again and again takes everything down with its last words, rather than leave an
archive that half works. The databases are watched too: queued work and committed articles survive their death.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from newsroom.home import PROJECT, HomeError

MOST_DEATHS = 5
DEATHS_WITHIN = 60.0
GRACE_SECONDS = 20.0
COLORS = ("36", "32", "33", "35", "34")


@dataclass
class Child:
    """One line of the Procfile and the process that runs it."""

    name: str
    command: str
    color: str
    process: subprocess.Popen[str] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self, environment: dict[str, str]) -> None:
        """Start the process in a group of its own, so that Ctrl-C reaches the supervisor alone."""
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {self.command}"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert self.process.stdout is not None
        threading.Thread(target=self._relay, args=[self.process.stdout], daemon=True).start()

    def _relay(self, lines: IO[str]) -> None:
        name = f"{self.name:<9}"
        if sys.stdout.isatty():
            name = f"\033[{self.color}m{name}\033[0m"
        for line in lines:
            print(f"{name} {line.rstrip()}", flush=True)

    def signal(self, number: int) -> None:
        """Send a signal to the process and all its children."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    @property
    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


def read_procfile(path: Path) -> list[Child]:
    """Return the processes that a Procfile lists, one `name: command` a line."""
    children = []
    for line in path.read_text().splitlines():
        name, colon, command = line.partition(":")
        if colon and not line.startswith("#"):
            children.append(Child(name.strip(), command.strip(), COLORS[len(children) % len(COLORS)]))
    return children


def refuse_taken_port(host: str, port: int) -> None:
    """Raise HomeError when something else listens at the address already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise HomeError(
                f"Port {port} is taken by another program: stop that one, or choose another with "
                f"`make run PORT={port + 1}`."
            ) from error


class Supervisor:
    """Runs the children until it is told to stop or one of them can't be kept alive."""

    def __init__(self, children: list[Child], environment: dict[str, str]) -> None:
        self.children = children
        self.environment = environment
        self.stopping = threading.Event()
        self.failed = ""

    def run(self) -> int:
        """Start everything, keep it alive, and stop it in order; return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        for child in self.children:
            child.start(self.environment)
        while not self.stopping.wait(1):
            self._revive_services()
            for child in self.children:
                if child.has_ended:
                    self._restart(child)
        self._stop()
        if self.failed:
            print(self.failed, file=sys.stderr)
        return 1 if self.failed else 0

    def _restart(self, child: Child) -> None:
        now = time.monotonic()
        child.deaths = [at for at in child.deaths if now - at < DEATHS_WITHIN] + [now]
        if len(child.deaths) > MOST_DEATHS:
            self.failed = f"{child.name} ends again and again; its last lines above say why. Everything was stopped."
            self.stopping.set()
            return
        print(f"{child.name} ended and is started again.", flush=True)
        child.start(self.environment)

    def _revive_services(self) -> None:
        from django.conf import settings

        from newsroom.embedded import services

        if not (settings.EMBEDDED_DATABASE or settings.EMBEDDED_BROKER):
            return
        try:
            for name in services().revive():
                print(f"{name} had died and is started again.", flush=True)
        except HomeError as error:
            print(error, file=sys.stderr, flush=True)

    def _stop(self) -> None:
        print("Stopping …", flush=True)
        for child in self.children:
            child.signal(signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < until and not all(child.has_ended for child in self.children):
            time.sleep(0.05)
        for child in self.children:
            child.signal(signal.SIGKILL)


def main() -> int:
    """Bring one archive up, say where to look, and stay until Ctrl-C."""
    port = int(os.environ.get("PORT") or 8000)
    host = os.environ.get("HOST") or "127.0.0.1"
    os.environ["STATIC_COLLECTED"] = "on"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    os.environ.setdefault("SITE_URL", f"http://{host}:{port}")
    try:
        refuse_taken_port(host, port)
        from newsroom.prepare import open_archive

        open_archive()
        from django.core.management import call_command

        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("create_first_editor")
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PORT": str(port),
            "HOST": host,
            "PYTHONUNBUFFERED": "1",
        }
        print(f"The archive is at http://{host}:{port}/  (Ctrl-C stops everything)", flush=True)
        code = Supervisor(read_procfile(PROJECT / "Procfile"), environment).run()
        from newsroom.embedded import services

        services().release()
        return code
    except HomeError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
