"""Dialogues as a person waits for them: what stands there before the answer comes is not yet the answer."""

from tests.slack.people import Person
from tests.slack.screen import Modal


def filled(person: Person, words: str = "") -> Modal:
    """The dialogue before this person as the last press, submission or shortcut has left it, once there is more in it
    than "One moment …", and these words. Errors: AssertionError where it does not come.
    """

    def find() -> Modal | None:
        modal = person.modal
        if modal is None or modal.view.changed_at <= person.acted_at:
            return None
        return modal if "One moment" not in modal.words and words in modal.words else None

    return person.slack.wait_for(find)
