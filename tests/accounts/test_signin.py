"""The mail of a forgotten password leads to the page where a new one is chosen."""

import re

import pytest
from django.urls import reverse

from tests import factories

NEW = "a lantern on the heath"


@pytest.mark.django_db
def test_the_link_of_the_mail_leads_to_a_new_password(client, mailoutbox):
    user = factories.UserFactory(email="hana@school.example")
    client.post(reverse("account_reset_password"), {"email": user.email})
    [mail] = mailoutbox
    [link] = re.findall(r"https?://[^/]+(/\S+)", mail.body)

    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})

    user.refresh_from_db()
    assert user.check_password(NEW)
    assert "was used already" in client.get(link, follow=True).content.decode()
