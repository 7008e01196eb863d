"""Mail that says what to do and where, and names no child."""

from collections.abc import Iterable
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import send_mail


def tell_people(subject: str, words: str, to: Iterable[str], *, page: str) -> None:
    """Mail each of these addresses a few words and the link of a page, which asks to sign in."""
    message = (
        f"{words}\n\nSign in to {settings.SERVICE_NAME} to read it:\n"
        f"{urljoin(settings.SERVICE_URL, page)}\n\n"
        "This message holds no child's details on purpose."
    )
    for address in to:
        send_mail(subject, message, None, [address])
