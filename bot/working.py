"""The work behind what Slack delivers: who asks and where, the command, the answer, and what is remembered of it."""

import datetime as dt
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import commands
from bot import forms, sharing
from bot.access import refusal
from bot.answer import Unanswered, attempt, guarded
from bot.directory import Directory, Told
from bot.log import Log
from bot.send import Heard, Sender
from bot.sharing import Sharing
from commands._reply import Action, Option, Place, Policy, Reply, Request
from store import people, receipts
from store.database import Database

LOCALE = "en_US"
HOME = "home"
# For strangers and other bots Slack takes no Home tab.
HAVE_A_HOME = ("member", "guest", "nobody")


class Work:
    """What a worker does. `clock` gives the moment in UTC."""

    def __init__(
        self, db: Database, directory: Directory, sender: Sender, log: Log, clock: Callable[[], dt.datetime]
    ) -> None:
        self.db = db
        self.directory = directory
        self.sender = sender
        self.log = log
        self.clock = clock
        self.sharing = Sharing(db, directory, sender, log, clock)
        self.remembered: set[tuple[str, bool]] = set()
        self.lock = Lock()

    def answer(self, asked: str | Action, heard: Heard) -> None:
        """Answer one thing that was asked, and remember who asked."""
        locale, reply, person, saw_a_customer = LOCALE, None, None, False
        try:
            with guarded(self.log, asked=str(asked)):
                request = self.request(heard, is_for_all=_is_sharing(asked))
                locale, person = request.person.locale, request.person
                reply = self._reply(asked, request, heard)
                saw_a_customer = reply is not None and reply.again is not None and _is_of_a_customer(reply.again)
        except Unanswered as unanswered:
            reply = unanswered.reply
        if reply is not None:
            self.sender.answer(reply, heard, locale)
        if person is not None and person.kind == "member":
            self.remember_who_asked(heard.user_id, saw_a_customer=saw_a_customer)
        if heard.way == "view":
            self.publish_home(heard.user_id)

    def publish_home(self, user_id: str) -> None:
        """The Home tab as it is now, for whom Slack has one."""
        heard = Heard(user_id, "home", "home")
        locale, kind = LOCALE, ""
        try:
            with guarded(self.log, asked="the Home tab"):
                request = self.request(heard)
                locale, kind = request.person.locale, request.person.kind
                if kind not in HAVE_A_HOME:
                    return
                reply = attempt(self.db, HOME, request, self.log)
        except Unanswered as unanswered:
            reply = unanswered.reply
        self.sender.answer(reply, heard, locale)
        if kind == "member":
            self.remember_who_asked(user_id, saw_a_customer=False)

    def options(self, body: Any) -> Sequence[Option]:
        """What may follow the letters typed in a live search, for who may see it. Errors: Unanswered."""
        with guarded(self.log, asked="a live search"):
            asked = forms.asked(body)
            routed = commands.route(asked.command, "")
            if routed is None or routed[0].suggest is None:
                return ()
            request = self.request(Heard(body["user"]["id"], "form", "view"))
            if refusal(routed[0].policy, request.person, request.place):
                return ()
            return routed[0].suggest(request, self.db, asked.field, asked.typed)

    def request(self, heard: Heard, *, is_for_all: bool = False) -> Request:
        """The request of this person in this place, at this moment; of a place that all will read in, asked anew.

        Errors: sqlalchemy.exc.OperationalError.
        """
        now = self.clock()
        person = self.directory.person(heard.user_id)
        if is_for_all and heard.channel_id is not None:
            self.directory.forget_place(heard.channel_id)
        in_private = heard.way in ("view", "home") or heard.channel_id is None
        return Request(
            now=now,
            today=now.astimezone(ZoneInfo(person.zone)).date(),
            person=person,
            place=Place("home") if in_private else self.directory.place(str(heard.channel_id)),
            origin=heard.origin,
            receipt=heard.receipt,
        )

    def is_first(self, keys: Sequence[str]) -> bool:
        """Slack delivers an event twice, also under another id; each of its names is taken in one transaction.

        Errors: sqlalchemy.exc.OperationalError.
        """
        with self.db.writing() as connection:
            claimed = [receipts.claim(connection, key, self.clock()) for key in keys]
        return all(claimed)

    def remember(self, told: Told) -> None:
        """Keep what Slack told of somebody."""
        try:
            with guarded(self.log, asked=f"remember {told.person.slack_user_id}"), self.db.writing() as connection:
                people.remember(connection, [told.person], told.at)
        except Unanswered as unanswered:
            self.log.note("somebody was not remembered", unanswered)

    def remember_who_asked(self, user_id: str, *, saw_a_customer: bool) -> None:
        """Keep who has used Melktert, and who was shown a customer: the Home tab's first steps end there. Once in this
        process, and again where it failed.
        """
        key = (user_id, saw_a_customer)
        told = self.directory.told(user_id)
        if key in self.remembered or told is None:
            return
        try:
            with guarded(self.log, asked="remember who asked"), self.db.writing() as connection:
                people.remember(connection, [told.person], told.at)
                if saw_a_customer:
                    people.answered(connection, user_id, self.clock())
        except Unanswered as unanswered:
            self.log.note("who asked was not remembered", unanswered)
            return
        with self.lock:
            self.remembered.add(key)

    def _reply(self, asked: str | Action, request: Request, heard: Heard) -> Reply | None:
        if isinstance(asked, Action) and _is_sharing(asked):
            return self.sharing.share(asked.values, request, heard)
        return self.sharing.offered(attempt(self.db, asked, request, self.log), request.place)


def _is_sharing(asked: str | Action) -> bool:
    return isinstance(asked, Action) and asked.command == sharing.COMMAND


def _is_of_a_customer(again: Action) -> bool:
    routed = commands.route(again.command, "")
    return routed is not None and routed[0].policy is Policy.CUSTOMER
