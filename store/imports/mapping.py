"""The mapping of a ledger: a TOML file that says which column means what, so that no Python names a ledger.

docs/import.md explains every key. Whatever a mapping leaves open is an error here, never a guess later.
"""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ValidationError

from store.imports import mapping_rules
from store.imports.mapping_keys import File, Mapping, MappingError, Payment, choices

__all__ = ["Mapping", "MappingError", "load", "shipped"]

SHIPPED = Path(__file__).parent / "mappings"


def shipped() -> list[str]:
    """The names of the mappings that come with Melktert."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load(name_or_path: str) -> Mapping:
    """The shipped mapping of that name, or the one in a .toml file.

    Errors: MappingError, whose message is a sentence that names the key.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        if name_or_path not in shipped():
            raise MappingError(
                f'There is no mapping "{name_or_path}"; give one of {", ".join(shipped())}, '
                "or the path of a .toml file (docs/import.md says how to write one)."
            )
        path = SHIPPED / f"{name_or_path}.toml"
    try:
        mapping = Mapping.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
        mapping_rules.check(mapping)
    except FileNotFoundError:
        raise MappingError(f"There is no file {path}; give the path of a mapping, a .toml file.") from None
    except OSError as error:
        raise MappingError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise MappingError(f"{path.name} is not UTF-8; save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{path.name} is not TOML: {error}.") from None
    except RecursionError:
        raise MappingError(f"{path.name} is not TOML: its lists or tables stand in one another without end.") from None
    except ValidationError as error:
        raise MappingError(_sentences(path.name, error)) from None
    except MappingError as error:
        raise MappingError(f"{path.name}: {error}.") from None
    return mapping


def _sentences(file: str, error: ValidationError) -> str:
    sentences = []
    for detail in error.errors():
        where = ".".join(str(part) for part in detail["loc"])
        section, _, key = where.rpartition(".")
        if detail["type"] == "extra_forbidden":
            fields = _fields(section)
            what = f" is not a key of a mapping; {'here' if section else 'at the top'} stand {choices(fields, key)}"
        elif detail["type"] == "missing":
            what = " is missing; a mapping has to name it"
        else:
            what = ": " + detail["msg"].removeprefix("Value error, ")
        sentences.append(f"{file}: {where}{what}.")
    return " ".join(sentences)


def _fields(section: str) -> list[str]:
    if not section:
        return list(Mapping.model_fields)
    if section.startswith("files."):
        return list(File.model_fields)
    # That of an optional section is a union, and there is only one such section.
    model = Mapping.model_fields[section.split(".", maxsplit=1)[0]].annotation
    return list(
        model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else Payment.model_fields
    )
