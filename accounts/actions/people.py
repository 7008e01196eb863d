"""Adding a person from the keyboard of the server: how a new installation gets its first ones."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role

URN_DIGITS = 6


class CannotAdd(Exception):
    """A person cannot be added as asked; the sentence says why. Nothing was saved."""


@transaction.atomic
def add_person(
    email: str,
    *,
    name: str,
    role: str,
    organisation: str,
    make_council: bool = False,
    password: str | None = None,
) -> tuple[Membership, bool]:
    """Give a person a role in an organisation from today on. Raise CannotAdd.

    A person who is there already, by e-mail address, only gets the role, and the password where
    one is given. Return the membership, and whether it is new. Without a password a new person
    has none: nobody can sign in until the person sets one by a link sent by e-mail.
    """
    place = _organisation(organisation.strip(), make_council=make_council)
    held_as = _role(role, place)
    user = _user(email.strip().lower(), name.strip())
    if password is not None:
        _set_password(user, password)
    found = Membership.objects.filter(user=user, organisation=place, role=held_as, ends_on=None)
    if membership := found.first():
        return membership, False
    return (
        Membership.objects.create(
            user=user, organisation=place, role=held_as, starts_on=localdate()
        ),
        True,
    )


def _organisation(name_or_urn: str, *, make_council: bool) -> Organisation:
    is_urn = len(name_or_urn) == URN_DIGITS and name_or_urn.isdecimal()
    wanted = {"urn": name_or_urn} if is_urn else {"name__iexact": name_or_urn}
    found = list(Organisation.objects.filter(**wanted).order_by("closed_on", "pk"))
    still_open = [row for row in found if row.closed_on is None]
    if len(still_open) > 1:
        raise CannotAdd(f"Several organisations are called {name_or_urn}. Give the URN instead.")
    if still_open:
        return still_open[0]
    if found:
        raise CannotAdd(f"{found[0]} closed on {found[0].closed_on}: nobody can be added there.")
    if make_council and not is_urn:
        return _make_council(name_or_urn)
    raise CannotAdd(
        f"There is no organisation {name_or_urn!r}. Import the schools first, or add "
        "--kind council to create the council."
    )


def _make_council(name: str) -> Organisation:
    """Create the council: the one of this installation, so a second one is a slip of the pen."""
    council = Organisation.objects.filter(kind=Organisation.Kind.COUNCIL).first()
    if council is not None:
        raise CannotAdd(f"The council is there already. Its name is {council}.")
    row = Organisation(kind=Organisation.Kind.COUNCIL, name=name)
    _check(row)
    row.save()
    return row


def _role(text: str, place: Organisation) -> str:
    words = text.strip().lower().replace("-", " ").replace("_", " ").replace(".", " ")
    allowed = sorted(Organisation.ROLES[Organisation.Kind(place.kind)])
    if words not in Role.values or words not in allowed:
        raise CannotAdd(f"{text!r} is no role in {place}. The roles there: {', '.join(allowed)}.")
    return words


def _user(email: str, name: str) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        _check(User(email=email, name=name), exclude=["password"])
        return User.objects.create_user(email, name=name)
    if not user.is_active:
        raise CannotAdd(f"The account of {email} is closed.")
    return user


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CannotAdd(" ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])


def _check(row: User | Organisation, exclude: list[str] | None = None) -> None:
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        said = [f"{name}: {' '.join(words)}" for name, words in error.message_dict.items()]
        raise CannotAdd(" ".join(said)) from error
