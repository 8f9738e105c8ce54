"""Text in UTF-8 that is read by an older encoding: every byte means something there, so no error tells of it.

"Bäckerei" becomes "BÃ¤ckerei", for good. That each letter beyond ASCII would be one of UTF-8 too is hardly ever chance.
"""

import codecs
import re

UTF_8 = "utf-8"
# Each byte is a letter of its own in these.
_OF_ONE_BYTE = re.compile(r"(cp(125\d|4\d\d|8\d\d)|iso8859|latin|mac|koi8)")
_WORD = re.compile(r"\w*[^\x00-\x7f]\w*")


class Watch:
    """Looks on while a file is read. After its end, `example` is a word that stands in it, empty where all is well."""

    def __init__(self, encoding: str) -> None:
        self.example = ""
        self._decoder = codecs.getincrementaldecoder(UTF_8)() if _OF_ONE_BYTE.match(encoding) else None

    def saw(self, data: bytes, *, is_end: bool = False) -> None:
        """The next bytes of the file."""
        if self._decoder is None:
            return
        try:
            text = self._decoder.decode(data, final=is_end)
        except UnicodeDecodeError:
            self._decoder, self.example = None, ""
            return
        if not self.example and not text.isascii() and (word := _WORD.search(text)):
            self.example = word[0]


def as_misread(text: str, encoding: str) -> str:
    """The text as it looks where its UTF-8 is read by the encoding."""
    return text.encode(UTF_8).decode(encoding, "replace")
