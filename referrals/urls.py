"""Addresses of referrals."""

from django.urls import path

from referrals import views

app_name = "referrals"

urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.choose, name="choose"),
    path("new/<uuid:pupil>/", views.make, name="make"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/change/", views.change, name="change"),
    path("<uuid:uid>/submit/", views.submit, name="submit"),
    path("<uuid:uid>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:uid>/decide/", views.decide, name="decide"),
]
