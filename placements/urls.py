"""Addresses of placements."""

from django.urls import path

from placements.views import following, rules, running

app_name = "placements"

urlpatterns = [
    path("", following.index, name="list"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<int:tier>/change/", rules.change_rule, name="rule-change"),
    path("new/<uuid:referral>/", running.open_from, name="open"),
    path("<uuid:uid>/", following.detail, name="detail"),
    path("<uuid:uid>/accept/", running.accept, name="accept"),
    path("<uuid:uid>/decline/", running.decline, name="decline"),
    path("<uuid:uid>/cancel/", running.cancel, name="cancel"),
    path("<uuid:uid>/lead/", running.name_lead, name="lead"),
    path("<uuid:uid>/pause/", running.pause, name="pause"),
    path("<uuid:uid>/resume/", running.resume, name="resume"),
    path("<uuid:uid>/last-day/", running.extend, name="extend"),
    path("<uuid:uid>/objective/", running.add_objective, name="objective"),
    path("<uuid:uid>/review/", running.review, name="review"),
    path("<uuid:uid>/award/", running.add_award, name="award"),
    path("<uuid:uid>/step/<int:tier>/", running.step, name="step"),
    path("<uuid:uid>/end/", running.end, name="end"),
]
