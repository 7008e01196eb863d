"""Add a person with a role: the first ones of a new installation, whom no page can add."""

import sys
from argparse import ArgumentParser
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from accounts.permissions import Role


class Command(BaseCommand):
    """Asks for nothing, so that it can stand in a script."""

    help = "Add a person, or give a person who is there another role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the person, the role and the organisation."""
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, help=", ".join(Role.values))
        parser.add_argument(
            "--organisation", required=True, metavar="NAME_OR_URN", help="a name, or a URN"
        )
        parser.add_argument(
            "--kind", choices=["council"], help="create the council where it is missing"
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Add the person and say what happens next."""
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        try:
            with pghistory.context(task="add_user"):
                membership, is_new = actions.add_person(
                    options["email"],
                    name=options["name"],
                    role=options["role"],
                    organisation=options["organisation"],
                    make_council=options["kind"] == "council",
                    password=password,
                )
        except actions.CannotAdd as error:
            raise CommandError(str(error)) from error
        user = membership.user
        done = "now holds" if is_new else "already holds"
        self.stdout.write(
            f"{user} ({user.email}) {done} the role {membership.get_role_display().lower()} "
            f"in {membership.organisation}."
        )
        if password is not None:
            self.stdout.write("The password is set.")
        elif not user.has_usable_password():
            self.stdout.write(
                "No password is set. The person sets one by 'I have forgotten my password' on the "
                "sign-in page."
            )
