"""The URL map of the service, with views that fail: of themselves, and with their database."""

from django.db import connection, transaction
from django.urls import path

from accounts.access import open_to_all
from apsystem import urls

handler400, handler500 = urls.handler400, urls.handler500


@open_to_all
def fails(request):
    raise ZeroDivisionError


@open_to_all
def takes_too_long(request):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        cursor.execute("SELECT pg_sleep(1)")


@open_to_all
def is_cut_off(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


urlpatterns = [
    *urls.urlpatterns,
    path("fails/", fails),
    path("takes-too-long/", takes_too_long),
    path("is-cut-off/", is_cut_off),
]
