"""Whom somebody means who types a name, on both databases."""

from collections import Counter

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from store import names
from store.database import Database
from tests.store.customer_list import (
    add_alias,
    add_customers,
    add_number,
    find,
    offered,
    reseller_names,
    set_value,
    suggest,
)

anything = st.one_of(st.text(st.characters(), max_size=80), st.text("abBikeéø. &%_'\"\\-\0\ud800😀שא", max_size=30))


# --- exactly --------------------------------------------------------------------------------------------------------


def test_a_name_means_its_customer_however_it_is_written(db: Database) -> None:
    metro, _ = add_customers(db, "Metro Bikes", "Metropolitan Bikes")
    for typed in ("Metro Bikes", "  metro   BIKES ", "Métro-Bikes", "Metro Bikes Inc."):
        found = find(db, typed)
        assert found.certain is not None
        assert (found.certain.customer_id, found.certain.via, found.how) == (metro, "", "exact")


def test_a_name_goes_before_those_that_begin_with_it(db: Database) -> None:
    add_customers(db, "Metro Bikes", "Metro", "Metropolitan")
    found = find(db, "metro")
    assert found.certain is not None
    assert found.certain.name == "Metro"


def test_two_customers_of_one_name_are_offered_and_never_guessed_between(db: Database) -> None:
    first, second = add_customers(db, "Vinyl and Plastic Goods", "Vinyl and Plastic Goods Corporation")
    set_value(db, second, 100)
    found = find(db, "vinyl and plastic goods ltd")
    assert found.certain is None
    assert [match.customer_id for match in found.candidates] == [second, first]


def test_the_legal_form_decides_between_names_that_differ_only_in_it(db: Database) -> None:
    add_customers(db, "Acme Ltd", "Acme Inc.")
    assert find(db, "acme").certain is None
    found = find(db, "ACME INC")
    assert found.certain is not None
    assert found.certain.name == "Acme Inc."
    assert offered(found) == ["Acme Inc.", "Acme Ltd"]


def test_an_alias_means_its_customer_and_says_so(db: Database) -> None:
    spar, _ = add_customers(db, "Sparrow Holdings", "Other")
    add_alias(db, spar, "Birdie Bikes")
    found = find(db, "birdie bikes")
    assert found.certain is not None
    assert (found.certain.name, found.certain.via) == ("Sparrow Holdings", "Birdie Bikes")


def test_an_alias_that_is_anothers_name_is_not_certain(db: Database) -> None:
    one, two = add_customers(db, "Birdie", "Sparrow")
    add_alias(db, two, "Birdie")
    found = find(db, "birdie")
    assert found.certain is None
    assert {match.customer_id for match in found.candidates} == {one, two}


def test_a_number_means_its_customer(db: Database) -> None:
    one, _ = add_customers(db, "Sparrow", "Wren")
    add_number(db, one, "17850")
    found = find(db, " 17850 ")
    assert found.certain is not None
    assert (found.certain.name, found.certain.via, found.how) == ("Sparrow", "17850", "number")


def test_a_number_that_is_not_exact_means_nobody(db: Database) -> None:
    one, _ = add_customers(db, "Sparrow", "Wren")
    add_number(db, one, "17850")
    for typed in ("1785", "c17850", "017850", "17850.0"):
        assert find(db, typed) == names.Found(None, [], "none")


def test_a_number_that_two_sources_give_to_different_customers_is_not_certain(db: Database) -> None:
    one, two = add_customers(db, "Sparrow", "Wren")
    add_number(db, one, "7", source="books")
    add_number(db, two, "7", source="shop")
    found = find(db, "7")
    assert found.certain is None
    assert {match.customer_id for match in found.candidates} == {one, two}


def test_nobody_is_certain_where_more_of_the_same_name_may_be_unread(db: Database) -> None:
    first, *_ = add_customers(db, "Cash Sale", *["Cash Sale Ltd"] * names.ROWS_PER_MATCH, "Cash Sale")
    set_value(db, first, 100)
    found = find(db, "cash sale", limit=1)
    assert (found.certain, len(found.candidates)) == (None, 1)


# --- by its beginning or its words ----------------------------------------------------------------------------------


def test_the_beginning_of_one_name_only_means_it(db: Database) -> None:
    add_customers(db, "Metropolitan Bicycle Supply", "Mountain Works")
    found = find(db, "Metropolitan B")
    assert found.certain is not None
    assert (found.certain.name, found.how) == ("Metropolitan Bicycle Supply", "prefix")


def test_the_beginning_of_several_names_offers_whole_words_first_and_then_the_most_valuable(db: Database) -> None:
    ids = add_customers(db, "Metropolitan Works", "Metropolis", "Metro Bikes", "Metrorail")
    for customer_id, value in zip(ids, (100, 300, 1, 200), strict=True):
        set_value(db, customer_id, value)
    found = find(db, "metro")
    assert found.certain is None
    assert offered(found) == ["Metro Bikes", "Metropolis", "Metrorail", "Metropolitan Works"]


