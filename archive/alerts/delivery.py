"""Sends what saved searches found: on the site always, by e-mail and to a chat webhook where and as often as wanted.

The promise: what was sent is noted only after it went out, so a dead worker costs at most one message twice, never one
lost; what the owner may no longer see is not sent; a webhook can't reach into the archive's own network.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import socket
import urllib.request
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _

from archive.models import Alert, Article, SavedSearch

log = logging.getLogger(__name__)

TIMEOUT = 10
MOST_LINES = 50
PAUSES = {
    SavedSearch.Often.AT_ONCE: timedelta(0),
    SavedSearch.Often.DAILY: timedelta(days=1),
    SavedSearch.Often.WEEKLY: timedelta(days=7),
}


def send_due(now: datetime) -> int:
    """Send what is due at that moment; returns how many searches told something. A failure is tried again later."""
    told = 0
    waiting = SavedSearch.objects.filter(alerts__sent_at=None, often__in=PAUSES).distinct().order_by("pk")
    for search_id in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            search = (
                SavedSearch.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("owner")
                .filter(pk=search_id)
                .first()
            )
            if search is None or not is_due(search, now):
                continue
            told += _send(search, now)
    return told


def is_due(search: SavedSearch, now: datetime) -> bool:
    """Say whether a search may speak again."""
    return search.told_at is None or now - search.told_at >= PAUSES[search.often]


def _send(search: SavedSearch, now: datetime) -> int:
    alerts = list(
        search.alerts.filter(sent_at=None).select_related("version", "article__outlet").order_by("created_at")
    )
    seen = Article.objects.visible_to(search.owner, now).filter(pk__in=[a.article_id for a in alerts])
    visible = set(seen.values_list("pk", flat=True))
    shown = [alert for alert in alerts if alert.article_id in visible]
    try:
        if shown and search.by_mail and search.owner.email:
            subject = _("%(name)s: %(count)s found") % {"name": search.name, "count": len(shown)}
            send_mail(subject, text_of(search, shown), None, [search.owner.email])
        if shown and search.webhook:
            post(search.webhook, {"text": text_of(search, shown)})
    except (OSError, ValueError) as error:
        log.warning("An alert of saved search %s could not be sent: %s", search.pk, error)
        SavedSearch.objects.filter(pk=search.pk).update(last_error=str(error)[:1000])
        return 0
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(sent_at=now)
    SavedSearch.objects.filter(pk=search.pk).update(told_at=now, last_error="")
    return 1 if shown else 0


def text_of(search: SavedSearch, alerts: Sequence[Alert]) -> str:
    """Return the message: one line an article, then where the search is."""
    lines = [_line(alert) for alert in alerts[:MOST_LINES]]
    if len(alerts) > MOST_LINES:
        lines.append(_("… and %(count)s more") % {"count": len(alerts) - MOST_LINES})
    return "\n\n".join([*lines, f"{search.name}: {settings.SITE_URL}{search.get_absolute_url()}"])


def _line(alert: Alert) -> str:
    notes = alert.article.legal_notes.filter(lifted_at=None).order_by("id").values_list("text", flat=True)
    warned = "".join(f"\n! {text}" for text in notes)
    said = f"{alert.get_event_display()}: {alert.version.headline} ({alert.article.outlet.name})"
    return f"{said}{warned}\n{settings.SITE_URL}{alert.article.get_absolute_url()}"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


def post(address: str, message: dict) -> None:
    """Post a message as JSON; raises ValueError for an address that is not a public one, OSError when it fails."""
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"{address} is no web address.")
    if not settings.FETCH_PRIVATE_ADDRESSES:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        for *_rest, at in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM):
            if not ipaddress.ip_address(at[0]).is_global:
                raise ValueError(f"{parts.hostname} is an address within the network; alerts go to public ones only.")
    request = urllib.request.Request(
        address, json.dumps(message).encode(), {"Content-Type": "application/json", "User-Agent": "NewsroomArchive"}
    )
    with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT):
        pass
