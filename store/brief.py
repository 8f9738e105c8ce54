"""Everything that a visit brief rests on, read for one customer."""

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from store import care, contacts, customer_channels, dossiers, overdue, promises, snoozes, standings, touches
from store.care import Care
from store.contacts import Contact
from store.dossiers import Dossier
from store.overdue import Overdue
from store.promises import Promise
from store.snoozes import Snooze
from store.standings import Standing
from store.touches import Touch
from store.who import Who, complete

TOUCHES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Brief:
    """What somebody who is about to see a customer should know. `has_complaint` is one that nobody has settled; the
    `snooze` may be over by now.
    """

    dossier: Dossier
    standing: Standing
    care: Care
    has_complaint: bool
    people: tuple[Contact, ...]
    touches: tuple[Touch, ...]
    promises: tuple[Promise, ...]
    overdue: Overdue
    channels: tuple[str, ...]
    snooze: Snooze | None
    snoozed_by: Who | None


def of_customer(connection: Connection, customer_id: int) -> Brief | None:
    """The brief, None where there is no such customer."""
    dossier = dossiers.get(connection, customer_id)
    if dossier is None:
        return None
    standing = standings.get(connection, customer_id)
    snooze = snoozes.of_customer(connection, customer_id)
    snoozed_by = complete(connection, [Who(None, snooze.made_by)])[0] if snooze is not None else None
    return Brief(
        dossier=dossier,
        standing=standing,
        care=care.get(connection, customer_id),
        has_complaint=standing.has_complaint,
        people=tuple(contacts.of_customer(connection, customer_id, with_gone=False)),
        touches=tuple(touches.last(connection, customer_id, TOUCHES_SHOWN)),
        promises=tuple(promises.of_customer(connection, customer_id)),
        overdue=overdue.of_customer(connection, customer_id),
        channels=customer_channels.channels_of(connection, customer_id),
        snooze=snooze,
        snoozed_by=snoozed_by,
    )
