"""Every status verb at every door: what may not be seen is seen nowhere, at once, and comes back everywhere.

The word looked for stands in the headline, the text, and the title that the article gave its story.
"""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core import mail, signing
from django.core.management import call_command
from django.test import Client

from archive import clock
from archive.alerts import delivery
from archive.alerts.matching import match_waiting
from archive.alerts.operations import save_search
from archive.articles import collections, legal, merging, operations, status
from archive.articles.content import Content, Metadata
from archive.formats.base import DateReading, ParsedTag
from archive.indexing.drain import settle
from archive.models import (
    Alert,
    Article,
    Attribution,
    Membership,
    Outlet,
    Quote,
    QuoteFamily,
    QuoteVariant,
    SavedSearch,
    Story,
    User,
)
from archive.stories.assign import place_waiting
from archive.web.collections import feed_token as collection_token
from archive.web.saved import FEED_SALT
from archive.web.search import feed_token as search_token

WORD = "Quelvane"
NAMES_ALONE = {"outlets", "tags", "dates", "undated", "search help", "collections", "saved searches"}

pytestmark = pytest.mark.django_db(transaction=True)


def person(role: str) -> User:
    made = User.objects.create_user(role, email=f"{role}@desk.example")
    made.groups.add(Group.objects.get(name=role))
    return made


