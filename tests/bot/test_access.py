"""Who is shown a figure: every role, kind of person, kind of place and command, asked for in every way there is."""

import datetime as dt
import itertools
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import commands
from bot import forms
from bot.access import ONLY_AN_ADMIN, WHERE, WHO, refusal
from bot.app import Melktert
from bot.directory import BELIEVED_SECONDS
from bot.messages import OF_MESSAGE
from commands._reply import Command, Field, Form, Person, Place, Policy, Role
from store import people, tables
from store.database import Database
from tests.bot.bots import NOW, running
from tests.ledger import Ledger, Line
from tests.slack import people as slack_people
from tests.slack.interactions import Interaction
from tests.slack.screen import Modal
from tests.slack.slack import Slack
from tests.slack.world import Channel, Json, Message, View

# What stands in no answer to whom it must not reach: a customer's name, a rep's, and every way to write one figure.
CANARIES = ("canary", "kanarie", "7,654,321", "7654321", "7.65m", "$7.7m")
KINDS = ("member", "guest", "guest of one channel", "stranger", "somebody who left", "another bot")
PLACES = ("dm", "public", "private", "group dm", "private without the bot", "dm of two", "shared", "pending shared")
SEEN_BY_THE_TEAM_ALONE = ("dm", "public", "private", "group dm")
WAYS = ("command", "message", "button", "form")


def line_of(command: Command) -> str:
    """What somebody types: the command's own example, about the customer that there is."""
    line = command.examples[0].replace("acme", "canary corp")
    return line if command.has_own_name or line.startswith("/melktert") else f"/melktert {line[1:]}"


@dataclass
class Workspace:
    """A workspace with everybody and every place in it, and a bot that knows one customer."""

    slack: Slack
    bot: Melktert

    def person(self, kind: str, role: str) -> slack_people.Person:
        """Somebody of this kind, whom the database gives this role."""
        name = f"{kind} {role}"
        match kind:
            case "guest" | "guest of one channel":
                found = self.slack.guest(name, one_channel=kind != "guest")
            case "stranger":
                found = self.slack.stranger(name)
            case "another bot":
                found = self.slack.other_bot(name)
            case _:
                found = self.slack.member(name, deleted=kind == "somebody who left")
        profile = people.Person(found.id, found.user.team.id, name)
        with self.bot.db.writing() as connection:
            people.remember(connection, [profile], NOW - dt.timedelta(days=1))
            connection.execute(
                tables.people.update().where(tables.people.c.slack_user_id == found.id).values(role=role)
            )
        return found

    def place(self, kind: str, person: slack_people.Person) -> Channel:
        """A conversation of this kind, with this person in it."""
        other = self.slack.member("Other")
        match kind:
            case "dm":
                return person.dm
            case "group dm":
                return self.slack.group_dm([person, other])
            case "dm of two":
                return self.slack.dm(person, other)
            case "shared" | "pending shared":
                shared = "external" if kind == "shared" else "pending"
                return self.slack.channel(f"{kind} {person.id}", [person], shared=shared)
        return self.slack.channel(
            f"{kind} {person.id}", [person], private=kind != "public", bot=kind != "private without the bot"
        )


