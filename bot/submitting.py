"""Submitted forms. Errors can stand beside fields only in the acknowledgement, for which Slack waits three seconds: the
answer is given there, or else the dialogue says "One moment …" and is filled when the work is done.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillRunning
from dataclasses import dataclass, field, replace
from textwrap import wrap
from threading import Event, Lock
from typing import Any

from slack_bolt import Ack

from bot import forms
from bot.answer import Unanswered, attempt, guarded
from bot.pools import Pools
from bot.send import PRESS_AGAIN, Heard
from bot.shapes import Json
from bot.wording import plain
from bot.working import LOCALE, Work
from commands._reply import Action, Invalid, Note, Reply, Strong

SUBMISSION_SECONDS = 2.0
# Slack draws the dialogue anew when it has the acknowledgement; what came before that would be drawn over.
FILLED_AFTER_SECONDS = 0.5
# What was typed is told in pieces that fit a note, whatever is escaped in them.
TYPED_PIECE = 1_000
NOT_KEPT = "Nothing was saved; what you filled in stands here still."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: the acknowledgement that says so, and the reply for another way."""

    ack: Mapping[str, Any]
    reply: Reply
    locale: str
    # The same as a view of its own, where no acknowledgement can carry it any more.
    view: Json


@dataclass
class _Handover:
    """Between the listener, which waits, and the worker: exactly one of the two shows the outcome."""

    outcome: "Future[Outcome]" = field(default_factory=Future)
    lock: Lock = field(default_factory=Lock)
    has_left: bool = False
    said_so: Event = field(default_factory=Event)


class Submitting:
    """What happens between a form's button and what became of it."""

    def __init__(self, work: Work, pools: Pools) -> None:
        self.work = work
        self.pools = pools

    def submit(self, ack: Ack, body: Mapping[str, Any]) -> None:
        """Run the form's command, and show what it says."""
        view = body["view"]
        # A form may stand where another stood: the hash is another one then, and the same for a second press.
        receipt = f"view {view['id']} {view.get('hash', '')}"
        heard = Heard(body["user"]["id"], "form", "view", view_id=view["id"], receipt=receipt)
        between = _Handover()
        self.pools.workers.submit(self._work, view, heard, between)
        try:
            outcome = between.outcome.result(SUBMISSION_SECONDS)
        except StillRunning:
            with between.lock:
                between.has_left = not between.outcome.done()
            if between.has_left:
                ack(response_action="update", view=forms.loading("One moment"))
                between.said_so.set()
                return
            outcome = between.outcome.result()
        ack(**outcome.ack)

    def _work(self, view: Json, heard: Heard, between: _Handover) -> None:
        outcome = self._outcome_of_any(view, heard)
        with between.lock:
            between.outcome.set_result(outcome)
        if between.has_left:
            between.said_so.wait()
            Event().wait(FILLED_AFTER_SECONDS)
            self._fill(outcome, heard)
        self.work.publish_home(heard.user_id)

    def _outcome_of_any(self, view: Json, heard: Heard) -> Outcome:
        """Never raises: whoever waits would read "One moment …" for ever."""
        try:
            with guarded(self.work.log, asked="a form"):
                return self._outcome(view, heard)
        except Unanswered as unanswered:
            shown = forms.told(unanswered.reply, LOCALE)
            return Outcome({"response_action": "update", "view": shown}, unanswered.reply, LOCALE, shown)

    def _outcome(self, view: Json, heard: Heard) -> Outcome:
        """Errors: of a view that is not as Slack sends it, whatever comes of that."""
        locale = LOCALE
        try:
            with guarded(self.work.log, asked="a form"):
                try:
                    press = forms.submitted(view)
                except Invalid as invalid:
                    raise Unanswered.because(str(invalid)) from None
                request = replace(self.work.request(heard), values=press.values)
                locale = request.person.locale
                reply = attempt(self.work.db, Action(press.command, "", press.values), request, self.work.log)
                shown = forms.view(reply.form, locale) if reply.form else forms.told(reply, locale)
        except Unanswered as unanswered:
            reply, shown = unanswered.reply, forms.told(unanswered.reply, locale)
            beside = forms.errors(unanswered.errors, view) if unanswered.errors else {}
            if beside:
                again = forms.again(view, unanswered.errors, locale)
                return Outcome({"response_action": "errors", "errors": beside}, reply, locale, again)
            if unanswered.is_our_fault:
                # Nothing was kept, and what was typed must not be lost.
                said = {"form": f"{plain(reply.summary, locale)} {NOT_KEPT}"}
                shown = forms.again(view, said, locale)
        return Outcome({"response_action": "update", "view": shown}, reply, locale, shown)

    def _fill(self, outcome: Outcome, heard: Heard) -> None:
        self.work.sender.fill(outcome.view, _otherwise(outcome), replace(heard, way="view"), outcome.locale)


def _otherwise(outcome: Outcome) -> Reply:
    """What is told where the dialogue cannot be filled: of a form that stays open, what was typed into it too."""
    if outcome.view.get("callback_id") != forms.CALLBACK_ID:
        return outcome.reply
    typed: list[Note] = [Note((PRESS_AGAIN, " This is what you had filled in:"))]
    for label, text in forms.typed(outcome.view):
        pieces = [piece for line in text.splitlines() for piece in wrap(line, TYPED_PIECE)]
        typed += [Note((Strong(label),)), *(Note((piece,)) for piece in pieces)]
    return replace(outcome.reply, parts=(*outcome.reply.parts, *typed), form=None)
