"""What the tests of the admin panel share."""

import pytest

from archive.tests.web.world import make_world


@pytest.fixture
def world():
    return make_world()
