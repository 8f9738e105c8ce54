"""Whom somebody may mean who types a name wrongly, on both databases."""

import random
import string
from collections import Counter

import pytest

from store import name_misspelt, names
from store.database import Database
from tests.store.customer_list import add_customers, find, offered, reseller_names, set_value


def test_a_misspelt_name_is_offered_and_never_assumed(db: Database) -> None:
    add_customers(db, *reseller_names())
    for typed in (
        "Metropoltian Bicycle Supply",
        "Metroplitan Bycicle Suply",
        "Bicycle Suply Metropolitan",
        "MetropolitanBicycle Supply",
        "Metropolitan Bi cycle Supply",
        "metropolitanbicyclesupply",
        "Metropolitan Bicycle Supply Ldt",
        "Metropolitan Bicycle Supply Corporatiion",
        "Metropolitan Bicycle Supply of Seattle",
    ):
        found = find(db, typed)
        assert (found.certain, found.how) == (None, "misspelt")
        assert offered(found)[0] == "Metropolitan Bicycle Supply"


def test_nobody_is_offered_where_nobody_is_like_it(db: Database) -> None:
    add_customers(db, *reseller_names())
    for typed in ("Volkswagen", "Kowalski Plumbing", "Umbrella Bicycle", "qwertyuiop", "!!!", "😀"):
        assert find(db, typed) == names.Found(None, [], "none")


def test_a_name_that_many_share_is_offered_by_value_even_if_misspelt(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_misspelt, "NAMES_RANKED", 3)
    monkeypatch.setattr(name_misspelt, "NAMES_COMPARED", 3)
    ids = add_customers(db, *(f"{letter}{letter} Bicycle" for letter in "abcdefghij"))
    set_value(db, ids[7], 1000)
    assert offered(find(db, "bycicle"))[0] == "hh Bicycle"


def test_a_misspelt_legal_form_counts_for_nothing(db: Database) -> None:
    add_customers(db, "Gogowa Shop Corporation", "Gogowa")
    for typed in ("Gogowa Shop Corporatiion", "Gogowa Shop Lttd", "Gogowa Shop GmbH &C o. KG", "Gogowa ShopLtd"):
        assert offered(find(db, typed))[0] == "Gogowa Shop Corporation", typed


def edited(rng: random.Random, name: str) -> str:
    """`name` with one letter left out, put in, replaced or swapped with the next."""
    at, letter = rng.randrange(len(name)), rng.choice(string.ascii_lowercase + " ")
    swapped = name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
    return rng.choice(
        (name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :], swapped)
    )


def test_one_wrong_letter_still_finds_the_customer(db: Database) -> None:
    resellers = reseller_names()
    add_customers(db, *resellers)
    rng = random.Random(1)
    how = Counter[str]()
    for name in rng.sample([name for name in resellers if len(names.key_of(name)) >= 6], 150):
        typed = edited(rng, name)
        found = find(db, typed)
        how[found.how] += 1
        keys = [names.key_of(candidate) for candidate in offered(found)]
        assert names.key_of(name) in keys, typed
    assert how["misspelt"] > 100
