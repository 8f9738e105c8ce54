"""What becomes of each invoice once every row is read: taken, held back whole, or superseded by a later file's."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from store.imports.arrays import EMPTY, AnyArray, Mask, mask_of, places
from store.imports.gathering import Gathering, RejectedRow
from store.imports.meaning import Reason
from store.imports.patterns import matcher
from store.money import from_minor

TAKEN, HELD, SUPERSEDED = 0, 1, 2


@dataclass(slots=True)
class Settled:
    """`fate`, `is_sound` (no row rejected) and `is_credit` are for each invoice by its code.

    `reasons` are what to write beside each rejected row, by file and line; `kinds` counts them without their cells.
    `why_held` is the first reason of each held invoice. `without_customer` is in minor units by currency.
    """

    fate: AnyArray
    is_sound: Mask
    is_credit: Mask
    reasons: dict[int, dict[int, str]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    why_held: dict[int, str] = field(default_factory=dict)
    rows_superseded: int = 0
    rows_without_customer: int = 0
    rows_without_customer_or_amount: int = 0
    without_customer: dict[str, int] = field(default_factory=dict)
    numbers_without_customer: list[str] = field(default_factory=list)

    @property
    def rows_rejected(self) -> int:
        """All rows of the ledger that were not taken, held-back ones included."""
        return sum(map(len, self.reasons.values()))


def settle(gathered: Gathering, credit_numbers: tuple[str, ...], currencies: list[str]) -> Settled:
    """Decide about every invoice. `currencies` are the texts of the currencies' codes."""
    half_named = _half_named(gathered)
    is_credit, misnumbered = _credits(gathered, credit_numbers, currencies)
    rejected = gathered.rejected + half_named + misnumbered
    is_sound = ~mask_of(len(gathered.invoices), (row.invoice for row in rejected if row.invoice != EMPTY))
    settled = Settled(_fates(gathered, is_sound), is_sound, is_credit)
    _write_reasons(settled, gathered, rejected)
    _sum_without_customer(settled, gathered, half_named, currencies)
    settled.rows_superseded += sum(settled.fate[row.invoice] == SUPERSEDED for row in half_named)
    return settled


def _half_named(gathered: Gathering) -> list[RejectedRow]:
    """The rows without a customer whose invoice has rows with one."""
    found = []
    invoices = gathered.invoices
    by_file: dict[int, dict[str, int]] = {}
    for code, (number, file) in enumerate(zip(invoices.numbers, invoices.file.tolist(), strict=True)):
        by_file.setdefault(file, {})[number] = code
    files, numbers, lines, _, _ = gathered.nameless.columns()
    for file, pool in enumerate(gathered.nameless_numbers):
        shared = {code: by_file[file][text] for code, text in enumerate(pool.texts) if text in by_file.get(file, {})}
        for row in places((files == file) & np.isin(numbers, list(shared))) if shared else ():
            invoice = shared[int(numbers[row])]
            first = int(invoices.first_line[invoice])
            reason = Reason("", f"no customer, but line {first} of the same invoice names one")
            found.append(RejectedRow(file, int(lines[row]), invoice, (reason,)))
    return found


def _credits(
    gathered: Gathering, credit_numbers: tuple[str, ...], currencies: list[str]
) -> tuple[Mask, list[RejectedRow]]:
    """Which invoices are credit notes, and those numbered like one that come to more than zero."""
    invoices = gathered.invoices
    pattern = matcher(credit_numbers)
    is_numbered_so = np.fromiter((bool(pattern.match(number)) for number in invoices.numbers), dtype=bool)
    misnumbered = []
    for code in np.flatnonzero(is_numbered_so & (invoices.total > 0)).tolist():
        currency = currencies[invoices.attributes["currency"][code]]
        total = from_minor(int(invoices.total[code]), currency)
        reason = Reason("", f"numbered like a credit note, but comes to {currency} {total:,}, more than zero")
        line = int(invoices.first_line[code])
        misnumbered.append(RejectedRow(int(invoices.file[code]), line, code, (reason,)))
    return is_numbered_so | (invoices.total < 0), misnumbered


def _fates(gathered: Gathering, is_sound: Mask) -> AnyArray:
    """A number's last sound version is taken, its versions before that are superseded, and those after it held."""
    invoices = gathered.invoices
    fate = np.where(is_sound, TAKEN, HELD).astype(np.int8)
    if len(gathered.nameless_numbers) > 1:
        taken: set[str] = set()
        for code in range(len(invoices) - 1, -1, -1):
            if invoices.numbers[code] in taken:
                fate[code] = SUPERSEDED
            elif fate[code] == TAKEN:
                taken.add(invoices.numbers[code])
    return fate


def _write_reasons(settled: Settled, gathered: Gathering, rejected: list[RejectedRow]) -> None:
    own: dict[tuple[int, int], list[Reason]] = {}
    first_line: dict[int, int] = {}
    for row in sorted(rejected, key=lambda row: (row.file, row.line)):
        if row.invoice != EMPTY:
            if settled.fate[row.invoice] == SUPERSEDED:
                continue
            first_line.setdefault(row.invoice, row.line)
            settled.why_held.setdefault(row.invoice, f"line {row.line}: {row.reasons[0]}")
        own.setdefault((row.file, row.line), []).extend(row.reasons)
    for (file, line), reasons in own.items():
        distinct = list(dict.fromkeys(reasons))
        settled.reasons.setdefault(file, {})[line] = "; ".join(map(str, distinct))
        settled.kinds.update(reason.kind for reason in distinct)
    invoice, lines = gathered.row_index.columns()[:2]
    known = invoice != EMPTY
    fates = np.where(known, settled.fate[np.where(known, invoice, 0)], TAKEN) if len(settled.fate) else invoice
    settled.rows_superseded = int((fates == SUPERSEDED).sum())
    for place in places(fates == HELD):
        code, line = int(invoice[place]), int(lines[place])
        written = settled.reasons.setdefault(int(gathered.invoices.file[code]), {})
        if line not in written:
            written[line] = f"held back: line {first_line[code]} of the same invoice was rejected"
            settled.kinds["held back, because another row of the same invoice was rejected"] += 1


def _sum_without_customer(
    settled: Settled, gathered: Gathering, half_named: list[RejectedRow], currencies: list[str]
) -> None:
    files, numbers, lines, amounts, currency = gathered.nameless.columns()
    rejected = {(row.file, row.line) for row in half_named}
    kept = np.ones(len(lines), dtype=bool)
    if rejected:
        kept = np.array([pair not in rejected for pair in zip(files.tolist(), lines.tolist(), strict=True)])
    settled.rows_without_customer = int(kept.sum())
    for code in np.unique(currency[kept]).tolist():
        rows = kept & (currency == code)
        if code == EMPTY:
            settled.rows_without_customer_or_amount = int(rows.sum())
        else:
            # Python's sum, since many large amounts may be more than int64 holds.
            settled.without_customer[currencies[code]] = sum(amounts[rows].tolist())
    for file, pool in enumerate(gathered.nameless_numbers):
        used = np.unique(numbers[kept & (files == file)])
        settled.numbers_without_customer += [pool.texts[code] for code in used if code != EMPTY]
