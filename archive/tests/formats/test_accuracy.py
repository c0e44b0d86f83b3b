"""How well pages and dumps are read does not fall unseen: floors on every sixth page of the evaluation data.

The floors lie two points below what the same sample measured when they were set; the figures that count are those of
`python -m benchmarks.extraction` on all of it.
"""

from pathlib import Path

import pytest

from benchmarks import extraction

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "eval" / "extraction"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the evaluation data is not beside this checkout")
EVERY = 6
FLOORS = {
    "pages.headline": 0.93,
    "pages.headline_candidates": 0.95,
    "pages.authors_f1": 0.81,
    "pages.tags_f1": 0.78,
    "pages.instant": 0.98,
    "pages.day": 0.98,
    "pages.body_f1": 0.92,
    "bodies.html_f1": 0.95,
    "dumps.resiliparse_f1": 0.93,
    "dumps.w3m_f1": 0.93,
    "dumps.lynx_f1": 0.92,
}


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    sample = tmp_path_factory.mktemp("sample")
    for name in ("pages", "bodies", "dumps"):
        (sample / name).symlink_to(FOLDER / name)
    for name in ("pages.jsonl", "bodies.jsonl"):
        rows = (FOLDER / name).read_text(encoding="utf8").splitlines()
        (sample / name).write_text("\n".join(rows[::EVERY]), encoding="utf8")
    return extraction.run(sample)[0]


@pytest.mark.parametrize("name", FLOORS)
def test_a_figure_stays_above_its_floor(figures, name):
    assert figures[name] >= FLOORS[name]
