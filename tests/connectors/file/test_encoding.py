"""A file is read in its own encoding, or refused: no letter of it ever becomes another one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.file.code_pages import CODE_PAGES, WORD, decide
from counterfoil.connectors.file.encoding import find_encoding
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.reading import find_reading
from counterfoil.connectors.file.row import FileRow
from counterfoil.connectors.file.rows import rows
from counterfoil.errors import InvalidInput

WESTERN = "Garage Müller;Liège|Café Noël;Köln|Société Générale;Besançon|Hôtel d’Étoile;Saint-Jérôme"
CENTRAL = "Škoda Łódź;Kraków|Dvořák s.r.o.;Plzeň|Zakład Usługowy;Wrocław"
NAMES = {
    "western": WESTERN,
    "capitals": "CAFÉ DES ALLIÉS;LIÈGE|MÜLLER;KÖLN|CÔTÉ SUD;NÎMES",
    "central": CENTRAL,
    "spanish": "Peña Muñoz;Málaga|García López;Cádiz|Begoña Núñez;Ávila",
    "turkish": "Şahin Yıldız;İstanbul|Güneş Çelik;Beşiktaş|Doğan Öztürk;Eskişehir",
    "cyrillic": "ООО Ромашка;Москва|Иванов и сыновья;Казань|Весна;Самара",
}
CASES = [
    *((encoding, "western") for encoding in ("cp1252", "mac_roman", "iso8859-15")),
    *((encoding, "capitals") for encoding in ("cp1252", "mac_roman", "cp850")),
    *((encoding, "spanish") for encoding in ("cp1252", "mac_roman", "cp850")),
    *((encoding, "central") for encoding in ("cp1250", "cp852")),
    ("cp1254", "turkish"),
    *((encoding, "cyrillic") for encoding in ("cp1251", "koi8-r", "cp866")),
    *((encoding, "western") for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")),
    *((encoding, "central") for encoding in ("utf-16", "utf-32", "utf-8", "utf-8-sig", "utf-16-be")),
]


def table(records: str, ending: str = "\n") -> str:
    lines = [f"{number};{record}" for number, record in enumerate(records.split("|"), start=1)]
    return ending.join(["Id;Naam;Gemeente", *lines, ""])


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    return path


def read(tmp_path: Path, content: bytes, encoding: str = "") -> list[FileRow]:
    return list(rows(written(tmp_path, content), Layout(encoding)))


def values(found: list[FileRow]) -> str:
    return "|".join(f"{row.values['Naam']};{row.values['Gemeente']}" for row in found)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("encoding", "names"), CASES)
def test_law_12_a_file_is_read_to_the_letter_in_its_own_encoding(
    tmp_path: Path, encoding: str, names: str, ending: str
) -> None:
    wanted = NAMES[names] if encoding != "iso8859-15" else NAMES[names].replace("’", "'")
    assert values(read(tmp_path, table(wanted, ending).encode(encoding))) == wanted


@pytest.mark.parametrize(
    "word", ["Café", "Liège", "Müller", "Zoë", "Peña", "Gonçalves", "Straße", "Malmö", "10 €"]
)
def test_one_western_word_is_enough(word: str) -> None:
    words = WORD.findall(word.encode("cp1252"))
    page, _ = decide(words, bytes(byte for byte in word.encode("cp1252") if byte > 0x7F))
    assert page is not None
    assert word.encode("cp1252").decode(page.name) == word


def test_law_9_a_stray_byte_in_utf_8_costs_its_row_and_no_letter_of_the_others(tmp_path: Path) -> None:
    content = table(WESTERN).encode() + "9;Stray café;Gent\n".encode("cp1252")
    *others, stray = read(tmp_path, content)
    assert values(others) == WESTERN
    assert stray.values["Id"] == "9"
    assert stray.problem == r"Line 6 has bytes that are no text in UTF-8: \xE9."
    assert stray.text == "9;Stray caf\\xE9;Gent\n"


def test_law_9_a_byte_that_a_code_page_has_not_costs_its_row(tmp_path: Path) -> None:
    for names in (WESTERN, "Müller;Gent"):
        *others, odd = read(tmp_path, table(names).encode("cp1252") + b"9;odd \x81\x9d;Gent\n")
        assert values(others) == names
        assert odd.problem.endswith(r"\x81\x9D.")


def test_law_9_a_few_odd_bytes_in_a_long_file_cost_their_rows(tmp_path: Path) -> None:
    plain = [f"{number};Klant {number};Gent" for number in range(200)]
    lines = ["Id;Naam;Gemeente", *plain]
    found = read(tmp_path, "\n".join(lines).encode() + b"\n900;odd \x81\x9d\x90;Gent\n")
    assert [row.values["Id"] for row in found if row.problem] == ["900"]


def test_law_9_two_exports_put_together_keep_the_rows_of_the_one_that_is_utf_8(tmp_path: Path) -> None:
    content = table("Café Noël;Köln").encode() + "2;Zoë;Liège\n".encode("cp1252")
    assert [bool(row.problem) for row in read(tmp_path, content)] == [False, True]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16"])
def test_a_file_of_two_byte_characters_that_is_cut_in_one_loses_that_row(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, table(WESTERN).encode(encoding)[:-1])
    assert [bool(row.problem) for row in found] == [False, False, False, True]


def test_law_12_what_may_be_two_things_is_refused_with_the_option_that_decides(tmp_path: Path) -> None:
    path = written(tmp_path, "Id;Naam\n1;Dvořák\n".encode("cp1250"))
    with pytest.raises(InvalidInput, match="not clear in which encoding") as caught:
        find_reading(path, Layout())
    assert "--encoding" in caught.value.advice
    assert "Dvo" not in str(caught.value), "an error never holds a customer's data"
    choices = dict(find_encoding(path).choices)
    assert choices["cp1250"] == ("Dvořák",)
    assert choices["cp1252"] == ("Dvoøák",)
    assert [row.values["Naam"] for row in rows(path, Layout("cp1250"))] == ["Dvořák"]


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        ("日本語の会社;東京|大阪株式会社;大阪", "shift_jis"),
        ("北京公司;北京|上海贸易有限公司;上海", "gb18030"),
        ("北京公司;北京|上海貿易有限公司;上海", "big5"),
        ("한국회사;서울|부산무역;부산", "euc_kr"),
    ],
)
def test_law_12_a_text_of_no_known_code_page_is_refused(tmp_path: Path, names: str, encoding: str) -> None:
    with pytest.raises(InvalidInput, match="not clear in which encoding"):
        read(tmp_path, table(names).encode(encoding))
    assert values(read(tmp_path, table(names).encode(encoding), encoding)) == names


def test_a_chosen_encoding_is_used_and_what_is_no_text_in_it_costs_its_row(tmp_path: Path) -> None:
    content = table(CENTRAL).encode("cp1250")
    assert values(read(tmp_path, content, "cp1250")) == CENTRAL
    found = read(tmp_path, content, "ascii")
    assert all(row.problem for row in found)


def test_law_12_a_file_that_has_become_utf_8_is_not_read_as_was_chosen(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is in UTF-8 and not, as was chosen, in cp1252"):
        read(tmp_path, table(WESTERN).encode(), "windows-1252")
    assert len(read(tmp_path, b"Id;Naam\n1;Acme\n", "cp1252")) == 1, "plain ASCII is in both"


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "a\0b", "hex"])
def test_an_encoding_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="There is no encoding called"):
        read(tmp_path, table(WESTERN).encode(), name)


def test_what_is_said_of_an_encoding_has_words_that_decided(tmp_path: Path) -> None:
    path = written(tmp_path, table(WESTERN).encode("mac_roman"))
    found = find_encoding(path)
    assert found.title == "mac_roman (Mac)"
    assert set(found.sample) <= {"Müller", "Liège", "Café", "Noël", "Köln", "Société", "Générale", "Besançon",
                                 "Hôtel", "d’Étoile", "Jérôme"}  # fmt: skip
    assert not found.plain
    assert find_encoding(written(tmp_path, table(WESTERN).encode())).plain


names_of_people = st.text(st.sampled_from("abcdeéèëüöïçßÉ"), min_size=1, max_size=8)


@given(
    st.lists(names_of_people, min_size=1, max_size=20), st.sampled_from(["utf-16", "utf-32", "utf-8-sig", "utf-8"])
)
def test_a_text_with_a_mark_is_never_taken_for_another(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], encoding: str
) -> None:
    path = tmp_path_factory.mktemp("marked") / "rows.csv"
    path.write_bytes(("Id;Naam\n" + "".join(f"1;{name}\n" for name in names)).encode(encoding))
    assert [row.values["Naam"] for row in rows(path, Layout())] == names


@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=20))
def test_any_bytes_are_ranked_without_an_error(words: list[bytes]) -> None:
    used = bytes(sorted({byte for word in words for byte in word if byte > 0x7F}))
    page, plausible = decide(words, used)
    assert page is None or page.name in CODE_PAGES
    assert plausible
