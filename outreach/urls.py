"""Addresses of outreach. Pages that read attendance too are reporting's."""

from django.urls import path

from outreach.views import asking, log, support

app_name = "outreach"

urlpatterns = [
    path("", support.index, name="list"),
    path("start/", support.start, name="start"),
    path("pupils/<uuid:uid>/", support.of_pupil, name="of-pupil"),
    path("log/", log.index, name="log"),
    path("log/new/", log.add, name="log-add"),
    path("log/<uuid:uid>/", log.outcome, name="log-outcome"),
    path("log/<uuid:uid>/correct/", log.correct, name="log-correct"),
    path("bought/", log.balances, name="balances"),
    path("bought/new/", log.buy, name="buy"),
    path("follow-ups/", asking.follow_ups, name="follow-ups"),
    path("follow-ups/<uuid:uid>/ask/", asking.ask_again, name="ask-again"),
    path("evaluations/", asking.evaluations, name="evaluations"),
    path("evaluation/<str:token>/", asking.evaluation, name="evaluation"),
    path("<uuid:uid>/", support.detail, name="support"),
    path("<uuid:uid>/open/", support.open_support, name="open"),
    path("<uuid:uid>/change/", support.change, name="change"),
    path("<uuid:uid>/close/", support.close, name="close"),
    path("<uuid:uid>/cancel/", support.cancel, name="cancel"),
    path("<uuid:uid>/cycles/new/", support.begin_cycle, name="cycle-begin"),
    path("<uuid:uid>/cycles/<int:number>/review/", support.review_cycle, name="cycle-review"),
]
