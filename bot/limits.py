"""What Slack accepts in one message or view, from its reference pages; one place, so that a change is one line here.

Lengths are counted as the strictest reader would: in UTF-16 units, after escaping (see `size`). Sources, under
docs.slack.dev/reference: block-kit/blocks (each block's page), block-kit/block-elements, block-kit/composition-objects,
views and methods/chat.postMessage.
"""

MESSAGE_BLOCKS = 50
HEADER_TEXT = 150
SECTION_TEXT = 3_000
SECTION_FIELDS = 10

TABLE_ROWS = 100
TABLE_COLUMNS = 20

ACTION_ID = 255
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
OPTION_TEXT = 75
OPTION_VALUE = 150
MENU_OPTIONS = 5
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30

# A modal or Home tab.
VIEW_BLOCKS = 100
VIEW_TITLE = 24
METADATA = 3_000
INPUT_LABEL = 2_000
INPUT_TEXT = 3_000
SELECT_OPTIONS = 100
OPTION_GROUPS = 100

# chat.postMessage recommends 4,000 for `text` and truncates at 40,000.
FALLBACK_TEXT = 4_000

# Undocumented: Slack answers msg_blocks_too_long at some 13,200 characters of text plus about 100 a block
# (slackapi/bolt-js issues 2509 and 2867). The blocks' own JSON counts more than that, so it is safe with a margin.
MESSAGE_CHARACTERS = 12_000
# views.open: view_too_large at 250 KB. A UTF-16 unit takes six bytes at the most, where JSON is written in ASCII.
VIEW_CHARACTERS = 40_000


def size(text: str) -> int:
    """Length in UTF-16 units, which is never less than in characters: Slack does not say which it counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
