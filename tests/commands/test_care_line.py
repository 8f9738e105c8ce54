"""A customer named at the beginning of a line that goes on."""

import pytest

from commands._care_line import day_leads, read
from commands._care_named import Line
from store.database import Database
from tests.ledger import NOW, Ledger
from value.phrases import Reader

NAMES = ("Acme", "Acme Callcentre", "Acme Callers Inc", "Route 66", "Route 66 500", "Zephyr Bikes Ltd", "A Bike Store")


@pytest.fixture
def db_with_names(db: Database) -> Database:
    ledger = Ledger(db)
    for at, name in enumerate(NAMES):
        ledger.customer(name, number=f"70{at}")
    for place in ("Boston", "Austin"):
        ledger.customer("Twin Wheels", place=place)
    ledger.done()
    return db


def line(db: Database, text: str, *ends_before: int) -> Line:
    with db.reading() as connection:
        days = day_leads(Reader(NOW.date(), "past"))
        return read(connection, text, ends_before=ends_before, leads=days, figures=days)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("acme yesterday 45m spoke to them", "Acme", "yesterday 45m spoke to them"),
        ("route 66 500 crates sold", "Route 66 500", "crates sold"),
        ("route 66 two crates sold", "Route 66", "two crates sold"),
        ("zephyr friday lunch", "Zephyr Bikes Ltd", "friday lunch"),
        ("Zephyr Bikes Ltd friday lunch", "Zephyr Bikes Ltd", "friday lunch"),
        ("a bike store", "A Bike Store", ""),
        ("“A Bike Store” today", "A Bike Store", "today"),
        ('"acme" call back', "Acme", "call back"),
        ("acme callcentre today", "Acme Callcentre", "today"),
        ("703 yesterday", "Route 66", "yesterday"),
    ],
)
def test_the_longest_words_that_name_one_customer_are_its_name(
    db_with_names: Database, text: str, name: str, rest: str
) -> None:
    found = line(db_with_names, text)
    assert found.certain is not None
    assert (found.certain.name, found.rest) == (name, rest)


def test_it_is_never_a_guess_between_two(db_with_names: Database) -> None:
    found = line(db_with_names, "acme call yesterday")
    assert found.certain is None
    assert [match.name for match in found.found.candidates][:1] == ["Acme"]
    assert {match.name for match in found.found.candidates} == {"Acme", "Acme Callcentre", "Acme Callers Inc"}
    assert found.rest == "call yesterday"
    assert {match.name for match in line(db_with_names, "route 66 50 crates").found.candidates} == {
        "Route 66",
        "Route 66 500",
    }
    twins = line(db_with_names, "twin wheels today")
    assert (twins.certain, len(twins.found.candidates), twins.rest) == (None, 2, "today")


def test_a_misspelt_name_is_offered_and_the_rest_kept(db_with_names: Database) -> None:
    found = line(db_with_names, "zehpyr bikes friday lunch", 2)
    assert (found.certain, found.found.candidates[0].name, found.rest) == (None, "Zephyr Bikes Ltd", "friday lunch")
    found = line(db_with_names, "zephir lunch with them")
    assert (found.certain, found.found.candidates[0].name) == (None, "Zephyr Bikes Ltd")


def test_a_day_at_the_end_of_the_line_does_not_make_a_name_of_all_before_it(db_with_names: Database) -> None:
    found = line(db_with_names, "zehpyr send them the quote tomorrow", 5)
    assert (found.found.candidates[0].name, found.rest) == ("Zephyr Bikes Ltd", "send them the quote tomorrow")
    assert line(db_with_names, "qqqq send them the quote tomorrow", 5).name == "qqqq"


def test_a_day_alone_names_nobody_however_like_a_name_it_is(db: Database) -> None:
    ledger = Ledger(db)
    ledger.customer("Fridays Bikes")
    ledger.customer("Fridays Tools")
    ledger.customer("Yesteryear")
    ledger.done()
    assert line(db, "yesterday").found.candidates == []
    assert line(db, "friday").certain is None


