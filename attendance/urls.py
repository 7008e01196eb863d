"""Addresses of registers."""

from django.urls import path

from attendance import views

app_name = "attendance"

urlpatterns = [
    path("", views.today, name="today"),
    path(
        "registers/<uuid:provider>/<str:on>/<str:half>/",
        views.register,
        name="register",
    ),
    path(
        "changes/<uuid:placement>/<str:on>/<str:half>/",
        views.amendments,
        name="amendments",
    ),
]
