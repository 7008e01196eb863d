"""The settings as they are in use, but for what would need a build or an address first."""

from apsystem.settings import *  # noqa: F403
from apsystem.settings import ALLOWED_HOSTS, STORAGES

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
# Names without a hash of the content: the manifest is only there after collectstatic.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
