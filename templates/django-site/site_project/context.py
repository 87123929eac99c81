"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def site(_: HttpRequest) -> dict[str, str]:
    return {"site_title": settings.SITE_TITLE}
