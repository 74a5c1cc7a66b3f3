"""Django in one file behind gunicorn: exempt from CSRF, POST only, everything else as Django answers it."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from events import apply, ledger
from signature import is_genuine

settings.configure(
    ALLOWED_HOSTS=["shop.example", "books.shop.example"],
    SECRET_KEY=os.urandom(32).hex(),
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    if not is_genuine(request.body, request.headers.get("X-TIMESTAMP", ""), request.headers.get("X-SIGNATURE", "")):
        return HttpResponse(status=401)
    if not apply(request.body):
        return HttpResponse(status=400)
    return HttpResponse(status=200)


def books(request: HttpRequest, order: str) -> JsonResponse:
    return JsonResponse(ledger(order))


urlpatterns = [path("api/webhooks/kwikpaisa", webhook), path("ledger/<str:order>", books)]
app = get_wsgi_application()
