"""A Chromium for the browser tests: the one on this machine, else Debian's package, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def install_chromium() -> bool:
    """Install a Chromium where there is none; return whether one can be used afterwards."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
        if find_chromium():
            return True
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0


def main() -> int:
    """Make sure there is a Chromium; say what to do where there can be none."""
    if find_chromium() or install_chromium():
        return 0
    print("No Chromium could be found or installed: install one (Debian: apt-get install chromium).", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
