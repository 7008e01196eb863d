#!/usr/bin/env python
"""Run a command of the project, with the embedded servers started where none are named."""

import os
import sys
from pathlib import Path

import environ

WITHOUT_SERVERS = {"check", "collectstatic", "help", "make_docs", "makemigrations", "version"}


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apsystem.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    from apsystem import embedded  # noqa: PLC0415

    environ.Env.read_env(Path(__file__).resolve().parent / ".env")
    if len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_SERVERS:
        try:
            embedded.start_missing()
        except embedded.CannotStartError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
