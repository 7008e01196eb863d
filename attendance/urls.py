"""Addresses of the registers and of the calendar."""

from django.urls import path

from attendance.views import calendar, checks, correct, home, register, timetable_rules, timetables

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
    path(
        "attendance/outside/<uuid:placement>/<str:on>/<str:half>/",
        checks.mark_outside,
        name="outside",
    ),
    path("attendance/checks/", checks.index, name="checks"),
    path("attendance/home/", home.index, name="home"),
    path("attendance/home/<uuid:school>/<str:on>/", home.day, name="home-day"),
    path("attendance/home/<uuid:school>/<str:on>/week.csv", home.week, name="home-week"),
    path("attendance/part-time/", timetables.index, name="timetables"),
    path("attendance/part-time/rules/", timetable_rules.rules, name="timetable-rules"),
    path(
        "attendance/part-time/rules/change/",
        timetable_rules.change_rule,
        name="timetable-rule-change",
    ),
    path(
        "attendance/part-time/placements/<uuid:placement>/new/",
        timetables.agree,
        name="timetable-agree",
    ),
    path("attendance/part-time/<uuid:uid>/", timetables.detail, name="timetable"),
    path("attendance/part-time/<uuid:uid>/renew/", timetables.renew, name="timetable-renew"),
    path("attendance/part-time/<uuid:uid>/review/", timetables.review, name="timetable-review"),
    path("attendance/part-time/<uuid:uid>/end/", timetables.end, name="timetable-end"),
    path("attendance/correct/", correct.correct, name="correct"),
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
