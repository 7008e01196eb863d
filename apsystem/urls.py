"""One prefix an app, included by name: this file imports no app."""

from django.urls import include, path
from django.views.generic import RedirectView

from accounts.access import open_to_all
from apsystem import pages

handler400 = "apsystem.pages.bad_request"
handler500 = "apsystem.pages.server_error"

urlpatterns = [
    path("", include("reporting.urls")),
    path("account/", include("accounts.signin_urls")),
    path("", include("accounts.urls")),
    path("pupils/", include("pupils.urls")),
    path("referrals/", include("referrals.urls")),
    path("placements/", include("placements.urls")),
    path("", include("attendance.urls")),
    path("", include("reintegration.urls")),
    path("outreach/", include("outreach.urls")),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("privacy/", pages.privacy, name="privacy"),
    path("healthz", pages.healthz, name="healthz"),
    path(
        "favicon.ico",
        open_to_all(RedirectView.as_view(url="/static/images/favicon.svg", permanent=True)),
    ),
]
