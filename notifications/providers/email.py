"""E-mail through Django's own back end: a clinic's mail server, or the console while developing."""

import logging
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.providers.codes import ErrorClass
from notifications.providers.outcome import Outcome, Outgoing
from notifications.states import ProviderStatus

logger = logging.getLogger(__name__)

# SMTP's own answers begin here when they are for good; 4xx means "later".
FOR_GOOD = 500


def is_configured() -> bool:
    return bool(settings.EMAIL_FROM)


def send(message: Outgoing) -> Outcome:
    """Hand one message to the mail server. Whatever happens comes back as an outcome."""
    sid = message_id(message)
    connection = get_connection(fail_silently=False)
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as refused:
        return Outcome(ErrorClass.ACCOUNT, code=str(refused.smtp_code))
    except (OSError, smtplib.SMTPException):
        # Nothing has been said to it yet.
        return Outcome(ErrorClass.SAFE)
    try:
        with translation.override("id"):
            subject = _("Pesan dari %(clinic)s") % {"clinic": settings.CLINIC_NAME}
        mail = EmailMessage(
            subject,
            message.body,
            message.sender,
            [message.to],
            headers={"Message-ID": sid},
            connection=connection,
        )
        mail.send()
    except smtplib.SMTPResponseException as refused:
        return _refused(refused.smtp_code)
    except smtplib.SMTPRecipientsRefused as refused:
        return _refused(max(code for code, _words in refused.recipients.values()))
    except Exception as broken:
        logger.warning("The mail server's answer is unclear: %s", type(broken).__name__)
        return Outcome(ErrorClass.UNKNOWN)
    finally:
        connection.close()
    return Outcome(None, sid=sid, status=ProviderStatus.SENT)


def message_id(message: Outgoing) -> str:
    """Our own id stands in it: the same message sent twice is one to a mail program."""
    address = urlsplit(message.callback)
    own = address.path.rstrip("/").rsplit("/", 1)[-1]
    return f"<{own}@{address.hostname or 'localhost'}>"


def _refused(code: int) -> Outcome:
    if code < FOR_GOOD:
        return Outcome(ErrorClass.SAFE, code=str(code))
    return Outcome(ErrorClass.REVIEW, code=str(code))
