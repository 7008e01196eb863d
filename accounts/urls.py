"""Addresses of the actors' own pages."""

from django.urls import path

from accounts.views import acting, clocks, keys, people, personal

app_name = "accounts"

urlpatterns = [
    path("switch/", acting.switch, name="switch"),
    path("stay/", acting.stay, name="stay"),
    path("settings/", personal.index, name="settings"),
    path("settings/calendar/", personal.make_feed, name="feed-make"),
    path("settings/calendar/revoke/", personal.revoke_feed, name="feed-revoke"),
    path("settings/mail/", personal.digest, name="digest"),
    path("settings/cover/<int:pk>/end/", personal.end_cover, name="cover-end"),
    path("calendar/clocks/", clocks.index, name="clocks"),
    path("calendar/clocks/<slug:kind>/change/", clocks.change, name="clock-change"),
    path("keys/", keys.index, name="keys"),
    path("keys/new/", keys.add, name="key-add"),
    path("keys/<int:pk>/revoke/", keys.revoke, name="key-revoke"),
    path("people/", people.index, name="people"),
    path("people/new/", people.add, name="person-add"),
    path("people/<uuid:uid>/", people.detail, name="person"),
    path("people/<uuid:uid>/roles/new/", people.add_role, name="role-add"),
    path("people/<uuid:uid>/roles/<int:pk>/end/", people.end_role, name="role-end"),
    path("people/<uuid:uid>/link/", people.send_link, name="link-send"),
    path("people/<uuid:uid>/account/", people.change_account, name="account-change"),
]
