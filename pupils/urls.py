"""Addresses of pages that change a child's record."""

from django.urls import path

from pupils.views import letters, record

app_name = "pupils"

urlpatterns = [
    path("new/", record.add, name="add"),
    path("<uuid:uid>/change/", record.change, name="change"),
    path("<uuid:uid>/contacts/new/", record.add_contact, name="contact-add"),
    path("<uuid:uid>/plan/", record.record_plan, name="plan-record"),
    path("<uuid:uid>/plan/end/", record.end_plan, name="plan-end"),
    path("<uuid:uid>/care/new/", record.add_care, name="care-add"),
    path("<uuid:uid>/care/<int:pk>/end/", record.end_care, name="care-end"),
    path("<uuid:uid>/rolls/new/", record.move, name="roll-add"),
    path("<uuid:uid>/rolls/<int:pk>/end/", record.end_enrolment, name="roll-end"),
    path("<uuid:uid>/letters/", letters.of_pupil, name="letters"),
    path("letters/", letters.index, name="letter-list"),
    path("letters/new/<slug:kind>/<uuid:case>/", letters.draft, name="letter-draft"),
    path("letters/<uuid:uid>/", letters.detail, name="letter"),
    path("letters/<uuid:uid>/change/", letters.change, name="letter-change"),
    path("letters/<uuid:uid>/letter.pdf", letters.pdf, name="letter-pdf"),
    path("letters/<uuid:uid>/approve/", letters.approve, name="letter-approve"),
    path("letters/<uuid:uid>/issue/", letters.issue, name="letter-issue"),
    path("letters/<uuid:uid>/revise/", letters.revise, name="letter-revise"),
    path("letters/<uuid:uid>/withdraw/", letters.withdraw, name="letter-withdraw"),
]
