"""Each sample of each format is read into exactly what the expected file beside it says.

After a wanted change, look at the difference and write the files anew: `python -m archive.tests.formats.samples_json`.
"""

import json

import pytest

from archive.formats import registry
from archive.tests.formats.samples_json import SAMPLES, as_json, samples


@pytest.mark.parametrize("path", [str(path.relative_to(SAMPLES)) for path in samples()])
def test_a_sample_is_read_as_expected(path):
    expected = json.loads((SAMPLES / f"{path}.expected.json").read_text(encoding="utf-8"))
    assert as_json(path) == expected


def test_every_format_has_a_sample():
    read = {entry.get("format") for path in samples() for entry in as_json(path.relative_to(SAMPLES))}
    ours = {kind.name for kind in registry.formats()} - {"html_page", "text_dump"}
    assert ours <= read


@pytest.mark.parametrize("path", [str(path.relative_to(SAMPLES)) for path in samples()])
def test_the_name_of_a_file_does_not_decide_its_format(path, tmp_path):
    data = (SAMPLES / path).read_bytes()
    if registry.container_of(data, "") is None:
        assert registry.recognize(data, "").name == registry.recognize(data, "misleading.txt").name
