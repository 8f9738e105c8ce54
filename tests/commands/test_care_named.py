"""A line that begins by telling, in which the customer is named further on: asked, and nothing of it lost."""

import datetime as dt

import pytest

from bot.wording import plain
from commands._reply import Invalid, Item, Reply
from store import promises
from store.database import Database
from tests.commands.asking import read
from tests.commands.promised import FRIDAY, MONDAY, Team
from tests.ledger import Ledger

TUESDAY = MONDAY + dt.timedelta(days=1)
NAMES = (
    *("Satin Finish Company", "Top Sports Supply", "Good Toys", "Metro Bike Mart", "Metro Cycle Shop", "Coffee"),
    *("Monde Group", "Mark's Cycles", "Кофейня Пушкин"),
)


@pytest.fixture
def team(db: Database) -> Team:
    team, ledger = Team(db), Ledger(db, title="Other books")
    for name in NAMES:
        ledger.customer(name, owner=team.anna_id)
    ledger.done()
    return team


def offered(reply: Reply) -> dict[str, str]:
    """The rest of the line by customer."""
    items = [part for part in reply.parts if isinstance(part, Item)]
    return {plain(item.title): item.actions[0].values["rest"] for item in items}


@pytest.mark.parametrize(
    "line",
    [
        "met top sports",
        "had coffee with top sports",
        "got an order from Top Sports",
        "popped into top sports",
        "good meeting with Jane of Top Sports Supply",
        "saw Jane, of top sports, about the renewal",
        "phoned jane at top sports",
    ],
)
def test_a_whole_name_further_on_comes_before_letters_of_an_everyday_word(team: Team, line: str) -> None:
    asked = team.types(f"/visit {line}")
    assert next(iter(offered(asked).items())) == ("Top Sports Supply", line)
    assert "Metro Bike Mart" not in offered(asked)


@pytest.mark.parametrize(
    ("line", "either"),
    [
        ("sat with top sports", ["Top Sports Supply", "Satin Finish Company"]),
        ("good news for top sports", ["Top Sports Supply", "Good Toys"]),
        ("coffee with top sports", ["Coffee", "Top Sports Supply"]),
        ("sati told me of acme", ["Satin Finish Company", "Acme"]),
        ("satn finish told me of acme", ["Acme", "Satin Finish Company"]),
        ("sat with acme and zephyr", ["Acme", "Zephyr Cycles", "Satin Finish Company"]),
    ],
)
def test_where_two_may_be_meant_it_asks(team: Team, line: str, either: list[str]) -> None:
    assert list(offered(team.types(f"/visit {line}"))) == either


def test_it_asks_which_customer_where_they_are_not_called_alike(team: Team) -> None:
    assert read(team.types("/visit sat with top sports")).startswith("Which customer do you mean?")


def test_an_everyday_word_that_only_begins_a_name_names_nobody_for_certain(team: Team) -> None:
    assert list(offered(team.types("/visit sat with them about the order"))) == ["Satin Finish Company"]
    assert list(offered(team.types("/visit good talk with the buyer"))) == ["Good Toys"]


@pytest.mark.parametrize(
    ("line", "customer"),
    [
        ("good yesterday spoke to the buyer", "Good Toys"),
        ("good toys told me of acme", "Good Toys"),
        ("satin", "Satin Finish Company"),
        ("satin told me of acme", "Satin Finish Company"),
        ("coffee yesterday", "Coffee"),
        ("sati spoke to the buyer", "Satin Finish Company"),
    ],
)
def test_a_name_at_the_beginning_is_logged_at_once_as_before(team: Team, line: str, customer: str) -> None:
    logged = team.types(f"/visit {line}")
    assert "Visit logged" in plain(logged.headline)
    assert customer in plain(logged.summary)


@pytest.mark.parametrize(
    ("line", "rest"),
    [("mteor bike mart yesterday 45m", "yesterday 45m"), ("mettro bike mart 20m happy", "20m happy")],
)
def test_a_name_with_a_slip_in_one_of_its_words_is_no_part_of_the_note(team: Team, line: str, rest: str) -> None:
    asked = team.types(f"/visit {line}")
    assert next(iter(offered(asked).values())) == rest


