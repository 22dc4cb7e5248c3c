"""A program for `conform --command`: makes the calls that KIT_CONTEXT asks for, by the reference client."""

import json
import os
import sys
import threading
from collections.abc import Mapping
from typing import Any

from mockserver.testing.adaptors.reference import Reference

EARLIER: dict[str, Any] = {}


def resolved(value: Any) -> Any:
    """Put what earlier calls returned in the place of what refers to it."""
    if isinstance(value, Mapping):
        return {key: resolved(member) for key, member in value.items()}
    if isinstance(value, list):
        return [resolved(member) for member in value]
    name, _, path = value.removeprefix("@").partition(".") if isinstance(value, str) else ("", "", "")
    if not path or not value.startswith("@") or name not in EARLIER:
        return value
    found = EARLIER[name]
    for part in path.split("."):
        found = found[part]
    return found["uri"] if isinstance(found, Mapping) else found


def main() -> int:
    """Make the calls; the first error ends it."""
    context, client, errors = json.loads(os.environ["KIT_CONTEXT"]), Reference(), []

    def make(call: Mapping[str, Any]) -> None:
        try:
            EARLIER[call["as"]] = getattr(client, call["call"])(context, **resolved(call["with"]))
        except Exception as error:  # noqa: BLE001  # whatever the client raises is told by the exit code
            errors.append(error)
            sys.stderr.write(f"{type(error).__name__}: {error}\n")

    threads = []
    for call in context["calls"]:
        if call.get("background"):
            threads.append(threading.Thread(target=make, args=(call,)))
            threads[-1].start()
        else:
            make(call)
        if errors:
            break
    for thread in threads:
        thread.join()
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
