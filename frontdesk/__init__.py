"""Frontdesk: the front desks of a chain of beauty clinics."""

from frontdesk.celery import app as celery_app

__all__ = ["celery_app"]
