"""The language is guessed from script and commonest words, and "" where that would be worth nothing."""

import pytest

from archive.text.language import guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferry union has voted to stop the line and the crews will not return to the quay.", "en"),
        ("Die Gewerkschaft hat für den Stillstand gestimmt, und die Linie wird nicht mehr bedient.", "de"),
        ("Le syndicat des marins a voté pour arrêter la ligne et les équipages ne sont pas sur le quai.", "fr"),
        ("El sindicato ha votado para parar la línea y los barcos no salen del puerto por las noches.", "es"),
        ("Профсоюз проголосовал за остановку линии, и на причале не было никого, но это не все.", "ru"),
        ("Профспілка проголосувала за зупинку лінії, і на причалі не було нікого, але це не все, що є.", "uk"),
        ("قالت النقابة إن الخط توقف بعد أن رفضت الشركة الحديث عن الأجور في الميناء", "ar"),
        ("渡轮工会投票决定停止北线的所有航班，他们说这是没有办法的事", "zh"),
        ("フェリー労働組合は北航路のすべての便を止めることを決めた。", "ja"),
        ("북항로의 모든 운항을 중단하기로 결정했다고 밝혔다", "ko"),
        ("12345 67890", ""),
        ("Xq zzyx", ""),
    ],
)
def test_languages_are_guessed(text, language):
    assert guess_language(text) == language
