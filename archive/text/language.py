"""The language of a text is guessed from its script and its commonest words, cheaply and without a model.

The guess picks stemmers and the order of day and month; it is a help, never a fact about the article, and "" says
that nothing was recognized.
"""

# ruff: noqa: E501 - tables of words and patterns

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

_LISTED = {
    "en": "the of and to in that is was for on with as it at by he from his be are this have an has but not they which",
    "es": "el la de que y en los del se las por un para con una su al lo como más pero sus este fue ha desde sobre entre",
    "fr": "le la les de des et en un une du que est dans pour qui sur au par pas plus ce avec sont il son aux ses cette",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass",
    "it": "il la di che e in del per un una della con non sono le da al si dei nel alla più anche ha ma gli delle questo",
    "pt": "o a de que e do da em um para com não uma os no se na por mais as dos como mas ao foi das são também pelo",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er om door ook als bij uit maar naar werd heeft dan",
    "pl": "w i na z się do nie że jest to o za od przez po jak był ale oraz które dla są tym tego jego także może",
    "cs": "a v se na je že s z do o k i za pro ve to byl jako od po podle který jeho jsou která není také bude",
    "sk": "a v sa na je že s z do o k aj za pre vo to bol ako od po podľa ktorý jeho sú ktorá nie tiež bude",
    "sv": "och i att det som en på är av för den med till var om inte ett har de han från vid efter ut mot också",
    "no": "og i det er på som en til av for at med har ikke den fra de var et om ved seg etter men kan også vil",
    "da": "og i det er på som en til af for at med har ikke den fra de var et om ved sig efter men kan også vil blev",
    "fi": "ja on ei se että hän oli ovat mukaan myös kun mutta joka kuin sen voi ole jo vain vuoden niin tai",
    "tr": "ve bir bu için da de ile olarak çok daha olan gibi ancak sonra kadar ise ne olduğu en değil var göre",
    "ro": "și de în a la cu că nu pe o un din care pentru este mai au fost prin sunt al ale după fi sau",
    "hu": "a az és hogy nem is egy de volt ez meg már csak el mint szerint van még ki azt lehet után",
    "hr": "i u je na da se za su od s o kao a nije koji što ali ili će bi iz do kako nakon koja samo",
    "id": "yang dan di dengan untuk dari ini itu dalam pada tidak ke akan adalah juga oleh telah karena saat kata",
    "vi": "và của là có trong được cho các không với một người những đã này khi từ tại cũng như",
    "lt": "ir kad yra iš su į tai ne už buvo kaip bet apie pat dėl po nuo jau tik prie",
    "et": "ja on ei et see oli ka kui mis oma aga ning ole või seda kes siis veel",
    "lv": "un ir ka no uz ar par tas bet kas arī lai vai pēc tika tiek kā pie gada",
    "is": "og að er í á sem við til um en ekki það var með fyrir hann af frá eru",
    "ca": "el la de que i en els del per amb un una no és les al ha dels com més va aquest",
    "tl": "ang ng sa na mga at ay hindi ito para kung mula niya siya nang",
    "sw": "ya na wa kwa ni katika la za kuwa hiyo cha huo alisema ambao watu",
    "ru": "и в не на что с по как это из за о от но для его был он она же так также после до к",
    "uk": "і в не на що з та у за до про як це від але для його був він вона також після які є",
    "be": "і ў не на што з у па да пра як гэта ад але для яго быў ён яна таксама пасля якія",
    "bg": "и в не на че се за от да е са по с но като към това ще до при след който беше",
    "sr": "и у је на да се за су од о као а није који што али или ће би из до",
    "mk": "и во не на дека се за од да е со по но како кон ова ќе до при што беше",
    "ar": "في من على إلى أن التي عن مع هذا الذي كان بعد ما قال لا بين أو هذه خلال",
    "fa": "و در به از که این را با است برای آن شد یک تا بر می خود کرد ها",
    "ur": "کے کی میں سے کو نے ہے اور کا کہ پر ہیں اس یہ بھی تھا کر کہا",
    "hi": "के में की है और से को का ने पर कि यह हैं एक लिए भी इस था",
    "mr": "आहे आणि या हे त्यांनी च्या होते तर ही आहेत यांनी मध्ये झाला",
}
_SCRIPTS = (
    ("el", 0x0370, 0x03FF),
    ("hy", 0x0530, 0x058F),
    ("he", 0x0590, 0x05FF),
    ("bn", 0x0980, 0x09FF),
    ("pa", 0x0A00, 0x0A7F),
    ("gu", 0x0A80, 0x0AFF),
    ("ta", 0x0B80, 0x0BFF),
    ("te", 0x0C00, 0x0C7F),
    ("kn", 0x0C80, 0x0CFF),
    ("ml", 0x0D00, 0x0D7F),
    ("si", 0x0D80, 0x0DFF),
    ("th", 0x0E00, 0x0E7F),
    ("my", 0x1000, 0x109F),
    ("ka", 0x10A0, 0x10FF),
    ("am", 0x1200, 0x137F),
    ("ko", 0xAC00, 0xD7AF),
)
_LANGUAGES: dict[str, list[str]] = {}
for _code, _listed in _LISTED.items():
    for _word in _listed.split():
        _LANGUAGES.setdefault(_word, []).append(_code)
STOP_WORDS = {code: frozenset(listed.split()) for code, listed in _LISTED.items()}
_WORD = re.compile(r"[^\W\d_]+")
_OTHER = re.compile("[^\\u0000-\\u036f]")


def guess_language(text: str, sample: int = 8_000) -> str:
    """Return the ISO 639-1 code of the language of `text`, or "" when the guess would be worth nothing."""
    text = text[:sample]
    words = _WORD.findall(text.casefold())
    letters = sum(map(len, words))
    if letters < 10:
        return ""
    other = [] if text.isascii() else sorted(char for char in _OTHER.findall(text) if char.isalpha())
    if len(other) > letters * 0.4:
        for code, first, last in _SCRIPTS:
            if _between(other, first, last) > letters * 0.4:
                return code
        kana = _between(other, 0x3040, 0x30FF)
        han = _between(other, 0x3400, 0x9FFF)
        if han + kana > letters * 0.4:
            return "ja" if kana > letters * 0.08 else "zh"
    counts: Counter[str] = Counter()
    for word, times in Counter(words).items():
        if codes := _LANGUAGES.get(word):
            # A word that many languages share says less.
            worth = times * (6 // len(codes) + 1)
            for code in codes:
                counts[code] += worth
    if not counts:
        return ""
    (best, score), *rest = counts.most_common(2)
    return best if score >= 4 and (not rest or score > rest[0][1]) else ""


def _between(letters: Sequence[str], first: int, last: int) -> int:
    """Return how many of the sorted letters have a code from `first` to `last`."""
    return bisect_right(letters, chr(last)) - bisect_left(letters, chr(first))
