"""The settings with everything slow or outward made quick and inward."""

import os
import re
import tempfile
from pathlib import Path

from tests import servers

os.environ.update(
    SECRET_KEY="a-key-that-protects-nothing",
    DEBUG="0",
    DEMO="0",
    HTTPS="0",
    COUNCIL_NAME="Hammersmith & Fulham",
    SMALLEST_COHORT="10",
)
servers.start_missing()

from apsystem.settings import *  # noqa: E402, F403 - the servers come first
from apsystem.settings import CACHES, DATABASES, STORAGES  # noqa: E402

RUN = os.environ[servers.RUN]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

# Two runs may share a server that the environment names; pytest-django adds the worker's name.
DATABASES["default"]["ENGINE"] = "tests.postgres"
DATABASES["default"]["TEST"] = {"NAME": f"test_alternative_provision_{RUN}"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
CACHES["default"]["KEY_PREFIX"] = f"ap-tests-{RUN}-{WORKER}"
# A database in the address would go before the worker's own, and one would clear another's.
CACHES["default"]["LOCATION"] = re.sub(r"^(redis://.*)/\d+$", r"\1", CACHES["default"]["LOCATION"])
CACHES["default"]["OPTIONS"] = {"db": int(WORKER.removeprefix("gw") or 0) % 8}

DOCUMENTS_ROOT = str(Path(tempfile.gettempdir()) / f"ap-tests-{RUN}-documents")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_AUTOREFRESH = True

# Refusals and missing pages are what many tests ask for; pytest shows the log of a failure anyway.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"django.request": {"level": "CRITICAL"}, "django.security": {"level": "CRITICAL"}},
}
