"""What a block of a dump looks like, as numbers: its own shape, its neighbours', its place, its share in the theme.

No feature knows an outlet. The order of `NAMES` is the order of the weights in `dump_model.json`; a change here needs
a new training (tools/train_dump_model.py).
"""

# ruff: noqa: E501 - tables of words

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from archive.formats.dump_blocks import Block
from archive.text.language import STOP_WORDS

_TITLED = re.compile(r"\b[A-ZÀ-ÞА-ЯІЇЄҐ]\w*")
_SENTENCES = re.compile(r"[.!?…。！？]['\"”’»)]*(?:\s|$)")
_SIGNS = re.compile(r"[|@#•·>»{}=\[\]]|https?:|www\.")
_DIGITS = re.compile(r"\d")
_COMMAS = re.compile(r"[,;،、，]")
_QUOTES = re.compile(r"[\"“”«»„]")
_REPLIES = re.compile(
    r"^(?:reply|report|like|share|flag|permalink|antworten|répondre|responder|\d+\s*(?:likes?|points?|replies))\b"
    r"|\b(?:ago|replied|says|said)\s*:?$|\b(?:minutes?|hours?|days?|weeks?|months?|years?) ago\b",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"\b(?:related|recommended|most (?:read|popular|viewed)|trending|more (?:from|stories|on|news)|you (?:may|might)|read next|"
    r"up next|latest|popular|comments?|leave a reply|newsletter|sponsored|promoted|top stories|about the author|tags?|topics?|"
    r"share|next article|previous|mehr|auch interessant|lesen sie|à lire|sur le même|relacionad[ao]s|noticias|"
    r"читайте|также|также по теме|похожие|комментари\w+|yorum\w*|ilgili)\b",
    re.IGNORECASE,
)
_OWN = [
    "words",
    "chars",
    "sentence",
    "prose",
    "bullet",
    "indent",
    "gap",
    "gap_after",
    "picture",
    "credit",
    "controls",
    "read_more",
    "dated",
    "repeats",
    "titled",
    "digits",
    "commas",
    "quotes",
    "lower",
    "colon",
    "capitals",
    "signs",
    "word_length",
    "sentences",
    "question",
    "stop_share",
    "reply",
    "section",
    "theme",
]
_NEAR = ("words", "sentence", "bullet", "picture", "stop_share", "theme", "controls", "section", "gap")
_PLACE = [
    "place",
    "place_words",
    "total",
    "prose_before",
    "prose_after",
    "since_prose",
    "until_prose",
    "prose_near_before",
    "prose_near_after",
    "since_date",
    "since_section",
    "since_reply",
    "run_inside",
    "run_start",
    "run_end",
    "run_share",
    "headline_shared",
    "only_run",
]
NAMES: tuple[str, ...] = (
    *_OWN,
    *(f"{name}{offset:+d}" for offset in (-3, -2, -1, 1, 2, 3) for name in _NEAR),
    *(f"{name}_mean{span}" for span in (5, 12) for name in ("words", "prose", "stop_share", "theme")),
    *_PLACE,
)


def features(blocks: Sequence[Block], language: str, run: tuple[int, int]) -> list[list[float]]:
    """Return one row of `NAMES` for each block. `run` is the first and last index of the heaviest run of prose."""
    tokens = [block.tokens for block in blocks]
    own = _own_rows(blocks, tokens, language, run)
    width = len(_OWN)
    near_places = [_OWN.index(name) for name in _NEAR]
    blank = [0.0] * len(_NEAR)
    rows: list[list[float]] = []
    means = _means(own, blocks)
    places = _places(blocks, own, run)
    for i, row in enumerate(own):
        full = row[:width]
        for offset in (-3, -2, -1, 1, 2, 3):
            j = i + offset
            if 0 <= j < len(own):
                other = own[j]
                full.extend([other[place] for place in near_places])
            else:
                full.extend(blank)
        full.extend(means[i])
        full.extend(places[i])
        rows.append(full)
    return rows


