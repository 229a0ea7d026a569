"""Columns are recognised by the names that real systems give them, and none is taken for what it is not."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.field_source import paths
from counterfoil.connectors.file.column_names import find_columns
from counterfoil.connectors.file.customer_columns import guess, guess_id
from counterfoil.connectors.file.heading import FOLDER, words_of
from counterfoil.connectors.file.related_columns import guess_invoice, guess_person
from counterfoil.mapping.fields import CUSTOMER_FIELDS, INVOICE_FIELDS, PERSON_FIELDS

EXPORTS: Mapping[str, Mapping[str, str]] = tomllib.loads(Path("tests/data/column_names.toml").read_text("utf-8"))
RELATED: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads(
    Path("tests/data/related_column_names.toml").read_text("utf-8")
)
COLUMNS = sorted({column for export in EXPORTS.values() for column in export})


def fields_by_column(columns: Sequence[str]) -> dict[str, set[str]]:
    id_column = guess_id(columns)
    found: dict[str, set[str]] = {column: set() for column in columns}
    for field, source in guess([column for column in columns if column != id_column]).items():
        for column in paths(source, columns):
            found[column].add(field)
    if id_column is not None:
        found[id_column].add("id")
    return found


@pytest.mark.parametrize("export", EXPORTS)
def test_every_column_of_an_export_is_found_for_its_field(export: str) -> None:
    expected = {column: set(fields.split()) for column, fields in EXPORTS[export].items()}
    found = fields_by_column(list(expected))
    known = [column for column, fields in expected.items() if fields]
    right = sum(found[column] == expected[column] for column in known)
    assert found == expected, f"{right} of {len(known)} columns of {export} are found"


def test_the_exports_of_at_least_28_systems_are_known() -> None:
    assert len(EXPORTS) >= 28
    assert sum(bool(fields) for export in EXPORTS.values() for fields in export.values()) > 400


@pytest.mark.parametrize("export", EXPORTS)
def test_capitals_accents_and_signs_do_not_count(export: str) -> None:
    plain = {" ".join(words_of(column)).upper(): fields for column, fields in EXPORTS[export].items()}
    if len(plain) == len(EXPORTS[export]) and not any("." in column for column in EXPORTS[export]):
        expected = {column: set(fields.split()) for column, fields in plain.items()}
        assert fields_by_column(list(plain)) == expected


@pytest.mark.parametrize("resource", ["customer", "contact_person", "invoice"])
def test_each_name_stands_for_one_kind_of_content(resource: str) -> None:
    seen: dict[str, str] = {}
    for kind, names in tomllib.loads((FOLDER / f"{resource}.toml").read_text(encoding="utf-8")).items():
        for name in names:
            assert seen.setdefault("".join(words_of(name)), kind) == kind, name


def test_every_list_of_names_is_for_a_field_or_a_part_of_one() -> None:
    parts = {
        "external_id",
        "customer_name",
        "company",
        "full_name",
        "name_or_first_name",
        "first_name",
        "last_name",
    }
    parts |= {
        "middle_name",
        "name_prefix",
        "customer",
        "house_number",
        "house_addition",
        "inactive",
        "vat_country",
    }
    parts |= {"customer_number", "phone", "country"}
    for resource, fields in (
        ("customer", CUSTOMER_FIELDS), ("contact_person", PERSON_FIELDS), ("invoice", INVOICE_FIELDS)
    ):  # fmt: skip
        kinds = tomllib.loads((FOLDER / f"{resource}.toml").read_text(encoding="utf-8"))
        assert set(kinds) <= {*parts, *(field.name for field in fields)}


@pytest.mark.parametrize(
    "columns",
    [
        *(["Voornaam"], ["first_name", "E-mail"], ["Prénom"], ["Vorname", "Telefon"], ["Given Name"]),
        *(
            ["User name"],
            ["Bank name"],
            ["owner.name"],
            ["createdBy.name"],
            ["Created by name"],
            ["Contact owner"],
            ["Shipping Company"],
        ),
    ],
)
def test_law_12_a_first_name_or_somebody_elses_is_no_customers_name(columns: list[str]) -> None:
    assert "name" not in guess(columns)


@pytest.mark.parametrize(
    "column",
    [
        *("Fax", "Telefax", "Fax number", "Tel./Fax", "Business Fax", "Faxnummer", "Phone 2", "Phone 1 - Type"),
        *("Phone 1 - Label", "Bemerkung (Telefon)", "Phone country code", "owner.phone", "Last phone call"),
    ],
)
def test_law_12_a_fax_or_a_note_is_no_phone(column: str) -> None:
    assert not {"phone", "mobile"} & guess([column]).keys()


@pytest.mark.parametrize(
    "column",
    [
        "Active contacts",
        "Active users",
        "Blocked invoices",
        "Shipping status",
        "Order status",
        "Payment currency",
        "VAT value",
    ],
)
def test_law_12_a_number_or_a_state_of_something_else_is_no_field(column: str) -> None:
    assert guess([column]) == {}


@pytest.mark.parametrize(
    "column", ["KvK-nummer", "SIRET", "Steuernummer", "Handelsregisternummer", "IBAN", "VAT exempt", "Tax rate"]
)
def test_law_12_another_number_is_no_vat_number(column: str) -> None:
    assert "vat_number" not in guess([column])


def test_the_address_for_invoices_goes_before_that_for_goods_as_a_whole() -> None:
    columns = ["Lieferadresse Straße", "Lieferadresse PLZ", "Lieferadresse Ort", "Rechnungsadresse Straße"]
    assert guess([*columns, "Rechnungsadresse Ort"]) == {
        "street": "Rechnungsadresse Straße",
        "city": "Rechnungsadresse Ort",
    }
    assert guess(columns[:3])["postal_code"] == "Lieferadresse PLZ"


def test_law_12_the_house_number_of_another_address_is_not_joined() -> None:
    found = guess(["Factuurstraat", "Factuurplaats", "Leverstraat", "Leveradres huisnummer"])
    assert found["street"] == "Factuurstraat"


def test_a_second_street_is_an_addition_unless_it_has_its_own_town() -> None:
    assert guess(["Adresse 1", "Adresse 2", "CP"])["street2"] == "Adresse 2"
    assert "street2" not in guess(["Adresse 1", "CP 1", "Adresse 2", "CP 2"])


def test_a_name_beside_a_first_name_is_the_last_one_unless_the_sample_denies_it() -> None:
    columns = ["Naam", "Voornaam"]
    assert guess(columns)["name"] == "Voornaam + Naam"
    whole = [{"Naam": "Jan Peeters", "Voornaam": "Jan"}, {"Naam": "An Maes", "Voornaam": "An"}]
    assert guess(columns, whole)["name"] == "Naam"
    parts = [{"Naam": "Peeters", "Voornaam": "Jan"}, {"Naam": "Maes", "Voornaam": "An"}]
    assert guess(columns, parts)["name"] == "Voornaam + Naam"


def test_a_column_with_values_goes_before_an_empty_one() -> None:
    rows = [{"Phone number": "", "Tel": "03 234 56 78"}]
    assert guess(["Phone number", "Tel"], rows)["phone"] == "Tel"
    assert guess(["Phone number", "Tel"])["phone"] == "Phone number"


def test_law_12_numbers_and_our_own_company_are_no_names() -> None:
    rows = [{"Klant": "1001", "Company": "Ours", "Naam": name} for name in ("A", "B", "C")]
    assert guess(["Klant", "Company", "Naam"], rows)["name"] == "Naam"


def test_law_12_what_kind_of_customer_one_is_is_no_name() -> None:
    rows = [{"Debiteur": "ja", "Relatie": "klant", "Naam": name} for name in ("A", "B", "C")]
    assert guess(["Debiteur", "Relatie", "Naam"], rows)["name"] == "Naam"
    assert "name" not in guess(["Debiteur", "Relatie"], rows)
    rows = [{"Klant": name, "Bedrijf": ""} for name in ("Garage A", "Garage B", "Garage C")]
    assert guess(["Klant", "Bedrijf"], rows)["name"] == "Bedrijf | Klant"


def test_a_date_is_taken_only_if_the_sample_can_be_read() -> None:
    assert "upstream_created_at" not in guess(["Created at"], [{"Created at": "yesterday"}])
    assert guess(["Created at"], [{"Created at": "2026-01-31T10:00:00Z"}]) == {"upstream_created_at": "Created at"}


def test_law_12_of_a_list_of_addresses_the_parts_of_the_first_are_read() -> None:
    address = {"type": "billing", "street": "Kaai 5", "city": "Gent"}
    row = {
        "name": "A",
        "addresses": [address],
        "phones": [{"type": "work", "number": "0475123456"}],
        "orders": [{"status": 1}],
    }
    found = guess(["name", "addresses", "phones", "orders"], [row])
    assert found == {"name": "name", "street": "addresses.street", "city": "addresses.city", "phone": "phones"}


@pytest.mark.parametrize(
    ("column", "field"),
    [
        *(("Naam / Nom", "name"), ("Nom / Raison sociale", "name"), ("Naam of bedrijfsnaam", "name")),
        *(("N° TVA / BTW", "vat_number"), ("BTWnummer", "vat_number"), ("BTW-nummer (BE)", "vat_number")),
        *(("Land/regio", "country"), ("Langue du client", "language"), ("Telefoonnummer (mobiel)", "mobile")),
        *(
            ("Tel (GSM)", "mobile"),
            ("Adres - postcode", "postal_code"),
            ("*Straat:", "street"),
            ("E_MAIL", "email"),
        ),
    ],
)
def test_a_heading_is_found_however_it_is_written(column: str, field: str) -> None:
    assert guess([column]) == {field: column}


@pytest.mark.parametrize(
    "column", ["Postcode/Plaats", "PLZ/Ort", "Code postal / ville", "Telefoon/fax", "Naam/Adres"]
)
def test_law_12_a_column_of_two_things_is_neither(column: str) -> None:
    assert guess([column]) == {}


@pytest.mark.parametrize(
    "path", ["lastOrder.status", "account_manager.email", "notes.phone", "lastInvoice.currency"]
)
def test_law_12_a_value_within_something_else_is_not_the_customers(path: str) -> None:
    assert guess([path]) == {}


def test_a_chosen_column_is_no_other_fields_column() -> None:
    assert guess(["Naam", "Tel"], (), {"mobile": "Tel"}) == {"name": "Naam"}


def test_an_id_has_no_value_twice() -> None:
    rows = [{"Code": "A", "Klantnr": "1"}, {"Code": "A", "Klantnr": "2"}]
    assert guess_id(["Code", "Klantnr"], rows) == "Klantnr"


@given(st.lists(st.one_of(st.sampled_from(COLUMNS), st.text()), unique=True, max_size=12))
def test_any_headings_can_be_guessed_and_only_columns_are_named(columns: list[str]) -> None:
    for source in guess(columns).values():
        assert set(paths(source, columns)) <= set(columns)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            ["Factuurnummer", "Factuurdatum", "Vervaldatum", "Totaal incl. btw", "Openstaand", "Klantnaam"],
            ["number", "date", "due_date", "total", "balance", "customer_name"],
        ),
        (
            [
                "N° facture",
                "Date de facture",
                "Échéance",
                "Montant TTC",
                "Reste à payer",
                "Nom du client",
                "Devise",
            ],
            ["number", "date", "due_date", "total", "balance", "customer_name", "currency"],
        ),
        (
            ["Rechnungsnummer", "Rechnungsdatum", "Fälligkeitsdatum", "Gesamtbetrag", "Offener Betrag", "Kunde"],
            ["number", "date", "due_date", "total", "balance", "customer_name"],
        ),
        (
            ["InvoiceNumber", "Reference", "InvoiceDate", "DueDate", "Total", "InvoiceAmountDue", "ContactName"],
            ["number", "reference", "date", "due_date", "total", "balance", "customer_name"],
        ),
        (["Shipping amount", "Delivery date", "Payment total", "Subtotal", "Totaal excl. btw"], []),
    ],
)
def test_columns_of_invoices_are_found_in_four_languages(columns: list[str], expected: list[str]) -> None:
    fields = [field.name for field in INVOICE_FIELDS] + ["customer_name"]
    found = find_columns(columns, "invoice", fields)
    assert found == dict(zip(expected, columns, strict=False))


@pytest.mark.parametrize(
    ("resource", "export"), [(resource, export) for resource, exports in RELATED.items() for export in exports]
)
def test_columns_of_invoices_and_persons_are_found(resource: str, export: str) -> None:
    expected = RELATED[resource][export]
    guessed = (guess_invoice if resource == "invoice" else guess_person)(list(expected))
    found = {column: field for field, source in guessed.items() for column in paths(source, expected)}
    assert {column: found.get(column, "") for column in expected} == expected


def test_a_customers_number_links_invoices_where_there_is_no_id() -> None:
    assert guess_invoice(["Factuurnummer", "Klantnummer", "Bedrag"]) == {
        "number": "Factuurnummer",
        "customer_external_id": "Klantnummer",
        "total": "Bedrag",
    }
    assert guess_invoice(["customer_id", "Klantnummer"]) == {"customer_external_id": "customer_id"}


def test_the_prefix_of_a_contact_persons_name_is_joined_with_it() -> None:
    found = guess_person(["Voornaam", "Tussenvoegsel", "Achternaam", "Klantnr"])
    assert found["last_name"] == "Tussenvoegsel + Achternaam"
    assert found["customer_external_id"] == "Klantnr"


def test_columns_of_contact_persons_are_found() -> None:
    columns = [
        "Klantnummer",
        "Aanhef",
        "Voornaam",
        "Achternaam",
        "Functie",
        "Afdeling",
        "E-mail",
        "GSM",
        "Hoofdcontact",
    ]
    fields = [field.name for field in PERSON_FIELDS]
    expected = [
        "customer_external_id",
        "salutation",
        "first_name",
        "last_name",
        "designation",
        "department",
        "email",
    ]
    assert find_columns(columns, "contact_person", fields) == dict(
        zip([*expected, "mobile", "is_primary"], columns, strict=True)
    )
