"""`manage.py create_first_editor`: someone to sign in as, on an archive that knows nobody yet."""

import secrets
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from archive.models import User
from archive.models.roles import ADMINISTRATOR

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    """Makes a first editor where there is nobody, and prints the password this one time."""

    help = "Make a first editor, who may do everything, on an archive that knows nobody yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", default="editor", help="the name to sign in with")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the editor, or do nothing when somebody is known already."""
        with transaction.atomic():
            if User.objects.exists():
                return
            password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
            editor = User.objects.create_superuser(username=options["username"], password=password)
            editor.groups.add(Group.objects.get(name=ADMINISTRATOR))
        self.stdout.write("A first editor was made. The password is shown this one time only:")
        self.stdout.write(f"  user name: {editor.username}\n  password:  {password}")
