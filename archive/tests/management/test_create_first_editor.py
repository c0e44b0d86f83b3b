"""The first editor is made once, with a password that works and is printed."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from archive.models import User


@pytest.mark.django_db
def test_the_printed_password_signs_in(client: Client) -> None:
    out = StringIO()
    call_command("create_first_editor", stdout=out)
    password = re.search(r"password:\s+(\S+)", out.getvalue())
    assert password
    assert client.login(username="editor", password=password[1])
    assert [group.name for group in User.objects.get().groups.all()] == ["administrator"]


@pytest.mark.django_db
def test_an_archive_that_knows_somebody_gets_nobody_else() -> None:
    User.objects.create_user("mira")
    out = StringIO()
    call_command("create_first_editor", stdout=out)
    assert out.getvalue() == ""
    assert User.objects.count() == 1
