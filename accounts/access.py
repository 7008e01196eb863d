"""The gate: who is here, for whom they act, which permission a page asks, and who looked."""

import hashlib
import time
from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import unquote_to_bytes

import pghistory
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils.crypto import salted_hmac

from accounts.models import ApiKey, User, ViewEntry, key_of
from accounts.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])
GetResponse = Callable[[HttpRequest], HttpResponse]
MARK = "permission_asked"
OPEN = "open to all"
BY_KEY = "by key: "  # and the permission that the key's maker needs
ONE_MINUTE = 60
TOO_OFTEN = "Too many requests. Send again later."
REFUSED_AN_HOUR = 100  # keys that open nothing, of one address
ASKED_A_MINUTE = 60  # requests with one key
ONE_HOUR = 60 * 60
LINKS_AN_HOUR = 60  # openings of links of one kind, from one address
METHODS_OF_PAGES = ["GET", "HEAD", "POST"]
NOTHING_LENT = "camera=(), geolocation=(), microphone=()"  # pages that record say otherwise


class Request(HttpRequest):
    """A request behind the gate: its user is one of ours."""

    user: User
    key: ApiKey  # only behind `opened_by_key`


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission that opens it. The middleware asks."""

    def mark(view: View) -> View:
        setattr(view, MARK, permission)
        return view

    return mark


def open_to_all(view: View) -> View:
    """Mark a view that needs no sign-in."""
    setattr(view, MARK, OPEN)
    return view


def opened_by_link(act: str, *, most: int = LINKS_AN_HOUR) -> Callable[[View], View]:
    """Mark a view whose secret stands in its address: open to all, counted, and kept nowhere.

    The browser may name its own origin: with no referrer at all it posts from "null", which the
    protection against forged forms refuses.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if too_often(request, act, most):
                return HttpResponse(
                    "Too many requests.", status=429, headers={"Retry-After": str(ONE_HOUR)}
                )
            response: HttpResponse = view(request, *args, **kwargs)
            response["Cache-Control"] = "no-store"
            response["Referrer-Policy"] = "same-origin"
            response["X-Robots-Tag"] = "noindex"
            return response

        return cast("View", open_to_all(opened))

    return mark


def opened_by_key(permission: Permission) -> Callable[[View], View]:
    """Mark a view that no sign-in opens, but a key that may do this.

    No browser sends a key by itself, so nobody can be tricked into it: such a view needs no CSRF
    token, and no other view goes without.
    """

    def mark(view: View) -> View:
        setattr(view, MARK, f"{BY_KEY}{permission}")
        view.csrf_exempt = True  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(view: Callable[..., Any]) -> str | None:
    """Return the permission that opens a view, OPEN, or None where it names none."""
    return getattr(view, MARK, None)


class TrailBroken(Exception):
    """A look could not be written down, so the page must not be served."""


def looked_at(
    request: Request, pupils: Iterable[int], *, act: str = "view", listed: Iterable[int] = ()
) -> None:
    """Write down who looks at these children, before the page is sent.

    Those whom the page lists beside them have an entry of their own, in the same statement. Raise
    TrailBroken where it cannot be written: the page is then not served.
    """
    membership = request.user.acting[0] if request.user.acting else None
    match = request.resolver_match or resolve(request.path_info)
    looks = [
        ViewEntry(
            user_id=request.user.pk,
            organisation_id=membership.organisation_id if membership else None,
            role=", ".join(sorted(request.user.roles))[:30],
            act=name,
            page=match.view_name[:100],
            pupils=ids,
            address_hash=address_hash(request),
        )
        for name, ids in (("list", sorted(set(listed))), (act, sorted(set(pupils))))
        if ids
    ]
    try:
        ViewEntry.objects.write(looks)
    except DatabaseError as error:
        raise TrailBroken from error


def looked_at_by_link(request: HttpRequest, pupils: Iterable[int]) -> None:
    """Write down that somebody without an account opened a link to these children's record.

    Person 0 stands for whoever holds the link. Raise TrailBroken as `looked_at` does.
    """
    match = request.resolver_match or resolve(request.path_info)
    try:
        ViewEntry.objects.create(
            user_id=0,
            role="by link",
            act="link",
            page=match.view_name[:100],
            pupils=sorted(set(pupils)),
            address_hash=address_hash(request),
        )
    except DatabaseError as error:
        raise TrailBroken from error


