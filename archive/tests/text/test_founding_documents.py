"""What the README beside the founding documents wants of attributions and quotes, read from there in place."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from archive.text.attributions import ArticleText, find_attributions
from archive.text.quote_families import find_families, text_of

SEEDS = Path(__file__).resolve().parents[4] / "shared" / "seeds"

pytestmark = pytest.mark.skipif(not SEEDS.exists(), reason="the founding documents are not beside the project")


def lines(number: str) -> list[str]:
    return next(SEEDS.glob(f"{number}_*")).read_text(encoding="utf8").split("\n")


def parted(number: str) -> ArticleText:
    """Headline, body and printed source line, as the formats part them."""
    held = [line for line in lines(number) if line.strip()]
    source = next((line for line in held if line.startswith("Source:")), "")
    headline = held[0] if number == "001" else held[1]
    body = "\n".join(line for line in held[2:] if line != source)
    return ArticleText(headline, "", body, source)


def chain(number: str, own: str) -> list[tuple[str, str]]:
    return [(h.name, h.kind) for h in find_attributions(parted(number), own=[own]) if h.role == "main"]


def test_the_attributions_wanted_are_found_in_order():
    assert chain("001", "Al Mayadeen English")[:1] == [("Financial Times", "outlet")]
    assert chain("002", "Ukrainska Pravda")[:2] == [("European Pravda", "relay"), ("Financial Times", "outlet")]
    assert chain("003", "Baltimore Chronicle")[:2] == [("URA-Inform", "relay"), ("Financial Times", "outlet")]
    assert chain("004", "Ukrainska Pravda")[:2] == [("European Pravda", "relay"), ("Matthew Miller", "person")]


def test_side_sources_and_background_are_told_apart():
    second = {h.name: h.role for h in find_attributions(parted("002"), own=["Ukrainska Pravda"])}
    fourth = {h.name: h.role for h in find_attributions(parted("004"), own=["Ukrainska Pravda"])}
    assert second["Politico"] == "side" and fourth["Financial Times"] == "background"


def test_the_fifteen_quote_links_are_found_and_no_other():
    texts = [text_of(i, i, i, "\n".join(lines(f"00{i}"))) for i in (1, 2, 3, 4)]
    found = [tuple(sorted(m.key for m in family.members)) for family in find_families(texts)]
    assert sorted(found) == [(1, 2, 3), (1, 2, 3), (1, 2, 3), (1, 2, 3, 4)]
    assert sum(len(list(combinations(keys, 2))) for keys in found) == 15
