"""The search page: hits, toggling facets, folding, mistakes with their mend, and nothing given away at any door."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from archive import clock
from archive.articles import operations
from archive.articles.content import Content
from archive.indexing.drain import settle
from archive.models import Article, IndexEntry, Membership, Story, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(client):
    user = User.objects.create_user("reader", password="a long enough one")
    client.force_login(user)
    return user


def page(client, query, status=200, **more):
    answer = client.get("/search/", {"q": query, **more})
    assert answer.status_code == status
    return answer.content.decode()


def test_hits_show_their_snippets_with_the_words_marked(client, reader, write):
    write("Barrier gates were cracked", body="Nobody closed the <b>gates</b> that night.", tags=[("floods", "topic")])
    settle()
    html = page(client, "gate")
    assert "Nobody closed the &lt;b&gt;<mark>gates</mark>&lt;/b&gt; that night." in html
    assert "Read as:" in html and "“gate”" in html and "1 found" in html


def test_a_facet_is_a_link_that_narrows_and_widens_again(client, reader, write):
    write("Gates one", tags=[("floods", "topic")])
    write("Gates two", outlet="Northern Ledger")
    settle()
    html = page(client, "gates")
    link = re.search(r'href="([^"]+)"[^>]*><span>Northern Ledger</span> <span class="count">1</span>', html)[1]
    narrowed = client.get(link.replace("&amp;", "&")).content.decode()
    assert "Gates two" in narrowed and "Gates one" not in narrowed
    back = re.search(r'href="([^"]+)"[^>]*aria-current="true"><span>Northern Ledger</span>', narrowed)[1]
    assert "Gates one" in client.get(back.replace("&amp;", "&")).content.decode()


def test_the_picture_over_time_narrows_to_the_month_that_is_clicked(client, reader, write):
    for month, title in ((3, "Gates in March"), (4, "Gates in April")):
        article = write(title)
        Article.objects.filter(pk=article.pk).update(
            published_at=datetime(2024, month, 6, tzinfo=UTC), published_precision="day"
        )
        IndexEntry.objects.mark([article.pk])
    write("Gates without a date")
    settle()
    answer = client.get("/search/", {"q": "gates"})
    picture = answer.context["picture"]
    bars = {bar.url for bar in picture.bars if bar.url}
    link = next(url for url in bars if "2024-04" in url)
    assert link.replace("&", "&amp;") in answer.content.decode()
    narrowed = client.get(link).content.decode()
    assert "Gates in April" in narrowed and "Gates in March" not in narrowed
    assert "Gates without" in client.get(answer.context["undated_url"]).content.decode()


def test_related_coverage_is_one_link_away_from_a_hit(client, reader, write):
    article = write("Barrier gates were cracked")
    settle()
    assert f'href="/articles/{article.pk}/related/"' in page(client, "gates")
    assert client.get(f"/articles/{article.pk}/related/").status_code == 200


def test_phrases_prefixes_and_misspelt_words_are_marked_in_the_snippets(client, reader, write):
    write("Notice", body="The flood barrier held. Barriers elsewhere broke.")
    settle()
    assert "<mark>flood</mark> <mark>barrier</mark> held. Barriers" in page(client, '"flood barrier"')
    assert "<mark>barrier</mark> held. <mark>Barriers</mark>" in page(client, "barr*")
    assert "<mark>flood</mark>" in page(client, "flod~1")


def test_a_mistake_is_shown_where_it_is_with_its_mend(client, reader, write):
    html = page(client, "gates AND", status=400)
    assert "gates <mark>AND</mark>" in html and "add a word" in html


def test_where_nothing_holds_all_words_any_of_them_is_offered(client, reader, write):
    write("Barrier gates")
    settle()
    html = page(client, "barrier submarine")
    assert "Search for any of these words" in html and "any=1" in html
    assert "Barrier gates" in page(client, "barrier submarine", any="1")
    assert "Did you mean" in page(client, "barier") and ">barrier<" in page(client, "barier")


def test_near_copies_fold_under_the_first_and_unfold(client, reader, write):
    first, second = write("Gates cracked", tags=[]), write("Gates cracked again", outlet="Northern Ledger")
    story = Story.objects.create(title="Gates")
    for article, copy_of in ((first, None), (second, first)):
        role = Membership.Role.NEAR_COPY if copy_of else Membership.Role.EARLIEST_HELD
        Membership.objects.create(article=article, story=story, role=role, copy_of=copy_of, placed_at=clock.now())
    IndexEntry.objects.mark([first.pk, second.pk])
    settle()
    html = page(client, "cracked")
    assert "and 1 near-copy" in html and "in 1 outlet" in html and html.count("data-item") == 1
    assert page(client, "cracked", unfold="1").count("data-item") == 2


def test_old_versions_say_whether_the_words_are_still_there(client, reader, write):
    article = write("The mayor resigned", body="He left.")
    operations.add_version(
        article=article, content=Content(headline="The mayor stays", body="He left.", language="en"), at=clock.now()
    )
    settle()
    assert "Nothing found" in page(client, "resigned")
    html = page(client, "resigned versions:all")
    assert "Found in version 1" in html and "no longer in the current version" in html
    assert "the current version matches too" in page(client, "left versions:all")
    assert page(client, "stays").count('<svg class="marks"') == 1


def test_pages_stay_the_same_while_articles_arrive(client, reader, write):
    for number in range(25):
        write(f"Gates number {number}", body=f"Text {number}.")
    settle()
    first = page(client, "gates", order="newest")
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    before = re.findall(r"data-open>([^<]+)<", client.get(following).content.decode())
    for number in range(5):
        write(f"Gates late {number}", body=f"Late {number}.")
    settle()
    assert re.findall(r"data-open>([^<]+)<", client.get(following).content.decode()) == before and len(before) == 5


def test_two_dates_become_part_of_the_query(client, reader, write):
    answer = client.get("/search/", {"q": "gates", "since": "2024-04-01", "until": "2024-05-01"})
    assert answer.status_code == 302 and "date%3A2024-04-01..2024-05-01" in answer["Location"]


@pytest.mark.parametrize("hide", ["withheld", "canceled", "embargoed"])
@pytest.mark.parametrize("drained", [True, False])
def test_what_is_hidden_shows_at_no_door(client, reader, write, hide, drained):
    hidden = write("Zebraquay dossier", body="Unheard of words.", outlet="Zebra Times", tags=[("zebratag", "topic")])
    write("Plain gates")
    settle()
    assert "Zebraquay" in page(client, "zebraquay")
    feed = re.search(r'href="(/search/feed/[^"]+)"', page(client, "dossier"))[1]
    assert "Zebraquay" in client.get(feed).content.decode()
    changes = {"embargoed_until": clock.now() + timedelta(hours=1)} if hide == "embargoed" else {"status": hide}
    Article.objects.filter(pk=hidden.pk).update(**changes)
    IndexEntry.objects.mark([hidden.pk])
    if drained:
        settle()
    for query in ("dossier", "zebraq*", "outlet:zebra", "tag:zebratag", "dossier versions:all", "zebraquai~1"):
        html = page(client, query)
        assert "Zebraquay" not in html and "Zebra Times" not in html and "0 found" in html, query
    assert "zebratag" not in page(client, "") and "Zebra Times" not in page(client, "")
    assert "zebraquay" not in page(client, "zebraquai")
    assert client.get("/search/suggest/", {"q": "zebr"}).json() == {"suggestions": []}
    assert "Zebraquay" not in client.get(feed).content.decode()
    archivist = User.objects.create_superuser("archivist", password="a long enough one")
    client.force_login(archivist)
    assert "Zebraquay" in page(client, "zebraquay")


def test_suggestions_go_on_from_what_was_typed(client, reader, write):
    write("Barrier gates were cracked")
    settle()
    assert client.get("/search/suggest/", {"q": "gates barr"}).json() == {"suggestions": ["gates barrier"]}


def test_a_page_of_hits_takes_a_bounded_number_of_queries(client, reader, write, django_assert_max_num_queries):
    for number in range(12):
        write(f"Gates number {number}", body=f"Text {number}.", tags=[("floods", "topic")])
    settle()
    page(client, "gates")
    with django_assert_max_num_queries(20):
        page(client, "gates")


def test_every_example_of_the_help_can_be_asked(client, reader, write):
    settle()
    html = client.get("/search/help/").content.decode()
    for link in re.findall(r'href="(/search/\?q=[^"]+)"', html):
        assert client.get(link).status_code == 200, link


def test_searching_needs_a_sign_in(client):
    assert client.get("/search/", {"q": "gates"}).status_code == 302
