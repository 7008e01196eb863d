"""Addresses of referrals."""

from django.urls import path

from referrals.views import desk, following, saved, writing

app_name = "referrals"

urlpatterns = [
    path("", following.index, name="list"),
    path("new/", writing.choose, name="choose"),
    path("desk/", desk.desk, name="desk"),
    path("desk/assign/", desk.assign, name="assign"),
    path("desk/filters/", saved.index, name="filters"),
    path("desk/filters/new/", saved.add, name="filter-add"),
    path("desk/filters/<uuid:uid>/rename/", saved.rename, name="filter-rename"),
    path("desk/filters/<uuid:uid>/delete/", saved.delete, name="filter-delete"),
    path("documents/<uuid:uid>/", writing.document, name="document"),
    path("documents/<uuid:uid>/remove/", writing.detach, name="detach"),
    path("<uuid:uid>/", following.detail, name="detail"),
    path("<uuid:uid>/answers/<slug:part>/", writing.section, name="section"),
    path("<uuid:uid>/documents/", writing.documents, name="documents"),
    path("<uuid:uid>/hand-over/", writing.hand_over, name="hand-over"),
    path("<uuid:uid>/check/", writing.check, name="check"),
    path("<uuid:uid>/receipt/", writing.receipt, name="receipt"),
    path("<uuid:uid>/add/", following.add, name="add"),
    path("<uuid:uid>/amend/<slug:name>/", following.amend, name="amend"),
    path("<uuid:uid>/answer/", following.answer, name="answer"),
    path("<uuid:uid>/withdraw/", following.withdraw, name="withdraw"),
    path("<uuid:uid>/decide/", desk.decide, name="decide"),
    path("<uuid:uid>/ask/", desk.ask, name="ask"),
    path("<uuid:uid>/undo/", desk.undo, name="undo"),
]
