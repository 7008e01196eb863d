"""Addresses of pages that change a child's record."""

from django.urls import path

from pupils.views import exclusions, letters, record, suspensions, totals

app_name = "pupils"

urlpatterns = [
    path("new/", record.add, name="add"),
    path("<uuid:uid>/change/", record.change, name="change"),
    path("<uuid:uid>/contacts/new/", record.add_contact, name="contact-add"),
    path("<uuid:uid>/contacts/<int:pk>/change/", record.change_contact, name="contact-change"),
    path("<uuid:uid>/plan/", record.record_plan, name="plan-record"),
    path("<uuid:uid>/plan/end/", record.end_plan, name="plan-end"),
    path("<uuid:uid>/care/new/", record.add_care, name="care-add"),
    path("<uuid:uid>/care/<int:pk>/end/", record.end_care, name="care-end"),
    path("<uuid:uid>/rolls/new/", record.move, name="roll-add"),
    path("<uuid:uid>/rolls/<int:pk>/end/", record.end_enrolment, name="roll-end"),
    path("<uuid:uid>/rolls/<int:pk>/destination/", record.destination, name="roll-destination"),
    path("leavers/", record.leavers, name="leavers"),
    path("<uuid:uid>/suspensions/", suspensions.of_pupil, name="pupil-suspensions"),
    path("<uuid:uid>/suspensions/new/", suspensions.add, name="suspend"),
    path("suspensions/", suspensions.index, name="suspensions"),
    path("suspensions/file/", totals.take_in, name="suspensions-file"),
    path("suspensions/reasons/", totals.reasons, name="reasons"),
    path("suspensions/reasons/<slug:code>/", totals.change_reason, name="reason-change"),
    path("suspensions/<uuid:uid>/", suspensions.detail, name="suspension"),
    path("suspensions/<uuid:uid>/change/", suspensions.change, name="suspension-change"),
    path("suspensions/<uuid:uid>/follow/", suspensions.follow, name="suspension-follow"),
    path("suspensions/<uuid:uid>/cancel/", suspensions.cancel, name="suspension-cancel"),
    path("<uuid:uid>/exclusions/new/", exclusions.add, name="exclude"),
    path("exclusions/", exclusions.index, name="exclusions"),
    path("exclusions/<uuid:uid>/", exclusions.detail, name="exclusion"),
    path("exclusions/<uuid:uid>/change/", exclusions.change, name="exclusion-change"),
    path("exclusions/<uuid:uid>/follow/", exclusions.follow, name="exclusion-follow"),
    path("exclusions/<uuid:uid>/withdraw/", exclusions.withdraw, name="exclusion-withdraw"),
    path("headcounts/", totals.headcounts, name="headcounts"),
    path("headcounts/new/", totals.add_headcount, name="headcount-add"),
    path("headcounts/<int:pk>/change/", totals.change_headcount, name="headcount-change"),
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
