"""Addresses of pages that change a child's record."""

from django.urls import path

from pupils import views

app_name = "pupils"

urlpatterns = [
    path("new/", views.add, name="add"),
    path("<uuid:uid>/change/", views.change, name="change"),
    path("<uuid:uid>/contacts/new/", views.add_contact, name="contact-add"),
    path("<uuid:uid>/plan/", views.record_plan, name="plan-record"),
    path("<uuid:uid>/plan/end/", views.end_plan, name="plan-end"),
    path("<uuid:uid>/care/new/", views.add_care, name="care-add"),
    path("<uuid:uid>/care/<int:pk>/end/", views.end_care, name="care-end"),
    path("<uuid:uid>/rolls/new/", views.move, name="roll-add"),
    path("<uuid:uid>/rolls/<int:pk>/end/", views.end_enrolment, name="roll-end"),
]
