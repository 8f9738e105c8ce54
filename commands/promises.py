"""/promises [mine|team|@rep] [done]: what is still to be kept, overdue first, and what becomes of each."""

from commands import _promise_changes, _promise_list, _promise_told
from commands._promise_words import BUTTON_IS_OLD
from commands._promise_words import COMMAND as NAME
from commands._reply import Command, Invalid, Policy, Reply, Request
from store.audit import RefusedError
from store.database import Database


def run(request: Request, db: Database) -> Reply:
    """The list; a form; what became of a form or a button; or a message that is due."""
    do = request.values.get("do", "")
    try:
        if do in _promise_told.TOLD:
            with db.reading() as connection:
                return _promise_told.told(connection, request)
        if do in _promise_changes.FORMS and request.origin != "form":
            with db.reading() as connection:
                return _promise_changes.form(connection, request)
        if do in _promise_changes.CHANGES:
            with db.writing() as connection:
                return _promise_changes.change(connection, request)
    except RefusedError as refused:
        raise Invalid(**{_FIELDS.get(do, "promise"): str(refused)}) from None
    if do:
        raise Invalid(promise=BUTTON_IS_OLD)
    with db.reading() as connection:
        return _promise_list.listed(connection, request)


# The field of each form that a refusal stands beside.
_FIELDS = {"snooze": "until", "hand": "person", "drop": "reason"}

COMMAND = Command(
    name=NAME,
    summary="What was promised to customers and is still to be kept, overdue first, with how many are kept on time.",
    usage="[mine|team|@rep] [done]",
    examples=("/promises", "/promises team", "/promises mine done"),
    policy=Policy.CUSTOMER,
    run=run,
)
