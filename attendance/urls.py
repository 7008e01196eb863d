"""Addresses of the registers and of the calendar."""

from django.urls import path

from attendance.views import (
    absence,
    api,
    at_school,
    calendar,
    checks,
    correct,
    following,
    home,
    imports,
    register,
    reply,
    steps,
    support,
    thresholds,
    timetable_rules,
    timetables,
)

app_name = "attendance"

urlpatterns = [
    path("api/v1/marks", api.marks, name="api-marks"),
    path("api/v1/openapi.json", api.openapi, name="api-description"),
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
    path("attendance/support/", support.caseload, name="caseload"),
    path("attendance/support/<uuid:uid>/", support.detail, name="support"),
    path("attendance/support/<uuid:uid>/agree/", support.agree, name="support-agree"),
    path("attendance/support/<uuid:uid>/assign/", support.assign, name="support-assign"),
    path("attendance/support/<uuid:uid>/change/", support.change, name="support-change"),
    path("attendance/support/<uuid:uid>/end/", support.end, name="support-end"),
    path("attendance/support/<uuid:uid>/met/", support.meet, name="support-meet"),
    path("attendance/support/<uuid:uid>/review/", support.review, name="support-review"),
    path("attendance/support/new/<uuid:pupil>/", support.open_support, name="support-open"),
    path("attendance/support/visits/", following.visits, name="visits"),
    path("attendance/support/visits/<uuid:uid>/", following.record_visit, name="visit-record"),
    path("attendance/support/visits/new/<uuid:pupil>/", following.plan_visit, name="visit-plan"),
    path("attendance/support/rewards/<uuid:pupil>/", following.give_reward, name="reward-give"),
    path("attendance/support/displays/", following.choose_display, name="displays"),
    path(
        "attendance/support/displays/<uuid:provider>/<str:week>/",
        following.display,
        name="display",
    ),
    path(
        "attendance/support/displays/agree/<uuid:pupil>/",
        following.agree_display,
        name="display-agree",
    ),
    path(
        "attendance/support/displays/withdraw/<int:pk>/",
        following.withdraw_display,
        name="display-withdraw",
    ),
    path("attendance/support/pathways/<uuid:uid>/", following.pathway, name="pathway"),
    path(
        "attendance/support/pathways/<uuid:uid>/change/",
        following.change_pathway,
        name="pathway-change",
    ),
    path(
        "attendance/support/pathways/<uuid:uid>/close/",
        following.close_pathway,
        name="pathway-close",
    ),
    path("attendance/support/pathways/<uuid:uid>/step/", following.add_step, name="step-add"),
    path(
        "attendance/support/pathways/new/<uuid:pupil>/",
        following.open_pathway,
        name="pathway-open",
    ),
    path("attendance/support/pathways/steps/<int:pk>/", following.record_step, name="step-record"),
    path("pupils/<uuid:uid>/support/", support.of_pupil, name="support-of-pupil"),
    path("attendance/school/<uuid:uid>/", at_school.index, name="at-school"),
    path("attendance/school/<uuid:uid>/new/", at_school.add, name="at-school-add"),
    path(
        "attendance/school/<uuid:uid>/take-back/", at_school.take_back, name="at-school-take-back"
    ),
    path("attendance/imports/", imports.index, name="imports"),
    path("attendance/imports/new/", imports.upload, name="import-upload"),
    path("attendance/imports/<uuid:uid>/", imports.detail, name="import"),
    path("attendance/imports/<uuid:uid>/columns/", imports.columns, name="import-columns"),
    path("attendance/imports/<uuid:uid>/delete/", imports.give_up, name="import-give-up"),
    path("absence/", absence.index, name="absence"),
    path("absence/registers/", absence.unmarked, name="unmarked"),
    path("absence/steps/", steps.index, name="steps"),
    path("absence/steps/unexplained/", steps.replace, name="replace"),
    path("absence/thresholds/", thresholds.index, name="thresholds"),
    path("absence/thresholds/<slug:kind>/", thresholds.change, name="threshold"),
    path("absence/times/<uuid:provider>/", thresholds.times, name="times"),
    path("absence/address/", thresholds.address, name="absence-address"),
    path("absence/reply/<str:token>/", reply.reply, name="reply"),
    path("absence/<uuid:placement>/<str:on>/<str:half>/", absence.line, name="absence-line"),
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
