"""The health address: says whether the archive can answer, to machines, without a sign-in."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis import Redis, RedisError


@never_cache
@login_not_required
def health(_request: HttpRequest) -> JsonResponse:
    """Return {"status": "ok"} with 200, or what does not answer with 503; nothing about the archive's content."""
    failing = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        failing.append("database")
    try:
        with Redis.from_url(settings.CACHES["default"]["LOCATION"], socket_timeout=2) as broker:
            broker.ping()
    except (RedisError, OSError):
        failing.append("broker")
    answer = {"status": "failing" if failing else "ok"} | ({"failing": failing} if failing else {})
    return JsonResponse(answer, status=503 if failing else 200)
