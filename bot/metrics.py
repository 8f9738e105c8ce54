"""/metrics: how the deliveries are doing, in the text format that Prometheus reads."""

import datetime as dt

from store import delivery_figures
from store.database import Database

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text(db: Database, now: dt.datetime) -> str:
    """The figures as they are now. Errors: sqlalchemy.exc.SQLAlchemyError."""
    with db.reading() as connection:
        counts = delivery_figures.counts(connection)
        overdue = delivery_figures.overdue(connection, now)
    states = [f'melktert_deliveries{{state="{state}"}} {number}' for state, number in sorted(counts.by_state.items())]
    last = counts.last_sent_at
    sent = [] if last is None else [f"melktert_delivery_last_sent_timestamp_seconds {last.timestamp():.0f}"]
    lines = [
        *_about("melktert_deliveries", "gauge", "Messages to somebody else, or later, by what has become of them."),
        *states,
        *_about(
            "melktert_deliveries_missed_total", "counter", "Messages dropped, since they could not be sent in time."
        ),
        f"melktert_deliveries_missed_total {counts.missed}",
        *_about("melktert_deliveries_overdue", "gauge", "Messages that wait although they are due."),
        f"melktert_deliveries_overdue {overdue}",
        *_about("melktert_delivery_last_sent_timestamp_seconds", "gauge", "When a message was last sent."),
        *sent,
    ]
    return "\n".join([*lines, ""])


def _about(name: str, kind: str, says: str) -> list[str]:
    return [f"# HELP {name} {says}", f"# TYPE {name} {kind}"]
