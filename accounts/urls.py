"""Addresses of the actors' own pages."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("switch/", views.switch, name="switch"),
]
