"""What the provider signs and brings: statuses, and what customers write."""

import logging
import re
import uuid
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from psycopg_pool import PoolTimeout
from twilio.request_validator import RequestValidator, get_signature_algorithm

from frontdesk.numbers import whole_number
from frontdesk.staff.access import public
from notifications import actions, failpoints
from notifications.providers.media import MOST_LISTED, Attachment

logger = logging.getLogger(__name__)

SIGNATURE = "X-Twilio-Signature"
SIGNATURE_SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
SECONDS_UNTIL_RETRY = "5"
MOST_MEDIA = 99
MEDIA_SID = re.compile(r"/Media/(ME[0-9a-f]{32})$")
Webhook = Callable[..., None]


def provider_webhook(receive: Webhook) -> Callable[..., HttpResponse]:
    """Let in what the provider signed, and have it come again while the database is away."""

    @csrf_exempt
    @require_POST
    @wraps(receive)
    def guarded(request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not _is_signed(request):
            return HttpResponse(status=403)
        failpoints.reach("before_hearing")
        try:
            receive(request, **kwargs)
        except (InterfaceError, OperationalError, PoolTimeout):
            return HttpResponse(status=503, headers={"Retry-After": SECONDS_UNTIL_RETRY})
        except DataError:
            logger.error("A signed webhook holds what cannot be kept")
            return HttpResponse(status=400)
        failpoints.reach("after_hearing")
        return HttpResponse(status=204)

    return guarded


def _is_signed(request: HttpRequest) -> bool:
    """Over the address the provider was given: behind a proxy ours looks different."""
    if not settings.TWILIO_AUTH_TOKEN:
        return False
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    is_valid: bool = validator.validate(
        settings.PUBLIC_BASE_URL + request.get_full_path(),
        request.POST,
        request.headers.get(SIGNATURE, ""),
        algorithm=get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS, "")),
    )
    return is_valid


@public(reason="the provider signs each status it sends")
@provider_webhook
def status_callback(request: HttpRequest, *, public_id: uuid.UUID) -> None:
    actions.apply_status(
        public_id,
        sid=request.POST.get("MessageSid", ""),
        status=request.POST.get("MessageStatus", ""),
        error_code=request.POST.get("ErrorCode", ""),
        at=timezone.now(),
    )


@public(reason="the provider signs each message that it passes on")
@provider_webhook
def inbound(request: HttpRequest) -> None:
    heard = actions.Heard(
        sid=request.POST.get("MessageSid", ""),
        sender=request.POST.get("From", ""),
        to=request.POST.get("To", ""),
        body=request.POST.get("Body", ""),
        profile_name=request.POST.get("ProfileName", ""),
        media_count=_media_count(request.POST),
        attachments=_attachments(request.POST),
    )
    if heard.sid and heard.sender:
        actions.receive_inbound(heard, at=timezone.now())


def _media_count(told: QueryDict) -> int:
    return min(whole_number(told.get("NumMedia", "")) or 0, MOST_MEDIA)


def _attachments(told: QueryDict) -> tuple[Attachment, ...]:
    """Only its own id is taken from an address that somebody sends us."""
    found = []
    for number in range(min(_media_count(told), MOST_LISTED)):
        sid = MEDIA_SID.search(told.get(f"MediaUrl{number}", ""))
        kind = told.get(f"MediaContentType{number}", "").replace("\0", "")
        found.append(Attachment(sid[1] if sid else "", kind))
    return tuple(found)
