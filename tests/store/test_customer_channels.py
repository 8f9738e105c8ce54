"""A channel that belongs to a customer."""

import pytest
import sqlalchemy as sa

from store import customer_channels, tables
from store.database import Database
from tests.ledger import NOW, Ledger


@pytest.fixture
def two(db: Database) -> tuple[int, int]:
    ledger = Ledger(db)
    return ledger.customer("Acme"), ledger.customer("Zephyr")


def test_a_channel_belongs_to_one_customer_and_a_customer_may_have_several(db: Database, two: tuple[int, int]) -> None:
    acme, zephyr = two
    with db.writing() as connection:
        assert customer_channels.customer_of(connection, "C1") is None
        assert customer_channels.tie(connection, "C1", acme, by="U1", at=NOW) is None
        assert customer_channels.tie(connection, "C2", acme, by="U1", at=NOW) is None
        assert customer_channels.channels_of(connection, acme) == ("C1", "C2")
        assert customer_channels.tie(connection, "C1", zephyr, by="U2", at=NOW) == acme
        assert customer_channels.customer_of(connection, "C1") == zephyr
        assert customer_channels.channels_of(connection, acme) == ("C2",)
        assert customer_channels.customer_of(connection, None) is None


def test_asked_twice_it_is_one_change(db: Database, two: tuple[int, int]) -> None:
    acme, zephyr = two
    with db.writing() as connection:
        customer_channels.tie(connection, "C1", zephyr, by="U1", at=NOW)
        for _ in range(2):
            assert customer_channels.tie(connection, "C1", acme, by="U1", at=NOW, receipt="t1") == zephyr
        counted = sa.select(sa.func.count()).select_from(tables.audit_entries)
        assert connection.scalar(counted) == 2


def test_it_is_untied_only_from_the_customer_whom_it_belongs_to(db: Database, two: tuple[int, int]) -> None:
    acme, zephyr = two
    with db.writing() as connection:
        customer_channels.tie(connection, "C1", acme, by="U1", at=NOW)
        assert not customer_channels.untie(connection, "C1", zephyr, by="U1", at=NOW)
        assert customer_channels.untie(connection, "C1", acme, by="U1", at=NOW)
        assert not customer_channels.untie(connection, "C1", acme, by="U1", at=NOW)
        assert customer_channels.customer_of(connection, "C1") is None
