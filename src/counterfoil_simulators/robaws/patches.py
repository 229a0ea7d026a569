"""Merge patch (RFC 7396) and JSON patch (RFC 6902), the two formats of PATCH (contract section 2.5)."""

from copy import deepcopy
from typing import Any

from counterfoil_simulators.robaws.errors import bad_request


def merge(target: Any, patch: Any) -> Any:
    """Apply a merge patch (RFC 7396): null removes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def merge_keeping_nulls(target: Any, patch: Any) -> Any:
    """Merge with null as a value: for changes without the API, where every field stays present."""
    if not isinstance(patch, dict) or not isinstance(target, dict):
        return patch
    return target | {key: merge_keeping_nulls(target.get(key), value) for key, value in patch.items()}


def apply(document: Any, operations: Any) -> Any:
    """Apply a JSON patch (RFC 6902): all operations in order. Raises 400 when one fails, and applies none."""
    if not isinstance(operations, list):
        raise bad_request("A JSON patch is an array of operations")
    document = deepcopy(document)
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise bad_request("An operation needs op and path")
        document = _operate(document, operation)
    return document


def _operate(document: Any, operation: dict[str, Any]) -> Any:
    path = operation["path"]
    match operation.get("op"):
        case "add":
            return _set(document, path, _value(operation), insert=True)
        case "replace":
            _get(document, path)
            return _set(document, path, _value(operation), insert=False)
        case "remove":
            return _remove(document, path)
        case "test":
            if _get(document, path) != _value(operation):
                raise bad_request(f"Test of {path} failed")
            return document
        case "move" | "copy" as op:
            moved = deepcopy(_get(document, str(operation.get("from"))))
            if op == "move":
                document = _remove(document, str(operation.get("from")))
            return _set(document, path, moved, insert=True)
        case _:
            raise bad_request("Unknown operation")


def _value(operation: dict[str, Any]) -> Any:
    if "value" not in operation:
        raise bad_request("The operation needs a value")
    return operation["value"]


def _steps(path: str) -> list[str]:
    if path == "":
        return []
    if not path.startswith("/"):
        raise bad_request(f"{path!r} is not a JSON pointer")
    return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]


def _get(document: Any, path: str) -> Any:
    for step in _steps(path):
        document = _child(document, step)
    return document


def _child(container: Any, step: str) -> Any:
    if isinstance(container, dict) and step in container:
        return container[step]
    if isinstance(container, list) and step.isdigit() and int(step) < len(container):
        return container[int(step)]
    raise bad_request(f"Nothing at {step!r}")


def _set(document: Any, path: str, value: Any, *, insert: bool) -> Any:
    steps = _steps(path)
    if not steps:
        return value
    container = _get_parent(document, steps)
    last = steps[-1]
    if isinstance(container, dict):
        container[last] = value
    elif (
        isinstance(container, list)
        and insert
        and (last == "-" or (last.isdigit() and int(last) <= len(container)))
    ):
        container.insert(len(container) if last == "-" else int(last), value)
    elif isinstance(container, list) and not insert:
        container[int(last)] = value
    else:
        raise bad_request(f"Cannot write at {path}")
    return document


def _remove(document: Any, path: str) -> Any:
    steps = _steps(path)
    if not steps:
        return None
    _get(document, path)
    container = _get_parent(document, steps)
    if isinstance(container, list):
        del container[int(steps[-1])]
    else:
        del container[steps[-1]]
    return document


def _get_parent(document: Any, steps: list[str]) -> Any:
    for step in steps[:-1]:
        document = _child(document, step)
    return document
