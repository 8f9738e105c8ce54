"""Large figures: the lifetime value stands on the card as it should stand on the customer's forehead.

Each glyph is a bitmap of six rows; two rows make one line of half blocks, so a figure is three lines high.
"""

LINES = 3

_GLYPHS = {
    "0": ".###. ##.## ##.## ##.## ##.## .###.",
    "1": ".##. ###. .##. .##. .##. ####",
    "2": ".###. ##.## ...## .###. ##... #####",
    "3": "####. ...## .###. ...## ...## ####.",
    "4": "##.## ##.## ##### ...## ...## ...##",
    "5": "##### ##... ####. ...## ##.## .###.",
    "6": ".###. ##... ####. ##.## ##.## .###.",
    "7": "##### ...## ..##. .##.. .##.. .##..",
    "8": ".###. ##.## .###. ##.## ##.## .###.",
    "9": ".###. ##.## .#### ...## ..##. .##..",
    ".": ".. .. .. .. ## ##",
    ",": ".. .. .. .. ## .#",
    "-": ".... .... #### .... .... ....",
    "K": "##.## ##.## ####. ##.## ##.## ##.##",
    "M": "##...## ###.### ####### ##.#.## ##...## ##...##",
    "B": "####. ##.## ####. ##.## ##.## ####.",
    "T": "###### ..##.. ..##.. ..##.. ..##.. ..##..",
    "R": "####. ##.## ##.## ####. ##.## ##.##",
    "Z": "##### ...## ..##. .##.. ##... #####",
    "A": ".###. ##.## ##.## ##### ##.## ##.##",
    "C": ".#### ##... ##... ##... ##... .####",
    "H": "##.## ##.## ##### ##.## ##.## ##.##",
    "F": "##### ##... ####. ##... ##... ##...",
    "$": "..##.. .##### ##.... .####. ....## #####.",
    "€": "..### .##.. ####. .##.. ####. ..###",
    "£": "..### .##.. ####. .##.. .##.. #####",
    "¥": "##.## ##.## .###. ##### ..#.. #####",
}
_HALVES = {"##": "█", "#.": "▀", ".#": "▄", "..": " "}


def enlarge(figure: str) -> list[str] | None:
    """The figure as three lines of equal width, None where it holds a character that has no large form."""
    if not figure or any(character not in _GLYPHS for character in figure):
        return None
    bitmaps = [_GLYPHS[character].split() for character in figure]
    rows = [".".join(bitmap[row] for bitmap in bitmaps) for row in range(2 * LINES)]
    return [
        "".join(_HALVES[top + bottom] for top, bottom in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
