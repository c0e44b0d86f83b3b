"""An archive ready for work, however it was found: services up, tables as this code wants them."""

from __future__ import annotations

import hashlib
import os
from importlib.resources import files

WITHOUT_ARCHIVE = {
    "", "help", "version", "check", "makemigrations", "migrate", "makemessages", "compilemessages", "collectstatic",
    "findstatic", "diffsettings", "test", "restore", "sqlmigrate", "showmigrations",
}  # fmt: skip


def open_archive() -> None:
    """Set Django up, start the embedded services where nobody has, and migrate a home that needs it.

    For benchmarks and scripts: call it before the first import of a model. On an outside database it migrates nothing:
    that is its administrator's step (`manage.py migrate`).
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    import django

    django.setup()
    migrate_home()


def prepare_for(command: str) -> None:
    """Make the embedded archive ready for `manage.py COMMAND`, unless that command works without one."""
    if command not in WITHOUT_ARCHIVE and not command.startswith("-"):
        open_archive()


def migrate_home() -> None:
    """Bring the tables of an embedded home up to this code, once for each set of migrations."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    from newsroom.embedded import services

    if not settings.EMBEDDED_DATABASE:
        return
    services().attach()
    wanted = _migrations_digest([config.name for config in apps.get_app_configs()])
    marker = settings.HOME.postgres.parent / "run" / "migrated"
    if marker.exists() and marker.read_text() == wanted:
        return
    with settings.HOME.locked("migrate"):
        if not (marker.exists() and marker.read_text() == wanted):
            call_command("migrate", verbosity=0, interactive=False)
            marker.write_text(wanted)


def _migrations_digest(apps: list[str]) -> str:
    """Return a hash of everything that a migration run depends on: the migrations, and the models with their roles."""
    digest = hashlib.sha256()
    for app in apps:
        for folder in (files(app).joinpath("migrations"), files(app).joinpath("models")):
            if folder.is_dir():
                for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
                    if file.name.endswith(".py"):
                        digest.update(f"{app}/{file.name}".encode())
                        digest.update(file.read_bytes())
    return digest.hexdigest()
