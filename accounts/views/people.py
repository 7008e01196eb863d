"""Pages about staff: who works where, who comes, who leaves, who has not been here for long."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.access import Request, requires
from accounts.forms import EndRoleForm, PeopleFilter, PersonForm, RoleForm
from accounts.models import Membership, User
from accounts.permissions import Permission
from accounts.signin import send_password_link
from apsystem.lib.forms import take_errors
from apsystem.lib.pages import page_of


def _person(request: Request, uid: str) -> User:
    return get_object_or_404(User.objects.as_user(request.user), uid=uid)


@requires(Permission.PEOPLE_VIEW)
def index(request: Request) -> HttpResponse:
    """List the people within reach, with the roles they hold."""
    form = PeopleFilter(request.GET)
    people = form.found(request.user).with_roles(request.user).order_by("name", "pk")
    return render(
        request,
        "accounts/people.html",
        {
            "title": "People",
            "form": form,
            "page": page_of(request, people),
            "can_change": request.user.can(Permission.PEOPLE_CHANGE),
        },
    )


@requires(Permission.PEOPLE_VIEW)
def detail(request: Request, uid: str) -> HttpResponse:
    """Show a person: the roles, past ones too, and the last sign-in."""
    person = _person(request, uid)
    held = Membership.objects.as_user(request.user).filter(user=person)
    return render(
        request,
        "accounts/person.html",
        {
            "title": "Person",
            "person": person,
            "roles": held.select_related("organisation").order_by("-starts_on", "-pk"),
            "endable": set(held.endable_by(request.user).values_list("pk", flat=True)),
            "can_change": request.user.can(Permission.PEOPLE_CHANGE),
            "can_end": request.user.can(Permission.ROLE_END),
        },
    )


@requires(Permission.PEOPLE_CHANGE)
def add(request: Request) -> HttpResponse:
    """Add a person, and send the link to set a password."""
    form = PersonForm(request.POST or None, by=request.user)
    if form.is_valid():
        try:
            person = actions.take_on(form.person, membership=form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            _send_link(request, person, f"{person} is added.")
            return redirect("accounts:person", person.uid)
    back = reverse("accounts:people")
    return render(
        request, "form_page.html", {"title": "Add a person", "form": form, "back_url": back}
    )


@requires(Permission.PEOPLE_CHANGE)
@require_POST
def send_link(request: Request, uid: str) -> HttpResponse:
    """Send the link to set a password again."""
    person = get_object_or_404(User.objects.as_user(request.user), uid=uid, is_active=True)
    _send_link(request, person, "")
    return redirect("accounts:person", uid)


def _send_link(request: Request, person: User, done: str) -> None:
    if send_password_link(request, person):
        sent = f"A link to set a password is on its way to {person.email}."
        messages.success(request, f"{done} {sent}".strip())
    else:
        failed = "The mail with the link to set a password could not be sent. Try again later."
        messages.warning(request, f"{done} {failed}".strip())


@requires(Permission.PEOPLE_CHANGE)
def add_role(request: Request, uid: str) -> HttpResponse:
    """Give a person another role."""
    person = _person(request, uid)
    form = RoleForm(request.POST or None, by=request.user)
    if form.is_valid():
        try:
            actions.give_role(person, membership=form.instance, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "The role is added.")
            return redirect("accounts:person", uid)
    return _form_page(request, form, person, "Add a role")


@requires(Permission.ROLE_END)
def end_role(request: Request, uid: str, pk: int) -> HttpResponse:
    """End a role with its last day."""
    person = _person(request, uid)
    held = Membership.objects.as_user(request.user).endable_by(request.user)
    membership = get_object_or_404(held.select_related("organisation"), user=person, pk=pk)
    form = EndRoleForm(request.POST or None)
    if form.is_valid():
        try:
            actions.end_role(membership, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "The end of the role is saved.")
            return redirect("accounts:people")
    title = f"End the role {membership.get_role_display().lower()}, {membership.organisation}"
    return _form_page(request, form, person, title)


@requires(Permission.PEOPLE_CHANGE)
def change_account(request: Request, uid: str) -> HttpResponse:
    """Close a person's account, or open it again, after a question."""
    person = _person(request, uid)
    verb = "Close" if person.is_active else "Open"
    change = actions.close_account if person.is_active else actions.reopen_account
    if request.method == "POST":
        try:
            change(person, by=request.user)
        except ValidationError as error:
            messages.warning(request, error.messages[0])
        else:
            messages.success(request, f"The account is {'closed' if verb == 'Close' else 'open'}.")
        return redirect("accounts:person", uid)
    return render(
        request,
        "confirm_page.html",
        {
            "title": f"{verb} an account",
            "heading": f"{verb} the account of {person}",
            "body": "A closed account keeps the person out from the next click on. The roles stay "
            "as they are, and count again when the account is open.",
            "action": f"{verb} the account",
            "back_url": reverse("accounts:person", args=[uid]),
        },
    )


def _form_page(
    request: Request, form: RoleForm | EndRoleForm, person: User, title: str
) -> HttpResponse:
    back = reverse("accounts:person", args=[person.uid])
    return render(
        request,
        "form_page.html",
        {"title": title, "caption": person, "form": form, "back_url": back},
    )
