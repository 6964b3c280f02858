"""Templates: their versions, and making each known to the provider."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max

from frontdesk.staff.models import Staff
from notifications.actions.stopping import begin_anew
from notifications.models import Template, TemplateVersion
from notifications.providers import twilio
from notifications.wording import VARIABLE, numbered

logger = logging.getLogger(__name__)


@transaction.atomic
def write_version(
    template: Template, *, body: str, sms_body: str = "", by: Staff | None, at: datetime
) -> TemplateVersion:
    """Give a template new words; messages that have left keep the old ones."""
    template = Template.objects.select_for_update().get(pk=template.pk)
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    version = TemplateVersion.objects.create(
        template=template,
        number=last + 1,
        body=body,
        sms_body=sms_body,
        variables=list(dict.fromkeys(VARIABLE.findall(body))),
        by=by,
        at=at,
    )
    template.current = version
    template.save(update_fields=["current"])
    begin_anew(template)
    return version


def register_templates() -> int:
    """Register each current version that the provider does not know yet; say how many were."""
    done = 0
    if not twilio.is_configured():
        return done
    waiting = TemplateVersion.objects.filter(
        template__current=F("pk"), template__is_archived=False, content_sid=""
    )
    for version in waiting.select_related("template"):
        try:
            sid = twilio.register_content(
                name=f"{version.template.key}_v{version.number}",
                body=numbered(version.body, version.variables),
                samples={str(n): name for n, name in enumerate(version.variables, 1)},
            )
        except (twilio.LookUpFailed, ValueError) as problem:
            logger.warning("Template %s could not be registered: %s", version.template, problem)
            continue
        TemplateVersion.objects.filter(pk=version.pk).update(content_sid=sid)
        done += 1
    return done
