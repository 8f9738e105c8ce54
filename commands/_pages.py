"""Pages of a list that has no better key: each begins after so many entries."""

from commands._reply import Invalid


def passed_over(after: str, command: str) -> int:
    """How many entries a page passes over; none where a button carries nothing of it.

    Errors: Invalid for what no button of ours carries.
    """
    if not after:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) < 7):
        raise Invalid(after=no_such_page(command))
    return int(after)


def no_such_page(command: str) -> str:
    """What is said of a page that there is not."""
    return f"That part of the list is not there; ask {command} again."
