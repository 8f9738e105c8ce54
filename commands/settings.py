"""/melktert settings: what the team has settled, and forms to change it."""

from collections.abc import Sequence
from dataclasses import dataclass

from commands import _setting
from commands._figures import acting, author
from commands._reply import (
    Action,
    Command,
    Count,
    Date,
    Fact,
    Form,
    Inline,
    Invalid,
    Item,
    Note,
    Panel,
    Part,
    Policy,
    Reply,
    Request,
    Sentence,
    Strong,
)
from commands._setting import Mistyped, Setting
from store import assumptions, changes, workspace
from store.assumptions import ImplausibleError
from store.changes import Settled, SupersededError
from store.database import Database
from store.workspace import TeamSettings, Version

NAME = "settings"
HISTORY_MOST = 10


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that are shown and changed together. `remark` is a sentence on what rests on them."""

    key: str
    title: str
    button: str
    form_title: str
    settings: tuple[Setting, ...]
    remark: str = ""


def _cadence(of: str, label: str, example: str) -> Setting:
    return Setting(f"cadence_{of}_days", f"{label}, a touch every", "whole", "day", example)


GROUPS = (
    Group(
        "projection",
        "The projection",
        "Change the projection…",
        "The projection",
        (
            *_setting.ASSUMPTIONS,
            Setting("working_hours_a_year", "Working hours a year", "whole", "hour", "2,080"),
        ),
    ),
    Group(
        "visits",
        "A visit",
        "Change visits…",
        "Visits",
        (
            Setting("visit_hours", "Time, the way included", "number", "hour", "2 or 1.5"),
            Setting("rep_cost_per_hour", "Cost of a rep's hour", "amount", example="60 or 19.50"),
            Setting("visit_travel", "Travel", "amount", example="20"),
            Setting("visit_gift", "The tart", "amount", example="2"),
            Setting("visit_currency", "Currency of these", "currency"),
            _cadence("retain", "Retain", "91"),
            _cadence("ramp_up", "Ramp up", "56"),
            _cadence("restore", "Restore", "28"),
            _cadence("regain", "Regain", "56"),
            _cadence("reactivate", "Reactivate", "182"),
            _cadence("new", "New", "42"),
        ),
        "A cadence is the longest time between two touches of a customer of that class; /neglected lists those whom "
        "nobody has seen in time.",
    ),
    Group(
        "calendar",
        "The calendar and the data",
        "Change the calendar…",
        "The calendar",
        (
            Setting("home_currency", "Home currency", "currency"),
            Setting("first_weekday", "First day of the week", "weekday"),
            Setting("stale_after_days", "Data is old after", "whole", "day", "35"),
        ),
        "The first day of the week is the day that /digest schedule proposes for the digest of a channel. A rep's own "
        "digest comes on the first day of their working week: /melktert hours.",
    ),
)
EVERY = tuple(setting for group in GROUPS for setting in group.settings)
_HINTS = {"home_currency": "HOME_CURRENCY in the bot's environment holds until it is changed here."}


def run(request: Request, db: Database) -> Reply:
    """The settings; a group of them as a form; what became of a form; or the history."""
    if request.values.get("show") == "history":
        return _history(db)
    if "group" not in request.values:
        return _overview(db)
    group = next((group for group in GROUPS if group.key == request.values["group"]), None)
    if group is None:
        raise Invalid(group="There are no such settings; /melktert settings shows those that there are.")
    return _save(group, request, db) if request.origin == "form" else _form(group, db)


# --- showing --------------------------------------------------------------------------------------------------------


def _overview(db: Database) -> Reply:
    with db.reading() as connection:
        newest = workspace.newest(connection)
        own = len(assumptions.every(connection))
    panels = tuple(_panel(group, newest.settings) for group in GROUPS)
    parts: list[Part] = [Note(_settled_by(newest), "quiet"), *panels]
    if own:
        words = (Count(own, "customer"), " has" if own == 1 else " have", " assumptions other than the team's.")
        parts.append(Note(words, "quiet"))
    forms = (Action(NAME, group.button, {"group": group.key}, opens_form=True) for group in GROUPS)
    return Reply(
        headline=("The settings of the team",),
        summary=("The settings of the team. ", *_settled_by(newest)),
        parts=tuple(parts),
        actions=(*forms, Action(NAME, "History", {"show": "history"})),
        facts=tuple(Fact(one.name, one.label, _setting.shown(one, newest.settings)) for one in EVERY),
    )


def _panel(group: Group, settings: TeamSettings) -> Panel:
    remark: tuple[Sentence, ...] = ((group.remark,),) if group.remark else ()
    return Panel(group.title, tuple((row,) for row in (*(_said(one, settings) for one in group.settings), *remark)))


def _said(setting: Setting, settings: TeamSettings) -> Sentence:
    return (f"{setting.label}  ", Strong(_setting.shown(setting, settings)))


def _settled_by(version: Version) -> Sentence:
    if version.by is None or version.at is None:
        return ("Nobody has changed them yet; these are the ones that Melktert comes with.",)
    return ("Last changed by ", author(version.by), " on ", Date(version.at.date()), ".")


def _history(db: Database) -> Reply:
    with db.reading() as connection:
        found = workspace.history(connection, HISTORY_MOST)
    back = (Action(NAME, "The settings"),)
    if not found:
        nothing: Sentence = ("Nobody has changed the settings yet.",)
        return Reply(headline=("Nothing to show",), summary=nothing, parts=(Note(nothing),), actions=back)
    items = tuple(_past(change) for change in found)
    headline: Sentence = ("The last changes of the settings",)
    return Reply(
        headline=headline, summary=(Count(len(items), "change"), " of the settings."), parts=items, actions=back
    )


def _past(change: workspace.Change) -> Item:
    by, at = change.after.by, change.after.at
    assert by is not None
    assert at is not None
    return Item(
        title=(author(by), "  ·  ", Date(at.date())), reason=_joined(_changed(change.before, change.after.settings))
    )


def _changed(before: TeamSettings, after: TeamSettings) -> list[Sentence]:
    return _setting.changed(EVERY, before, after, (before.visit_currency, after.visit_currency))


def _joined(sentences: Sequence[Sentence]) -> Sentence:
    """Several changes in one line."""
    words: list[Inline] = []
    for sentence in sentences:
        words += [*([", "] if words else []), *sentence]
    return tuple(words)


# --- changing -------------------------------------------------------------------------------------------------------


def _form(group: Group, db: Database) -> Reply:
    with db.reading() as connection:
        newest = workspace.newest(connection)
    fields = tuple(
        _setting.field(one, getattr(newest.settings, one.name), hint=_HINTS.get(one.name, "")) for one in group.settings
    )
    intro = (Note((group.remark,)),) if group.remark else ()
    form = Form(NAME, group.form_title, fields, {"group": group.key, "seen": str(newest.id)}, intro=intro)
    return Reply(headline=(group.title,), summary=(f"{group.title}: a form to fill in.",), form=form)


def _save(group: Group, request: Request, db: Database) -> Reply:
    values = _typed(group, request)
    try:
        with db.writing() as connection:
            settled = changes.settle(
                connection,
                values,
                by=acting(request),
                at=request.now,
                seen=_setting.seen(request),
                receipt=request.receipt,
            )
    except SupersededError as other:
        raise Invalid(settings=_setting.superseded(other, request, "the settings")) from None
    except ImplausibleError as refused:
        raise _setting.implausible(refused) from None
    return _saved(settled)


def _typed(group: Group, request: Request) -> dict[str, object]:
    """What was filled in. Errors: Invalid with a sentence for each field that is wrong, all at once."""
    values: dict[str, object] = {}
    wrong: dict[str, str] = {}
    currency = request.values.get("visit_currency", "").strip().upper()
    for one in group.settings:
        try:
            values[one.name] = _setting.read(one, request.values.get(one.name, ""), currency)
        except Mistyped as mistyped:
            wrong[one.name] = str(mistyped)
    wrong |= _setting.refusals(TeamSettings, values, group.settings)
    if wrong:
        raise Invalid(**wrong)
    return values


def _saved(settled: Settled) -> Reply:
    back = (Action(NAME, "The settings"),)
    what = _changed(settled.before, settled.after)
    if not what:
        nothing: Sentence = ("Nothing was changed: the settings are as they were.",)
        return Reply(headline=("Nothing was changed",), summary=nothing, parts=(Note(nothing),), actions=back)
    scored: tuple[Inline, ...] = ()
    if settled.customers_scored:
        scored = (Count(settled.customers_scored, "customer"), " scored anew.")
    unknown: tuple[Note, ...] = ()
    if settled.customers_unknown and settled.before.home_currency != settled.after.home_currency:
        many = Count(settled.customers_unknown, "customer")
        unknown = (Note(("The money of ", many, " is not known now; the card of each says why."), "warning"),)
    return Reply(
        headline=("The settings are changed",),
        summary=(*_joined(what), ". ", *scored) if scored else (*_joined(what), "."),
        parts=(*(Note((*one, ".")) for one in what), *((Note(scored),) if scored else ()), *unknown),
        actions=back,
    )


COMMAND = Command(
    name=NAME,
    summary="What every figure of the team rests on, who changed it, and forms to change it.",
    usage="",
    examples=("/melktert settings",),
    policy=Policy.ADMIN,
    run=run,
    has_own_name=False,
)
