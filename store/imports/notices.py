"""What an import did that nobody has to act on, but somebody may want to know: one sentence each."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dictionary

import numpy as np

from store.imports.arrays import AnyArray
from store.imports.comparing import Difference
from store.imports.entities import last_seen
from store.imports.gathering import Gathering
from store.imports.joins import Lookup
from store.imports.misread import as_misread
from store.imports.reading import Table
from store.imports.settling import SUPERSEDED, TAKEN
from store.imports.stage_rows import Content


def of_content(content: Content, lookups: Dictionary[str, Lookup]) -> Iterator[str]:
    """What there is to say of the files."""
    gathered, settled = content.gathered, content.settled
    if superseded := int((settled.fate == SUPERSEDED).sum()):
        yield _counted(
            superseded, "invoice stands", "invoices stand", "in several of the files; the later file counts."
        )
    if gathered.rows_rounded:
        what = "than its currency has; each was rounded half up."
        yield _counted(gathered.rows_rounded, "amount has more decimals", "amounts have more decimals", what)
    if repeated := _repeated(gathered, settled.fate):
        yield _counted(repeated, "line repeats", "lines repeat", "another line of the same invoice; all are kept.")
    if unreadable := settled.rows_without_customer_or_amount:
        what = "without a customer and without a readable amount, which no sum holds."
        yield _counted(unreadable, "line is", "lines are", what)
    customers = content.entities.variants["customer"]
    several = customers.several(last_seen(gathered, settled.is_sound, 0, customers)[1], "country")
    if several:
        yield _counted(several, "customer has", "customers have", "several countries; the latest line's counts.")
    heads = {used.ref.file for used in content.mapping.used() if used.key in {"invoice.number", "invoice.date"}}
    for name in sorted(heads & lookups.keys()):
        unused = lookups[name].rows_unused
        if unused:
            what = f"in {lookups[name].names} without a line in the files."
            yield _counted(unused, "invoice is", "invoices are", what)


def of_tables(tables: Iterable[Table]) -> Iterator[str]:
    """What there is to say of how the files are written, once they were read."""
    for table in tables:
        if table.misread:
            encoding = table.format.encoding
            shown = as_misread(table.misread, encoding)
            yield (
                f"{table.name} may be in utf-8, not in {encoding}: it has “{shown}”. If that is to be "
                f'“{table.misread}”, write encoding = "utf-8" under [format], and import it again.'
            )


def of_difference(difference: Difference) -> Iterator[str]:
    """What there is to say of the files beside what is stored."""
    if difference.now_without_customer:
        what = "now without any customer in the files; what is stored of them stays as it was."
        yield _counted(difference.now_without_customer, "stored invoice is", "stored invoices are", what)


def _counted(count: int, one: str, several: str, what: str) -> str:
    return f"{count:,} {one if count == 1 else several} {what}"


def _repeated(gathered: Gathering, fate: AnyArray) -> int:
    """How many lines of taken invoices say what an earlier line of the same invoice says."""
    invoice, contents = gathered.line_contents.columns()
    taken = contents[fate[invoice] == TAKEN] if len(invoice) else contents
    return len(taken) - len(np.unique(taken))
