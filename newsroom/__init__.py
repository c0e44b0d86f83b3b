"""Configuration only: settings, addresses, Celery and the embedded services. The archive itself never imports it."""

from newsroom.celery import app as celery_app

__all__ = ["celery_app"]
