"""Addresses of the way back. The page of a plan reads across, and is reporting's."""

from django.urls import path

from reintegration.views import plans, transition, versions, weeks

app_name = "reintegration"

urlpatterns = [
    path("", plans.index, name="list"),
    path("version/<str:token>/", versions.version, name="version"),
    path("pupils/<uuid:uid>/", plans.of_pupil, name="of-pupil"),
    path("options/", transition.options, name="options"),
    path("pathways/", transition.index, name="pathways"),
    path("pathways/missing/", transition.missing, name="pathways-missing"),
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
    path("pathways/<uuid:uid>/enrolled/", transition.enrolled, name="enrolled"),
    path("pathways/<uuid:uid>/checks/<slug:month>/", transition.check, name="destination-check"),
    path("<uuid:uid>/change/", plans.change, name="change"),
    path("<uuid:uid>/half-term/", plans.move_target, name="target"),
    path("<uuid:uid>/evidence/<str:kind>/", plans.gate, name="gate"),
    path("<uuid:uid>/family/", plans.family, name="family"),
    path("<uuid:uid>/send/", plans.send, name="send"),
    path("<uuid:uid>/close/", plans.close, name="close"),
    path("<uuid:uid>/begin/", weeks.begin, name="begin"),
    path("<uuid:uid>/weeks/<int:number>/review/", weeks.review, name="week-review"),
    path("<uuid:uid>/weeks/<int:number>/<str:what>/", weeks.change, name="week-change"),
    path("<uuid:uid>/weeks/add/", weeks.extend, name="week-add"),
    path("<uuid:uid>/stop/", weeks.stop, name="stop"),
    path("<uuid:uid>/complete/", weeks.complete, name="complete"),
    path("<uuid:uid>/checks/<int:weeks>/", weeks.check, name="check"),
]
