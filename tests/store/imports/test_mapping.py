"""A mapping says what every column means, and every mistake in it is one sentence that names the key."""
# ruff: noqa: E501 - a mistake and its sentence are a line of a table

from decimal import Decimal
from pathlib import Path

import pytest

from store.imports import mapping
from tests.store.imports.ledgers import FLAT, mapping_of

MISTAKES = {
    "a key that there is not": ('number = "Invoice"', 'nubmer = "Invoice"', "invoice.nubmer is not a key of a mapping; here stand number, date, customer, rep, currency, due, credit_numbers, cancelled, cancelled_values (closest: number)."),
    "a section that there is not": ("[customer]", "[clients]", "clients is not a key of a mapping; at the top stand "),
    "a key too few": ('date = "Date"\n', "", "invoice.date is missing; a mapping has to name it."),
    "no currency": ('currency = "EUR"\n', "", 'the currency is missing; write currency = "EUR" at the top, or invoice.currency = a column.'),
    "two currencies": ('rep = "Rep"', 'currency = "Rep"', "currency at the top and invoice.currency contradict each other; keep one of them."),
    "a currency that there is not": ('"EUR"', '"EURO"', 'currency: "EURO" is not an ISO 4217 currency code in capitals, such as EUR.'),
    "a currency in small letters": ('"EUR"', '"eur"', 'currency: "eur" is not an ISO 4217'),
    "an encoding that there is not": ("[format]", '[format]\nencoding = "utf8859"', 'format.encoding: "utf8859" is not an encoding; write utf-8, cp1252, latin-1 or utf-16.'),
    "a delimiter of two characters": ('";"', '";;"', 'format.delimiter: a delimiter is one character'),
    "one sign for two purposes": ('decimal = ","', 'decimal = ","\nthousands = ","', 'format: decimal and thousands are both ","; only one of them can be.'),
    "a date without a year": ('"%d.%m.%Y"', '"%d.%m."', "does not say day, month and year; write for example %d.%m.%Y."),
    "a date with a zone": ('"%d.%m.%Y"', '"%d.%m.%Y %z"', "uses %z, which is not one of those explained in docs/import.md."),
    "no date format at all": ('"%d.%m.%Y"', "[]", "format.dates"),
    "no way to an amount": ('unit_price = "Price"\n', "", "[line] needs amount, or quantity and unit_price, or nothing can be added up."),
    "cancelled by nothing": ('rep = "Rep"', 'cancelled = "Rep"', "invoice.cancelled (a column) and invoice.cancelled_values (its values) go together."),
    "a margin in percent": ('currency = "EUR"', 'currency = "EUR"\nmargin_assumption = 30', "margin_assumption"),
    "a template without the number": ('name = "Name"', 'name_template = "Somebody"', 'customer.name_template has to hold {number}, such as "Customer {number}".'),
    "attributes of nobody": ('rep = "Rep"\n', "", "[rep] needs invoice.rep, the column by which the lines name it."),
    "a source with blanks": ('"shop"', '"the shop"', "source"),
    "a column that is no text": ('date = "Date"', "date = 3", "invoice.date"),
    "an encoding that makes no text": ("[format]", '[format]\nencoding = "base64"', 'format.encoding: "base64" is not an encoding; write utf-8, cp1252, latin-1 or utf-16.'),
    "an encoding with a NUL": ("[format]", '[format]\nencoding = "utf\\u0000"', "is not an encoding; write utf-8, cp1252, latin-1 or utf-16."),
    "a date that says the year twice": ('"%d.%m.%Y"', '"%d.%m.%Y %Y"', 'format.dates.0: "%d.%m.%Y %Y" is not a format that a date can be read by; each of its signs may stand once.'),
    "a date that ends in a percent sign": ('"%d.%m.%Y"', '"%d.%m.%Y%"', "is not a format that a date can be read by"),
    "a header beyond every file": ("[format]", "[format]\nheader_line = 9999999999999999999999", "format.header_line"),
    "a title of nothing": ('title = "The shop\'s ledger"', 'title = " "', "title: there is nothing to read in it; write it in letters."),
    "a title with a NUL": ('title = "The shop\'s ledger"', 'title = "The\\u0000shop"', "title: it holds a sign that nobody can read or type; write it anew."),
    "a template with a NUL": ('name = "Name"', 'name_template = "A\\u0000 {number}"', "customer.name_template: it holds a sign that nobody can read or type; write it anew."),
    "a period that ends before it starts": ("[format]", "[period]\nstart = 2025-01-01\nend = 2024-12-31\n[format]", "period: it ends on 2024-12-31, before it starts on 2025-01-01; correct one of them."),
    "a period from before there were ledgers": ("[format]", "[period]\nstart = 0205-01-01\n[format]", "period.start: 0205-01-01 is before 1900; correct the year."),
    "lists without end": ("[format]", "[format]\nmissing = " + "[" * 20_000, "test-mapping.toml is not TOML: "),
    "text that is no TOML": ("[invoice]", "[invoice", "test-mapping.toml is not TOML: "),
}  # fmt: skip


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_named_in_a_sentence(what: str, tmp_path: Path) -> None:
    old, new, sentence = MISTAKES[what]
    text = FLAT + '\n[rep]\nname = "Rep"\n'
    assert old in text
    with pytest.raises(mapping.MappingError) as error:
        mapping_of(tmp_path, text.replace(old, new))
    assert sentence in str(error.value)
    assert str(error.value).startswith("test-mapping.toml")
    assert str(error.value).endswith(".")
    assert "pydantic" not in str(error.value)