def test_nobody_is_found_where_nobody_is_named(db_with_names: Database) -> None:
    found = line(db_with_names, "qqqq today")
    assert (found.certain, found.found.candidates) == (None, [])


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("yesterday zephyr bikes saw grant", "Zephyr Bikes Ltd", "yesterday, saw grant"),
        ("yesterday: acme", "Acme", "yesterday:"),
        ("yesterday with a bike store 30 crates", "A Bike Store", "yesterday, 30 crates"),
        ("3 days ago zephyr", "Zephyr Bikes Ltd", "3 days ago"),
    ],
)
def test_a_day_before_the_name_is_kept_with_the_rest(db_with_names: Database, text: str, name: str, rest: str) -> None:
    found = line(db_with_names, text)
    assert found.certain is not None
    assert (found.certain.name, found.rest) == (name, rest)


def test_a_day_before_a_misspelt_name_or_one_of_two_is_kept_for_whoever_is_chosen(db_with_names: Database) -> None:
    misspelt = line(db_with_names, "yesterday zehpyr bikes saw grant")
    assert (misspelt.found.candidates[0].name, misspelt.rest) == ("Zephyr Bikes Ltd", "yesterday, saw grant")
    twins = line(db_with_names, "yesterday twin wheels saw grant")
    assert {match.name for match in twins.found.candidates} == {"Twin Wheels"}
    assert set(twins.rests.values()) == {"yesterday, saw grant"}


@pytest.mark.parametrize("text", ["703 crates sold", "703 crates to zephyr bikes yesterday"])
def test_a_number_with_other_words_behind_it_is_nobodys_for_certain(db_with_names: Database, text: str) -> None:
    found = line(db_with_names, text)
    assert found.certain is None
    assert found.found.candidates[0].name == "Route 66"
    assert found.rest == text.removeprefix("703 ")


def test_a_number_that_begins_a_line_offers_who_is_named_later_with_the_whole_line(db_with_names: Database) -> None:
    found = line(db_with_names, "703 crates to zephyr bikes yesterday")
    by_name = {match.name: found.rests[match.customer_id] for match in found.found.candidates}
    assert by_name["Zephyr Bikes Ltd"] == "yesterday, 703 crates to zephyr bikes"


def test_a_number_alone_or_with_nothing_but_a_day_is_the_customers(db_with_names: Database) -> None:
    for text in ("703", "703 yesterday", '"703" crates sold'):
        found = line(db_with_names, text)
        assert found.certain is not None
        assert found.certain.name == "Route 66"


def test_a_customer_who_is_called_like_a_day_is_never_a_guess(db: Database) -> None:
    ledger = Ledger(db)
    for name in ("Friday Sports", "Acme"):
        ledger.customer(name)
    ledger.done()
    found = line(db, "friday acme saw grant")
    assert found.certain is None
    by_name = {match.name: found.rests[match.customer_id] for match in found.found.candidates}
    assert by_name == {"Friday Sports": "acme saw grant", "Acme": "friday, saw grant"}
    assert line(db, "friday saw grant").certain is None
    for text in ("friday sports saw grant", "friday", "friday yesterday"):
        sure = line(db, text).certain
        assert sure is not None
        assert sure.name == "Friday Sports"


# --- a name without its legal form ----------------------------------------------------------------------------------


@pytest.fixture
def trips(db: Database) -> Database:
    ledger = Ledger(db)
    for name in ("Field Trip Inc", "Field Trip Store", "Fieldtrips Ltd", "Coast GmbH", "Coastal Sports"):
        ledger.customer(name)
    ledger.done()
    return db


@pytest.mark.parametrize("text", ["field trip 45m spoke to them", "“Field Trip” 45m spoke to them"])
def test_a_name_without_its_legal_form_is_nobodys_for_certain_where_anothers_goes_on_from_it(
    trips: Database, text: str
) -> None:
    found = line(trips, text)
    assert found.certain is None
    assert [match.name for match in found.found.candidates] == ["Field Trip Inc", "Field Trip Store"]
    assert (found.name.casefold(), found.rest) == ("field trip", "45m spoke to them")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("field trip inc 45m", "Field Trip Inc"),
        ("field trip store 45m", "Field Trip Store"),
        ("coast 45m", "Coast GmbH"),
    ],
)
def test_with_the_legal_form_or_where_no_other_name_goes_on_it_is(trips: Database, text: str, name: str) -> None:
    found = line(trips, text).certain
    assert found is not None
    assert found.name == name
