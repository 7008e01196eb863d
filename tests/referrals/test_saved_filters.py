"""Saved filters of the triage desk: each person has the own, and only what the desk understands."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.permissions import Role
from referrals import actions
from referrals.models import SavedFilter
from referrals.models.saved import MOST_FILTERS
from tests import factories
from tests import world as worlds

ADD = "referrals:filter-add"


@pytest.fixture
def world(db):
    return worlds.build()


@pytest.fixture
def officer(world):
    return world.people[Role.CASEWORKER]


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    SavedFilter.objects.all().delete()
    return client


def address(**asked):
    return reverse(ADD, query=asked)


def test_a_filter_is_saved_used_renamed_and_deleted(signed_in, officer, world):
    desk = signed_in.get(reverse("referrals:desk"), {"late": "yes", "page": "2", "chosen": "x"})
    save = f"{reverse(ADD)}?late=yes"
    assert save in desk.content.decode()

    done = signed_in.post(save, {"name": " Late ones "})

    saved = SavedFilter.objects.get()
    assert (saved.user, saved.name, saved.query) == (officer, "Late ones", "late=yes")
    assert done["Location"] == saved.get_absolute_url() == f"{reverse('referrals:desk')}?late=yes"
    page = signed_in.get(done["Location"]).content.decode()
    assert 'aria-current="true">Late ones</a>' in page
    listed = signed_in.get(reverse("referrals:filters")).content.decode()
    assert "Clock: Past its day" in listed
    rename = reverse("referrals:filter-rename", args=[saved.uid])
    assert 'value="Late ones"' in signed_in.get(rename).content.decode()
    signed_in.post(rename, {"name": "Overdue"})
    assert SavedFilter.objects.get().name == "Overdue"
    delete = reverse("referrals:filter-delete", args=[saved.uid])
    assert "Overdue" in signed_in.get(delete).content.decode()
    assert SavedFilter.objects.exists()
    signed_in.post(delete)
    assert not SavedFilter.objects.exists()
    assert "No filter is saved" in signed_in.get(reverse("referrals:filters")).content.decode()


def test_only_what_the_desk_understands_is_saved(signed_in, world):
    asked = address(
        status="accepted", reason="zzz", whose="999999", q=" Kim ", sort="due", next="//x", page=3
    )

    signed_in.post(asked, {"name": "Mine"})

    assert SavedFilter.objects.get().query == "status=accepted&q=Kim&sort=due"


@pytest.mark.parametrize("asked", [{}, {"sort": "nonsense"}])
def test_nothing_chosen_is_not_saved_and_the_name_stays(signed_in, asked):
    answer = signed_in.post(address(**asked), {"name": "Everything"})

    assert "Choose what to show" in answer.context["form"].errors["name"][0]
    assert 'value="Everything"' in answer.content.decode()
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Enter name of the filter"), ("x" * 51, "at most 50"), ("LATE", "another name")],
)
def test_a_name_that_does_not_do_is_refused_beside_its_box(signed_in, officer, name, words):
    factories.SavedFilterFactory(user=officer, name="Late")
    other = factories.SavedFilterFactory(user=officer, name="Other")

    for path in (address(late="yes"), reverse("referrals:filter-rename", args=[other.uid])):
        answer = signed_in.post(path, {"name": name})
        assert words in answer.context["form"].errors["name"][0]
    assert SavedFilter.objects.count() == 2


def test_there_are_so_many_filters_and_no_more(officer):
    held = SavedFilter.objects.as_user(officer).count()
    factories.SavedFilterFactory.create_batch(MOST_FILTERS - held - 1, user=officer)
    actions.save_filter(name="The last", query="late=yes", by=officer)

    with pytest.raises(ValidationError, match="Delete one first"):
        actions.save_filter(name="One more", query="late=yes", by=officer)


def test_a_filter_of_somebody_else_is_not_there(signed_in, world):
    other = factories.SavedFilterFactory(user=world.people[Role.MANAGER], name="Theirs")

    assert "Theirs" not in signed_in.get(reverse("referrals:desk")).content.decode()
    for name in ("referrals:filter-rename", "referrals:filter-delete"):
        assert signed_in.post(reverse(name, args=[other.uid]), {"name": "x"}).status_code == 404
    with pytest.raises(SavedFilter.DoesNotExist):
        actions.rename_filter(other, name="Mine", by=world.people[Role.CASEWORKER])
    actions.delete_filter(other, by=world.people[Role.CASEWORKER])
    assert SavedFilter.objects.get() == other


def test_who_does_not_decide_saves_no_filter(world):
    with pytest.raises(PermissionDenied):
        actions.save_filter(name="x", query="late=yes", by=world.people[Role.SCHOOL_LEAD])


def test_a_filter_whose_officer_left_says_so(signed_in, officer):
    saved = factories.SavedFilterFactory(user=officer, query="whose=999999&late=yes")

    assert "does not exist any more" in signed_in.get(saved.get_absolute_url()).content.decode()
    listed = signed_in.get(reverse("referrals:filters")).content.decode()
    assert "Clock: Past its day; part of it does not exist any more" in listed
