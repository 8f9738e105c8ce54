"""Showing a card to the whole channel: once, by whoever was shown it, and after a question where many would read it.

A shared card is asked for anew, so that it is authorised afresh and shows the figures of this moment.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import commands
from bot.answer import Unanswered, attempt
from bot.buttons import texts
from bot.directory import Directory
from bot.log import Log
from bot.send import TROUBLE, Heard, NotTakenError, Sender
from commands._reply import Action, Place, Policy, Reply, Request
from store import receipts
from store.database import Database

COMMAND = "share"
# A channel of more people than these is asked about first.
MEMBERS_MOST = 20


class Sharing:
    """The button "Share here", and what it does."""

    def __init__(
        self, db: Database, directory: Directory, sender: Sender, log: Log, clock: Callable[[], dt.datetime]
    ) -> None:
        self.db = db
        self.directory = directory
        self.sender = sender
        self.log = log
        self.clock = clock

    def offered(self, reply: Reply, place: Place) -> Reply:
        """The reply with a button that shares it, where there is somebody to share it with."""
        if reply.again is None or place.kind != "channel" or reply.again.command not in _shareable():
            return reply
        values = {"command": reply.again.command, "values": json.dumps(dict(reply.again.values))}
        return replace(reply, actions=(*reply.actions, Action(COMMAND, "Share here", values)))

    def share(self, values: Mapping[str, str], request: Request, heard: Heard) -> Reply | None:
        """Share what these values name; None where it stands in the channel now, else what to tell the person.

        Errors: Unanswered.
        """
        reply = attempt(self.db, _card(values), request, self.log)
        if reply.again is None:
            return reply
        if request.place.kind != "channel":
            raise Unanswered.because("A card can be shared in a channel only.")
        message = values.get("of") or heard.message_ts
        if values.get("sure") != "yes":
            question = _question(self.directory.with_guests(request.place))
            if question:
                share_it = Action(COMMAND, "Share it", {**values, "sure": "yes", "of": message}, style="primary")
                return Reply(headline=(question,), summary=(question,), actions=(share_it,))
        key = f"share {request.place.channel_id} {message} {reply.again.command} {sorted(reply.again.values.items())}"
        with self.db.writing() as connection:
            if not receipts.claim(connection, key, self.clock()):
                raise Unanswered.because("This card is shared here already.")
        # A form is for whoever asked, who may be an admin among reps.
        actions = tuple(action for action in reply.actions if not action.opens_form)
        self._send(replace(reply, audience="channel", actions=actions), request, heard, key)
        return None

    def _send(self, reply: Reply, request: Request, heard: Heard, key: str) -> None:
        try:
            self.sender.share(reply, heard, request.person.locale)
        except (NotTakenError, *TROUBLE) as error:
            with self.db.writing() as connection:
                receipts.release(connection, key)
            reference = self.log.failure(error, sharing=key)
            raise Unanswered.because(
                f"Slack did not take the card; that is noted under {reference}.",
                "If it does not stand in the channel, press the button again.",
            ) from error


def _shareable() -> set[str]:
    """The commands whose cards are meant for colleagues' eyes too."""
    return {command.name for command in commands.ALL if command.policy is Policy.CUSTOMER and command.has_own_name}


def _card(values: Mapping[str, str]) -> Action:
    """What is to be shared. Errors: Unanswered where that is nothing that may be."""
    try:
        inner = json.loads(values.get("values", ""))
    except (ValueError, RecursionError):
        inner = None
    if values.get("command") not in _shareable() or not isinstance(inner, dict):
        raise Unanswered.because("This cannot be shared.", "Ask for the card again, and share that.")
    return Action(values["command"], "", texts(inner))


def _question(place: Place) -> str:
    """What to ask before this many people, or these, read it; empty where nothing is to be asked."""
    if place.has_guests:
        return f"Guests are among the {place.members} members of this channel. Shall they see these figures?"
    if place.members is None or place.has_guests is None or place.members > MEMBERS_MOST:
        many = "all" if place.members is None else f"{place.members}"
        unknown = "" if place.has_guests is not None else " Guests may be among them."
        return f"Shall {many} members of this channel see these figures?{unknown}"
    return ""
