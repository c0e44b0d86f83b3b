"""The Celery application: queues, routes and the beat of what runs by the clock."""

import gc
import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
# Tasks come as JSON from a broker that only this machine's user can reach, so running as root adds no way in.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("archive")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def attach(**_kwargs: Any) -> None:
    """Start the embedded services for a worker or a beat that was started on its own."""
    from django.conf import settings

    from newsroom.embedded import services

    if settings.EMBEDDED_BROKER:
        services().attach()


@worker_process_init.connect
def settle(**_kwargs: Any) -> None:
    """Leave what is loaded by now, which is never garbage, out of every search for garbage: work that makes many values
    at a time, as placing articles does, spends a fifteenth of its time on it else."""
    gc.collect()
    gc.freeze()
