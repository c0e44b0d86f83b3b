"""Zip and gzip give their files one by one and refuse whatever would harm the machine."""

import gzip
import io
import random
import zipfile
from datetime import UTC, datetime

import pytest

from archive.formats import registry
from archive.formats.base import Budget, Member, ParseError, ReadContext, Rejected
from archive.formats.containers import gunzip

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def context(name, **changes):
    return ReadContext(captured_at=NOON, file_name=name, **changes)


def zip_of(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def names(found):
    return [item.name if isinstance(item, Member) else f"!{item.record}" for item in found]


def test_a_file_that_is_no_container_is_its_own_only_member():
    found = list(registry.expand(b"plain words", context("a.txt")))
    assert [(m.name, m.data) for m in found] == [("a.txt", b"plain words")]


def test_nested_zips_and_gzips_are_opened_and_their_path_is_kept():
    inner = zip_of([("deep.txt", b"deep")])
    data = zip_of([("june/one.txt", b"one"), ("inner.zip", inner), ("two.txt.gz", gzip.compress(b"two"))])
    found = list(registry.expand(data, context("all.zip")))
    assert names(found) == ["june/one.txt", "inner.zip/deep.txt", "two.txt.gz/two.txt"]
    assert [m.data for m in found] == [b"one", b"deep", b"two"]


def test_litter_of_operating_systems_is_left_out():
    data = zip_of([("__MACOSX/._a.txt", b"x"), (".DS_Store", b"x"), ("folder/", b""), ("a.txt", b"a")])
    assert names(registry.expand(data, context("a.zip"))) == ["a.txt"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..\\windows\\x", "C:/x"])
def test_a_name_that_leads_out_of_its_folder_is_rejected_and_the_rest_read(name):
    found = list(registry.expand(zip_of([(name, b"x"), ("fine.txt", b"fine")]), context("a.zip")))
    assert isinstance(found[0], Rejected) and "out of its folder" in found[0].reason and found[0].mend
    assert names(found[1:]) == ["fine.txt"]


def test_a_link_is_rejected():
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    found = list(registry.expand(zip_of([(info, b"/etc/passwd")]), context("a.zip")))
    assert isinstance(found[0], Rejected) and "link" in found[0].reason


def test_a_zip_bomb_is_stopped_before_it_is_unpacked():
    data = zip_of([("bomb.txt", b"\0" * 40_000_000), ("fine.txt", b"fine")])
    bomb, fine = registry.expand(data, context("a.zip"))
    assert isinstance(bomb, Rejected) and "zip bomb" in bomb.reason
    assert fine.data == b"fine"


def test_a_member_over_the_limit_is_rejected():
    data = zip_of([("large.txt", random.Random(1).randbytes(3000))])
    (large,) = registry.expand(data, context("a.zip", max_bytes=2000))
    assert isinstance(large, Rejected) and "larger than" in large.reason


def test_the_total_of_all_members_is_limited_across_nesting():
    inner = zip_of([(f"{n}.txt", b"x" * 900) for n in range(3)])
    data = zip_of([("a.zip", inner), ("b.zip", inner)])
    with pytest.raises(ParseError, match="expands to more than"):
        list(registry.expand(data, context("a.zip"), Budget(max_total=3000)))


def test_the_number_of_members_is_limited():
    data = zip_of([(f"{n}.txt", b"x") for n in range(11)])
    with pytest.raises(ParseError, match="more than 10 files"):
        list(registry.expand(data, context("a.zip"), Budget(max_members=10)))


def test_nesting_is_limited():
    data = b"x"
    for n in range(8):
        data = zip_of([(f"{n}.zip", data)])
    found = list(registry.expand(data, context("a.zip")))
    assert len(found) == 1 and isinstance(found[0], Rejected) and "nested" in found[0].reason


def test_a_damaged_member_is_rejected_and_the_rest_read():
    data = bytearray(zip_of([("bad.txt", random.Random(1).randbytes(500)), ("fine.txt", b"fine")]))
    data[60] ^= 0xFF
    bad, fine = registry.expand(bytes(data), context("a.zip"))
    assert isinstance(bad, Rejected) and "damaged" in bad.reason
    assert fine.data == b"fine"


def test_a_zip_cut_in_half_is_refused():
    data = zip_of([("a.txt", random.Random(1).randbytes(5000))])
    with pytest.raises(ParseError, match="damaged"):
        list(registry.expand(data[: len(data) // 2], context("a.zip")))


def test_gzip_of_several_parts_is_one_file():
    assert gunzip(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0", 1000) == b"one two"


def test_gzip_larger_than_one_step_comes_out_whole():
    content = random.Random(2).randbytes(900_000) + b"a" * 900_000
    assert gunzip(gzip.compress(content), 10_000_000) == content


def test_truncated_gzip_is_refused():
    data = gzip.compress(random.Random(1).randbytes(5000))
    with pytest.raises(ParseError, match="cut off"):
        gunzip(data[:-400], 1_000_000)


def test_damaged_gzip_is_refused():
    data = bytearray(gzip.compress(b"words and words and words"))
    data[15] ^= 0xFF
    with pytest.raises(ParseError, match="damaged"):
        gunzip(bytes(data), 1_000_000)


def test_a_gzip_bomb_is_stopped():
    with pytest.raises(ParseError, match="unpacks to more than"):
        gunzip(gzip.compress(b"\0" * 30_000_000), 64 * 2**20)


@pytest.mark.parametrize("data", [b"", b"  \n\t ", b"\0\0\0\0", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused_in_one_sentence(data):
    with pytest.raises(ParseError, match="empty"):
        list(registry.read(data, context("a.txt")))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xd8\xff\xe0 JFIF", "JPEG picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)), "old Microsoft Office"),
        (b"Rar!\x1a\x07" + bytes(range(256)), "RAR"),
        (random.Random(3).randbytes(4000), "binary data"),
    ],
)
def test_a_file_without_text_is_named_for_what_it_is(data, words):
    with pytest.raises(ParseError, match=words) as raised:
        list(registry.read(data, context("a.txt")))
    assert raised.value.mend
