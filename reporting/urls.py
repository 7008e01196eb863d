"""Addresses of pages that read across."""

from django.urls import path

from reporting.views import (
    attendance,
    costs,
    cover,
    figures,
    home,
    outreach,
    panel,
    published,
    pupil,
    statistics,
    tables,
    targets,
    trail,
    way_back,
)

app_name = "reporting"

urlpatterns = [
    path("", home.my_day, name="my-day"),
    path("my-day/calendar/<str:token>.ics", home.feed, name="feed"),
    path("settings/cover/", cover.arrange, name="cover"),
    path("search/", pupil.search, name="search"),
    path("pupils/<uuid:uid>/", pupil.pupil, name="pupil"),
    path("pupils/<uuid:uid>/chronology/", pupil.printed, name="pupil-chronology"),
    path("pupils/<uuid:uid>/referrals/", pupil.referrals, name="pupil-referrals"),
    path("pupils/<uuid:uid>/placements/", pupil.placements, name="pupil-placements"),
    path("pupils/<uuid:uid>/attendance/", attendance.attendance, name="pupil-attendance"),
    path("reintegration/<uuid:uid>/", way_back.plan, name="plan"),
    path("outreach/follow-up/<str:token>/", outreach.follow_up, name="follow-up"),
    path("outreach/schools/", outreach.schools, name="outreach-schools"),
    path("outreach/schools/<uuid:uid>/", outreach.school, name="outreach-school"),
    path("panel/<uuid:uid>/present/", panel.present, name="panel-present"),
    path("panel/<uuid:uid>/pack.pdf", panel.pack, name="panel-pack"),
    path("reporting/", figures.dashboard, name="dashboard"),
    path("reporting/measures/<slug:slug>/", figures.measure, name="measure"),
    path("reporting/measures/<slug:slug>/children/", figures.children, name="children"),
    path("reporting/published/", published.index, name="published"),
    path("reporting/published/import/", published.take_in, name="published-import"),
    path("reporting/targets/", targets.index, name="targets"),
    path("reporting/targets/<slug:slug>/", targets.detail, name="target"),
    path("reporting/targets/<slug:slug>/set/", targets.set_target, name="target-set"),
    path("reporting/targets/<int:pk>/review/", targets.review, name="target-review"),
    path("reporting/tables/", tables.index, name="tables"),
    path("reporting/tables/<int:year>/<int:month>/", tables.tables, name="tables-month"),
    path("reporting/tables/<int:year>/<int:month>/file/", tables.export, name="tables-export"),
    path("reporting/attendance/", statistics.statistics, name="statistics"),
    path("reporting/attendance/export/", statistics.export, name="statistics-file"),
    path("reporting/costs/", costs.costs, name="costs"),
    path("who-looked/", trail.who_looked, name="who-looked"),
]
