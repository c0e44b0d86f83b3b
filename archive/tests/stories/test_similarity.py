"""How near two articles are, from their terms alone."""

import pytest

from archive.stories import similarity
from archive.text import terms

from .world import CHESS, GATES, GATES_AGAIN, GATES_LATER, ORCHARD


def entry(number: int, told: tuple[str, str], day: int | None = 1) -> similarity.Entry:
    return similarity.Entry(number, day, similarity.weigh(terms.term_counts(*told, "en"), lambda _: 1.0))


def test_two_reports_of_one_event_are_nearer_than_reports_of_two():
    gates, again, orchard = entry(1, GATES), entry(2, GATES_AGAIN), entry(3, ORCHARD)
    assert similarity.nearness(gates, again) > 4 * similarity.nearness(gates, orchard)


def test_an_article_is_as_near_to_itself_as_can_be():
    assert similarity.nearness(entry(1, CHESS), entry(2, CHESS)) == pytest.approx(1, abs=1e-3)


def test_days_between_make_articles_less_near_and_an_unknown_day_does_not():
    near = similarity.nearness(entry(1, GATES, 100), entry(2, GATES_AGAIN, 100))
    far = similarity.nearness(entry(1, GATES, 100), entry(2, GATES_AGAIN, 160))
    assert far < near / 2
    assert similarity.nearness(entry(1, GATES, 100), entry(2, GATES_AGAIN, None)) == near


def test_a_rare_term_weighs_more_and_an_unseen_one_the_most():
    weights = [similarity.idf(holding, 1000) for holding in (0, 1, 30, 700)]
    assert weights == sorted(weights, reverse=True)


def test_a_term_in_every_article_never_weighs_less_than_nothing():
    assert similarity.idf(10_000_000, 10) == 0


def rare_entry(number: int, day: int, held_by: int, articles: int = 5000) -> similarity.Entry:
    """An article of which one name is held by so many of the archive's articles, and all else by many."""
    counts = {"=marta osei": 1.0, "=lindholm": 1.0, "harbor": 1.0, f"word{number}": 1.0}
    holding = {"=marta osei": held_by, "=lindholm": 900, "harbor": 900, f"word{number}": 900}
    return similarity.Entry(
        number, day, similarity.weigh(counts, lambda term: similarity.idf(holding.get(term, 0), articles))
    )


def named(held_by: int, articles: int = 5000) -> float:
    one, other = rare_entry(1, 1, held_by, articles), rare_entry(2, 1, held_by, articles)
    return similarity.overlap(one, other).named


def test_a_shared_name_counts_the_more_the_fewer_articles_hold_it():
    assert named(2) > named(4) > named(8) > 0 and named(9) == 0


def test_a_young_archive_that_takes_every_name_for_rare_is_hardly_believed():
    assert named(2, articles=5) < 0.001 and named(2, articles=100_000) > 0.9


def test_a_shared_rare_name_ties_articles_over_a_month_and_a_common_one_does_not():
    for held_by, tied in ((2, True), (9, False)):
        one, other = rare_entry(1, 1, held_by), rare_entry(2, 400, held_by)
        assert similarity.within_reach(1, 400, similarity.overlap(one, other)) is tied
    nothing = similarity.Shared(0.5)
    assert similarity.within_reach(1, 31, nothing) and similarity.within_reach(None, 400, nothing)
    assert similarity.time_prior(1, 400, named=1) > 1.5 * similarity.time_prior(1, 400)


def telling(number: int, day: int, *told: int) -> similarity.Entry:
    return similarity.Entry(number, day, entry(number, GATES).vector, frozenset(told))


def test_two_articles_that_tell_of_the_same_day_are_nearer_than_two_that_do_not_say():
    same = similarity.nearness(telling(1, 101, 100), telling(2, 105, 100))
    unsaid = similarity.nearness(telling(1, 101, 100), telling(2, 105))
    apart = similarity.nearness(telling(1, 101, 100), telling(2, 105, 103))
    assert same > unsaid > apart > 0


def test_looking_back_on_the_day_of_a_report_ties_articles_over_a_year():
    for day_of_report, tied in ((100, True), (101, True), (102, False), (99, False)):
        report, verdict = telling(1, day_of_report), telling(2, 500, 100)
        shared = similarity.overlap(verdict, report)
        assert shared == similarity.overlap(report, verdict) and bool(shared.told) is tied
        assert similarity.within_reach(report.day, verdict.day, shared) is tied


def test_a_day_of_this_week_does_not_tie_an_article_to_whatever_came_out_that_day():
    assert similarity.same_day_told(telling(1, 100), telling(2, 104, 100)) is None


def test_an_article_without_names_has_its_whole_weight_on_words():
    vector = similarity.weigh({"storm": 1.0, "barrier": 1.0}, lambda _: 1.0)
    assert sum(weight * weight for weight in vector.values()) == pytest.approx(1, abs=1e-3)


def test_a_tight_story_asks_more_of_what_wants_in_than_a_single_article():
    assert similarity.required(0, 0) == similarity.NEAR
    assert similarity.required(inside=45 * 0.6, pairs=45) > 2 * similarity.NEAR


def test_one_verbatim_copy_hardly_closes_a_story():
    assert similarity.required(inside=1.0, pairs=1) < 1.5 * similarity.NEAR


def test_shared_terms_name_a_name_once_and_not_also_its_parts():
    shared = similarity.shared_terms(entry(1, GATES), entry(2, GATES_LATER), count=8)
    assert any("osei" in term for term in shared)
    assert sum("osei" in term for term in shared) == 1


def test_a_number_counts_with_the_word_after_it_and_is_shown_as_printed():
    text = "A 3-year-old was hurt in the 5400 block of 21st Street for $5 million, on page 2."
    assert terms.numbered(text, "en") == ["3 year", "5400 block", "21 street"]
    assert {"3 year", "5400 block"} <= terms.term_counts("", text, "en").keys()
    assert terms.printed_forms(text, ["5400 block", "3 year"], "en") == ["5400 block", "3-year"]


def test_names_are_runs_of_capitalised_words_in_any_alphabet():
    assert terms.name_runs("Then Marta Osei met the board of Brandt & Sons in Eskdale. Divers left.") == [
        "Marta Osei",
        "Brandt & Sons".replace(" & ", " "),
        "Eskdale",
    ]
    assert "Анна Петрова" in terms.name_runs("Порт посетила Анна Петрова.")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("أعلن المدير أن السد مفتوح", "ar"),
        ("Директор сообщил, что плотина открыта", "ru"),
        ("El director dijo que la presa está abierta", "es"),
        ("局長は水門が開いていると述べた", "ja"),
        ("", ""),
        ("¡¿…?! 12 — 7", "xx"),
    ],
)
def test_any_language_gives_terms_and_never_an_error(text, language):
    counts = terms.term_counts(text, text, language)
    assert bool(counts) == any(c.isalnum() for c in text)


def test_terms_are_shown_as_the_text_prints_them():
    text = f"{GATES[0]}\n{GATES[1]}"
    assert terms.printed_forms(text, ["hing", "marta osei", "nowhere"], "en") == ["hinges", "Marta Osei"]
