"""A URL map with a view whose author forgot to name a permission."""

from django.http import HttpResponse
from django.urls import path


def forgotten(request):
    return HttpResponse("anybody may read this")


urlpatterns = [path("forgotten/", forgotten)]
