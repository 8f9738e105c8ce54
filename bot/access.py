"""Who may see what, where: the one decision, taken anew for every request, pure and without asking anybody.

bot/directory.py finds out who asks and where; what could not be found out is a person of the kind "nobody" or a place
of the kind "closed", to whom and where no figure is shown.
"""

from commands._reply import Person, Place, Policy, Role

Sentences = tuple[str, ...]

WHO: dict[str, Sentences] = {
    "guest": ("Guests of this workspace are not shown customers.", "Ask a colleague who is a full member."),
    "stranger": ("Customers are shown to the members of Melktert's own workspace only.",),
    "bot": ("Customers are shown to people, not to other apps.",),
    "left": ("Customers are shown to active members of this workspace only.",),
    "nobody": ("Slack does not tell me just now who you are, so nothing is shown.", "Ask again in a minute."),
}
WHERE: dict[str, Sentences] = {
    "shared": (
        "People of another company read this channel, so nothing of a customer is shown here.",
        "Ask me in a direct message.",
    ),
    "closed": (
        "I cannot see who else reads this conversation, so nothing of a customer is shown here.",
        "Add me to it with /invite, or ask me in a direct message.",
    ),
}
ONLY_AN_ADMIN: Sentences = (
    "Only an admin of Melktert can do that.",
    "/melktert me says what you are; an admin can change it.",
)


def refusal(policy: Policy, person: Person, place: Place) -> Sentences | None:
    """Why this person is not answered in this place, as sentences that say what to do; None where they are."""
    if policy is Policy.OPEN:
        return None
    if person.kind != "member":
        return WHO[person.kind]
    if place.kind in WHERE:
        return WHERE[place.kind]
    if policy is Policy.ADMIN and not person.role.includes(Role.ADMIN):
        return ONLY_AN_ADMIN
    return None
