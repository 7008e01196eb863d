"""Where the systems of providers send marks, in JSON, and the description for their makers."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.access import (
    Request,
    TrailBroken,
    looked_at,
    open_to_all,
    opened_by_key,
    refusal,
)
from accounts.permissions import Permission
from apsystem.lib.tables import ImportRefused
from attendance import actions
from attendance.actions.sending import Answer, Sent
from attendance.forms.sent import Malformed, read_sent
from attendance.views.openapi import document


@opened_by_key(Permission.MARK_IMPORT)
def marks(request: Request) -> HttpResponse:
    """Take in marks, all or nothing, or say what they would change."""
    if request.method != "POST":
        return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Send marks with POST.", {"Allow": "POST"})
    if request.content_type != "application/json":
        return refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send application/json.")
    try:
        sent = read_sent(request.body, request.headers.get("Idempotency-Key", ""))
    except RequestDataTooBig:
        return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Send at most 2 MB at once.")
    except Malformed as error:
        return refusal(HTTPStatus.BAD_REQUEST, str(error))
    try:
        return _take(request, sent)
    except TrailBroken:
        return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "Not possible at the moment. Send again.")


def _take(request: Request, sent: Sent) -> HttpResponse:
    try:
        answer = actions.take_sent(sent, key=request.key)
    except actions.PlanRefused as error:
        rows = [{"row": place, "says": f"{says}."} for place, says in error.plan.rows]
        told = {"problems": rows, "more": error.plan.wrong - len(rows)}
        return JsonResponse(told, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except ImportRefused as error:
        return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, " ".join(error.errors))
    except actions.Overtaken:
        says = "Marks changed while these were checked. Nothing was written. Send them again."
        return refusal(HTTPStatus.CONFLICT, says)
    except actions.AlreadySent:
        says = "This Idempotency-Key was used for another request. Nothing was written."
        return refusal(HTTPStatus.CONFLICT, says)
    looked_at(request, [one.pupil_id for one in answer.differences], act="export")
    return JsonResponse(_told(answer, is_dry=sent.dry_run))


def _told(answer: Answer, *, is_dry: bool) -> dict[str, Any]:
    return {
        "dry_run": is_dry,
        "repeated": answer.is_repeated,
        "new": answer.new,
        "changed": answer.changed,
        "same": answer.same,
        "left_out": answer.left_out,
        "blank": answer.blank,
        "changes": [
            {"row": one.place, "original": one.before, "amended": one.code}
            for one in answer.differences
        ],
        "more_changes": answer.more_differences,
    }


@open_to_all
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Describe the endpoint in OpenAPI 3.1. It holds nobody's data."""
    return JsonResponse(document(request.build_absolute_uri("/")), json_dumps_params={"indent": 2})
