"""Who looks after a customer after an import, when reps have left and customers have been given to others."""

from pathlib import Path

import sqlalchemy as sa

from store import succession, tables
from store.database import Database
from store.imports import importer
from tests.store.imports.ledgers import NOW, flat_mapping, imported, ledger, state


def reps(db: Database) -> dict[str, int]:
    """The ids of the reps by name."""
    with db.reading() as connection:
        return {row.name: row.id for row in connection.execute(sa.select(tables.reps))}


def owners(db: Database) -> dict[str, str]:
    """The owners of the customers by their numbers."""
    return {str(row[0]): str(row[6]) for row in state(db)["customers"]}


def leave(db: Database, who: str, successor: str) -> None:
    with db.writing() as connection:
        succession.leave(connection, reps(db)[who], reps(db)[successor], by="U9", at=NOW)


def give(db: Database, number: str, to: str) -> None:
    references = tables.customer_references.c
    with db.writing() as connection:
        customer = connection.scalar(sa.select(references.customer_id).where(references.number == number))
        succession.give(connection, [customer], reps(db)[to], by="U9", at=NOW)


FIRST = [
    "1;01.01.2025;7;Acme;NL;r1;P;1;5;",
    "2;01.01.2025;8;Blue;NL;r2;P;1;5;",
    "3;01.01.2025;9;Cyan;NL;r3;P;1;5;",
]


def test_a_leavers_new_orders_go_to_the_successor_old_customers_and_new_ones(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, FIRST)
    leave(db, "Rep r1", "Rep r2")
    imported(db, tmp_path, ["4;02.01.2025;7;Acme;NL;r1;P;1;5;", "5;02.01.2025;10;Dove;NL;r1;P;1;5;"])
    assert owners(db) == {"7": "Rep r2", "8": "Rep r2", "9": "Rep r3", "10": "Rep r2"}


def test_the_same_ledger_once_more_gives_a_leaver_nothing_back(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, FIRST)
    leave(db, "Rep r1", "Rep r2")
    leave(db, "Rep r2", "Rep r3")
    imported(db, tmp_path, FIRST)
    changed = [row.replace(";1;5;", ";2;5;") for row in FIRST]
    imported(db, tmp_path, changed)
    assert owners(db) == dict.fromkeys("789", "Rep r3")


def test_a_customer_of_a_leaver_whom_another_rep_serves_since_is_the_other_reps(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, FIRST)
    leave(db, "Rep r1", "Rep r2")
    imported(db, tmp_path, ["4;02.01.2025;7;Acme;NL;r3;P;1;5;"])
    assert owners(db)["7"] == "Rep r3"


def test_a_customer_whom_somebody_gave_to_a_rep_stays_there(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, FIRST)
    give(db, "7", "Rep r3")
    imported(db, tmp_path, ["4;02.01.2025;7;Acme;NL;r1;P;1;5;", "5;02.01.2025;8;Blue;NL;r1;P;1;5;"])
    assert owners(db) == {"7": "Rep r3", "8": "Rep r1", "9": "Rep r3"}


def test_who_is_back_gets_what_imports_bring_from_then_on_and_nothing_else(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, [*FIRST, "4;01.01.2025;10;Dove;NL;r1;P;1;5;", "5;01.01.2025;11;Eden;NL;r1;P;1;5;"])
    leave(db, "Rep r1", "Rep r2")
    with db.writing() as connection:
        succession.come_back(connection, reps(db)["Rep r1"], by="U9", at=NOW)
    give(db, "10", "Rep r3")
    stays = {"7": "Rep r2", "8": "Rep r2", "9": "Rep r3", "10": "Rep r3", "11": "Rep r2"}
    assert owners(db) == stays
    imported(db, tmp_path, FIRST)
    assert owners(db) == stays
    imported(db, tmp_path, ["6;02.01.2025;7;Acme;NL;r1;P;1;5;", "7;02.01.2025;10;Dove;NL;r1;P;1;5;"])
    assert owners(db) == {**stays, "7": "Rep r1"}


def test_a_given_customer_goes_on_to_the_successor_when_its_rep_leaves(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, FIRST)
    give(db, "7", "Rep r3")
    leave(db, "Rep r3", "Rep r2")
    imported(db, tmp_path, ["4;02.01.2025;7;Acme;NL;r1;P;1;5;"])
    assert owners(db)["7"] == "Rep r2"


def test_the_file_of_customers_names_owners_but_for_given_customers_and_leavers(db: Database, tmp_path: Path) -> None:
    columns = {'country = "Country"': 'country = "Country"\nowner = "Owner"'}
    header = "Invoice;Date;Customer;Name;Country;Rep;Product;Qty;Price;Cost;Owner"
    mapping = flat_mapping(tmp_path, **columns)

    def bring(*rows: str) -> None:
        path = ledger(tmp_path, rows, header=header)
        importer.import_files(db, [path], mapping, now=NOW, rejected_to=tmp_path / "rejected.csv")

    first = [f"{row};{owner}" for row, owner in zip(FIRST, ("r1", "r1", "r2"), strict=True)]
    bring(*first)
    assert owners(db) == {"7": "Rep r1", "8": "Rep r1", "9": "Rep r2"}
    give(db, "8", "Rep r3")
    leave(db, "Rep r1", "Rep r2")
    bring(
        "4;02.01.2025;7;Acme;NL;r3;P;1;5;;r1", "5;02.01.2025;8;Blue;NL;r3;P;1;5;;r1", "6;02.01.2025;9;C;;r3;P;1;5;;r3"
    )
    assert owners(db) == {"7": "Rep r2", "8": "Rep r3", "9": "Rep r3"}
