"""Writing what was gathered, invoices and all that they refer to, into staging."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from sqlalchemy.engine import Connection

from store.imports import dates, staging
from store.imports.arrays import EMPTY, AnyArray
from store.imports.entities import PARTS, Described, Entities
from store.imports.gathering import FIRST_DAY, SEEDS, UNSET, Gathering, mixed
from store.imports.lines import LineReader
from store.imports.mapping_keys import Mapping
from store.imports.meaning import LONGEST_NUMBER
from store.imports.settling import TAKEN, Settled


@dataclass(frozen=True, slots=True)
class Content:
    """All that was read of a ledger."""

    mapping: Mapping
    gathered: Gathering
    settled: Settled
    reader: LineReader
    entities: Entities


def stage_all(connection: Connection, content: Content) -> None:
    """Stage everything but the lines, which were staged as they were read."""
    gathered, settled, entities, reader = content.gathered, content.settled, content.entities, content.reader
    described = {
        part: entities.of_file(part) if entities.file[part] else entities.of_rows(part, gathered, settled.is_sound)
        for part in PARTS
    }
    customers = _customers(described["customer"], content)
    staging.add(connection, staging.customers, customers)
    staging.add(connection, staging.products, _with(described["product"], "name", "category"))
    staging.add(connection, staging.reps, _reps(described["rep"], content.mapping, entities))
    staging.add(connection, staging.prices, ((code, Decimal(text)) for code, text in enumerate(reader.prices.texts)))
    staging.add(connection, staging.invoices, _invoices(content))
    staging.add(connection, staging.held, _held(gathered, settled, entities))
    staging.add(connection, staging.nameless, ((number,) for number in sorted(set(settled.numbers_without_customer))))


def _with(described: list[Described], *names: str) -> Iterator[tuple[object, ...]]:
    for one in described:
        yield (one.code, one.number, *(one.attributes.get(name) for name in names))


def _customers(described: list[Described], content: Content) -> Iterator[tuple[object, ...]]:
    gathered, settled, entities, mapping = content.gathered, content.settled, content.entities, content.mapping
    invoices = gathered.invoices
    sound = np.flatnonzero(settled.is_sound)
    sound = sound[np.argsort(invoices.day[sound], kind="stable")]
    customer = invoices.attributes["customer"][sound]
    latest = dict(zip(customer.tolist(), sound.tolist(), strict=True))
    for one in described:
        invoice = latest.get(one.code)
        currency = mapping.currency
        if currency is None and invoice is not None:
            currency = content.reader.currencies.texts[invoices.attributes["currency"][invoice]]
        since, owner = one.attributes.get("since"), one.attributes.get("owner")
        yield (
            one.code,
            one.number,
            one.attributes.get("name"),
            mapping.customer.name_template.format(number=one.number),
            one.attributes.get("country"),
            one.attributes.get("place"),
            dt.date.fromisoformat(since) if since else None,
            one.attributes.get("currency") or currency,
            EMPTY if owner is None else int(entities.numbers("rep").numbers([owner])[0]),
            None if one.day is None else dates.from_day_number(one.day),
        )


def _reps(described: list[Described], mapping: Mapping, entities: Entities) -> Iterator[tuple[object, ...]]:
    """The reps of the invoices, and those whom only the file of customers names."""
    known = {one.code: one.attributes for one in described}
    owners = range(len(entities.numbers("rep"))) if "owner" in entities.attributes["customer"] else ()
    for code in sorted({*known, *owners}):
        number, attributes = entities.numbers("rep").texts[code], known.get(code, {})
        default_name = mapping.rep.name_template.format(number=number)
        yield code, number, attributes.get("name"), default_name, attributes.get("email")


def _invoices(content: Content) -> Iterator[tuple[object, ...]]:
    gathered, settled, entities, reader = content.gathered, content.settled, content.entities, content.reader
    invoices = gathered.invoices
    taken = np.flatnonzero(settled.fate == TAKEN)
    values = {name: np.where(column == UNSET, EMPTY, column)[taken] for name, column in invoices.attributes.items()}
    day, is_credit = invoices.day[taken], settled.is_credit[taken]
    lanes = []
    for lane, seed in enumerate(SEEDS):
        texts = [
            entities.numbers("customer").hashes()[values["customer"], lane],
            entities.numbers("rep").hashes()[values["rep"], lane],
            reader.currencies.hashes()[values["currency"], lane],
        ]
        parts = [invoices.hashes[taken, lane], *texts, day, values["due"], values["cancelled"], is_credit]
        lanes.append(mixed(parts, seed))
    hashes = np.stack(lanes, axis=1).astype("<u8").tobytes()
    dated = {number: dates.from_day_number(number) for number in np.unique(day).tolist()}
    dues: dict[int, dt.date | None] = {
        number: dates.from_day_number(number + FIRST_DAY) for number in np.unique(values["due"]).tolist()
    }
    dues[EMPTY] = None
    columns = (taken, is_credit, values["customer"], values["rep"], day, values["due"], values["currency"])
    for place, (code, credit, customer, rep, issued, due, currency) in enumerate(_rows(*columns)):
        yield (
            code,
            invoices.numbers[code],
            "credit" if credit else "invoice",
            customer,
            rep,
            dated[issued],
            dues[due],
            reader.currencies.texts[currency],
            bool(values["cancelled"][place]),
            hashes[16 * place : 16 * place + 16],
            int(invoices.rows[code]),
        )


def _held(gathered: Gathering, settled: Settled, entities: Entities) -> Iterator[tuple[object, ...]]:
    """The held invoices, each number once: with the customer that its first readable row names.

    A number too long to be one is cut, as a stray quote makes it out of hundreds of lines: PostgreSQL indexes no more.
    """
    invoice, _, variant, _, _ = gathered.row_index.columns()
    rows = np.flatnonzero(np.isin(invoice, list(settled.why_held)) & (variant != EMPTY))[::-1]
    first = dict(zip(invoice[rows].tolist(), variant[rows].tolist(), strict=True))
    held: dict[str, tuple[object, ...]] = {}
    for code, reason in settled.why_held.items():
        number = gathered.invoices.numbers[code][:LONGEST_NUMBER]
        customer = entities.variants["customer"].number_of(first[code]) if code in first else None
        held[number] = (number, customer, reason)
    yield from held.values()


def _rows(*columns: AnyArray) -> Iterator[tuple[int, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)
