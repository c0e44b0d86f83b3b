"""Bytes become text in the encoding they are really in."""

import pytest

from archive.text.encoding import UndecodableText, declared_encoding, decode, decode_as

RUSSIAN = "Профсоюз паромщиков проголосовал за остановку северной линии, сообщили в порту."
GERMAN = "Die Fährgewerkschaft stimmte für den Stillstand; „größere Schäden“ gäbe es nicht."
CHINESE = "渡轮工会投票决定停止北线的所有航班，他们说这是没有办法的事，部长们在星期五再次开会。"
JAPANESE = "フェリー労働組合は北航路のすべての便を止めることを決めた。大臣たちは金曜日に再び会う。"


# One sentence a language, none with a letter that only UTF-8 has, in the encodings it was written in before.
OTHERS = {
    "Sendika başkanı, görüşmelerin cuma günü yeniden başlayacağını ve şirketin özür dilediğini söyledi.": (
        "windows-1254", "iso-8859-9"),
    "Związek zawodowy promów zagłosował za wstrzymaniem północnej linii, źle zarządzanej od lat.": (
        "windows-1250", "iso-8859-2"),
    "Odbory přístavních dělníků rozhodly o zastavení severní linky, řekl v pátek mluvčí společnosti.": (
        "windows-1250", "iso-8859-2"),
    "A kikötői munkások szakszervezete úgy döntött, hogy leállítja az északi kompjáratot, közölte a szóvivő.": (
        "windows-1250", "iso-8859-2"),
    "Uosto darbininkų profsąjunga nusprendė sustabdyti šiaurinę keltų liniją, sakė ministras penktadienį.": (
        "windows-1257", "iso-8859-13"),
    "Το συνδικάτο των ναυτεργατών αποφάσισε να σταματήσει τη βόρεια γραμμή, δήλωσε ο υπουργός.": (
        "windows-1253", "iso-8859-7"),
    "איגוד עובדי הנמל החליט לעצור את קו המעבורת הצפוני, והשיחות יימשכו ביום שישי.": ("windows-1255", "iso-8859-8"),
    "قررت نقابة عمال الميناء وقف خط العبارات الشمالي، وقال الوزير إن المحادثات ستستمر يوم الجمعة.": (
        "windows-1256", "iso-8859-6"),
    "สหภาพแรงงานท่าเรือตัดสินใจหยุดเส้นทางเรือข้ามฟากสายเหนือ รัฐมนตรีกล่าวเมื่อวันศุกร์": ("windows-874", "tis-620"),
    "Профспілка паромників проголосувала за зупинку північної лінії, її підтримали й інші.": (
        "windows-1251", "koi8-u", "iso-8859-5"),
    "여객선 노조는 북쪽 항로의 모든 운항을 중단하기로 결정했다고 장관이 금요일에 말했다.": ("euc-kr", "cp949"),
    "渡輪工會投票決定停止北線的所有航班，他們說這是沒有辦法的事，部長們在星期五再次開會。": ("big5",),
    "Färjefacket röstade för att stoppa den norra linjen, sade ministern på fredagen.": ("iso-8859-15", "cp850"),
}  # fmt: skip


@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1", "windows-1251", "own"])
@pytest.mark.parametrize(("text", "encoding"), [(text, name) for text, names in OTHERS.items() for name in names])
def test_no_declaration_and_a_wrong_one_do_no_harm_in_any_script(text, encoding, declared):
    data = text.encode("cp874" if encoding == "windows-874" else encoding)
    assert decode(data, encoding if declared == "own" else declared) == text


def test_japanese_that_switches_by_escape_sequences_is_not_taken_for_ascii():
    assert decode(JAPANESE.encode("iso-2022-jp"), "us-ascii") == JAPANESE


def test_what_a_page_declares_of_itself_is_not_believed_against_its_bytes():
    page = f'<html><head><meta charset="windows-1252"><title>{RUSSIAN}</title></head><body><p>{RUSSIAN}</p></body>'
    assert decode(page.encode("windows-1251"), "windows-1252") == page


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
