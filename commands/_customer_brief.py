"""The visit brief: what somebody reads on the way in, the line to remember first, everything else under its buttons."""

import datetime as dt
from decimal import Decimal

from commands import _customer_questions as questions
from commands._care_words import has_stopped
from commands._clv_headline import added, headline, style_of_parts
from commands._clv_subject import Subject, subject
from commands._customer_panels import made_up, panels
from commands._customer_words import ago, somebody
from commands._figures import Figures, horizon, named, old_data, owned_by
from commands._reply import (
    Action,
    Code,
    Count,
    Date,
    Fact,
    Inline,
    Note,
    Part,
    Reply,
    Request,
    Role,
    Sentence,
    Strong,
    Text,
    Unknown,
)
from store.assortment import Assortment
from store.brief import Brief
from store.snoozes import Snooze
from value.lifetime import NoProjection

NAME = "customer"


def reply(of: Brief, bought: Assortment | None, request: Request, *before: Note) -> Reply:
    """The card. `before` is what was just done."""
    today, customer = request.today, of.dossier.customer
    about = None if of.dossier.coverage is None else subject(of.dossier)
    remember = _ask(of, today)
    parts: list[Part] = [
        Note(_who(of), "quiet"),
        *_warnings(of),
        *_snoozed(of, today),
        remember,
        Note(_worth(about)),
        *panels(of, bought, today),
        *_last_lines(of, today),
    ]
    # Before any ledger there is nothing to be worth.
    opening: Sentence = (customer.name, "  ·  ", of.standing.care_class.label) if about is None else headline(about)
    return Reply(
        headline=opening,
        summary=(*opening, ". ", *remember.text),
        parts=(*before, *parts),
        actions=_actions(of, today),
        facts=_facts(of, about, today),
        again=Action(NAME, "", {"customer": str(customer.id)}),
    )


def _who(of: Brief) -> Sentence:
    customer = of.dossier.customer
    words: list[Inline] = [Strong(of.standing.care_class.label)]
    where = ", ".join(word for word in (customer.place, customer.country) if word)
    if where:
        words.append(f"  ·  {where}")
    words += ["  ·  ", *(owned_by(customer.owner) if customer.owner else ("nobody's customer",))]
    if customer.customer_since_on is not None:
        words += ["  ·  customer since ", Date(customer.customer_since_on)]
    if of.care.added_by is not None and of.care.added_on is not None:
        words += ["  ·  added by hand ", Date(of.care.added_on)]
    return tuple(words)


def _warnings(of: Brief) -> list[Note]:
    found: list[Note] = []
    if of.care.exit_on is not None:
        why: Sentence = (Strong("Marked as an exit"), " on ", Date(of.care.exit_on), f": {of.care.exit_reason}")
        found.append(Note((*why, ". Nobody has to visit, invite or congratulate them."), "warning"))
    if of.has_complaint:
        said = " is open. Invitations and good wishes wait until a touch says that it is settled."
        found.append(Note((Strong("A complaint"), said), "warning"))
    if of.care.is_difficult:
        found.append(Note((Strong("A difficult customer."), " The button Ask has what helps."), "warning"))
    return found


def _snoozed(of: Brief, today: dt.date) -> list[Note]:
    """Until when, by whom and why nobody is reminded of the customer."""
    if (snooze := _holding(of, today)) is None or of.snoozed_by is None:
        return []
    why = f": {snooze.reason}. " if snooze.reason else ". "
    counted = (Code("/neglected"), " leaves them out, and counts them.")
    return [Note((Strong("Snoozed"), " until ", Date(snooze.until_on), " by ", somebody(of.snoozed_by), why, *counted))]


def _holding(of: Brief, today: dt.date) -> Snooze | None:
    return of.snooze if of.snooze is not None and of.snooze.until_on > today else None


def _ask(of: Brief, today: dt.date) -> Note:
    """The line to remember."""
    if of.has_complaint or of.overdue.debts or has_stopped(of.standing):
        return Note((Strong("Ask first: "), questions.AFTER_TROUBLE))
    way = questions.of_the_week(of.dossier.customer.id, today)
    return Note((Strong("Ask: "), way.question))


def _worth(about: Subject | None) -> Sentence:
    if about is None or about.figures.no_projection is NoProjection.NEVER_BOUGHT:
        return (Strong("Worth"), "  no purchase on record")
    found = about.figures
    so_far = found.value.gross_profit
    words: list[Inline] = [Strong("Worth"), "  "]
    if so_far is None:
        return (*words, "not known: ", found.unknown.reason)
    style = style_of_parts(found)
    money = found.money(abs(so_far), style)
    words += [money, " profit so far"] if so_far >= 0 else ["a loss of ", money, " so far"]
    words += _ahead(found, so_far)
    if found.value.last_purchase_on is not None:
        words += ["  ·  last purchase ", Date(found.value.last_purchase_on)]
    return tuple(words)


