"""How near two articles are, from their terms alone."""

import pytest

from archive.stories import similarity, terms

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
