"""What two spellings of one company's name have in common."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.name_keys import KEY_LETTERS, fold, key_of

words = st.text(alphabet=string.ascii_letters, min_size=3, max_size=12)
company_names = st.lists(words, min_size=1, max_size=5).map(lambda parts: " ".join(["Rhombus", *parts, "Bikes"]))
legal_forms = st.sampled_from(
    [
        "Inc.",
        "INC",
        "Ltd",
        "Ltd.",
        "Limited",
        "GmbH",
        "GmbH & Co. KG",
        "(Pty) Ltd",
        "(Pty) Ltd.",
        "S.A.",
        "LLC",
        "L.L.C.",
    ]
)
anything = st.one_of(st.text(st.characters(), max_size=300), st.text("aBö. &'-sS😀", max_size=40))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Metropolitan Bicycle Supply", "METROPOLITAN  bicycle supply"),
        ("Café Société", "Cafe Societe"),
        ("Großmann Straßenrad", "GROSSMANN STRASSENRAD"),
        ("Łódź Ørsted", "Lodz Orsted"),
        ("Joe's Bikes", "Joes Bikes"),
        ("Joe’s Bikes", "Joe's Bikes"),
        ("Smith & Sons", "Smith and Sons"),
        ("A.B.C. Cycles", "ABC Cycles"),
        ("Acme Inc.", "Acme"),
        ("Acme, Inc", "ACME GmbH & Co. KG"),
        ("Acme (Pty) Ltd", "acme"),
        ("Acme Private Limited", "acme"),
        ("Acme S.A.", "Acme SA"),
        ("Acme Co., Ltd.", "acme"),
        ("Brembo S.p.A.", "Brembo"),
        ("Metro Bikes A/S", "Metro Bikes"),
        ("Zero\u200bwidth", "Zerowidth"),
        ("Full　width　ＡＢＣ", "full width abc"),
    ],
)
def test_two_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Health Spa", "Health"),
        ("Bikes UK", "Bikes"),
        ("San Diego Zoo", "San Diego"),
        ("Metro Bikes", "Metro"),
        ("الدراجات", "السيارات"),
        ("自転車", "自動車"),
    ],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize("name", ["The Limited", "Limited", "GmbH", "Co", "!!!", "😀", "%", "_", "\u0301", "株式会社"])
def test_a_name_that_is_all_legal_form_or_signs_keeps_a_key(name: str) -> None:
    assert key_of(name)


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\0", "\ud800", "\0 \udfff"])
def test_nothing_has_no_key(blank: str) -> None:
    assert key_of(blank) == ""


@given(company_names, legal_forms)
def test_the_legal_form_changes_no_key(name: str, form: str) -> None:
    assert key_of(f"{name} {form}") == key_of(f"{name}, {form}") == key_of(name)


@given(company_names)
def test_case_and_spacing_change_no_key(name: str) -> None:
    assert key_of(name.upper()) == key_of(f"  {name.lower()}\t") == key_of(name.replace(" ", " - ")) == key_of(name)


@given(anything)
def test_every_text_has_a_key_that_a_database_can_hold(text: str) -> None:
    key = key_of(text)
    key.encode("utf-8")
    assert "\0" not in key
    assert len(key) <= KEY_LETTERS
    assert key == " ".join(key.split())
    holdable = text.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")
    assert bool(key) == bool(holdable.strip())


@given(anything)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(anything)
def test_a_key_is_its_own_beginning_of_the_folded_name(text: str) -> None:
    if fold(text):
        assert fold(text).startswith(key_of(text))


def test_a_name_of_ten_thousand_letters_has_a_short_key() -> None:
    assert key_of("x" * 10_000) == "x" * KEY_LETTERS
