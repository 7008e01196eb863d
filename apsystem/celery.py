"""The Celery app, and the timetable of the work that the clock starts."""

import os
from datetime import timedelta

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apsystem.settings")

app = Celery("apsystem", task_cls="accounts.work:Task")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = {
    "beat the heart": {
        "task": "accounts.tasks.beat",
        "schedule": timedelta(seconds=10),
    },
    "send what is undone": {
        "task": "accounts.tasks.sweep",
        "schedule": timedelta(seconds=10),
    },
    "clear away what is over": {
        "task": "accounts.tasks.clear_away",
        "schedule": crontab(hour=3, minute=15),
    },
    "compare the weekly totals with the marks": {
        "task": "attendance.nightly.verify_totals",
        "schedule": crontab(hour=0, minute=45),
    },
    "keep part-time timetables": {
        "task": "attendance.nightly.keep_timetables",
        "schedule": crontab(hour=0, minute=30),
    },
    "ask schools what became of pupils": {
        "task": "outreach.nightly.ask_schools",
        "schedule": crontab(hour=7, minute=0),
    },
    "forget what devices sent": {
        "task": "attendance.nightly.forget_deliveries",
        "schedule": crontab(hour=3, minute=20),
    },
    "clear uploads that nobody confirmed": {
        "task": "attendance.nightly.clear_uploads",
        "schedule": crontab(hour=3, minute=45),
    },
    "follow the absence of the morning": {
        "task": "attendance.nightly.follow_absence",
        "schedule": crontab(minute="*/5", hour="8-17", day_of_week="mon-fri"),
    },
    "propose plans that stall": {
        "task": "reintegration.nightly.propose_stalled_plans",
        "schedule": crontab(hour=2, minute=15),
    },
    "set the sessions of weeks of return": {
        "task": "reintegration.nightly.keep_registers",
        "schedule": crontab(hour=1, minute=45),
    },
    "compute the figures": {
        "task": "reporting.nightly.compute_figures",
        "schedule": crontab(hour=2, minute=0),
    },
    "keep the rows behind the figures": {
        "task": "reporting.nightly.keep_rows",
        "schedule": crontab(hour=2, minute=30),
    },
    "publish the tables of the month": {
        "task": "reporting.nightly.publish_tables",
        "schedule": crontab(hour=2, minute=45),
    },
    "send the summaries": {
        "task": "reporting.nightly.send_digests",
        "schedule": crontab(minute=0),
    },
}