def test_the_day_behind_a_slip_is_read_where_several_names_begin_as_the_line_does(team: Team) -> None:
    asked = offered(team.types("/visit metro bkie mart yesterday 45m happy"))
    assert next(iter(asked.items())) == ("Metro Bike Mart", "yesterday 45m happy")


@pytest.mark.parametrize(
    ("name", "customer"), [("satin finsh company", "Satin Finish Company"), ("metro bike mrat", "Metro Bike Mart")]
)
def test_the_day_behind_a_slip_is_read_where_one_name_begins_as_the_line_does(
    team: Team, name: str, customer: str
) -> None:
    logged = team.types(f"/visit {name} yesterday 45m happy")
    assert f"{customer} · yesterday, May 31, 2026 · 45 minutes" in read(logged)
    assert "“happy”" in read(logged)


def test_what_is_no_slip_in_a_name_is_the_note(team: Team) -> None:
    logged = team.types("/visit satin about the order yesterday")
    assert "“about the order yesterday”" in read(logged)


def test_a_name_with_a_slip_is_said_not_to_be_there(team: Team) -> None:
    assert "No customer is called “mteor bike mart”" in read(team.types("/visit mteor bike mart yesterday"))


@pytest.mark.parametrize(("command", "says"), [("visit", "Whom did you see?"), ("promise", "What do you promise")])
def test_help_logs_nothing_at_a_customer_whose_name_begins_so(team: Team, command: str, says: str) -> None:
    ledger = Ledger(team.db, title="Books with a helpful name")
    ledger.customer("Helpful Sales", owner=team.anna_id)
    ledger.done()
    for typed in ("help", "HELP ", "?"):
        assert plain(team.types(f"/{command} {typed}").headline).startswith(says)
    ledger.customer("Help", owner=team.anna_id)
    ledger.done()
    assert not plain(team.types(f"/{command} help").headline).startswith("Whom")


@pytest.mark.parametrize("mark", [",", ":", " ;"])
def test_the_day_behind_a_name_in_quotes_and_a_mark_is_read(team: Team, mark: str) -> None:
    logged = team.types(f'/visit "Acme"{mark} yesterday 45m, all fine')
    assert "Acme · yesterday, May 31, 2026 · 45 minutes" in read(logged)
    assert "“all fine”" in read(logged)


def test_the_word_between_minutes_and_a_name_names_nobody(team: Team) -> None:
    ledger = Ledger(team.db, title="Books with a name that begins as at does")
    ledger.customer("Atypical Bikes", owner=team.anna_id)
    ledger.done()
    logged = team.types("/visit an hour at acme, all fine")
    assert "Acme · today, Jun 1, 2026 · 1 h" in read(logged)


@pytest.mark.parametrize("line", ["sat", "sat 45m", "mon 20m"])
def test_letters_of_a_name_that_are_a_whole_day_are_asked_about(team: Team, line: str) -> None:
    assert len(offered(team.types(f"/visit {line}", today=TUESDAY))) == 1
    if line.startswith("mon"):
        with pytest.raises(Invalid, match="Today is Monday: write today, or 25 May"):
            team.types(f"/visit {line}")


def test_a_day_before_a_name_is_that_day_though_another_name_begins_with_its_letters(team: Team) -> None:
    assert "Acme · yesterday, Jun 1, 2026" in read(team.types("/visit mon acme 20m", today=TUESDAY))


@pytest.mark.parametrize(
    ("line", "customer"),
    [
        ("sat with Acme's buyer", "Acme"),
        ("saw Mark’s Cycles", "Mark's Cycles"),
        ("met the director of Пушкин", "Кофейня Пушкин"),
        ("🥧 with acme", "Acme"),
    ],
)
def test_a_name_further_on_is_found_as_it_is_written_in_a_sentence(team: Team, line: str, customer: str) -> None:
    assert next(iter(offered(team.types(f"/visit {line}")).items())) == (customer, line)