def printed(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def settle_everything() -> None:
    """Let the index, the stories and the saved searches hear of what changed."""
    place_waiting(at=clock.now(), limit=100)
    settle()
    match_waiting(clock.now())


class Scene:
    """One article with the word, a harmless one beside it, and every door to both."""

    def __init__(self) -> None:
        self.reader, self.editor, self.archivist = person("reader"), person("editor"), person("archivist")
        self.client, self.desk = Client(), Client()
        self.client.force_login(self.reader)
        self.desk.force_login(self.editor)
        watching = SavedSearch(name="Piers", query="piles", often="at_once", by_mail=True)
        self.search = save_search(search=watching, owner=self.reader, at=clock.now())
        self.article = self._make(f"{WORD} pier closes", f"{WORD} found cracks in nine piles.", ("Piers",))
        later = Content(headline=f"{WORD} pier to close", body=f"{WORD} found cracks in ten piles.", language="en")
        operations.add_version(article=self.article, content=later, at=clock.now())
        self.other = self._make("Harbor stays open", "The quay stays open.", ())
        self.story = Story.objects.create(title=f"{WORD} pier closes", article_count=2, outlet_count=1)
        for article in (self.article, self.other):
            Membership.objects.create(article=article, story=self.story, role="report", placed_at=clock.now())
        self.collection = collections.create(name="Piers", by=self.reader, at=clock.now())
        collections.add(collection=self.collection, articles=[self.article, self.other], by=self.reader, at=clock.now())
        self.tag = self.article.article_tags.get().tag
        self.family = QuoteFamily.objects.create(label="A wording of both")
        self.settle()

    def settle(self) -> None:
        """Let everything hear of what changed; then let the other article rest on this one and quote alike, which what
        was read anew has just said otherwise."""
        settle_everything()
        self.article.refresh_from_db()
        for one in (self.article, self.other):
            version = one.current_version
            quote = Quote.objects.create(article=one, version=version, text=version.body, field="body", start=0, end=9)
            QuoteVariant.objects.create(family=self.family, quote=quote, text=version.body, start=0, end=9)
        Attribution.objects.create(
            article=self.other,
            version=self.other.current_version,
            order=1,
            name="Harbor Post",
            name_key="harbor post",
            kind="outlet",
            outlet=self.article.outlet,
            held_article=self.article,
            text="The quay",
            field="body",
            start=0,
            end=8,
        )

    @staticmethod
    def _make(headline: str, body: str, tags: tuple[str, ...]) -> Article:
        return operations.create_article(
            outlet=operations.find_or_create_outlet(name="Harbor Post"),
            content=Content(headline=headline, body=body, language="en"),
            metadata=Metadata(
                published=DateReading(clock.now() - timedelta(days=1), "instant"),
                tags=tuple(ParsedTag(name) for name in tags),
            ),
            capture=None,
            at=clock.now(),
        )

    def pages(self) -> dict[str, str]:
        """Return every address that a reader may open, by name."""
        pk = self.article.pk
        day = self.article.published_at
        return {
            "article": f"/articles/{pk}/",
            "old version": f"/articles/{pk}/versions/1/",
            "history": f"/articles/{pk}/history/",
            "diff": f"/articles/{pk}/diff/1/2/",
            "citation": f"/articles/{pk}/citation/",
            "changes": "/changes/",
            "home": "/",
            "outlet": f"/outlets/{self.article.outlet.slug}/",
            "tag": f"/tags/{self.tag.pk}/",
            "day": f"/dates/{day:%Y}/{day.month}/{day.day}/",
            "search": "/search/?q=piles",
            "all versions": "/search/?q=piles+versions:all",
            "suggestions": f"/search/suggest/?q={WORD[:5].lower()}",
            "search feed": f"/search/feed/{search_token(self.reader, 'piles')}/",
            "stories": "/stories/",
            "story": f"/stories/{self.story.pk}/",
            "chronology": f"/stories/{self.story.pk}/chronology/",
            "story as JSON": f"/stories/{self.story.pk}/export.json",
            "story as CSV": f"/stories/{self.story.pk}/export.csv",
            "story as a picture": f"/stories/{self.story.pk}/export.svg",
            "provenance": f"/stories/{self.story.pk}/provenance/",
            "picture of the provenance": f"/stories/{self.story.pk}/provenance.svg",
            "against its story": f"/articles/{pk}/beside/",
            "what is near the other": f"/articles/{self.other.pk}/related/",
            "what the other is missing": f"/articles/{self.other.pk}/beside/",
            "side by side": f"/articles/{self.other.pk}/beside/{pk}/",
            "quotes": f"/quotes/{self.family.pk}/",
            "an article that rests on it": f"/articles/{self.other.pk}/",
            "alerts": "/alerts/",
            "saved searches": "/searches/",
            "saved search": f"/searches/{self.search.pk}/",
            "saved search feed": f"/searches/feed/{signing.dumps([self.reader.pk, self.search.pk], salt=FEED_SALT)}/",
            "outlets": "/outlets/",
            "tags": "/tags/",
            "dates": "/dates/",
            "undated": "/dates/undated/",
            "search help": "/search/help/",
            "collect": f"/collect/?article={pk}",
            "collections": "/collections/",
            "collection": f"/collections/{self.collection.pk}/",
            "collection to print": f"/collections/{self.collection.pk}/?all=1",
            "collection in time": f"/collections/{self.collection.pk}/?order=time",
            "collection as CSV": f"/collections/{self.collection.pk}/export.csv",
            "collection export": f"/collections/{self.collection.pk}/export.jsonl",
            "collection feed": f"/collections/feed/{collection_token(self.reader, self.collection)}/",
        }

    def doors(self) -> dict[str, Callable[[], str]]:
        """Return every way to read the archive: a name, and what is printed there."""
        pk = self.article.pk
        doors: dict[str, Callable[[], str]] = {name: self._reader(path) for name, path in self.pages().items()}
        desk = {
            "desk": f"/articles/{pk}/desk/",
            "correcting": f"/articles/{pk}/edit/",
            "changes by outlet": f"/changes/?outlet={self.article.outlet.slug}",
            "home of an editor": "/",
        }
        doors |= {name: self._reader(path, self.desk) for name, path in desk.items()}
        doors["mail"] = self._mail
        doors["wire export"] = self._wire_files
        doors["search command"] = lambda: printed("search", "piles", "--json")
        doors["export command"] = lambda: printed("export_articles", "--json")
        doors["export of the story"] = lambda: printed("export_articles", "--story", str(self.story.pk), "--json")
        doors["story command"] = lambda: printed("show_story", str(self.story.pk), "--json")
        doors["related command"] = lambda: printed("related", str(self.other.pk), "--json")
        return doors

    def _mail(self) -> str:
        """Return what is sent when everything that was found is due once more."""
        mail.outbox.clear()
        Alert.objects.update(sent_at=None)
        SavedSearch.objects.update(told_at=None)
        delivery.send_due(clock.now())
        return "\n".join(f"{sent.subject}\n{sent.body}" for sent in mail.outbox)

    @staticmethod
    def _wire_files() -> str:
        """Return every file of a delivery in a wire format, as one text."""
        with tempfile.TemporaryDirectory() as folder:
            printed("export_articles", "--format", "nitf", "--to", folder)
            return "".join(file.read_text() for file in Path(folder).iterdir())

    def _reader(self, path: str, client: Client | None = None) -> Callable[[], str]:
        def read() -> str:
            answer = (client or self.client).get(path)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            return content.decode()

        return read

    def seen_at(self) -> set[str]:
        """Return the doors at which a reader sees the word."""
        return {name for name, read in self.doors().items() if WORD.lower() in read().lower()}


def withhold(scene: Scene) -> Callable[[], object]:
    status.withhold(article=scene.article, by=scene.archivist, reason="Checking.", at=clock.now())
    return lambda: status.reinstate(article=scene.article, by=scene.archivist, reason="Holds.", at=clock.now())


def kill(scene: Scene) -> Callable[[], object]:
    status.kill(article=scene.article, by=scene.archivist, reason="False.", at=clock.now())
    return lambda: status.reinstate(article=scene.article, by=scene.archivist, reason="Holds.", at=clock.now())


def embargo(scene: Scene) -> Callable[[], object]:
    until = clock.now() + timedelta(hours=1)
    status.embargo(article=scene.article, by=scene.archivist, until=until, reason="By wire.", at=clock.now())
    return lambda: status.lift_embargo(article=scene.article, by=scene.archivist, reason="Over.", at=clock.now())


@pytest.mark.parametrize("verb", [withhold, kill, embargo])
def test_what_may_not_be_seen_is_seen_nowhere_and_comes_back_everywhere(verb: Callable) -> None:
    scene = Scene()
    before = scene.seen_at()
    # What opens on lists of names alone never holds the word; every other door does, or the walk would prove nothing.
    assert set(scene.doors()) - before == NAMES_ALONE
    take_back = verb(scene)
    assert scene.seen_at() == set(), "at once, before the index hears of it"
    scene.settle()
    assert scene.seen_at() == set(), "and after it has"
    take_back()
    scene.settle()
    assert scene.seen_at() == before


def test_an_embargo_that_is_over_lifts_by_itself() -> None:
    scene = Scene()
    status.embargo(
        article=scene.article,
        by=scene.archivist,
        until=clock.now() + timedelta(hours=1),
        reason="By wire.",
        at=clock.now(),
    )
    assert scene.seen_at() == set()
    assert status.lift_due_embargoes(at=clock.now()) == 0
    assert status.lift_due_embargoes(at=clock.now() + timedelta(hours=1)) == 1
    scene.settle()
    assert "search" in scene.seen_at()


def test_every_list_warns_of_a_legal_note_and_offers_to_collect_by_keyboard() -> None:
    scene = Scene()
    legal.warn(article=scene.article, text="Do not repeat the figure", by=scene.editor, at=clock.now())
    hits = {"article", "search", "search feed", "search command", "saved search", "saved search feed", "alerts", "mail"}
    hits |= {"story", "collection", "outlet", "tag", "day", "home"}
    doors = scene.doors()
    assert {name for name in hits if "Do not repeat the figure" not in doors[name]()} == set()
    lists = {"search", "saved search", "alerts", "story", "outlet", "tag", "day", "home", "changes", "quotes"}
    offered = f'/collect/?article={scene.article.pk}" data-key="c"'
    assert {name for name in lists if offered not in doors[name]()} == set()


def test_the_public_reads_texts_where_the_rights_allow_and_nowhere_else(settings) -> None:
    scene = Scene()
    settings.ARCHIVE_PUBLIC = True
    passer_by = Client()
    # A secret address speaks for the person it was given to.
    pages = {name: path for name, path in scene.pages().items() if "/feed/" not in path}

    def seen(word: str) -> set[str]:
        return {name for name, path in pages.items() if word in scene._reader(path, passer_by)()}

    open_to_all = {"article", "old version", "outlet", "tag", "day"}
    for rights, texts in (
        ("none", set()),
        ("licensed", {"article", "old version"}),
        ("owned", {"article", "old version"}),
    ):
        Outlet.objects.update(rights=rights)
        assert seen("piles") == texts, rights
        # Beside a text that is shown stands the title of its story, which is a headline.
        assert seen(WORD) == open_to_all | ({"an article that rests on it"} if texts else set())
    for path in pages.values():
        assert passer_by.post(path).status_code in (302, 403, 405), path
    status.kill(article=scene.article, by=scene.archivist, reason="False.", at=clock.now())
    assert seen(WORD) == seen("piles") == set()
    assert passer_by.get(f"/articles/{scene.article.pk}/").status_code == 410


def test_a_merged_article_is_seen_through_the_other_alone() -> None:
    scene = Scene()
    record = merging.merge_articles(
        source=scene.article, target=scene.other, by=scene.archivist, reason="One text.", at=clock.now()
    )
    settle()
    link = f'"/articles/{scene.article.pk}/"'
    doors = scene.doors()
    assert [name for name in ("search", "outlet", "day", "tag", "collection", "home") if link in doors[name]()] == []
    assert scene.client.get(f"/articles/{scene.article.pk}/")["Location"] == f"/articles/{scene.other.pk}/"
    merging.undo(record=record, by=scene.archivist, at=clock.now())
    settle_everything()
    assert "search" in scene.seen_at()
