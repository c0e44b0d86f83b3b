"""What the text of an undated article proves about its date, in the languages whose weekdays are known."""

from datetime import date

import pytest

from archive.stories.evidence import Dated, not_before

SUNDAY = date(2025, 3, 9)
TOLD = {
    "en": (
        "The mayor Osei visited the harbor of Lindholm on Friday and Saturday and spoke to fishermen.",
        "On Friday and Saturday the mayor Osei visited the harbor of Lindholm and spoke to the fishermen of the fleet.",
    ),
    "es": (
        "La alcaldesa Osei visitó el viernes y el sábado el puerto de Lindholm y habló con los pescadores.",
        "La alcaldesa Osei visitó el puerto de Lindholm el viernes y el sábado, y habló con los pescadores.",
    ),
    "fr": (
        "La maire Osei a visité vendredi et samedi le port de Lindholm et parlé aux pêcheurs.",
        "La maire Osei a visité le port de Lindholm vendredi et samedi, et a parlé aux pêcheurs de la flotte.",
    ),
    "de": (
        "Bürgermeisterin Osei besuchte am Freitag und Samstag den Hafen von Lindholm und sprach mit Fischern.",
        "Am Freitag und am Sonnabend besuchte Bürgermeisterin Osei den Hafen von Lindholm und sprach mit Fischern.",
    ),
    "ru": (
        "Мэр Осей посетила в пятницу и субботу порт Линдхольм и говорила с рыбаками.",
        "В пятницу и в субботу мэр Осей посетила порт Линдхольм, где говорила с рыбаками флота.",
    ),
    "uk": (
        "Мер Осей відвідала у п’ятницю й суботу порт Ліндгольм і говорила з рибалками.",
        "У п'ятницю та суботу мер Осей відвідала порт Ліндгольм, де говорила з рибалками.",
    ),
}
AHEAD = {
    "en": "The mayor Osei will visit the harbor of Lindholm on Friday and Saturday and speak to fishermen.",
    "es": "La alcaldesa Osei visitará el viernes y el sábado el puerto de Lindholm y hablará con los pescadores.",
    "fr": "La maire Osei visitera vendredi et samedi le port de Lindholm et parlera aux pêcheurs.",
    "de": "Bürgermeisterin Osei wird am Freitag und Samstag den Hafen von Lindholm besuchen und mit Fischern sprechen.",
    "ru": "Мэр Осей будет в пятницу и субботу в порту Линдхольм и намерена говорить с рыбаками.",
    "uk": "Мер Осей буде у п’ятницю й суботу в порту Ліндгольм і планує говорити з рибалками.",
}


def dated(body: str) -> list[Dated]:
    return [Dated(1, SUNDAY, "Visit", body, "Harbor Gazette")]


@pytest.mark.parametrize("language", TOLD)
def test_weekdays_that_a_dated_report_fixes_prove_the_day(language):
    undated, held = TOLD[language]
    found = not_before(undated, dated(held))
    assert found.day == date(2025, 3, 8)
    assert found.reason.endswith("on Friday and Saturday, as does Harbor Gazette on 9 Mar 2025")


@pytest.mark.parametrize("language", AHEAD)
def test_what_lies_ahead_proves_nothing(language):
    assert not_before(AHEAD[language], dated(TOLD[language][1])) is None


def test_nothing_is_claimed_across_two_languages():
    assert not_before(TOLD["de"][0], dated(TOLD["fr"][1])) is None


@pytest.mark.parametrize(
    "text",
    [
        "Osei viajó a Santo Domingo con los pescadores del puerto de Lindholm.",
        "Окружающая среда в порту Линдхольм страдает, сказала мэр Осей рыбакам.",
        "زارت رئيسة البلدية أوسي ميناء ليندهولم يوم الجمعة وتحدثت إلى الصيادين.",
        "",
    ],
)
def test_what_is_no_weekday_or_not_known_as_one_gives_nothing(text):
    assert not_before(text, [*dated(text), *dated(TOLD["es"][1]), *dated(TOLD["ru"][1])]) is None
