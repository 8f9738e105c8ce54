"""Which of the files given is which file of the mapping."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from store.imports.errors import WrongFilesError
from store.imports.mapping_keys import Mapping
from store.imports.patterns import names_file
from store.imports.reading import Table

_ENDINGS = (".csv", ".txt", ".tsv", ".gz", ".xlsx", ".xlsm", ".xls", ".ods")


@dataclass(slots=True)
class Given:
    """The files to read, by the mapping's name for their kind and in the order given."""

    tables: dict[str, list[Table]] = field(default_factory=dict)
    digests: dict[Path, str] = field(default_factory=dict)
    not_used: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def choose(paths: Sequence[Path], mapping: Mapping, together: Sequence[set[str]]) -> Given:
    """Open the files that the mapping names, each once.

    A folder or a pattern stands for the files in it; those that the mapping does not name are not used. `together` are
    the kinds of files that make sense only together; of the first, all are needed unless another is there whole.
    Errors: WrongFilesError where a file given by its name is not one of the mapping's, or a needed one is not there;
    UnreadableFileError.
    """
    given = Given(tables={name: [] for name in mapping.files})
    seen: dict[str, Table] = {}
    for path, by_name in _expanded(paths):
        kinds = [name for name, file in mapping.files.items() if names_file(file.name, path)]
        if len(kinds) > 1:
            raise WrongFilesError(
                f"{path.name} fits both files.{kinds[0]} and files.{kinds[1]}; make their names in the mapping differ."
            )
        if not kinds and by_name:
            raise WrongFilesError(f"{path.name} is not one of the files of this mapping, which are {_names(mapping)}.")
        if not kinds or (not by_name and _is_left_over(path)):
            given.not_used.append(path.name)
            continue
        table = Table(path, mapping.format)
        digest = table.sha256()
        if (earlier := seen.pop(digest, None)) is not None:
            # The later place counts: of the same file before and after another, the one after has the last word.
            given.tables[kinds[0]].remove(earlier)
            given.notices.append(f"{path.name} is the same file as {earlier.name} and was read once.")
        seen[digest] = table
        given.digests[path] = digest
        given.tables[kinds[0]].append(table)
    present = {name for name, tables in given.tables.items() if tables}
    chosen = [kinds for kinds in together if kinds & present] or together[:1]
    for name in sorted(set().union(*chosen) - present):
        raise WrongFilesError(
            f"The mapping needs a file named {mapping.files[name].name} (files.{name}), and none was given; "
            "give it as well, or the folder that they are in."
        )
    return given


def _expanded(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether it was given by its own name."""
    for path in paths:
        if path.is_dir():
            yield from ((inside, False) for inside in sorted(path.iterdir()) if inside.is_file())
        elif not path.exists() and any(sign in path.name for sign in "*?["):
            found = sorted(path.parent.glob(path.name))
            if not found:
                raise WrongFilesError(f"No file is named {path}; check the folder and the pattern.")
            yield from ((inside, False) for inside in found if inside.is_file())
        else:
            yield path, True


def _is_left_over(path: Path) -> bool:
    """What lies in a folder beside the data: notes, and rejected rows of an earlier import."""
    name = path.name.lower()
    return name.startswith(".") or ".rejected" in name or not name.endswith(_ENDINGS)


def _names(mapping: Mapping) -> str:
    return ", ".join(file.name for file in mapping.files.values())