JOINED = """
source = "shop"
title = "Shop"
currency = "EUR"
[files.lines]
name = "lines.csv"
[files.heads]
name = "heads.csv"
key = "Id"
joins = "lines.HeadId"
[invoice]
number = "heads.Number"
date = "heads.Date"
customer = "heads.Customer"
[line]
amount = "lines.Net"
"""
JOIN_MISTAKES = {
    "a file that nobody uses": ("[invoice]", '[files.extra]\nname = "x"\n[invoice]', "files.extra is described, but no column of it is used; take it out."),
    "a column of no file": ('"lines.Net"', '"Net"', 'line.amount: "Net" does not say which file it is in; write one of lines, heads.'),
    "a misspelt file": ('"lines.Net"', '"lnes.Net"', "(closest: lines)"),
    "a key without joins": ('joins = "lines.HeadId"\n', "", 'files.heads: "key" (the column in this file) and "joins" (the column that refers to it) go together.'),
    "a circle": ('"lines.HeadId"', '"heads.Id"', "files.heads.joins goes in a circle: heads → heads."),
    "a file on its own": ('key = "Id"\njoins = "lines.HeadId"\n', "", 'line.amount is in the file "lines", which is not joined to "heads", the file of invoice.number; give files.lines a "key" and "joins".'),
    "attributes in two files": ("[line]", '[customer]\nname = "heads.Name"\ncountry = "lines.Land"\n[line]', "the columns of [customer] stand in several files (heads and lines); they have to be in one."),
}  # fmt: skip


@pytest.mark.parametrize("what", JOIN_MISTAKES)
def test_a_mistake_between_files_is_named_in_a_sentence(what: str, tmp_path: Path) -> None:
    old, new, sentence = JOIN_MISTAKES[what]
    assert old in JOINED
    with pytest.raises(mapping.MappingError) as error:
        mapping_of(tmp_path, JOINED.replace(old, new))
    assert sentence in str(error.value)


def test_all_that_pydantic_finds_is_said_at_once(tmp_path: Path) -> None:
    text = FLAT.replace('"EUR"', '"E"').replace('";"', '";;"')
    with pytest.raises(mapping.MappingError, match=r"currency .*\. .*delimiter"):
        mapping_of(tmp_path, text)


def test_the_shipped_mappings_are_found_by_name() -> None:
    assert mapping.shipped() == ["adventureworks", "online-retail"]
    for name in mapping.shipped():
        assert mapping.load(name).source == name


def test_a_margin_assumption_is_an_exact_decimal() -> None:
    assert mapping.load("online-retail").margin_assumption == Decimal("0.3")


def test_a_mapping_that_there_is_not_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(mapping.MappingError, match='There is no mapping "retail"; give one of adventureworks, '):
        mapping.load("retail")
    with pytest.raises(mapping.MappingError, match=r"There is no file .*none\.toml; give the path of a mapping"):
        mapping.load(str(tmp_path / "none.toml"))


def test_a_mapping_that_is_no_text_is_answered_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(b"source = '\xff'")
    with pytest.raises(mapping.MappingError, match=r"m\.toml is not UTF-8; save it as UTF-8\."):
        mapping.load(str(tmp_path / "m.toml"))


def test_a_column_whose_name_holds_a_dot_needs_no_file_where_there_is_one(tmp_path: Path) -> None:
    assert mapping_of(tmp_path, FLAT.replace('"Qty"', '"Art.Qty"')).ref("Art.Qty").column == "Art.Qty"
