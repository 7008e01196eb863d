"""Addresses of the registers and of the calendar."""

from django.urls import path

from attendance.views import calendar, register

app_name = "attendance"

urlpatterns = [
    path("attendance/", register.today, name="today"),
    path(
        "attendance/registers/<uuid:provider>/<str:on>/<str:half>/",
        register.register,
        name="register",
    ),
    path(
        "attendance/changes/<uuid:placement>/<str:on>/<str:half>/",
        register.amendments,
        name="amendments",
    ),
    path("calendar/", calendar.index, name="calendar"),
    path("calendar/half-terms/new/", calendar.add_half_term, name="halfterm-add"),
    path(
        "calendar/half-terms/<int:pk>/change/", calendar.change_half_term, name="halfterm-change"
    ),
    path(
        "calendar/half-terms/<int:pk>/remove/", calendar.remove_half_term, name="halfterm-remove"
    ),
    path("calendar/closures/new/", calendar.close, name="closure-add"),
    path("calendar/closures/<int:pk>/remove/", calendar.reopen, name="closure-remove"),
]
