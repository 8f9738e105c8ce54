"""Everything that a card rests on, read at once, is what each part says by itself."""

from store import assumptions, changes, customers, dossiers, sources, values, workspace
from store.assumptions import OwnAssumptions
from store.database import Database
from store.workspace import TeamSettings
from tests.commands.conftest import RECENT
from tests.ledger import NOW, Ledger, Line


def test_a_dossier_says_what_is_known_of_the_customer_and_what_that_rests_on(db: Database) -> None:
    ledger = Ledger(db)
    acme = ledger.customer("Acme", number="N1", place="Seattle", owner=ledger.rep("Thandi Nkosi"))
    ledger.invoice(acme, RECENT, Line("1000", "900"))
    ledger.done()
    with db.writing() as connection:
        changes.settle(connection, {"horizon_years": "7"}, by="U1", at=NOW)
    with db.reading() as connection:
        found = dossiers.get(connection, acme)
        assert found is not None
        assert found.customer == customers.get(connection, acme)
        assert found.value == values.get(connection, acme)
        assert found.settings == workspace.settings(connection) == TeamSettings(horizon_years=7)
        assert found.coverage == sources.coverage(connection, acme)
        assert (found.own, found.has_held_invoices) == (None, False)


def test_a_dossier_knows_of_own_assumptions_and_of_held_invoices(db: Database) -> None:
    ledger = Ledger(db)
    acme, other = ledger.customer("Acme", number="N1"), ledger.customer("Other", number="N2")
    ledger.done()
    ledger.holds_back("I9", "N1", "no date")
    slower = OwnAssumptions(horizon_years=3)
    with db.writing() as connection:
        assumptions.change(connection, acme, slower, by="U1", at=NOW, reason="as agreed")
    with db.reading() as connection:
        acmes, others = dossiers.get(connection, acme), dossiers.get(connection, other)
        assert acmes is not None
        assert others is not None
        assert acmes.own == assumptions.newest(connection, acme)
        assert (acmes.has_held_invoices, others.own, others.has_held_invoices) == (True, None, False)


def test_a_change_of_the_settings_is_in_the_next_dossier(db: Database) -> None:
    ledger = Ledger(db)
    acme = ledger.customer("Acme")
    ledger.done()
    for years in (7, 8, 7):
        with db.writing() as connection:
            changes.settle(connection, {"horizon_years": str(years)}, by="U1", at=NOW)
        with db.reading() as connection:
            found = dossiers.get(connection, acme)
            assert found is not None
            assert found.settings.horizon_years == years


def test_there_is_no_dossier_of_nobody(db: Database) -> None:
    with db.reading() as connection:
        assert dossiers.get(connection, 404) is None
