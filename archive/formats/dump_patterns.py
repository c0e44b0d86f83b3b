"""The shapes and few words, in many languages, by which lines of a page dump are known; none is made for one outlet."""

# ruff: noqa: E501 - a table of words reads best as one row a language or a thing

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# A sentence ends with one of these, and perhaps with closing marks behind it.
SENTENCE_ENDS = frozenset(".!?…。！？؟।")
SENTENCE_CLOSERS = "'\"”’»）)]"
COUNTED_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
PICTURE = re.compile(
    r"\[[^\[\]]{1,60}\.(?:svg|png|jpe?g|gif|webp)[^\[\]]*\]|^\[[^\[\]]{1,40}\]$|\((?:BUTTON|IMAGE)\)|_{6,}", re.I
)
CREDIT = re.compile(
    r"\((?:AP|AFP|EPA|dpa|APA|TASS|ANSA|PA|Reuters|Getty|EFE|Xinhua|Photo|Foto|Image|File|Courtesy|Credit|Screenshot|Фото)\b[^()]*\)\s*\.?$"
    r"|\((?:[^()]{2,40}(?:/|via )[^()]{2,40})\)\s*$"
    r"|(?:^|[.\s|(\[])(?:Stock |File )?(?:Photos?|Photographs?|Image|Picture|Foto|Fotos|Bild|Фото|Photo credit|Image credit|Credit|Crédit photo|Bildquelle|Zdjęcie|Ілюстрація|Ілюстративне фото|Иллюстрация|الصورة)(?: by)?\s?[:©]\s?\S"
    r"|(?:Getty Images|Shutterstock|iStock\w*|REUTERS/|AP Photo|AFP/|via Getty|via AP|/AP\b|/AFP\b|/Getty\b)[^.]{0,60}\)?$"
    r"|^(?:\(?(?:Photo|Foto|Image|Picture|Фото)\b.{0,12} (?:by|von|de|par)\b)|^(?:©|\(c\))\s?[A-Z][^.]{2,60}$",
    re.IGNORECASE,
)
BYLINE = re.compile(
    r"^(?:by|von|par|por|di|door|av|af|autor(?:a|es|ka)?|author|автор(?:и|ы)?|автора?|written by|reported by|story by|words by|текст|redacted by|text|tekst|yazan|penulis|oleh|بقلم|الكاتب)\s*:?\s+(?=\S)",
    re.IGNORECASE,
)
SOURCE = re.compile(
    r"^(?:sources?|quellen?|fuentes?|fontes?|fonti|fonte|bron(?:nen)?|källor|källa|kilde(?:r)?|lähde|źródło|źródła|zdroj|forrás|kaynak|sursa|izvor|джерел[оа]|источник[и]?|източник|извор|крыніца|المصدر|מקור|出典|来源|來源|출처|sumber|nguồn)\s*[::]\s*\S",
    re.IGNORECASE,
)
UPDATED = re.compile(
    r"\b(?:updated?|last modified|modified|aktualisiert|actualizado|mis à jour|mise à jour|modifié|aggiornato|atualizado|bijgewerkt|gewijzigd|oppdatert|uppdaterad|opdateret|обновлено|оновлено|zaktualizowano|aktualizováno|güncelle\w*|diperbarui)\b|محدث|تحديث",
    re.IGNORECASE,
)
READ_MORE = re.compile(
    r"^(?:read (?:more|also|next)|also read|see also|more|related|lire aussi|à lire|lesen sie (?:auch|mehr)|mehr zum thema|leer (?:más|también)|lea también|leggi anche|leia (?:mais|também)|lees (?:ook|meer)|читайте (?:также|також)|читать также|читайте|czytaj (?:także|więcej|też)|läs (?:mer|också)|les også|læs også|ayrıca oku|baca juga|اقرأ (?:أيضا|أيضاً|المزيد))\s*[:|–—-]\s*\S",
    re.IGNORECASE,
)
MINUTES = re.compile(
    r"^\W*\d{1,3}[- ]?(?:min(?:ute)?s?\.?|мин\.?|хв\.?|Min\.?|minuti|minutos|minuten)\b.{0,16}$", re.IGNORECASE
)
RIGHTS = re.compile(
    r"©|\(c\)\s?(?:19|20)\d\d|copyright|all rights reserved|alle rechte|tous droits|todos los derechos|все права|усі права|wszelkie prawa|جميع الحقوق|tutti i diritti|todos os direitos",
    re.IGNORECASE,
)
CONTROLS = re.compile(
    r"\b(?:subscribe|sign (?:in|up|out)|log ?(?:in|out)|newsletter|cookies?|privacy|terms of (?:use|service)|advertis\w*|contact us|about us|follow us|share(?: this)?|comments?|e-?mail|facebook|twitter|whatsapp|linkedin|pinterest|reddit|instagram|youtube|telegram|print|copy link|skip to|click here|download|app store|google play|support us|donate|patron|site ?map|help|careers|search|menu|home|abonn\w*|anmelden|impressum|datenschutz|suscr\w*|s'abonner|teilen|compartir|partager|подписа\w*|поделиться|поділитися|реклама|přihlásit|udostępnij|exit mobile version|site icon|read next|most read|most popular|trending|recommended|related)\b",
    re.IGNORECASE,
)


def word_set(listed: str) -> frozenset[str]:
    """Return the words of a list that is written with spaces between them."""
    return frozenset(listed.split())


@dataclass(frozen=True, slots=True)
class Spotter:
    """A pattern that is only searched where one of its words stands; the words are folded.

    A pattern of a hundred words is slow, and most lines hold none of them. `stems` are looked for in the words without
    spaces, `signs` in the line as it is.
    """

    pattern: re.Pattern[str]
    words: frozenset[str]
    stems: tuple[str, ...]
    signs: tuple[str, ...] = ()

    def may_be_in(self, text: str, tokens: Sequence[str], key: str) -> bool:
        """Say whether it is worth searching a line with these folded words, `key` being all of them without spaces."""
        return (
            not self.words.isdisjoint(tokens)
            or any(stem in key for stem in self.stems)
            or any(sign in text for sign in self.signs)
        )

    def is_in(self, text: str, tokens: Sequence[str], key: str) -> bool:
        """Say whether the pattern is found in a line."""
        return self.may_be_in(text, tokens, key) and self.pattern.search(text) is not None


CREDITS = Spotter(
    CREDIT,
    word_set(
        "ap afp epa dpa apa tass ansa pa reuters getty efe xinhua photo photos photograph photographs foto fotos image "
        "file courtesy credit screenshot фото picture bild bildquelle zdjecie ілюстрація ілюстративне иллюстрация "
        "الصورة via"
    ),
    ("stock", "getty", "reuters", "afp"),
    ("/", "©", "(c)", "(C)"),
)
CONTROL_WORDS = Spotter(
    CONTROLS,
    word_set(
        "subscribe sign log login logout newsletter cookie cookies privacy terms contact about follow share comment "
        "comments e email mail facebook twitter whatsapp linkedin pinterest reddit instagram youtube telegram print "
        "copy skip click download app google support donate patron site sitemap help careers search menu home anmelden "
        "impressum datenschutz s teilen compartir partager поделиться поділитися реклама prihlasit udostepnij exit "
        "read most trending recommended related"
    ),
    ("advertis", "abonn", "suscr", "подписа"),
)
