"""`make run`: everything comes up, what is killed comes back, and one signal stops it all, databases included."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
from django.conf import settings

from newsroom.embedded import postgres_answers, valkey_answers
from newsroom.home import Home
from newsroom.supervisor import main


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_for(question, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until
        time.sleep(0.2)


def children(process: subprocess.Popen[bytes], word: str) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        with suppress(psutil.Error):
            if word in " ".join(child.cmdline()):
                found.append(child)
    return found


def test_one_command_brings_everything_up_and_one_signal_stops_it(tmp_path: Path) -> None:
    port, home, log = free_port(), Home(tmp_path / "home"), tmp_path / "log"
    environment = os.environ | {"ARCHIVE_HOME": str(home.path), "PORT": str(port)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "newsroom.supervisor"],
            env=environment,
            cwd=settings.BASE_DIR,
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(lambda: healthy(port) or process.poll() is not None)
        said = log.read_text()
        assert re.search(r"password:  \S{20,}", said), said
        assert f"http://127.0.0.1:{port}/" in said
        assert len(children(process, " beat")) == 1

        psutil.Process(int((home.run / "valkey.pid").read_text())).kill()
        children(process, "gunicorn")[0].kill()
        wait_for(lambda: "Valkey had died and is started again." in log.read_text())
        wait_for(lambda: healthy(port))

        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, log.read_text()[-2000:]
        assert not postgres_answers(home)
        assert not valkey_answers(home)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def test_a_taken_port_is_told_in_one_sentence(monkeypatch, capsys) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert main() == 1
    said = capsys.readouterr().err
    assert "is taken by another program" in said
    assert "make run PORT=" in said