@pytest.fixture(scope="module")
def workspace(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One for all of them, since each test brings people and places of its own."""
    path = tmp_path_factory.mktemp("access") / "melktert.sqlite3"
    shutil.copy(sqlite_template, path)
    db = Database(f"sqlite:///{path}")
    ledger = Ledger(db)
    rep = ledger.rep("Kanarie Botha")
    customer = ledger.customer("Canary Corp", owner=rep)
    ledger.invoice(customer, dt.date(2024, 6, 1), Line("10", "5"))
    ledger.invoice(customer, dt.date(2026, 5, 31), Line("7654321", "1"))
    ledger.done()
    with Slack() as slack:
        with running(slack, db, "http") as bot:
            yield Workspace(slack, bot)
        slack.complaints.check()
    db.close()


def asks(workspace: Workspace, who: slack_people.Person, at: Channel, command: Command, way: str) -> list[Interaction]:
    """Everything that can be asked of the command in this way, asked."""
    values = {"customer": "1", "rep": "1", "text": "help" if command.policy is Policy.OPEN else "canary corp"}
    match way:
        case "command":
            return [who.types(line_of(command), at=at)]
        case "message":
            bot, line = workspace.slack.bot.mention, line_of(command)
            return [who.says(line.removeprefix("/") if at is who.dm else f"{bot} {line}", to=at)]
        case "button":
            message = Message(at, workspace.slack.world.new_ts(), workspace.slack.app.bot.id, "A button")
            workspace.slack.world.add_message(message)
            element = {"type": "button", "action_id": f"{command.name}:1", "text": {"type": "plain_text", "text": "Go"}}
            given = {"value": json.dumps(values)}
            if not who.can_see(message):
                return []
            return [who.act(message, {"block_id": "any"}, element, given)]
    return [who.submit(opened(workspace, who, command, values), {}, {}, wait=True)]


def opened(
    workspace: Workspace, who: slack_people.Person, command: Command, values: dict[str, str] | None = None
) -> View:
    """A form of this command before somebody, whoever they are."""
    trigger, _ = workspace.slack.triggers.exchange(workspace.slack.triggers.give(who.id))
    assert trigger is not None
    form = forms.view(Form(command.name, "A form", (Field("name", "Name", initial="canary corp"),), values or {}))
    return workspace.slack.modals.open(who.user, form, trigger)


def told(workspace: Workspace, who: slack_people.Person, asked: Interaction, way: str) -> str:
    """What the person is shown in answer."""
    if way == "form":
        workspace.slack.wait_for(lambda: who.modal is None or "One moment" not in who.modal.words)
        return " ".join([who.modal.words if who.modal else "", *asked.errors.values()])
    return asked.answer().words


def canaries_in(words: str) -> list[str]:
    return [canary for canary in CANARIES if canary in words.casefold()]


def is_refused(words: str) -> bool:
    refusals = [*WHO.values(), *WHERE.values(), ONLY_AN_ADMIN]
    return any(refusal[0].rstrip(".") in words for refusal in refusals)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_figures_are_shown_within_policy_only(workspace: Workspace, kind: str, place: str) -> None:
    for role, command in itertools.product(people.ROLES, commands.ALL):
        who = workspace.person(kind, role)
        at = workspace.place(place, who)
        for way in WAYS:
            if command.name == "home" and way != "button":
                continue
            if kind != "member" and role != "admin" and way != "command":
                continue  # who is not in the team has no role: it is asked in every way as whom most is shown to
            is_in_the_team = kind == "member" and (place in SEEN_BY_THE_TEAM_ALONE or way == "form")
            may = command.policy is Policy.OPEN or (
                is_in_the_team and (command.policy is Policy.CUSTOMER or role == "admin")
            )
            for asked in asks(workspace, who, at, command, way):
                if asked.ack is None:
                    continue  # Slack itself delivers nothing
                words = told(workspace, who, asked, way)
                where = f"{kind} {role}, {place}, {command.name} by {way}: {words}"
                assert is_refused(words) is not may, where
                if not may:
                    assert not canaries_in(words), where
        shown = [seen for seen in who.sees() if seen.message.user == workspace.slack.app.bot.id]
        if kind == "member":
            shown = [seen for seen in shown if not seen.is_ephemeral and at is not who.dm]
        everything = [*(seen.words for seen in shown), who.home.words if who.home and kind != "member" else ""]
        assert not [words for words in everything if canaries_in(words)]


@pytest.mark.parametrize("role", people.ROLES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_side_doors_are_as_closed_as_the_front_door(workspace: Workspace, kind: str, role: str) -> None:
    """Live search, the menus of shortcuts and the Home tab: where a person is alone with the bot."""
    who = workspace.person(kind, role)
    message = workspace.slack.posts(who, who.dm, "We saw Canary today")
    who.opens_home()
    for command in commands.ALL:
        may = kind == "member" and (command.policy is not Policy.ADMIN or role == "admin")
        view = opened(workspace, who, command)
        found = [who.ask(view, field, forms.FIELD, "can").options for field in ("customer", "name", "rep", "person")]
        assert may or not any(found)
        entries = (
            (command.shortcut, command.name, None),
            (command.message_shortcut, command.name + OF_MESSAGE, message),
        )
        for callback_id, on in [(callback_id, on) for shortcut, callback_id, on in entries if shortcut]:
            asked = who.runs_shortcut(callback_id, on=on)
            words = workspace.slack.wait_for(lambda asked=asked: filled_words(asked))
            assert is_refused(words) is not may
            assert may or not canaries_in(words)
    assert kind != "member" or any(workspace_search(workspace, who))
    assert kind == "member" or who.home is None or not canaries_in(who.home.words)


def filled_words(asked: Interaction) -> str:
    """What stands in the dialogue that was opened, once it is filled."""
    found = asked._opened()
    words = Modal(asked.person, found).words if found else ""
    return "" if "One moment" in words else words


def workspace_search(workspace: Workspace, who: slack_people.Person) -> list[Json]:
    clv = next(command for command in commands.ALL if command.name == "clv")
    return who.ask(opened(workspace, who, clv), "customer", forms.FIELD, "can").options


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_shared_but_by_members_among_members(workspace: Workspace, kind: str, place: str) -> None:
    who = workspace.person(kind, "admin")
    at = workspace.place(place, who)
    for command, sure in itertools.product(commands.ALL, ("", "yes")):
        message = Message(at, workspace.slack.world.new_ts(), workspace.slack.app.bot.id, "A button")
        workspace.slack.world.add_message(message)
        if not who.can_see(message):
            continue
        inner = json.dumps({"customer": "1", "count": "5"})
        value = json.dumps({"command": command.name, "values": inner, "sure": sure, "of": message.ts})
        element = {"type": "button", "action_id": "share:1", "text": {"type": "plain_text", "text": "Share here"}}
        who.act(message, {"block_id": "any"}, element, {"value": value}).answer()
        shown = [seen for seen in workspace.slack.messages(at) if seen.message.user == workspace.slack.app.bot.id]
        shared = [seen for seen in shown if not seen.is_ephemeral and canaries_in(seen.words)]
        may = kind == "member" and place in ("public", "private", "group dm")
        is_of_a_customer = command.name in ("clv", "top")
        # Once is asked for each; what was shared before stands there still.
        assert bool(shared) is may or not (is_of_a_customer and sure)
        assert may or not shared


def test_the_canaries_are_there_to_be_seen(workspace: Workspace) -> None:
    rep = workspace.person("member", "rep")
    assert "Canary Corp" in rep.types("/clv canary corp").answer().words
    assert "Canary Corp" in rep.types("/top").answer().words
    assert "$7,654,331" in rep.types("/clv canary corp").answer().words


def test_every_command_declares_its_policy() -> None:
    assert all(isinstance(command.policy, Policy) for command in commands.ALL)


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("kind", ["guest", "stranger", "bot", "left", "nobody"])
@pytest.mark.parametrize("place", ["dm", "channel", "shared", "closed", "home", "terminal"])
def test_who_is_not_a_member_sees_no_customer_anywhere(policy: Policy, kind: Any, place: Any) -> None:
    person = Person("U1", "T1", role=Role.ADMIN, kind=kind)
    assert (refusal(policy, person, Place(place)) is None) is (policy is Policy.OPEN)


def test_what_slack_does_not_tell_is_no(slack: Slack, sqlite_db: Database) -> None:
    with running(slack, sqlite_db, "http"):
        anna = slack.member("Anna")
        slack.faults.fail("users.info")
        assert "Slack does not tell me just now who you are" in anna.types("/clv acme").answer().words
        slack.faults.limit("conversations.info", retry_after_seconds=30)
        sales = slack.channel("sales", [anna])
        assert "I cannot see who else reads this conversation" in anna.types("/clv acme", at=sales).answer().words
        assert "No ledger" in anna.types("/clv acme").answer().words


def test_what_slack_told_is_believed_for_a_minute_and_no_longer(slack: Slack, sqlite_db: Database) -> None:
    now = [0.0]
    with running(slack, sqlite_db, "http") as bot:
        bot.work.directory.profiles.elapsed = bot.work.directory.places.elapsed = lambda: now[0]
        anna = slack.member("Anna")
        sales = slack.channel("sales", [anna])
        assert "No ledger" in anna.types("/clv acme", at=sales).answer().words
        sales.is_ext_shared = True
        now[0] = BELIEVED_SECONDS - 1
        assert "No ledger" in anna.types("/clv acme", at=sales).answer().words
        now[0] = BELIEVED_SECONDS + 1
        assert "People of another company" in anna.types("/clv acme", at=sales).answer().words


def test_the_first_admin_is_one_whatever_the_database_says(slack: Slack, sqlite_db: Database) -> None:
    with running(slack, sqlite_db, "http", first_admin="Anna@Example.com"):
        anna, ben = slack.member("Anna", email="anna@example.com"), slack.member("Ben")
        assert "Only an admin" not in anna.types("/melktert settings").answer().words
        assert "Only an admin" in ben.types("/melktert settings").answer().words
