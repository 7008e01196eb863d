"""Handing out recordings: played on the page that names them, and by nothing else."""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from pupils.models import Document


def played(recording: Document | None) -> HttpResponse:
    """Return a recording for a player. No browser keeps it, or runs what is in it."""
    if recording is None:
        raise Http404
    try:
        with recording.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type=recording.media_type)
    except FileNotFoundError as error:
        raise Http404 from error
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    disposition = content_disposition_header(as_attachment=False, filename=recording.name)
    response.headers["Content-Disposition"] = disposition or "inline"
    return response
