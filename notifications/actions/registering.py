"""Templates the provider must know before WhatsApp takes a message outside the 24 hours."""

import logging

from django.db.models import F, Q

from notifications.models import Template
from notifications.providers import twilio
from notifications.wording import numbered

logger = logging.getLogger(__name__)


def register_templates() -> int:
    """Register each text that the provider does not know yet as it stands; say how many were."""
    done = 0
    for template in Template.objects.filter(Q(content_sid="") | ~Q(body=F("registered_body"))):
        body = template.body
        try:
            sid = twilio.register_content(
                name=template.key,
                body=numbered(body, template.variables),
                samples={str(n): name for n, name in enumerate(template.variables, 1)},
            )
        except (twilio.LookUpFailed, ValueError) as problem:
            logger.warning("Template %s could not be registered: %s", template.key, problem)
            continue
        Template.objects.filter(pk=template.pk).update(content_sid=sid, registered_body=body)
        done += 1
    return done
