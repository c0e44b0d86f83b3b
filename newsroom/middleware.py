"""What every answer carries and what every request must pass: the content policy and the sign-in."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse


class ContentSecurityPolicy:
    """Forbids inline script and style and everything that is not served by the archive itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        return response


class SignInRequired(LoginRequiredMiddleware):
    """Asks for a sign-in everywhere but at views that say otherwise; a public archive lets anyone read.

    A public archive opens only views that are marked with `public_view`, and only for reading; what such a reader may
    see of a text is decided by `visible_to` and the outlet's licence, not here.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: list[Any], view_kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if settings.ARCHIVE_PUBLIC and getattr(view_func, "public", False) and request.method in {"GET", "HEAD"}:
            return None
        answer: HttpResponse | None = super().process_view(request, view_func, view_args, view_kwargs)
        return answer
