#!/usr/bin/env python
"""Command line of the archive: `python manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    """Run one management command, on an archive that is up and migrated."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    from newsroom.home import HomeError

    try:
        from django.core.management import execute_from_command_line

        from newsroom.prepare import prepare_for

        prepare_for(sys.argv[1] if len(sys.argv) > 1 else "")
        execute_from_command_line(sys.argv)
    except HomeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
