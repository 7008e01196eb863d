"""Addresses of placements."""

from django.urls import path

from placements.views import (
    assessments,
    following,
    instruments,
    places,
    rates,
    rules,
    running,
)

app_name = "placements"

urlpatterns = [
    path("", following.index, name="list"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<int:tier>/change/", rules.change_rule, name="rule-change"),
    path("assessments/<uuid:uid>/", assessments.assessments, name="assessments"),
    path("assessments/<uuid:uid>/new/<int:instrument>/", assessments.assess, name="assess"),
    path("scores/<uuid:uid>/amend/", assessments.amend, name="scores-amend"),
    path("scores/<uuid:uid>/take-back/", assessments.take_back, name="scores-take-back"),
    path("instruments/", instruments.instruments, name="instruments"),
    path("instruments/new/", instruments.add, name="instrument-add"),
    path("instruments/<int:pk>/change/", instruments.change, name="instrument-change"),
    path("instruments/<int:pk>/scales/new/", instruments.add_scale, name="scale-add"),
    path(
        "instruments/<int:pk>/bands/<str:informant>/source/",
        instruments.confirm,
        name="bands-confirm",
    ),
    path("scales/<int:pk>/change/", instruments.change_scale, name="scale-change"),
    path("scales/<int:pk>/bands/<str:informant>/", instruments.bands, name="bands"),
    path("places/", places.board, name="places"),
    path("places/<uuid:provider>/<int:half_term>/", places.cell, name="places-cell"),
    path("places/commission/", places.commission, name="commission"),
    path("places/close/", places.close_to_new, name="close-to-new"),
    path("places/open/<int:pk>/", places.open_to_new, name="open-to-new"),
    path("places/hold/<uuid:referral>/", places.hold, name="hold"),
    path("places/release/<int:pk>/", places.release, name="release"),
    path("rates/", rates.index, name="rates"),
    path("rates/add/", rates.add, name="rate-add"),
    path("new/<uuid:referral>/", running.open_from, name="open"),
    path("<uuid:uid>/", following.detail, name="detail"),
    path("<uuid:uid>/accept/", running.accept, name="accept"),
    path("<uuid:uid>/decline/", running.decline, name="decline"),
    path("<uuid:uid>/cancel/", running.cancel, name="cancel"),
    path("<uuid:uid>/rate/", rates.choose, name="rate"),
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
