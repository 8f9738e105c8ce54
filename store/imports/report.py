"""What an import did, for a person and for a program."""

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file of the ledger, and its digest."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """A reason for which rows were rejected, how many, and one of them to look at."""

    reason: str
    rows: int


@dataclass(slots=True)
class Report:
    """What became of every row of the ledger: rows_read is the sum of the seven counts after it.

    `rows_removed` are stored lines that a corrected invoice no longer has. `without_customer` is in minor units by
    currency. `other_rows_rejected` are rows of the other files (customers, products, payments), which rows_read leaves
    out. `longest_write_lock_seconds` is for how long other writers had to wait.
    """

    files: list[FileRead] = field(default_factory=list)
    not_used: list[str] = field(default_factory=list)
    rows_read: int = 0
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_rejected: int = 0
    rows_superseded: int = 0
    rows_without_customer: int = 0
    rows_removed: int = 0
    other_rows_rejected: int = 0
    payments_new: int = 0
    payments_changed: int = 0
    payments_unchanged: int = 0
    invoices_new: int = 0
    invoices_changed: int = 0
    invoices_held: int = 0
    without_customer: Dictionary[str, int] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    rejected_files: list[Path] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    is_dry_run: bool = False
    longest_write_lock_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def took_any(self) -> bool:
        """Whether any line or payment was taken, or is there already as the files have it."""
        lines = self.rows_new + self.rows_changed + self.rows_unchanged
        return lines + self.payments_new + self.payments_changed + self.payments_unchanged > 0

    @property
    def rejected_any(self) -> bool:
        """Whether any row of any file was rejected."""
        return self.rows_rejected + self.other_rows_rejected > 0