def test_one_customer_that_begins_so_by_several_names_is_certain(db: Database) -> None:
    one, _ = add_customers(db, "Sparrow Bikes", "Wren")
    add_alias(db, one, "Sparrow Aviary")
    found = find(db, "sparrow")
    assert found.certain is not None
    assert (found.certain.customer_id, found.certain.via, len(found.candidates)) == (one, "", 1)


def test_what_may_be_half_a_word_is_not_taken_for_a_legal_form(db: Database) -> None:
    add_customers(db, "Acme Cooling", "Acme Bikes")
    found = find(db, "Acme Co")
    assert found.certain is not None
    assert found.certain.name == "Acme Cooling"


def test_words_are_found_in_any_order_by_their_beginnings_and_offered(db: Database) -> None:
    add_customers(db, "Metropolitan Bicycle Supply", "Metropolitan Sports Supply", "Bicycle Works")
    found = find(db, "supp bicycle")
    assert (offered(found), found.certain, found.how) == (["Metropolitan Bicycle Supply"], None, "words")


def test_letters_that_stand_for_anything_in_sql_stand_for_nothing_here(db: Database) -> None:
    add_customers(db, "Bikes", "Boats")
    for typed in ("%", "_", "*", "%s", "_____"):
        assert find(db, typed) == names.Found(None, [], "none")


def test_a_beginning_is_a_range_of_the_index_whatever_the_collation_of_the_database(postgresql_db: Database) -> None:
    query = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE collation_name = 'C'"
        " AND table_schema = 'public' ORDER BY table_name, column_name"
    )
    with postgresql_db.reading() as connection:
        ordered_by_letter = [(table, column) for table, column in connection.execute(sa.text(query))]
    assert ordered_by_letter == [
        ("customer_names", "key"),
        ("name_vocabulary", "backwards"),
        ("name_vocabulary", "word"),
        ("name_words", "word"),
    ]


# --- anything -------------------------------------------------------------------------------------------------------


def test_every_reseller_is_found_by_its_name_first(db: Database) -> None:
    resellers = reseller_names()
    shared = Counter(resellers)
    add_customers(db, *resellers)
    for name in resellers:
        found = find(db, f" {name.upper()}, Inc.")
        assert found.how == "exact"
        assert names.key_of(offered(found)[0]) == names.key_of(name)
        assert (found.certain is None) == (shared[name] > 1)


def test_every_name_however_strange_finds_its_customer(db: Database) -> None:
    @settings(deadline=None, max_examples=40)
    @given(st.lists(anything, min_size=1, max_size=8))
    def holds(texts: list[str]) -> None:
        held = [text.encode("utf-8", "ignore").decode("utf-8").replace("\0", "") for text in texts]
        ids = add_customers(db, *held)
        for customer_id, text in zip(ids, held, strict=True):
            found = find(db, text, limit=10_000)
            if names.key_of(text):
                assert found.how == "exact"
                assert customer_id in {match.customer_id for match in found.candidates}
            else:
                assert found == names.Found(None, [], "none")

    holds()


def test_whatever_is_typed_there_is_an_answer(db: Database) -> None:
    add_customers(db, "Metropolitan Bicycle Supply", "😀", "100 % Bikes", "שלום", "x" * 10_000, "'; DROP TABLE x --")

    @settings(deadline=None, max_examples=100)
    @given(anything)
    def holds(typed: str) -> None:
        found = find(db, typed)
        assert (found.how == "none") == (not found.candidates)
        assert found.certain is None or found.certain == found.candidates[0]
        assert len(suggest(db, typed)) <= 10

    holds()


def test_nothing_and_ten_thousand_letters_get_an_answer(db: Database) -> None:
    add_customers(db, "Metropolitan Bicycle Supply")
    for typed in ("", " ", "\0", "x" * 10_000, "x y " * 2_500, "\ud800", "é" * 10_000):
        assert find(db, typed) == names.Found(None, [], "none")
        assert suggest(db, typed) == []


# --- while typing ---------------------------------------------------------------------------------------------------


def test_suggestions_begin_so_then_have_a_word_that_begins_so_the_most_valuable_first(db: Database) -> None:
    ids = add_customers(db, "Cycle Shop", "City Bikes", "Bikes and More", "Bikers Corner", "Boats")
    for customer_id, value in zip(ids, (500, 10, 20, 30, 40), strict=True):
        set_value(db, customer_id, value)
    assert suggest(db, "bike") == ["Bikers Corner", "Bikes and More", "City Bikes"]


def test_suggestions_fall_back_to_a_number_and_then_to_a_misspelt_name(db: Database) -> None:
    one, _ = add_customers(db, "Sparrow", "Metropolitan Works")
    add_number(db, one, "C100")
    assert suggest(db, "C100") == ["Sparrow"]
    assert suggest(db, "metropoltian") == ["Metropolitan Works"]


def test_suggestions_are_at_most_as_many_as_asked_for(db: Database) -> None:
    add_customers(db, *(f"Bikes {number}" for number in range(30)))
    assert len(suggest(db, "b", limit=5)) == 5
