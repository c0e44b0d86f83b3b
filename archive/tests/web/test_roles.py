"""Every address of the site and the lowest role that it opens to: a new page without a line here fails."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from archive.articles import collections, legal, merging
from archive.models import Capture, Confirmation, QuoteFamily, QuoteVariant, SavedSearch, Story, Tag, User
from archive.web.urls import urlpatterns

from .world import NOW, World, make_world

pytestmark = pytest.mark.django_db

ROLES = ("reader", "editor", "archivist", "administrator")
READER = """
home article article_version outlets outlet stories story story_chronology story_export tags tag dates undated year day
saved_searches saved_search saved_search_delete saved_search_feed alerts search search_suggest search_help search_feed
me health_page theme icon keys learn learn_files patterns collections collection collection_item collection_put_away
collection_ask collection_answer collection_export collection_feed collect article_history article_diff_choose
article_diff changes article_citation article_beside article_related side_by_side quote_family story_provenance
story_graph
"""
EDITOR = """
story_edit article_edit article_revert article_desk tag_edit label_merge_undo legal_note add_source rule_on_source
part_wording confirm_claim withdraw_confirmation
"""
ARCHIVIST = """
load_sample article_merge_find article_merge article_split article_merge_undo capture_download outlet_edit trail
trail_export legal legal_request evidence
"""
# From the names of addresses to the lowest role that opens them.
LOWEST = {name: role for role, names in zip(ROLES, (READER, EDITOR, ARCHIVIST), strict=False) for name in names.split()}
PANEL = {
    "archivist": [
        "/admin/imports/",
        "/admin/imports/paste/",
        "/admin/archive/outlet/",
        "/admin/archive/tag/",
    ],
    "administrator": ["/admin/archive/user/"],
}


@pytest.fixture
def world() -> World:
    return make_world()


def addresses(world: World) -> dict[str, str]:
    """Return an address for every page that takes more than a reader."""
    article, wire = world.articles["gazette"], world.articles["wire"]
    archivist = world.people["archivist"]
    tags = [Tag.objects.create(name=f"Old {n}", kind="topic") for n in "ab"]
    label = merging.merge_tags(source=tags[0], target=tags[1], by=archivist, reason="One", at=NOW)
    twins = [world.articles["killed"], article]
    merged = merging.merge_articles(source=twins[0], target=twins[1], by=archivist, reason="One", at=NOW)
    asked = legal.receive(requester="Court", scope="hold", grounds="A case", articles=[wire], by=archivist, at=NOW)
    confirmation = Confirmation.objects.create(
        claim="The pier closes",
        finding="independent",
        origins=["a", "b"],
        reason="Asked",
        made_by=archivist,
        made_at=NOW,
    )
    confirmation.articles.add(wire)
    family, variant = QuoteFamily.objects.first(), QuoteVariant.objects.first()
    arguments = {
        "story_edit": [Story.objects.get().pk],
        "article_edit": [article.pk],
        "article_revert": [article.pk, 1],
        "article_desk": [article.pk],
        "tag_edit": [tags[1].pk],
        "label_merge_undo": [label.pk],
        "legal_note": [article.pk],
        "add_source": [article.pk],
        "rule_on_source": [article.attributions.first().pk],
        "part_wording": [family.pk, variant.pk],
        "confirm_claim": [Story.objects.get().pk],
        "withdraw_confirmation": [confirmation.pk],
        "load_sample": [],
        "article_merge_find": [article.pk],
        "article_merge": [article.pk, world.articles["withheld"].pk],
        "article_split": [article.pk],
        "article_merge_undo": [article.pk, merged.pk],
        "capture_download": [Capture.objects.first().pk],
        "outlet_edit": [article.outlet.slug],
        "trail": [],
        "trail_export": [],
        "legal": [],
        "legal_request": [asked.pk],
        "evidence": [wire.pk],
    }
    return {name: reverse(name, args=given) for name, given in arguments.items()}


def test_every_page_names_the_role_that_it_takes() -> None:
    assert {each.name for each in urlpatterns} - set(LOWEST) == set()


def test_nobody_comes_through_a_door_that_takes_a_higher_role(world: World) -> None:
    clients = {}
    for role in ROLES:
        clients[role] = Client()
        clients[role].force_login(world.people[role])
    for name, address in addresses(world).items():
        lowest = ROLES.index(LOWEST[name])
        for role in ROLES[:lowest]:
            for ask in (clients[role].get, clients[role].post):
                assert ask(address).status_code in (403, 405), (name, role)
        answers = {clients[ROLES[lowest]].get(address).status_code, clients[ROLES[lowest]].post(address).status_code}
        assert 403 not in answers and answers != {405}, (name, ROLES[lowest])


def test_the_panel_opens_to_archivists_and_its_people_to_administrators(world: World) -> None:
    for lowest, paths in PANEL.items():
        for path in paths:
            for role in ROLES:
                client = Client()
                client.force_login(world.people[role])
                opened = client.get(path).status_code == 200
                assert opened == (ROLES.index(role) >= ROLES.index(lowest)), (path, role)


def test_every_page_asks_who_is_there(world: World) -> None:
    for address in addresses(world).values():
        for ask in (Client().get, Client().post):
            answer = ask(address)
            assert answer.status_code in (302, 405), address
            assert answer.status_code == 405 or answer["Location"].startswith(reverse(settings.LOGIN_URL)), address


def test_what_is_private_stays_with_its_owner(world: World) -> None:
    mine = collections.create(name="Mine", by=world.people["reader"], at=NOW)
    search = SavedSearch.objects.create(owner=world.people["reader"], name="Mine", query="pier", watched_since=NOW)
    client = Client()
    client.force_login(world.people["administrator"])
    for address in (mine.get_absolute_url(), search.get_absolute_url()):
        assert client.get(address).status_code == 404
    assert User.objects.filter(saved_searches=search).get() == world.people["reader"]