def address_hash(request: HttpRequest) -> str:
    """Return a keyed hash of where the request came from: enough to compare, not to trace.

    Behind as many proxies as TRUSTED_PROXY_COUNT says, it is the address that the outermost of
    them saw: what a client claims in front of it counts for nothing.
    """
    try:
        address = get_adapter().get_client_ip(request)
    except (PermissionDenied, ImproperlyConfigured):  # no address, or fewer proxies than said
        address = request.META.get("REMOTE_ADDR", "")
    return salted_hmac("accounts.address", address).hexdigest()[:16]


def too_often(request: HttpRequest, act: str, most: int) -> bool:
    """Count an act of an address in this hour, and tell whether it came too often."""
    return _counted(f"{act}:{address_hash(request)}", ONE_HOUR) > most


def _counted(what: str, seconds: int) -> int:
    """Return how often something came in this hour, or in this minute."""
    key = f"too-often:{what}:{int(time.time()) // seconds}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out in between
        return 0


class GateMiddleware:
    """Ask, for every page, for the permission that its view names. No name, no page."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        """End sign-ins that have been idle, and choose for whom the person acts."""
        if request.user.is_authenticated:
            self._end_idle(request)
        if request.user.is_authenticated:
            self._act_for_one(request)
        return self.get_response(request)

    def _end_idle(self, request: Request) -> None:
        now, seen = int(time.time()), request.session.get("seen")
        if seen is not None and now - seen > settings.IDLE_SECONDS:
            logout(request)
        elif seen is None or now - seen > ONE_MINUTE:
            request.session["seen"] = now

    def _act_for_one(self, request: Request) -> None:
        request.user.acting = request.user.memberships_at(request.session.get("organisation"))

    def process_view(
        self, request: Request, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Close the page unless the person holds its permission."""
        asked = permission_of(view)
        if asked is None:
            raise PermissionDenied("this view names no permission")
        if asked.startswith(BY_KEY):
            return _open_by_key(request, Permission(asked.removeprefix(BY_KEY)))
        if asked != OPEN:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.can(Permission(asked)):
                raise PermissionDenied(f"this page asks for {asked}")
        if request.method not in METHODS_OF_PAGES:  # no page of ours knows another
            return HttpResponseNotAllowed(METHODS_OF_PAGES)
        return None

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        """Serve no record that could not be written into the trail."""
        if isinstance(error, TrailBroken):
            return render(request, "503.html", status=503)
        return None


def _open_by_key(request: Request, permission: Permission) -> HttpResponse | None:
    """Let the maker of the key act, or refuse in JSON. A sign-in counts for nothing here."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    key = key_of(token.strip(), permission) if scheme.lower() == "bearer" else None
    if key is None:
        if too_often(request, "refused-key", REFUSED_AN_HOUR):
            return refusal(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN, {"Retry-After": str(ONE_HOUR)})
        says = "The key is missing, wrong, over or taken back, or its maker has left."
        return refusal(HTTPStatus.UNAUTHORIZED, says, {"WWW-Authenticate": "Bearer"})
    request.user, request.key = key.made_by, key
    if _counted(f"key:{key.pk}", ONE_MINUTE) > ASKED_A_MINUTE:
        return refusal(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN, {"Retry-After": str(ONE_MINUTE)})
    return None


def refusal(status: int, says: str, headers: dict[str, str] | None = None) -> JsonResponse:
    """Return a refusal for a machine, in words for a person."""
    problems = [{"row": None, "says": says}]
    return JsonResponse({"problems": problems, "more": 0}, status=status, headers=headers)


class InputMiddleware:
    """Refuse addresses that hold NUL, which no text column can hold."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with a page in plain words."""
        raw = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
        if b"\0" in unquote_to_bytes(raw) or "\0" in request.path_info:
            return render(request, "400.html", status=400)
        return self.get_response(request)


class HeadersMiddleware:
    """Tell the browser to keep nothing of a signed-in page, and to lend nothing to other sites."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that Django has no setting for."""
        response = self.get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        response.headers.setdefault("Permissions-Policy", NOTHING_LENT)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class HistoryMiddleware:
    """Name the person, the organisation and the page in every history event of the request."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        """Open the context; it reaches the database only with a write."""
        user = request.user if request.user.is_authenticated else None
        with pghistory.context(
            user=user.pk if user else None,
            organisation=user.acting[0].organisation_id if user and user.acting else None,
            page=hashlib.sha256(request.path.encode()).hexdigest()[:12]
            if user is None
            else request.path,
        ):
            return self.get_response(request)
