"""Bytes become text in the encoding they are really in."""

import pytest

from archive.text.encoding import UndecodableText, declared_encoding, decode, decode_as

RUSSIAN = "Профсоюз паромщиков проголосовал за остановку северной линии, сообщили в порту."
GERMAN = "Die Fährgewerkschaft stimmte für den Stillstand; „größere Schäden“ gäbe es nicht."
CHINESE = "渡轮工会投票决定停止北线的所有航班，他们说这是没有办法的事，部长们在星期五再次开会。"
JAPANESE = "フェリー労働組合は北航路のすべての便を止めることを決めた。大臣たちは金曜日に再び会う。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "utf-16-le"),
        (RUSSIAN, "utf-16-be"),
        (RUSSIAN, "utf-16"),
        (GERMAN, "windows-1252"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16-le"),
        (CHINESE, "gb18030"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"),
        (JAPANESE, "utf-16-le"),
    ],
)
def test_text_is_read_back_whatever_it_was_written_in(text, encoding):
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1", "gb2312", "no-such-thing"])
def test_a_wrong_declaration_is_not_believed(declared):
    assert decode(RUSSIAN.encode("windows-1251"), declared) == RUSSIAN


def test_a_file_cut_inside_a_character_is_still_utf_8():
    text, name = decode_as(RUSSIAN.encode()[:-2])
    assert name == "utf-8"
    assert text.startswith(RUSSIAN[:60])


def test_a_few_stray_bytes_in_ascii_are_western_european():
    assert decode(b"Plain words all the way, and a caf\xe9 at the end of the quay, as ever.").count("é") == 1


def test_nul_bytes_in_a_text_are_scars():
    assert decode(b"The ferry\x00 stops at the northern quay and the crews go home." * 20).startswith("The ferry")


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 30, b"\x7fELF" + bytes(3000), b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 9]
)
def test_binary_rubbish_is_no_text(data):
    with pytest.raises(UndecodableText, match=r"\.$"):
        decode(data)


def test_the_declared_encoding_is_found_in_the_head():
    assert declared_encoding(b'<meta charset="Windows-1251">') == "windows-1251"
    assert declared_encoding(b"<?xml version='1.0' encoding='UTF-16'?>") == "utf-16"
    assert declared_encoding(b"<p>charset</p>") == ""
