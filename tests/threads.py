"""Run functions at the same moment, each with its own connection to the database."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def at_once(functions: Sequence[Callable[[], Any]]) -> list[Any]:
    """Return what each function returned, or the exception that it raised."""
    results: list[Any] = [None] * len(functions)
    barrier = threading.Barrier(len(functions), timeout=30)

    def run(place: int) -> None:
        try:
            barrier.wait()
            results[place] = functions[place]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
