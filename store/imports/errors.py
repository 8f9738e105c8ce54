"""What stops an import before anything is stored.

ImportRefusedError
├── UnreadableFileError   a file cannot be read as the mapping says
├── WrongFilesError       the files given are not those that the mapping needs
└── BusyError             another import is at work

A row that cannot be taken is none of these: it is rejected, with its line and the reason, and the rest goes in.
"""


class ImportRefusedError(Exception):
    """Nothing was imported. The message is one sentence that says what to do next."""


class UnreadableFileError(ImportRefusedError):
    """A file is missing, damaged, or not written as the mapping's [format] says."""


class WrongFilesError(ImportRefusedError):
    """A file that the mapping needs was not given, or one was given that it does not name."""


class BusyError(ImportRefusedError):
    """The database stayed locked by another import or program."""
