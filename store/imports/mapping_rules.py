"""What must hold between the keys of a mapping, beyond each key by itself."""

from collections.abc import Iterable

from store.imports.mapping_keys import Mapping, MappingError, Ref


def check(mapping: Mapping) -> None:
    """Errors: MappingError, naming the keys that do not go together."""
    _columns_are_in_known_files(mapping)
    _joins_end_somewhere(mapping)
    _one_file_holds_the_lines(mapping)
    _an_amount_can_be_told(mapping)
    for part in ("customer", "product", "rep"):
        described_in(mapping, part)
    _payments_stand_alone(mapping)
    _templates_name_the_number(mapping)


def ledger_file(mapping: Mapping) -> str:
    """The file whose rows are the lines of invoices."""
    return _root(mapping, mapping.ref(mapping.invoice.number))


def payments_file(mapping: Mapping) -> str | None:
    """The file whose rows are payments, None where the mapping has none."""
    return mapping.ref(mapping.payment.number).file if mapping.payment else None


def join_of(mapping: Mapping, file: str) -> tuple[Ref, Ref]:
    """The two columns that a joined file is joined by: the one that refers, and its own key."""
    description = mapping.files[file]
    assert description.joins is not None
    assert description.key is not None
    return mapping.ref(description.joins), Ref(file, description.key)


def number_of(mapping: Mapping, part: str) -> Ref | None:
    """The column by which the lines name their customer, product or rep."""
    column = {
        "customer": mapping.invoice.customer,
        "product": mapping.line.product,
        "rep": mapping.invoice.rep,
    }[part]
    return mapping.ref(column) if column else None


def described_in(mapping: Mapping, part: str) -> tuple[str, Ref] | None:
    """The joined file with one row for each customer, product or rep, and the column of their numbers in it.

    None where the lines themselves carry what is known of them. Errors: MappingError.
    """
    number = number_of(mapping, part)
    files = {used.ref.file for used in mapping.used() if used.key.startswith(f"{part}.")}
    if not files:
        return None
    if number is None:
        key = {"product": "line.product", "rep": "invoice.rep", "customer": "invoice.customer"}[part]
        raise MappingError(f"[{part}] needs {key}, the column by which the lines name it")
    if len(files) > 1:
        raise MappingError(f"the columns of [{part}] stand in several files ({_and(files)}); they have to be in one")
    (file,) = files
    if mapping.files[file].joins is None:
        return None
    refers, key_column = join_of(mapping, file)
    if number.file == file:
        return file, number
    if number == refers:
        return file, key_column
    # A file of invoices may carry a customer's name and country beside the number: then they vary by invoice.
    return None


def _columns_are_in_known_files(mapping: Mapping) -> None:
    for used in mapping.used():
        if used.ref.column == "":
            raise MappingError(f"{used.key} names a file and no column")


def _joins_end_somewhere(mapping: Mapping) -> None:
    for file in mapping.files:
        seen = [file]
        while mapping.files[seen[-1]].joins is not None:
            target = join_of(mapping, seen[-1])[0].file
            if target in seen:
                raise MappingError(f"files.{file}.joins goes in a circle: {' → '.join([*seen, target])}")
            seen.append(target)


def _root(mapping: Mapping, ref: Ref) -> str:
    file = ref.file
    while mapping.files[file].joins is not None:
        file = join_of(mapping, file)[0].file
    return file


def _one_file_holds_the_lines(mapping: Mapping) -> None:
    ledger = ledger_file(mapping)
    for used in mapping.used():
        root = _root(mapping, used.ref)
        if not used.key.startswith(("payment.", "files.")) and root != ledger:
            raise MappingError(
                f'{used.key} is in the file "{used.ref.file}", which is not joined to "{ledger}", the file of '
                f'invoice.number; give files.{used.ref.file} a "key" and "joins"'
            )
    unused = mapping.files.keys() - {used.ref.file for used in mapping.used()}
    if unused:
        raise MappingError(f"files.{min(unused)} is described, but no column of it is used; take it out")


def _an_amount_can_be_told(mapping: Mapping) -> None:
    line = mapping.line
    if line.amount is None and (line.unit_price is None or line.quantity is None):
        raise MappingError("[line] needs amount, or quantity and unit_price, or nothing can be added up")
    if mapping.currency is None and mapping.invoice.currency is None:
        raise MappingError('the currency is missing; write currency = "EUR" at the top, or invoice.currency = a column')
    if mapping.currency is not None and mapping.invoice.currency is not None:
        raise MappingError("currency at the top and invoice.currency contradict each other; keep one of them")
    if bool(mapping.invoice.cancelled) != bool(mapping.invoice.cancelled_values):
        raise MappingError("invoice.cancelled (a column) and invoice.cancelled_values (its values) go together")
    if line.unit_cost is not None and mapping.product.unit_cost is not None:
        raise MappingError("line.unit_cost and product.unit_cost are the same thing; keep one of them")


def _payments_stand_alone(mapping: Mapping) -> None:
    if mapping.payment is None:
        return
    file = payments_file(mapping)
    for used in mapping.used():
        if used.key.startswith("payment.") != (used.ref.file == file):
            raise MappingError(f'{used.key}: payments come from a file of their own, here "{file}"')
    if mapping.payment.customer is None and mapping.payment.invoice is None:
        raise MappingError("[payment] needs customer or invoice, the column that says whose payment it is")
    if mapping.currency is None and mapping.payment.currency is None:
        raise MappingError("payment.currency is missing, and there is no currency at the top")


def _templates_name_the_number(mapping: Mapping) -> None:
    for part, template in (("customer", mapping.customer.name_template), ("rep", mapping.rep.name_template)):
        if "{number}" not in template or "{" in template.replace("{number}", ""):
            raise MappingError(f'{part}.name_template has to hold {{number}}, such as "Customer {{number}}"')


def _and(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))
