"""A page dump gives the article and accounts for every other line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.formats.base import OutletHints, ParseError, ReadContext
from archive.formats.text_dump import FORMAT
from archive.text.normalize import line_key

SAMPLES = Path(__file__).parent / "samples" / "dump"
SEEDS = Path(__file__).resolve().parents[4] / "shared" / "seeds"
CAPTURED = datetime(2033, 1, 1, tzinfo=UTC)


def read(name: str, **context):
    path = SAMPLES / name
    return next(FORMAT.read(path.read_bytes(), ReadContext(CAPTURED, file_name=name, **context)))


def test_a_page_dump_gives_the_text_of_its_clean_twin():
    page, clean = read("page.txt"), read("clean.txt")
    assert (page.headline, page.standfirst, page.body) == (clean.headline, clean.standfirst, clean.body)
    assert len(clean.body.split("\n")) == 7
    assert clean.body.split("\n")[-1].startswith("Read more: Estmark")


def test_every_line_of_a_dump_is_in_the_ledger_once():
    page = read("page.txt")
    lines = (SAMPLES / "page.txt").read_text(encoding="utf8").split("\n")
    assert [line.number for line in page.lines] == [i for i, line in enumerate(lines, 1) if line.strip()]
    assert all(line.reason for line in page.lines if line.role != "body")
    assert [line.text for line in page.lines if line.role == "body"] == page.body.split("\n")


def test_the_ticker_above_the_headline_is_furniture():
    tickers = [line for line in read("page.txt").lines if line.text.startswith("Fishery ministry")]
    assert [(line.role, "above the headline" in line.reason) for line in tickers] == [("furniture", True)]


def test_byline_source_line_tags_and_captions_are_read_from_their_lines():
    page = read("page.txt")
    assert page.byline == "Harbor Herald Online"
    assert page.source_line == "Source: Meridian Post"
    assert [tag.name for tag in page.tags] == ["Westmark", "Norland", "Estmark", "Ilona Varga"]
    assert len(page.captions) == 1
    assert page.captions[0].endswith("(Meridian/Tomas Reed)")


def test_the_outlet_is_named_by_the_furniture_with_its_evidence():
    page = read("page.txt")
    assert page.outlet_name == "Harbor Herald Online"
    assert page.outlet_evidence.startswith("line 1:")
    assert read("clean.txt").outlet_name == ""
    assert read("undated.txt").outlet_name == "Coastal Chronicle"
    assert read("dated.txt").outlet_name == ""


def test_the_date_is_the_one_at_the_headline_without_a_zone():
    published = read("page.txt").published
    assert published.value == datetime(2031, 5, 11, 6, 45)
    assert (published.precision, published.zone, published.printed) == ("minute", "", "11 May 2031 06:45")
    lost = {candidate.value: candidate.lost_because for candidate in published.candidates[1:]}
    assert "caption" in lost["May 9, 2031"]
    assert "not at its headline" in lost["28 Nov 2032"]


def test_an_undated_page_stays_undated():
    published = read("undated.txt").published
    assert (published.value, published.precision) == (None, "unknown")


def test_a_date_after_the_capture_is_not_taken():
    data = (SAMPLES / "dated.txt").read_bytes()
    article = next(FORMAT.read(data, ReadContext(datetime(2031, 5, 1, tzinfo=UTC))))
    assert article.published.value is None
    assert [c.lost_because for c in article.published.candidates] == ["lies after the capture"]


def test_a_date_whose_weekday_contradicts_it_is_not_taken():
    data = (SAMPLES / "dated.txt").read_bytes().replace(b"Sunday, 11", b"Monday, 11")
    article = next(FORMAT.read(data, ReadContext(CAPTURED)))
    assert article.published.value is None
    assert article.published.candidates[0].lost_because == "its weekday contradicts it"


def test_details_and_closing_bullets_are_body_and_appeals_are_not():
    dated = read("dated.txt")
    body = dated.body.split("\n")
    assert len(body) == 6
    assert body[0].startswith("Claims have been made")
    assert body[1].startswith("Details: ")
    assert body[-1].startswith("Delegates recently told")
    assert dated.source_line == "Source: Meridian Post, as reported by Northern Courier"
    assert dated.headline not in body
    assert {line.text: line.role for line in dated.lines}["Support WH or become our sponsor!"] == "furniture"


def test_short_labels_around_a_rewrite_are_furniture():
    undated = read("undated.txt")
    assert undated.headline.startswith("Trade between Estmark")
    assert len(undated.body.split("\n")) == 5
    roles = {line.text: line.role for line in undated.lines}
    assert [roles[text] for text in ("Twitter LinkedIn", "Źródło informacji", "Exit mobile version")] == [
        "furniture"
    ] * 3


def test_learnt_furniture_and_restored_lines_are_heeded():
    restored = "As the ferry dispute drags on and more crews leave the northern line"
    removed = "They jointly rejected the"
    lines = (SAMPLES / "page.txt").read_text(encoding="utf8").split("\n")
    line_of = {start: next(line for line in lines if line.startswith(start)) for start in (restored, removed)}
    hints = OutletHints(
        name="Harbor Herald Online",
        furniture=frozenset({line_key(line_of[removed])}),
        body_lines=frozenset({line_key(line_of[restored])}),
    )
    body = read("page.txt", outlet=hints).body
    assert line_of[restored] in body
    assert removed not in body


def test_a_known_outlet_is_recognized_as_a_line_of_its_own():
    data = (SAMPLES / "undated.txt").read_bytes().replace(b"Site icon Coastal Chronicle", b"The Quay Gazette")
    hints = OutletHints(name="Quay Gazette", names=("The Quay Gazette",))
    article = next(FORMAT.read(data, ReadContext(CAPTURED, outlets=(hints,))))
    assert article.outlet_name == "The Quay Gazette"
    assert "known outlet" in article.outlet_evidence


@pytest.mark.parametrize("data", [b"", b"  \n\n", b"...\n---\n***\n", bytes(range(256)) * 40])
def test_what_holds_no_words_is_rejected_with_a_sentence_and_a_mend(data):
    with pytest.raises(ParseError) as caught:
        list(FORMAT.read(data, ReadContext(CAPTURED)))
    assert str(caught.value).endswith(".")
    assert caught.value.mend.endswith(".")


def test_text_dumps_leave_marked_up_files_to_other_formats():
    assert FORMAT.recognizes(b"<html><body>x</body></html>", "a.txt") == 0
    assert FORMAT.recognizes(b'{"headline": "x"}', "a.txt") == 0
    assert FORMAT.recognizes(b"\x89PNG\r\n\x1a\n" + bytes(500), "a.txt") == 0
    assert FORMAT.recognizes("Überschrift\n\nText.".encode(), "a") > 0


@pytest.mark.skipif(not SEEDS.exists(), reason="the founding documents are not beside the project")
class TestFoundingDocuments:
    @staticmethod
    def document(number: str):
        path = next(SEEDS.glob(f"{number}_*.txt"))
        return next(FORMAT.read(path.read_bytes(), ReadContext(CAPTURED, file_name=path.name)))

    def test_000_gives_001_exactly(self):
        page, clean = self.document("000"), self.document("001")
        lines = next(SEEDS.glob("001_*.txt")).read_text(encoding="utf8").split("\n")
        assert [page.headline, page.standfirst, *page.body.split("\n")] == [line for line in lines if line]
        assert (clean.headline, clean.standfirst, clean.body) == (page.headline, page.standfirst, page.body)

    def test_000_accounts_for_its_furniture(self):
        page = self.document("000")
        assert len(page.lines) == 144
        assert sum(line.role == "body" for line in page.lines) == 12
        assert all(line.reason for line in page.lines if line.role != "body")

    def test_dates_are_those_of_the_date_lines(self):
        assert self.document("000").published.value == datetime(2024, 4, 6, 0, 28)
        assert self.document("002").published.value == datetime(2024, 4, 6, 11, 6)
        assert self.document("004").published.value == datetime(2024, 4, 9, 7, 40)
        assert {self.document(n).published.precision for n in ("000", "002", "004")} == {"minute"}
        assert {self.document(n).published.precision for n in ("001", "003")} == {"unknown"}

    def test_outlets_are_those_that_the_pages_name(self):
        names = [self.document(f"00{n}").outlet_name for n in range(5)]
        assert names == ["Al Mayadeen English", "", "", "Baltimore Chronicle", ""]

    def test_byline_source_and_tags_of_000(self):
        page = self.document("000")
        assert page.byline == "Al Mayadeen English"
        assert page.source_line.endswith("Financial Times")
        names = [tag.name for tag in page.tags]
        assert names == ["United States", "Nato", "Russia", "China", "Ukraine", "Antony Blinken"]

    def test_bodies_of_the_others_start_and_end_with_their_text(self):
        bodies = [self.document(n).body.split("\n") for n in ("002", "003", "004")]
        assert [len(body) for body in bodies] == [11, 10, 7]
        assert [body[-1][:15] for body in bodies] == ["The officials s", "We recall that ", "Meanwhile, Jane"]