@pytest.mark.parametrize(
    ("line", "each", "rest"),
    [
        ("acme and zephyr yesterday 2h", ["Acme", "Zephyr Cycles"], "yesterday 2h, acme and zephyr"),
        ("acme & zephyr cycles", ["Acme", "Zephyr Cycles"], "acme & zephyr cycles"),
        (
            "acme, zephyr and top sports 45m demo",
            ["Acme", "Zephyr Cycles", "Top Sports Supply"],
            "45m, acme, zephyr and top sports demo",
        ),
    ],
)
def test_of_customers_named_together_each_is_offered_with_the_whole_line(
    team: Team, line: str, each: list[str], rest: str
) -> None:
    assert offered(team.types(f"/visit {line}")) == dict.fromkeys(each, rest)


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("had lunch with acme and zephyr yesterday 2h", "yesterday 2h, had lunch with acme and zephyr"),
        ("had lunch with acme yesterday and zephyr today", None),
        ("call acme and zephyr yesterday", "call, yesterday, acme and zephyr"),
        ("yesterday acme and zephyr", "yesterday acme and zephyr"),
        ("45m with acme and zephyr", "45m with acme and zephyr"),
        ("acme + zephyr yesterday", "yesterday, acme + zephyr"),
    ],
)
def test_the_day_and_the_minutes_behind_customers_named_together_are_those_of_each(
    team: Team, line: str, rest: str | None
) -> None:
    own = {
        "Acme": "yesterday, had lunch with acme and zephyr today",
        "Zephyr Cycles": "today, had lunch with acme yesterday and zephyr",
    }
    together = own if rest is None else dict.fromkeys(["Acme", "Zephyr Cycles"], rest)
    assert {name: left for name, left in offered(team.types(f"/visit {line}")).items() if name in own} == together


@pytest.mark.parametrize("name", ["Top Sports Supply Ltd", "Top Sports Supply (Pty) Ltd", "Top Sports Supply Inc.,"])
def test_the_day_behind_the_legal_form_of_a_name_is_read(team: Team, name: str) -> None:
    assert offered(team.types(f"/visit had lunch with {name} yesterday 2h, all good")) == {
        "Top Sports Supply": f"yesterday 2h, had lunch with {name} all good"
    }


def test_each_of_two_customers_who_were_called_yesterday_was_called_yesterday(team: Team) -> None:
    asked = team.types("/visit call acme and zephyr yesterday 20m", receipt="line 1")
    for item in [part for part in asked.parts if isinstance(part, Item)]:
        logged = team.presses(item.actions[0])
        assert plain(logged.headline).startswith("Call logged")
        assert f"{plain(item.title)} · yesterday, May 31, 2026 · 20 minutes" in read(logged)
        assert "“acme and zephyr”" in read(logged)


@pytest.mark.parametrize(
    "line", ["acme and the buyer", "acme, friday lunch", "acme and good news", "acme and satisfied"]
)
def test_what_is_no_name_behind_a_customer_and_an_and_is_the_note(team: Team, line: str) -> None:
    assert "Visit logged" in plain(team.types(f"/visit {line}").headline)


def test_the_day_and_the_minutes_behind_the_name_are_read_and_the_rest_is_the_note(team: Team) -> None:
    asked = team.types("/visit met jane at top sports yesterday 45m about the renewal", receipt="line 1")
    (item,) = (part for part in asked.parts if isinstance(part, Item))
    logged = team.presses(item.actions[0])
    assert "Top Sports Supply · yesterday, May 31, 2026 · 45 minutes" in read(logged)
    assert "“met jane at top sports about the renewal”" in read(logged)


def test_a_promise_that_names_its_customer_further_on_is_asked_for_and_kept_whole(team: Team) -> None:
    asked = team.types("/promise send the quote to top sports by friday", receipt="line 1")
    (item,) = (part for part in asked.parts if isinstance(part, Item))
    team.presses(item.actions[0])
    with team.db.reading() as connection:
        (made,) = promises.of_customer(connection, int(item.actions[0].values["customer"]))
    assert (made.text, made.due_on) == ("send the quote to top sports", FRIDAY)


def test_a_line_without_end_is_read_with_few_queries(team: Team) -> None:
    assert offered(team.types("/visit had " + "top sports " * 60)).keys() == {"Top Sports Supply"}
