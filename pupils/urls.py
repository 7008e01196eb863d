"""Addresses of pages that change a child's record."""

from django.urls import path

from pupils import views

app_name = "pupils"

urlpatterns = [
    path("new/", views.add, name="add"),
    path("<uuid:uid>/change/", views.change, name="change"),
    path("<uuid:uid>/contacts/new/", views.add_contact, name="contact-add"),
    path("<uuid:uid>/plan/", views.record_plan, name="plan-record"),
]
