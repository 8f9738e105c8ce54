"""The names and sentences that the demo's care data is made of. None is of a real person."""

FIRST_NAMES = (
    *("Anna", "Ben", "Carla", "Dineo", "Erik", "Farah", "Gita", "Hugo", "Imani", "Jonas", "Kate", "Lwazi", "Maria"),
    *("Noah", "Olga", "Priya", "Quentin", "Rosa", "Samir", "Tess", "Uma", "Viktor", "Wanda", "Xolani", "Yara", "Zoe"),
)
LAST_NAMES = (
    *("Adams", "Baker", "Costa", "Dube", "Evans", "Fischer", "Garcia", "Hansen", "Ito", "Jensen", "Kumar", "Lopez"),
    *("Moyo", "Novak", "Okafor", "Peters", "Rossi", "Smit", "Turner", "Visser", "Walsh", "Young", "Zhang"),
)
ROLES = ("buyer", "owner", "shop manager", "accounts", "workshop lead", "head of purchasing")
PREFERENCES = (
    "Rooibos, no sugar",
    "Likes to be visited before the shop opens",
    "Rides gravel on Sundays",
    "No chocolate; the tart is welcome",
    "Prefers a call to a message",
    "Supports the local team, so no visits on match days",
)
NOTES = {
    "visit": (
        "Walked the floor and looked at what stands too long.",
        "Took a melktert along; talked about the season.",
        "Went through the open orders with the workshop.",
        "Showed the new road range; they want to see it ridden.",
    ),
    "call": (
        "Asked how the last delivery went.",
        "Talked through the price list.",
        "They wanted to know when the frames come.",
    ),
    "message": ("Sent the delivery dates.", "Thanked them for the order.", "Sent the size chart again."),
    "conversation": ("Talked about how they run their stock.", "Talked about what their year looks like."),
    "gift": ("A melktert for the team.", "A book on old racing bikes.", "Coffee for the workshop."),
}
LEARNED = (
    "Counting stock by hand takes two people a day each month.",
    "They send back one helmet in ten because the sizes run small.",
    "They want to open a second shop next spring.",
    "What they fear most is a Saturday without spare tubes.",
)
PROMISES = (
    "send the quote",
    "send the new price list",
    "find out when the frames come",
    "bring the size samples",
    "have the wrong invoice corrected",
    "call after the delivery",
    "ask the workshop about the brake pads",
)
COMPLAINT = "Two deliveries came late in a row, and nobody rang them."
SETTLED = "Said sorry, and agreed on a day for every delivery."
EXIT = "Sold at prices that cost us money for years, and shouted at our drivers"
SNOOZES = ("the owner is away until then", "they move to another building")
EVENTS = (("Spring ride", "Along the coast, with lunch", 12), ("Race day", "The velodrome, box 4", 20))
