"""A home of its own for a test run, named before the settings are read: `python -m pytest` loads this first.

Nothing a test does can reach the archive in `var/` or an outside server. Durability is off: the home is thrown away.
"""

import atexit
import os
import shutil
import tempfile

home = tempfile.mkdtemp(prefix="archive-test-")
atexit.register(shutil.rmtree, home, ignore_errors=True)

for name in (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "PRACTICE",
    "BROKER_URL",
    "DEBUG",
    "SEARCH_ENGINE",
    "ARCHIVE_PUBLIC",
    "HTTPS",
    "SITE_URL",
):
    os.environ.pop(name, None)
os.environ["ARCHIVE_HOME"] = home
os.environ["ARCHIVE_DURABLE"] = "off"
