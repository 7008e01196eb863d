"""What people set for themselves, and who stands in for whom."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Cover, Digest, Feed, Membership, User
from accounts.models.personal import hash_of
from accounts.permissions import Permission


@transaction.atomic
def make_feed(*, by: User) -> str:
    """Make the secret of a person's calendar feed, in place of any before. It is told only now."""
    User.objects.select_for_update().get(pk=by.pk)
    revoke_feed(by=by)
    token = Feed.new_token()
    Feed.objects.create(user=by, token_hash=hash_of(token))
    return token


def revoke_feed(*, by: User) -> bool:
    """Take the address of a person's feed back. Tell whether there was one."""
    return bool(Feed.objects.as_user(by).valid().update(revoked_at=timezone.now()))


@transaction.atomic
def set_digest(digest: Digest, *, by: User) -> Digest:
    """Choose when a summary comes. Who turns it on is told of what happens from now on."""
    digest.user = by
    before = Digest.objects.select_for_update().filter(user=by).first()
    if before is not None:
        digest.pk, digest._state.adding = before.pk, False
        digest.told_until, digest.last_on = before.told_until, before.last_on
    if before is None or before.hour is None:
        digest.told_until = timezone.now()
    digest.full_clean()
    digest.save()
    return digest


def check_cover(cover: Cover, *, by: User) -> None:
    """Refuse a cover that may not be. Raise PermissionDenied or ValidationError.

    Fill in the role that both hold, and who chose.
    """
    places = by.organisations_with(Permission.COVER_ARRANGE)
    if cover.person_id != by.pk and cover.organisation_id not in places:
        raise PermissionDenied("this asks for cover.arrange there")
    cover.made_by = by
    if cover.ends_on <= localdate():
        raise ValidationError({"last_day": "The last day is over."})
    cover.role = _shared_role(cover)
    cover.full_clean()
    _refuse_chains(cover)


@transaction.atomic
def arrange_cover(cover: Cover, *, by: User) -> Cover:
    """Let a colleague see a person's work for some days. Nothing is assigned anew."""
    people = User.objects.select_for_update().order_by("pk")
    list(people.filter(pk__in=[cover.person_id, cover.colleague_id]))  # two at once make no chain
    check_cover(cover, by=by)
    cover.save()
    return cover


@transaction.atomic
def end_cover(cover: Cover, *, by: User) -> None:
    """End a cover before its time: from today on. One that has not begun leaves only its history."""
    places = by.organisations_with(Permission.COVER_ARRANGE)
    row = Cover.objects.as_user(by).select_for_update(of=("self",)).get(pk=cover.pk)
    if by.pk not in {row.person_id, row.colleague_id} and row.organisation_id not in places:
        raise PermissionDenied("this asks for cover.arrange there")
    today = localdate()
    if row.starts_on >= today:
        row.delete()
    elif row.ends_on > today:
        row.ends_on = today
        row.save(update_fields=["ends_on"])


def _shared_role(cover: Cover) -> str:
    """Return a role that both hold there; the colleague's must last for the whole time."""
    held = Membership.objects.in_force(max(cover.starts_on, localdate()))
    held = held.filter(organisation=cover.organisation_id)
    theirs = set(held.filter(user=cover.person_id).values_list("role", flat=True))
    lasting = held.not_over(cover.last_day).filter(
        user=cover.colleague_id, user__is_active=True, role__in=theirs
    )
    role = lasting.order_by("role").values_list("role", flat=True).first()
    if role is None:
        raise ValidationError(
            {
                "colleague": "Choose a colleague who has the same role in this organisation for "
                "the whole time."
            }
        )
    return role


def _refuse_chains(cover: Cover) -> None:
    then = Cover.objects.overlapping(cover.starts_on, cover.ends_on).exclude(pk=cover.pk)
    if away := then.filter(person=cover.colleague_id).select_related("colleague").first():
        raise ValidationError(
            {
                "colleague": f"{cover.colleague} is covered by {away.colleague} from {away.period}. "
                "Choose somebody who is there."
            }
        )
    if taken := then.filter(colleague=cover.person_id).select_related("person").first():
        raise ValidationError(
            {
                "starts_on": f"{cover.person} covers for {taken.person} from {taken.period}. "
                "Choose somebody else for that first."
            }
        )
