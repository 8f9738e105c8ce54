"""The keys of a mapping, each with what it may be. docs/import.md explains them to those who write one."""

import codecs
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

import pandas as pd
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from store.imports.dates import EARLIEST
from store.imports.patterns import closest
from store.money import is_currency

ONLY_FILE = "ledger"
# Nobody writes so much above the names of the columns.
HEADER_LINE_MOST = 100_000
# What a date can be told from; a zone would move a date, and a ledger's date is its company's own.
DATE_DIRECTIVES = frozenset("YymdbBHIMSfpAaj%")

# "text" identifies something and is indexed, "words" are only read.
Use = Literal["number", "text", "name", "words", "date", "past_date", "currency"]


class MappingError(ValueError):
    """A mapping that cannot be used; the message is a sentence for the one who wrote it."""


class Ref(NamedTuple):
    """A column of one of the mapping's files."""

    file: str
    column: str

    def __str__(self) -> str:
        return self.column if self.file == ONLY_FILE else f"{self.file}.{self.column}"


class Used(NamedTuple):
    """A column, the key of the mapping that uses it, and what its cells have to be."""

    key: str
    ref: Ref
    use: Use


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _encoding(value: str) -> str:
    wrong = ValueError(f'"{value}" is not an encoding; write utf-8, cp1252, latin-1 or utf-16')
    try:
        found = codecs.lookup(value)
    except (LookupError, ValueError):
        raise wrong from None
    # Python keeps base64, rot13 and their like among its encodings too; their decoders give no text.
    if not getattr(found, "_is_text_encoding", True):
        raise wrong
    return found.name


def _delimiter(value: str) -> str:
    if len(value) != 1 or not value.isascii() or value in '"\r\n':
        raise ValueError('a delimiter is one character, such as "," or ";" or "\\t"')
    return value


def _date_format(value: str) -> str:
    directives = set(re.findall(r"%(.)", value))
    if unknown := sorted(directives - DATE_DIRECTIVES):
        raise ValueError(f'"{value}" uses %{unknown[0]}, which is not one of those explained in docs/import.md')
    if not directives & set("Yy") or not ((directives & set("mbB") and "d" in directives) or "j" in directives):
        raise ValueError(f'"{value}" does not say day, month and year; write for example %d.%m.%Y')
    try:
        pd.to_datetime(pd.Series(["1"]), format=value, errors="coerce")
    except (ValueError, re.error):
        raise ValueError(
            f'"{value}" is not a format that a date can be read by; each of its signs may stand once'
        ) from None
    return value


