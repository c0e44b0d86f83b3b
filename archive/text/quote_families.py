"""Promises the families of quotes: which spans, in which texts, are one utterance, and how each differs.

Two quotes are one utterance when they share most of their content words, or when they share some and the sentences
around them agree (a short or back-translated quote). A long quote may hold two utterances that others print apart: then
its sentences belong to different families. A sentence without quotation marks that says a quote's words is a
paraphrase of it. Words are compared by stem; a single quoted word is never linked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz

from archive.text.name_words import FUNCTION_WORDS
from archive.text.quotes import Quote, find_quotes
from archive.text.sentences import split_sentences
from archive.text.speech_words import AUXILIARY, PREPOSITIONS
from archive.text.terms import stemmer
from archive.text.word_lists import words

VariantKind = Literal["identical", "punctuation", "shortened", "reworded", "back_translated", "paraphrased"]

_SIMILAR = 80.0
_COVERED = 0.65
# Words that meet by chance in two long quotes rarely come in the same order.
_IN_ORDER = 65.0
_FEW = 3
_PARAPHRASE_WORDS = 5
_PARAPHRASE_COVERED = 0.8
# Stems that more quotes than this share can't pick candidates in a story of hundreds of articles.
_COMMON = 80
# How many characters of its paragraph on either side are a quote's surroundings.
_AROUND = 300

_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_POSSESSIVE = re.compile(r"[’']s?$")
_STOP = (
    FUNCTION_WORDS
    | AUXILIARY
    | PREPOSITIONS
    | words("not only also very so much really it's that's there's us them him me itself")
)
_english = stemmer("english")
_TYPOGRAPHY = {ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"', ord("…"): "...", 0xA0: " "}


@dataclass(frozen=True, slots=True)
class Text:
    """One text whose quotes are compared: `key` names it (a version), `rank` is its place in time.

    `around` is what stands beside a text too short to have surroundings of its own, such as a headline.
    """

    key: int
    article: int
    rank: int
    body: str
    quotes: tuple[Quote, ...]
    around: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One variant: the stretch [start, end) of the text `key`, which quote it is (its place in `Text.quotes`, None for
    a paraphrase), and how it differs from the family's fullest wording."""

    key: int
    quote: int | None
    start: int
    end: int
    text: str
    kind: VariantKind


@dataclass(frozen=True, slots=True)
class Family:
    """The variants of one utterance in time order; `label` is the wording the others are compared with."""

    label: str
    speaker: str
    members: tuple[Member, ...]


@dataclass(slots=True)
class _Node:
    """A quote, or a sentence of one, on its way into a family."""

    text: Text
    quote: int
    start: int
    end: int
    words: str
    stems: frozenset[str] = field(default_factory=frozenset)
    context: frozenset[str] = field(default_factory=frozenset)


def text_of(key: int, article: int, rank: int, body: str) -> Text:
    """Return `body` with its quotes read."""
    return Text(key, article, rank, body, tuple(find_quotes(body)))


def find_families(texts: Sequence[Text]) -> list[Family]:
    """Return the families of two and more variants among `texts`, in the order of their first appearance."""
    wholes = [node for text in texts for node in _nodes(text)]
    links = _links(wholes)
    clusters = _cluster(links)
    covered = {id(n) for cluster in clusters for n in cluster}
    clusters += [[n] for n in wholes if id(n) not in covered and len(n.stems) > _PARAPHRASE_WORDS]
    ranks = {text.key: text.rank for text in texts}
    wanted = [_said_in(cluster) for cluster in clusters]
    sentences = _Sentences(texts, frozenset().union(*wanted))
    families = []
    for cluster, heads in zip(clusters, wanted, strict=True):
        paraphrases = _paraphrases(cluster, heads, sentences)
        if len(cluster) + len(paraphrases) > 1:
            families.append(_family(cluster, paraphrases, ranks))
    return sorted(families, key=lambda f: (ranks[f.members[0].key], f.members[0].start))