def _ahead(found: Figures, so_far: Decimal) -> list[Inline]:
    """What is still to come, on the same grounds as the headline's lifetime value."""
    if found.lifetime is None:
        return ["; nothing projected: ", found.unknown.reason]
    ahead, style = found.lifetime - so_far, style_of_parts(found)
    if not found.rests_on_model:
        return [" ", *added(found.money(ahead, style)), " projected over ", horizon(found.assumptions)]
    by = " to come, by what the model expects"
    if ahead > 0:
        return [" + ", found.money(ahead, style), f" still{by}"]
    if ahead == 0:
        return [f", and nothing{by}"]
    return [", and another " if so_far < 0 else ", and a loss of ", found.money(-ahead, style), by]


def _last_lines(of: Brief, today: dt.date) -> list[Note]:
    """The small print: the reference, what the data covers, and where the figures are taken apart."""
    words: list[Inline] = ["Reference: ", reference(of, today)]
    if made_up(of):
        words.append("  ·  touches, people and promises here are invented for the demo")
    coverage = of.dossier.coverage
    if coverage is None:
        return [Note((*words, "  ·  no ledger has been imported yet"), "quiet")]
    covered: Sentence = (
        f"  ·  {coverage.titles}, ",
        Date(coverage.period_start_on),
        " to ",
        Date(coverage.observation_end_on),
    )
    return [*old_data(coverage, of.dossier.settings, today), Note((*words, *covered), "quiet")]


def reference(of: Brief, today: dt.date) -> str:
    """Whether they may be named to others."""
    settled = of.care
    asked = "" if settled.reference_asked_on is None else f", asked {ago(settled.reference_asked_on, today)}"
    if settled.is_referenceable is None:
        return f"no answer yet{asked}" if asked else "never asked"
    return ("may be named" if settled.is_referenceable else "not to be named") + asked


def _actions(of: Brief, today: dt.date) -> tuple[Action, ...]:
    the_customer = {"customer": str(of.dossier.customer.id)}
    snooze = _holding(of, today)
    return (
        Action("visit", "Log a visit", the_customer, style="primary", opens_form=True),
        Action("contact", "People", the_customer),
        *([Action(NAME, "Touches", {**the_customer, "view": "touches"})] if of.touches else []),
        Action(NAME, "What they buy", {**the_customer, "view": "buys"}),
        Action(NAME, "Ask", {**the_customer, "view": "ask"}),
        *([Action("neglected", "Show again", {"do": "wake", "snooze": str(snooze.id)})] if snooze else []),
    )


def settling(of: Brief, request: Request) -> tuple[Action, ...]:
    """What can be settled about the customer, of which an exit is for managers."""
    the_customer = {"customer": str(of.dossier.customer.id)}
    flag = "not difficult" if of.care.is_difficult else "difficult"
    label = "Not difficult any more" if of.care.is_difficult else "Difficult customer"
    found = [Action(NAME, label, {**the_customer, "do": flag})]
    if of.care.reference_asked_on is not None and of.care.is_referenceable is None:
        found.append(Action(NAME, "They answered…", {**the_customer, "do": "answered"}, opens_form=True))
    else:
        found.append(Action(NAME, "Asked for a reference…", {**the_customer, "do": "asked"}, opens_form=True))
    if request.person.role.includes(Role.MANAGER):
        if of.care.exit_on is None:
            found.append(Action(NAME, "Mark as an exit…", {**the_customer, "do": "exit"}, opens_form=True))
        else:
            found.append(Action(NAME, "No exit any more", {**the_customer, "do": "back"}))
    return tuple(found)


def _facts(of: Brief, about: Subject | None, today: dt.date) -> tuple[Fact, ...]:
    """For programs, by the keys of DESIGN §9 where it has them."""
    days = of.standing.days_since_last_touch(today)
    touch = Unknown("nobody has touched the customer, on record") if days is None else Count(days, "day")
    worth = () if about is None else (about.figures.facts()["lifetime_value"],)
    return (
        named(of.dossier.customer.name),
        Fact("customer_class", "class", Text(of.standing.care_class.label)),
        *worth,
        Fact("days_since_last_touch", "since the last touch", touch),
        Fact("contacts", "", Count(len(of.people), "contact")),
        Fact("open_promises", "", Count(len(of.promises), "open promise")),
    )
