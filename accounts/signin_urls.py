"""Signing in and out, under the names that django-allauth asks for. Sign-up stays closed."""

from allauth.account import views
from django.urls import path, re_path

from accounts.access import open_to_all

urlpatterns = [
    path("sign-in/", open_to_all(views.login), name="account_login"),
    path("sign-out/", open_to_all(views.logout), name="account_logout"),
    path("sign-up/", open_to_all(views.signup), name="account_signup"),
    path("inactive/", open_to_all(views.account_inactive), name="account_inactive"),
    path("reset/", open_to_all(views.password_reset), name="account_reset_password"),
    path(
        "reset/sent/", open_to_all(views.password_reset_done), name="account_reset_password_done"
    ),
    path(
        "reset/done/",
        open_to_all(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    # The dash is not ours to choose: the mail puts its key where the address reads UID-KEY.
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        open_to_all(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
