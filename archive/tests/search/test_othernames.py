"""What is asked for by a name that went out of use is asked for by its own name too."""

import pytest

from archive.search import parse, to_string
from archive.search.othernames import name_fields, with_other_names

from .world import TODAY

KNOWN = {"outlet": [("Evening Post of Quayside", "quayside-courier")], "tag": [("High water", "Floods")]}


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("outlet:post", 'outlet:post OR outlet:="quayside-courier"'),
        ('outlet:="Evening Post of Quayside"', 'outlet:="Evening Post of Quayside" OR outlet:="quayside-courier"'),
        ("outlet:=post", "outlet:=post"),
        ("outlet:even*", 'outlet:even* OR outlet:="quayside-courier"'),
        ("outlet:evenign~1", 'outlet:evenign~1 OR outlet:="quayside-courier"'),
        ('-tag:"high water" gates', '-(tag:"high water" OR tag:="Floods") gates'),
        ("tag:post person:water post", "tag:post person:water post"),
    ],
)
def test_another_name_asks_for_the_own_one_too(asked, read):
    assert to_string(with_other_names(parse(asked, TODAY), KNOWN)) == read


def test_only_fields_of_names_need_them_looked_up():
    assert name_fields(parse("gates headline:x -(outlet:a OR tag:bc*)", TODAY)) == {"outlet", "tag"}