def variant_kind(label: str, text: str) -> VariantKind:
    """Return how a quoted wording differs from the family's fullest one."""
    if _typographic(label) == _typographic(text):
        return "identical"
    full, other = _plain_words(label), _plain_words(text)
    if full == other:
        return "punctuation"
    if len(other) < len(full) and _is_subsequence(other, full):
        return "shortened"
    mine, theirs = stems_of(label), stems_of(text)
    small = min(len(mine), len(theirs)) or 1
    return "reworded" if len(mine & theirs) / small >= 0.6 else "back_translated"


def lost_and_changed(label: str, text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what a variant lost of the fullest wording, and what it says in place of what, in reading order."""
    full, other = _WORD.findall(label), _WORD.findall(text)
    matcher = SequenceMatcher(a=[w.casefold() for w in full], b=[w.casefold() for w in other], autojunk=False)
    lost: list[str] = []
    changed: list[tuple[str, str]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "delete":
            lost.append(" ".join(full[a:b]))
        elif tag == "replace":
            changed.append((" ".join(full[a:b]), " ".join(other[c:d])))
    return lost, changed


@lru_cache(maxsize=50000)
def _stem(word: str) -> str:
    bare = word.casefold()
    if "'" in bare or "’" in bare:
        bare = _POSSESSIVE.sub("", bare)
    return str(_english(bare)) if bare.isascii() else bare[:6]


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of the content words of `text`."""
    return frozenset(filter(None, map(_content_stem, _WORD.findall(text))))


@lru_cache(maxsize=50000)
def _content_stem(word: str) -> str | None:
    return _stem(word) if word.casefold() not in _STOP and (len(word) > 1 or word.isdigit()) else None


def _typographic(text: str) -> str:
    plain = text.translate(_TYPOGRAPHY)
    plain = re.sub(r"\s+", " ", plain).strip(" .,;:!?-–—")
    return plain[:1].casefold() + plain[1:]


def _plain_words(text: str) -> list[str]:
    return [w.casefold().replace("’", "'") for w in _WORD.findall(text)]


def _is_subsequence(short: list[str], long: list[str]) -> bool:
    rest = iter(long)
    return all(word in rest for word in short)


def _nodes(text: Text) -> list[_Node]:
    """Return the quotes of a text that can be linked: two words at least."""
    nodes = []
    for i, quote in enumerate(text.quotes):
        if len(_WORD.findall(quote.text)) < 2:
            continue
        start = max(text.body.rfind("\n", 0, quote.start) + 1, quote.start - _AROUND)
        end = text.body.find("\n", quote.end)
        end = min(end if end >= 0 else len(text.body), quote.end + _AROUND)
        around = f"{text.body[start : quote.start]} {text.body[quote.end : end]} {text.around}"
        nodes.append(_Node(text, i, quote.start, quote.end, quote.text, stems_of(quote.text), stems_of(around)))
    return nodes


def _sentences(node: _Node) -> list[_Node]:
    """Return the sentences of a quote, each with the rest of the quote as part of its surroundings."""
    body = node.text.body[node.start : node.end]
    parts = split_sentences(body)
    if len(parts) < 2:
        return []
    found = []
    for part in parts:
        stems = stems_of(part.text)
        if len(_WORD.findall(part.text)) < 2 or not stems:
            continue
        rest = (node.stems - stems) | node.context
        found.append(
            _Node(node.text, node.quote, node.start + part.start, node.start + part.end, part.text, stems, rest)
        )
    return found


def _links(nodes: list[_Node]) -> list[tuple[float, _Node, _Node]]:
    """Return the linked pairs of nodes of different texts with their strength."""
    posted: dict[str, list[int]] = defaultdict(list)
    for i, node in enumerate(nodes):
        for stem in node.stems:
            posted[stem].append(i)
    groups = _same_words(nodes)
    first = {i: same[0] for same in groups for i in same}
    several = (sorted({first.get(i, i) for i in held}) if len(held) > _COMMON else held for held in posted.values())
    pairs = {
        (a, b)
        for held in several
        if len(held) <= _COMMON
        for x, a in enumerate(held)
        for b in held[x + 1 :]
        if nodes[a].text.key != nodes[b].text.key
    }
    segments: dict[int, list[_Node]] = {}
    links = [
        (2.0, nodes[a], nodes[b]) for a, *others in groups for b in others if nodes[a].text.key != nodes[b].text.key
    ]
    for a, b in sorted(pairs):
        one, other = nodes[a], nodes[b]
        small, large = sorted((one, other), key=lambda n: len(n.stems))
        if len(small.stems) / len(large.stems) < 0.5:
            index = a if large is one else b
            if index not in segments:
                segments[index] = _sentences(large)
            best = max(((s, _strength(small, s)) for s in segments[index]), key=lambda x: x[1], default=None)
            if best is not None:
                if best[1]:
                    links.append((best[1], small, best[0]))
                continue
        strength = _strength(one, other)
        if strength:
            links.append((strength, one, other))
    return links


def _same_words(nodes: Sequence[_Node]) -> list[list[int]]:
    """Return the places of quotes that very many texts print word for word: they belong together without being compared
    pair by pair, which would leave them apart where their stems are too common to pick candidates."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, node in enumerate(nodes):
        if len(node.stems) >= _FEW:
            places[_typographic(node.words)].append(i)
    return [same for same in places.values() if len(same) > _COMMON // 2]


def _strength(one: _Node, other: _Node) -> float:
    """Return how surely two wordings are one utterance, 0 for not at all."""
    shared = one.stems & other.stems
    fewest = min(len(one.stems), len(other.stems))
    if not shared or not fewest:
        return 0.0
    covered = len(shared) / fewest
    around = one.context & other.context
    context = len(around) / (min(len(one.context), len(other.context)) or 1)
    if fewest >= _FEW and covered >= _COVERED:
        similar = fuzz.token_set_ratio(" ".join(sorted(one.stems)), " ".join(sorted(other.stems)))
        in_order = fuzz.partial_ratio(one.words.casefold(), other.words.casefold())
        if similar >= _SIMILAR and (in_order >= _IN_ORDER or (context >= 0.4 and len(around) >= 3)):
            return 1 + covered
    if covered == 1 and len(around) >= 3 and context >= 0.25 and fewest >= 2:
        return 0.8 + context / 5
    telling = {s for s in shared if not _named(s, one.words)}
    if telling and covered >= 0.5 and len(around) >= 4 and context >= 0.4:
        return 0.5 + context / 5
    return 0.0


def _named(stem: str, text: str) -> bool:
    """Return whether the stem is only there as a name: a shared name alone makes no shared utterance."""
    return all(w[0].isupper() for w in _WORD.findall(text)[1:] if _stem(w) == stem) and any(
        _stem(w) == stem for w in _WORD.findall(text)[1:]
    )


def _cluster(links: list[tuple[float, _Node, _Node]]) -> list[list[_Node]]:
    """Return the clusters that the links make, strongest first; one text gives at most one wording to a cluster."""
    merged: dict[tuple[int, int, int], _Node] = {}
    parent: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    texts: dict[tuple[int, int, int], dict[int, tuple[int, int, int]]] = {}

    def key(node: _Node) -> tuple[int, int, int]:
        k = (node.text.key, node.start, node.end)
        if k not in parent:
            parent[k], merged[k], texts[k] = k, node, {node.text.key: k}
        return k

    def root(k: tuple[int, int, int]) -> tuple[int, int, int]:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for _, one, other in sorted(links, key=lambda x: (-x[0], x[1].text.key, x[1].start, x[2].text.key, x[2].start)):
        a, b = root(key(one)), root(key(other))
        if a == b or any(texts[b].get(t, k) != k for t, k in texts[a].items()):
            continue
        parent[b] = a
        texts[a] |= texts[b]
    clusters: dict[tuple[int, int, int], list[_Node]] = defaultdict(list)
    for k, node in merged.items():
        clusters[root(k)].append(node)
    return [cluster for cluster in clusters.values() if len(cluster) > 1]


class _Sentences:
    """The sentences of all texts, found by those of the wanted words that their texts hold; only texts that hold enough
    of them are read sentence by sentence."""

    def __init__(self, texts: Sequence[Text], wanted: frozenset[str]) -> None:
        self.texts = texts
        self.posted: dict[str, list[int]] = defaultdict(list)
        for i, text in enumerate(texts):
            for head in _body_heads(text.body) & wanted:
                self.posted[head].append(i)

    def saying(self, wanted: frozenset[str], but: Collection[int]) -> Iterator[tuple[float, Text, int, int]]:
        """Yield the sentences that hold enough of the wanted heads: the share they hold, their text, start and end;
        none of the articles in `but`.

        Whoever holds enough of them holds one of the rarest, so only those lists are looked through.
        """
        spare = int(len(wanted) * (1 - _PARAPHRASE_COVERED))
        rarest = sorted(wanted, key=lambda h: (len(self.posted.get(h, ())), h))[: spare + 1]
        for i in sorted({i for head in rarest for i in self.posted.get(head, ())}):
            text = self.texts[i]
            if text.article in but or len(wanted & _body_heads(text.body)) / len(wanted) < _PARAPHRASE_COVERED:
                continue
            for start, end, heads in _body_sentences(text.body):
                covered = len(wanted & heads) / len(wanted)
                if covered >= _PARAPHRASE_COVERED:
                    yield covered, text, start, end


def _heads(stems: frozenset[str]) -> frozenset[str]:
    """Return the first letters of stems, so that "Russia" and "Russian" are one word."""
    return frozenset(s[:5] for s in stems)


@lru_cache(maxsize=1024)
def _body_heads(body: str) -> frozenset[str]:
    return _heads(stems_of(body))


@lru_cache(maxsize=1024)
def _body_sentences(body: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    return tuple((s.start, s.end, _heads(stems_of(s.text))) for s in split_sentences(body))


def _said_in(cluster: list[_Node]) -> frozenset[str]:
    """Return the heads that a paraphrase of a cluster has to hold, none where its quotes are too short for one."""
    stems = max((n.stems for n in cluster if len(n.stems) >= _PARAPHRASE_WORDS), key=len, default=None)
    return _heads(stems) if stems is not None else frozenset()


def _paraphrases(cluster: list[_Node], wanted: frozenset[str], sentences: _Sentences) -> list[Member]:
    """Return the sentences of other articles that say the cluster's words without quoting them, one a text."""
    if not wanted:
        return []
    best: dict[int, tuple[float, Text, int, int]] = {}
    for found in sentences.saying(wanted, {n.text.article for n in cluster}):
        covered, text, _, _ = found
        if text.key not in best or covered > best[text.key][0]:
            best[text.key] = found
    members = []
    for _, text, start, end in best.values():
        a, b = _closest(wanted, text.body, start, end)
        members.append(Member(text.key, None, a, b, text.body[a:b], "paraphrased"))
    return members


def _closest(wanted: frozenset[str], body: str, start: int, end: int) -> tuple[int, int]:
    """Return the shortest stretch of the sentence [start, end) that holds all the wanted heads it has."""
    hits = []
    for match in _WORD.finditer(body, start, end):
        head = _stem(match.group(0))[:5]
        if head in wanted:
            hits.append((head, match.start(), match.end()))
    needed = len({hit for hit, _, _ in hits})
    best = (start, end)
    for i, (_, a, _) in enumerate(hits):
        held: set[str] = set()
        for hit, _, b in hits[i:]:
            held.add(hit)
            if len(held) == needed:
                if b - a < best[1] - best[0]:
                    best = (a, b)
                break
    return best


def _family(cluster: list[_Node], paraphrases: list[Member], ranks: dict[int, int]) -> Family:
    fullest = max(cluster, key=lambda n: (len(n.stems), len(_plain_words(n.words)), -n.text.rank, -n.start))
    members = [
        Member(n.text.key, n.quote, n.start, n.end, n.words, variant_kind(fullest.words, n.words)) for n in cluster
    ]
    members += paraphrases
    speakers = [n.text.quotes[n.quote].speaker for n in sorted(cluster, key=lambda n: n.text.rank)]
    members.sort(key=lambda m: (ranks[m.key], m.key, m.start))
    return Family(fullest.words, next((s for s in speakers if s), ""), tuple(members))
