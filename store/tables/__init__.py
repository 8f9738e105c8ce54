"""The tables of the shared customer database, as SQLAlchemy Core.

Money is integer minor units beside an ISO 4217 currency, quantities are integer thousandths, unit prices are exact
decimals, instants are UTC. Every name ends in its unit. The migrations in store/migrations create what stands here;
tests/store/test_migrations.py holds the two together.
"""

from store.tables.base import BigId, ExactDecimal, Instant, Key, Minor, metadata
from store.tables.care import (
    contacts,
    customer_care,
    customer_channels,
    customer_standings,
    deliveries,
    due_days,
    event_guests,
    events,
    owner_due_days,
    promises,
    rep_hours,
    snoozes,
    touch_people,
    touches,
)
from store.tables.digest import (
    digest_dismissals,
    digest_issues,
    digest_lines,
    digest_schedules,
)
from store.tables.ledger import (
    customer_names,
    customer_references,
    customers,
    held_invoices,
    imports,
    invoice_lines,
    invoices,
    name_vocabulary,
    name_words,
    payments,
    products,
    sources,
)
from store.tables.models import customer_expectations, fitted_models, portfolio_totals, value_history
from store.tables.team import (
    audit_entries,
    people,
    receipts,
    rep_references,
    reps,
    team_settings,
)
from store.tables.values import (
    customer_assumptions,
    customer_values,
    exchange_rates,
)

__all__ = [
    "BigId",
    "ExactDecimal",
    "Instant",
    "Key",
    "Minor",
    "audit_entries",
    "contacts",
    "customer_assumptions",
    "customer_care",
    "customer_channels",
    "customer_expectations",
    "customer_names",
    "customer_references",
    "customer_standings",
    "customer_values",
    "customers",
    "deliveries",
    "digest_dismissals",
    "digest_issues",
    "digest_lines",
    "digest_schedules",
    "due_days",
    "event_guests",
    "events",
    "exchange_rates",
    "fitted_models",
    "held_invoices",
    "imports",
    "invoice_lines",
    "invoices",
    "metadata",
    "name_vocabulary",
    "name_words",
    "owner_due_days",
    "payments",
    "people",
    "portfolio_totals",
    "products",
    "promises",
    "receipts",
    "rep_hours",
    "rep_references",
    "reps",
    "snoozes",
    "sources",
    "team_settings",
    "touch_people",
    "touches",
    "value_history",
]
