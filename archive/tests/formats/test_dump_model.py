"""The stored weights fit the features, and scores say body or furniture block by block."""

import json
from pathlib import Path

import pytest

from archive.formats import dump_model
from archive.formats.dump_blocks import read_blocks
from archive.formats.dump_features import NAMES, features, heaviest_run
from archive.formats.dump_patterns import CONTROL_WORDS, CREDITS
from archive.text.normalize import words

MODEL = json.loads(Path(dump_model.__file__).with_suffix(".json").read_text(encoding="utf8"))
SAMPLE = (Path(__file__).parent / "samples" / "dump" / "page.txt").read_text(encoding="utf8")


def test_the_weights_were_trained_on_these_features_in_this_order():
    assert tuple(MODEL["first"]["names"]) == NAMES
    assert tuple(MODEL["second"]["names"]) == (*NAMES, *dump_model.CONTEXT_NAMES)
    assert [len(MODEL[stage]["weights"]) for stage in ("first", "second")] == [
        len(MODEL[stage]["names"]) for stage in ("first", "second")
    ]


def test_every_block_has_every_feature_within_bounds():
    blocks = read_blocks(SAMPLE, "en")
    rows = features(blocks, heaviest_run(blocks))
    assert {len(row) for row in rows} == {len(NAMES)}
    assert all(-10 <= value <= 10 for row in rows for value in row)


def test_prose_of_the_article_scores_above_menus_and_footers():
    blocks = read_blocks(SAMPLE, "en")
    scores = dict(zip((block.text for block in blocks), dump_model.block_scores(blocks), strict=True))
    lead = next(text for text in scores if text.startswith("The transport minister of Westmark"))
    assert scores[lead] > 0 > max(scores["Privacy Policy"], scores["Economy"], scores["Motto"])


@pytest.mark.parametrize("text", ["One line.", "\n".join(["Home"] * 500), "x" * 20_000, "a\n\n" * 5_000])
def test_odd_dumps_are_scored_without_an_error(text):
    blocks = read_blocks(text)
    assert len(dump_model.block_scores(blocks)) == len(blocks)


def test_smoothing_bridges_a_gap_that_costs_less_than_two_switches():
    assert dump_model.smooth([4, -0.3, 4], 0.5) == [True, True, True]
    assert dump_model.smooth([4, -3, 4], 0.5) == [True, False, True]
    assert dump_model.smooth([-4, 0.3, -4], 0.5) == [False, False, False]
    assert dump_model.smooth([]) == []


def test_the_heaviest_segment_spans_small_dips():
    assert dump_model.heaviest_segment([-2, 3, -1, 3, -3, 1], [5, 20, 2, 20, 30, 3]) == (1, 3)


@pytest.mark.parametrize(
    ("spotter", "lines"),
    [
        (
            CREDITS,
            [
                "The quay at dawn. (AP Photo/Ada Finch)",
                "(Foto: Ada Finch)",
                "Photos: the harbor",
                "A boat. Fotos: A. F.",
                "Zdjęcie: A. Finch",
                "Crédit photo : Finch",
                "Bildquelle: Stadt",
                "Фото: А. Финч",
                "Ілюстрація: А",
                "الصورة: أ",
                "iStockphoto",
                "Quay/Getty",
                "Finch/AFP",
                "REUTERS/Finch",
                "Photo by Ada Finch",
                "© Ada Finch",
                "(c) Ada Finch",
                "A quay (Finch via Harbor)",
                "A quay (Finch/Harbor)",
                "Picture by: X",
            ],
        ),
        (
            CONTROL_WORDS,
            [
                "Subscribe",
                "Sign in",
                "Log out",
                "logout",
                "Cookie",
                "Privacy",
                "Terms of use",
                "Advertisement",
                "Contact us",
                "About us",
                "Follow us",
                "Share this",
                "1 comment",
                "E-Mail",
                "email",
                "Copy link",
                "Skip to",
                "Click here",
                "App Store",
                "Google Play",
                "Support us",
                "Site map",
                "Abonnieren",
                "Suscríbete",
                "S'abonner",
                "Подписаться",
                "Поделиться",
                "Přihlásit",
                "Udostępnij",
                "Exit mobile version",
                "Site icon",
                "Read next",
                "Most read",
                "Menu",
            ],
        ),
    ],
)
def test_a_line_that_a_pattern_fits_is_always_searched(spotter, lines):
    for line in lines:
        assert spotter.pattern.search(line), line
        tokens = words(line)
        assert spotter.may_be_in(line, tokens, "".join(tokens)), line