def _words(value: str) -> str:
    """What stands on cards."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in value):
        raise ValueError("it holds a sign that nobody can read or type; write it anew")
    if not value.strip():
        raise ValueError("there is nothing to read in it; write it in letters")
    return value


def _ledger_day(value: dt.date) -> dt.date:
    if value < EARLIEST:
        raise ValueError(f"{value} is before {EARLIEST.year}; correct the year")
    return value


def _currency(value: str) -> str:
    if not is_currency(value):
        raise ValueError(f'"{value}" is not an ISO 4217 currency code in capitals, such as EUR')
    return value


Column = Annotated[str, Field(min_length=1)]
Strings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
DateFormat = Annotated[str, AfterValidator(_date_format)]
Currency = Annotated[str, AfterValidator(_currency)]
Words = Annotated[str, AfterValidator(_words)]
LedgerDay = Annotated[dt.date, AfterValidator(_ledger_day)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Format(_Part):
    """How the files are written."""

    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    delimiter: Annotated[str, AfterValidator(_delimiter)] = ","
    quote: Literal['"', ""] = '"'
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    dates: Annotated[tuple[DateFormat, ...], BeforeValidator(_listed), Field(min_length=1)] = ("%Y-%m-%d",)
    missing: Strings = ("",)
    header_line: Annotated[int, Field(ge=1, le=HEADER_LINE_MOST)] = 1
    sheet: str | None = None

    @model_validator(mode="after")
    def _signs_differ(self) -> "Format":
        if self.decimal == self.thousands:
            raise ValueError(f'decimal and thousands are both "{self.decimal}"; only one of them can be')
        return self


class File(_Part):
    """One kind of file: the pattern of its name, and, where its rows are looked up by others, how."""

    name: str = "*"
    key: Column | None = None
    joins: Column | None = None

    @model_validator(mode="after")
    def _key_and_joins(self) -> "File":
        if (self.key is None) != (self.joins is None):
            raise ValueError('"key" (the column in this file) and "joins" (the column that refers to it) go together')
        return self


class Invoice(_Part):
    """The columns of an invoice. They may stand in each of its lines, or in a file of invoices that is joined."""

    number: Column
    date: Column
    customer: Column
    rep: Column | None = None
    currency: Column | None = None
    due: Column | None = None
    credit_numbers: Strings = ()
    cancelled: Column | None = None
    cancelled_values: Strings = ()


class Line(_Part):
    """The columns of a line. Its amount is `amount`, or quantity × unit_price − discount."""

    product: Column | None = None
    quantity: Column | None = None
    unit_price: Column | None = None
    amount: Column | None = None
    discount: Column | None = None
    cost: Column | None = None
    unit_cost: Column | None = None
    charges: Strings = ()
    negative_prices: Literal["reject", "accept"] = "reject"


class Customer(_Part):
    """What a file says of customers."""

    name: Column | None = None
    name_template: Words = "Customer {number}"
    country: Column | None = None
    place: Annotated[tuple[Column, ...], BeforeValidator(_listed)] = ()
    since: Column | None = None
    owner: Column | None = None
    currency: Column | None = None


class Product(_Part):
    """What a file says of products. `unit_cost` is the standard cost of one unit."""

    name: Column | None = None
    category: Column | None = None
    unit_cost: Column | None = None


class Rep(_Part):
    """What a file says of reps."""

    name: Column | None = None
    name_template: Words = "Rep {number}"
    email: Column | None = None


class Payment(_Part):
    """The columns of a file of payments."""

    number: Column
    date: Column
    amount: Column
    customer: Column | None = None
    invoice: Column | None = None
    currency: Column | None = None


class Period(_Part):
    """What the ledger covers, where that is more than its first to its last date."""

    start: LedgerDay | None = None
    end: LedgerDay | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Period":
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"it ends on {self.end}, before it starts on {self.start}; correct one of them")
        return self


class Mapping(_Part):
    """A whole mapping."""

    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Words
    currency: Currency | None = None
    margin_assumption: Annotated[Decimal, Field(ge=0, lt=1)] | None = None
    format: Format = Format()
    files: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], File] = {ONLY_FILE: File()}
    invoice: Invoice
    line: Line
    customer: Customer = Customer()
    product: Product = Product()
    rep: Rep = Rep()
    payment: Payment | None = None
    period: Period = Period()

    def ref(self, column: str) -> Ref:
        """The file and column that a mapping's "file.Column" means; the file may be left out where there is one."""
        file, dot, rest = column.partition(".")
        if dot and file in self.files:
            return Ref(file, rest)
        if len(self.files) == 1:
            return Ref(next(iter(self.files)), column)
        raise MappingError(f'"{column}" does not say which file it is in; write one of {choices(self.files, column)}')

    def used(self) -> Iterator[Used]:
        """Every column that the mapping uses."""
        for part, uses in _USES.items():
            section = getattr(self, part)
            for key, use in uses.items():
                named = getattr(section, key) if section else None
                for column in (named,) if isinstance(named, str) else named or ():
                    yield Used(f"{part}.{key}", self._ref_of(f"{part}.{key}", column), use)
        for file, description in self.files.items():
            if description.joins is not None and description.key is not None:
                yield Used(f"files.{file}.key", Ref(file, description.key), "text")
                yield Used(f"files.{file}.joins", self._ref_of(f"files.{file}.joins", description.joins), "text")

    def _ref_of(self, key: str, column: str) -> Ref:
        try:
            return self.ref(column)
        except MappingError as error:
            raise MappingError(f"{key}: {error}") from None


_USES: dict[str, dict[str, Use]] = {
    "invoice": {
        "number": "text",
        "date": "past_date",
        "customer": "text",
        "rep": "text",
        "currency": "currency",
        "due": "date",
        "cancelled": "words",
    },
    "line": {
        "product": "text",
        "quantity": "number",
        "unit_price": "number",
        "amount": "number",
        "discount": "number",
        "cost": "number",
        "unit_cost": "number",
    },
    "customer": {
        "name": "name",
        "country": "words",
        "place": "words",
        "since": "past_date",
        "owner": "text",
        "currency": "currency",
    },
    "product": {"name": "words", "category": "words", "unit_cost": "number"},
    "rep": {"name": "name", "email": "text"},
    "payment": {
        "number": "text",
        "date": "past_date",
        "amount": "number",
        "customer": "text",
        "invoice": "text",
        "currency": "currency",
    },
}


def choices(names: Iterable[str], wrong: str) -> str:
    """The names, and the one that was probably meant."""
    names = list(names)
    return ", ".join(names) + closest(wrong, names)
