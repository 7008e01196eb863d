"""Addresses of placements."""

from django.urls import path

from placements import views

app_name = "placements"

urlpatterns = [
    path("", views.index, name="list"),
    path("rules/", views.rules, name="rules"),
    path("rules/<int:tier>/change/", views.change_rule, name="rule-change"),
    path("new/<uuid:referral>/", views.open_from, name="open"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/end/", views.end, name="end"),
]