def _own_rows(
    blocks: Sequence[Block], tokens: Sequence[list[str]], language: str, run: tuple[int, int]
) -> list[list[float]]:
    stop = STOP_WORDS.get(language.split("-")[0], frozenset())
    theme: Counter[str] = Counter()
    for i in range(run[0], run[1] + 1):
        if blocks[i].prose:
            theme.update({word for word in tokens[i] if len(word) > 3 and word not in stop})
    rows = []
    for i, block in enumerate(blocks):
        text = block.text
        own = tokens[i]
        count = max(1, block.words)
        heavy = {word for word in own if len(word) > 3 and word not in stop}
        self_counted = 1 if run[0] <= i <= run[1] and block.prose else 0
        shared = sum(min(2, theme[word] - self_counted) for word in heavy) / (2 * len(heavy)) if heavy else 0.0
        letters = max(1, len(text))
        rows.append(
            [
                min(math.log1p(block.words), 5.0),
                min(math.log1p(len(text)), 7.0),
                float(block.sentence),
                float(block.prose),
                float(bool(block.bullet)),
                min(block.indent, 16) / 8,
                float(block.gap),
                float(i + 1 >= len(blocks) or blocks[i + 1].gap),
                float(block.picture),
                float(block.credit),
                min(block.controls, 3) / 2,
                float(block.read_more),
                float(bool(block.dates)),
                min(block.repeats - 1, 3) / 2,
                min(1.0, len(_TITLED.findall(text)) / count),
                min(1.0, 4 * len(_DIGITS.findall(text)) / letters),
                min(1.0, 4 * len(_COMMAS.findall(text)) / count),
                float(bool(_QUOTES.search(text))),
                float(text[:1].islower()),
                float(text.endswith(":")),
                float(block.words > 0 and text.isupper()),
                min(3, len(_SIGNS.findall(text))) / 2,
                min(len(text) / count, 12.0) / 6,
                min(6, len(_SENTENCES.findall(text))) / 3,
                float(text.endswith("?")),
                sum(word in stop for word in own) / max(1, len(own)),
                float(len(text) < 90 and bool(_REPLIES.search(text))),
                float(block.words < 9 and bool(_SECTION.search(text))),
                shared,
            ]
        )
    return rows


def _means(own: Sequence[Sequence[float]], blocks: Sequence[Block]) -> list[list[float]]:
    columns = [_OWN.index(name) for name in ("words", "prose", "stop_share", "theme")]
    sums = [[0.0] * len(columns)]
    for row in own:
        last = sums[-1]
        sums.append([last[k] + row[column] for k, column in enumerate(columns)])
    out = []
    total = len(own)
    for i in range(total):
        row = []
        for span in (5, 12):
            low, high = max(0, i - span), min(total, i + span + 1)
            a, b = sums[low], sums[high]
            row.extend((b[k] - a[k]) / (high - low) for k in range(len(columns)))
        out.append(row)
    return out


def _places(blocks: Sequence[Block], own: Sequence[Sequence[float]], run: tuple[int, int]) -> list[list[float]]:
    total = len(blocks)
    all_words = max(1, sum(block.words for block in blocks))
    prose_words = [block.words if block.prose else 0 for block in blocks]
    all_prose = max(1, sum(prose_words))
    reply, section, theme = (_OWN.index(name) for name in ("reply", "section", "theme"))
    next_prose = [50] * (total + 1)
    for i in range(total - 1, -1, -1):
        next_prose[i] = 0 if blocks[i].prose else min(50, next_prose[i + 1] + 1)
    run_words = sum(prose_words[run[0] : run[1] + 1])
    out: list[list[float]] = []
    words_before = prose_before = 0
    since_prose = since_date = since_section = since_reply = 50
    for i, block in enumerate(blocks):
        before = sum(prose_words[max(0, i - 10) : i])
        after = sum(prose_words[i + 1 : i + 11])
        out.append(
            [
                i / total,
                words_before / all_words,
                min(math.log1p(all_words), 10.0) / 5,
                prose_before / all_prose,
                (all_prose - prose_before - prose_words[i]) / all_prose,
                math.log1p(since_prose) / 2,
                math.log1p(next_prose[i + 1]) / 2,
                math.log1p(before) / 5,
                math.log1p(after) / 5,
                math.log1p(since_date) / 2,
                math.log1p(since_section) / 2,
                math.log1p(since_reply) / 2,
                float(run[0] <= i <= run[1]),
                _signed(i - run[0]),
                _signed(run[1] - i),
                run_words / all_prose,
                own[i][theme] * float(not run[0] <= i <= run[1]),
                float(run_words == all_prose),
            ]
        )
        words_before += block.words
        prose_before += prose_words[i]
        since_prose = 0 if block.prose else min(50, since_prose + 1)
        since_date = 0 if block.dates and block.words < 20 else min(50, since_date + 1)
        since_section = 0 if own[i][section] else min(50, since_section + 1)
        since_reply = 0 if own[i][reply] else min(50, since_reply + 1)
    return out


def _signed(distance: int) -> float:
    return math.copysign(math.log1p(abs(distance)), distance) / 3


def heaviest_run(blocks: Sequence[Block], reach: int = 6) -> tuple[int, int]:
    """Return the first and last index of the run of prose with the most words; gaps of up to `reach` blocks are in it."""
    best = (0, 0, 0)
    start = last = None
    weight = 0
    for i, block in enumerate(blocks):
        if not block.prose:
            continue
        if start is None or last is None or i - last > reach:
            start, weight = i, 0
        last = i
        weight += block.words
        if weight > best[0]:
            best = (weight, start, last)
    return best[1], best[2]
