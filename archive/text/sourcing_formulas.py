"""Promises the commonest sourcing formulas of Russian, Ukrainian, Spanish, German, French and Arabic texts.

Each formula stands right beside the name it introduces; the name is a quoted title or a run of capitalized words (in
Arabic the words after "agency", "newspaper", "channel"). No grammar is attempted, so nothing vague is read.
"""

from __future__ import annotations

import re

from archive.text.outlet_mentions import OutletLookup
from archive.text.sentences import Sentence
from archive.text.sources import Claim, Source, read_source

_NOUN = (
    r"(?:(?:the|die|das|der|den|dem|la|el|le|l[’']|los|las|les|del|de la|du|газета|газеты|газету|издание|"
    r"издания|издании|агентство|агентства|"
    r"агенция|агентство|телеканал|телеканала|журнал|портал|видання|газети|агентства|агенція|агенції|канал|"
    r"Zeitung|Nachrichtenagentur|Agentur|Magazin|Sender|"
    r"periódico|diario|agencia|cadena|agence|journal|quotidien|chaîne)\s+){0,3}"
)
_PART = r"[A-ZÀ-ÞА-ЯЁІЇЄҐ0-9][\w.’'-]*"
_NAME = (
    r"(?:[«„“\"](?P<quoted>[^»“”\"\n]{2,50})[»“”\"]"
    rf"|(?P<plain>(?!\d){_PART}(?:[\s/-]+(?:{_PART}|de|del|la|du|des)(?=\W|$))*))"
)


def _formula(lead: str, rule: str, kind: str) -> tuple[re.Pattern[str], str, str]:
    return re.compile(rf"(?<!\w)(?i:{lead})\s+{_NOUN}" + _NAME, re.UNICODE), rule, kind


_FORMULAS = [
    _formula(r"со ссылкой на|ссылаясь на|з посиланням на|посилаючись на", "with reference to", "citing"),
    _formula(r"unter Berufung auf|mit Verweis auf|citando a|citant|en citant", "with reference to", "citing"),
    _formula(
        r"(?:об этом |как )?(?:сообщает|сообщил[аио]?|сообщают|передает|передаёт|пишет|пишут|заявил[аио]?|"
        r"рассказал[аио]?)|"
        r"(?:про це |як )?(?:повідомляє|повідомил[аио]|повідомив|пише|передає|заявив|заявил[аио]|"
        r"розповів)", "reports (ru, uk)", "tells"
    ),
    _formula(r"по данным|по информации|по словам|за даними|за інформацією|за словами|согласно|"
        r"відповідно до", "according to (ru, uk)", "according"),
    _formula(r"según|de acuerdo con|conforme a|informó|informa|reportó|publicó", "según (es)", "according"),
    _formula(r"laut|nach Angaben (?:von|der|des)|nach Informationen (?:von|der|des)|wie (?=[^.]{2,60}berichtet)|"
        r"berichtete?|meldete?", "laut (de)", "according"),
    _formula(r"selon|d[’']après|rapporte|a rapporté|a indiqué|indique|a annoncé", "selon (fr)", "according"),
]  # fmt: skip
_ARABIC = re.compile(
    r"(?:وفقا ل|وفقًا ل|بحسب|نقلا عن|نقلاً عن|ذكرت|أفادت|قالت|نشرت)\s*(?:وكالة|صحيفة|قناة|موقع|شبكة|"
    r"مجلة)\s+(?:الأنباء\s+|أنباء\s+)?"
    r"[«\"“]?(?P<name>[^\s«»\"“”،,.]+(?:\s[^\s«»\"“”،,.]+)?)[»\"”]?"
)
_FOREIGN = re.compile(
    r"[А-Яа-яІіЇїЄєҐґ\u0600-\u06ff]|\b(?:der|die|und|según|una?|los|laut|selon|les|une|dans|der|das|con|por)\b"
)


def find_formulas(text: str, sentence: Sentence, field: str, lookup: OutletLookup, known: list[Claim]) -> list[Claim]:
    """Return the claims that a formula of another language states in `sentence`; `known` is what grammar has read."""
    if known:
        return []
    plain = text[sentence.start : sentence.end]
    if not _FOREIGN.search(plain):
        return []
    found: list[tuple[str, Claim]] = []
    taken: list[tuple[int, int]] = []
    for pattern, rule, kind in _FORMULAS:
        for match in pattern.finditer(plain):
            group = "quoted" if match.group("quoted") else "plain"
            span = match.span(group)
            if any(a < span[1] and span[0] < b for a, b in taken):
                continue
            source = _source(match.group(group), group == "quoted", lookup)
            if source is None:
                continue
            taken.append(span)
            claim = Claim(source, field, sentence.start + span[0], sentence.start + span[1], rule, 0.7)
            found.append((kind, claim))
    for match in _ARABIC.finditer(plain):
        resolved = lookup.resolve(match.group("name")) or lookup.resolve(match.group("name").split()[0])
        name, slug = (resolved[0], resolved[1]) if resolved else (match.group("name"), None)
        if lookup.is_own(name):
            continue
        source = Source(name, "outlet", slug=slug)
        start, end = match.span("name")
        found.append(
            ("according", Claim(source, field, sentence.start + start, sentence.start + end, "according (ar)", 0.6))
        )
    return _chained(found)


def _source(name: str, quoted: bool, lookup: OutletLookup) -> Source | None:
    name = name.strip()
    if lookup.is_own(name):
        return None
    resolved = lookup.resolve(name)
    if resolved is not None:
        return None if lookup.is_own(resolved[0]) else Source(resolved[0], "outlet", slug=resolved[1])
    if quoted:
        return Source(name, "outlet")
    return read_source(name, lookup)


def _chained(found: list[tuple[str, Claim]]) -> list[Claim]:
    """Let the reporting outlet rely on the one it refers to."""
    tellers = [c for kind, c in found if kind != "citing"]
    cited = [c for kind, c in found if kind == "citing"]
    if tellers and cited:
        tellers[0].relies_on = cited[0]
        cited[0].whole = False
    return [*tellers, *cited]
