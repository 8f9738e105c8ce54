"""Where an unforeseen error leaves its traceback: for whoever runs Melktert, never for the person who asked."""

import logging
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

TEXT_MOST = 200


@dataclass(frozen=True, slots=True)
class Log:
    """A file of JSON lines, made when there is first something to write; without a path, standard error."""

    path: Path | None = None

    @property
    def where(self) -> str:
        """The log's name, for a sentence."""
        return self.path.name if self.path else "the log"

    def failure(self, error: BaseException, **about: str) -> str:
        """Write the error with its traceback; the short id under which it is found there."""
        reference = secrets.token_hex(4)
        about = {key: value[:TEXT_MOST] for key, value in about.items()}
        try:
            if self.path is None:
                _write(sys.stderr, error, reference, about, as_json=not sys.stderr.isatty())
            else:
                with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                    _write(file, error, reference, about, as_json=True)
        except OSError:
            # A full disk must not turn an apology into a second failure, nor the id into one that stands for nothing.
            what = str(error).partition("\n")[0][:TEXT_MOST]
            logging.getLogger("melktert").warning(
                "%s cannot be written; %s is %s: %s", self.where, reference, type(error).__name__, what
            )
        return reference

    def note(self, what: str, error: BaseException, **about: str) -> None:
        """Note what went wrong elsewhere and was dealt with, in one line."""
        logging.getLogger("melktert").warning("%s: %s %s", what, error, about or "")


def _write(file: TextIO, error: BaseException, reference: str, about: dict[str, str], *, as_json: bool) -> None:
    # Loaded here, since a command line that goes well never needs it.
    import structlog  # noqa: PLC0415

    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    processors = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([structlog.processors.format_exc_info] if as_json else []),
        renderer,
    ]
    logger = structlog.wrap_logger(structlog.PrintLogger(file), processors=processors)
    logger.error("an unforeseen error", reference=reference, exc_info=error, **about)
