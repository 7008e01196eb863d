"""Addresses of the way back. The page of a plan reads across, and is reporting's."""

from django.urls import include, path

from reintegration.views import ledger, panel, panel_cases, plans, transition, versions, weeks

app_name = "reintegration"

plan_patterns = [
    path("", plans.index, name="list"),
    path("version/<str:token>/", versions.version, name="version"),
    path("pupils/<uuid:uid>/", plans.of_pupil, name="of-pupil"),
    path("placements/<uuid:uid>/set-up/", plans.set_up, name="set-up"),
    path("options/", transition.options, name="options"),
    path("pathways/", transition.index, name="pathways"),
    path("pathways/missing/", transition.missing, name="pathways-missing"),
    path("pathways/sessions/new/", transition.session, name="programme-session"),
    path("pathways/pupils/<uuid:uid>/", transition.of_pupil, name="pathway"),
    path("pathways/pupils/<uuid:uid>/change/", transition.change, name="pathway-change"),
    path("pathways/<uuid:uid>/coach/", transition.coach, name="coach"),
    path("pathways/<uuid:uid>/contacts/new/", transition.contact, name="coach-contact"),
    path("pathways/<uuid:uid>/activities/new/", transition.activity, name="activity-add"),
    path("pathways/<uuid:uid>/activities/<int:pk>/", transition.attended, name="activity-record"),
    path("pathways/<uuid:uid>/applications/new/", transition.application, name="application-add"),
    path(
        "pathways/<uuid:uid>/applications/<int:pk>/",
        transition.application,
        name="application-change",
    ),
    path("pathways/<uuid:uid>/guarantee/", transition.guarantee, name="guarantee"),
    path("pathways/<uuid:uid>/grades/", transition.grades, name="grades"),
    path("pathways/<uuid:uid>/enrolled/", transition.enrolled, name="enrolled"),
    path("pathways/<uuid:uid>/checks/<slug:month>/", transition.check, name="destination-check"),
    path("<uuid:uid>/change/", plans.change, name="change"),
    path("<uuid:uid>/half-term/", plans.move_target, name="target"),
    path("<uuid:uid>/evidence/<str:kind>/", plans.gate, name="gate"),
    path("<uuid:uid>/family/", plans.family, name="family"),
    path("<uuid:uid>/send/", plans.send, name="send"),
    path("<uuid:uid>/close/", plans.close, name="close"),
    path("<uuid:uid>/disagree/", panel_cases.disagree, name="disagree"),
    path("<uuid:uid>/begin/", weeks.begin, name="begin"),
    path("<uuid:uid>/weeks/<int:number>/review/", weeks.review, name="week-review"),
    path("<uuid:uid>/weeks/<int:number>/sessions/", weeks.sessions, name="week-sessions"),
    path("<uuid:uid>/weeks/<int:number>/agreed/", weeks.agree, name="week-agree"),
    path("<uuid:uid>/weeks/<int:number>/<str:what>/", weeks.change, name="week-change"),
    path("<uuid:uid>/weeks/add/", weeks.extend, name="week-add"),
    path("<uuid:uid>/stop/", weeks.stop, name="stop"),
    path("<uuid:uid>/complete/", weeks.complete, name="complete"),
    path("<uuid:uid>/checks/<int:weeks>/", weeks.check, name="check"),
]

panel_patterns = [
    path("", panel.index, name="panel-list"),
    path("new/", panel.plan, name="panel-plan"),
    path("members/", panel.members, name="panel-members"),
    path("members/<int:pk>/end/", panel.end_seat, name="panel-seat-end"),
    path("decisions/", panel_cases.decisions, name="panel-decisions"),
    path("decisions/<uuid:uid>/", panel_cases.decision, name="panel-decision"),
    path("ledger/", ledger.index, name="ledger"),
    path("ledger/weights/", ledger.weights, name="ledger-weights"),
    path("ledger/exceptions/", ledger.exceptions, name="ledger-exceptions"),
    path("ledger/vacancies/", ledger.vacancies, name="vacancies"),
    path("cases/", panel_cases.candidates, name="panel-candidates"),
    path("cases/place/<uuid:uid>/", panel_cases.ask_for_place, name="panel-ask-place"),
    path("cases/way-back/<uuid:uid>/", panel_cases.ask_to_moderate, name="panel-ask-way-back"),
    path("cases/<uuid:uid>/", panel_cases.case, name="panel-case"),
    path("cases/<uuid:uid>/change/", panel_cases.change, name="panel-case-change"),
    path("cases/<uuid:uid>/withdraw/", panel_cases.withdraw, name="panel-case-withdraw"),
    path("cases/<uuid:uid>/interest/", panel_cases.declare, name="panel-declare"),
    path("cases/<uuid:uid>/again/", panel_cases.reopen, name="panel-reopen"),
    path("actions/", panel.todo, name="panel-actions"),
    path("actions/<uuid:uid>/done/", panel.finish, name="panel-action-done"),
    path("<uuid:uid>/", panel.meeting, name="panel-meeting"),
    path("<uuid:uid>/agenda/", panel_cases.agenda, name="panel-agenda"),
    path("<uuid:uid>/publish/", panel.publish, name="panel-publish"),
    path("<uuid:uid>/open/", panel.open_meeting, name="panel-open"),
    path("<uuid:uid>/close/", panel.close, name="panel-close"),
    path("<uuid:uid>/minutes/", panel.minutes, name="panel-minutes"),
]

urlpatterns = [
    path("reintegration/", include(plan_patterns)),
    path("panel/", include(panel_patterns)),
]
