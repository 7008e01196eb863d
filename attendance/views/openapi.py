"""The description of the endpoint for marks: OpenAPI 3.1, written by hand, held by a test."""

from typing import Any

from attendance.actions.planning import MOST_DIFFERENCES
from attendance.forms.sent import LONGEST_KEY, LONGEST_REASON, LONGEST_TEXT, MOST_MARKS

COUNT = {"type": "integer", "minimum": 0}
SENTENCES = {
    "description": "",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problems"}}},
}


def _refused(words: str, **headers: str) -> dict[str, Any]:
    told = {
        name.replace("_", "-"): {"description": says, "schema": {"type": "string"}}
        for name, says in headers.items()
    }
    return {**SENTENCES, "description": words, **({"headers": told} if told else {})}


def _object(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": properties,
        "additionalProperties": False,
    }


def _text(words: str, longest: int = LONGEST_TEXT, **more: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "description": words, **more}


def _rows(schema: str, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}, **more}


SCHEMAS = {
    "Mark": _object(
        {
            "upn": _text("Unique pupil number. The pupil is placed with the key's provider."),
            "date": _text("The school day, like 2026-09-16.", format="date"),
            "session": _text("AM or PM.", enum=["AM", "PM"]),
            "code": _text(
                "Attendance code that was in force on that day. Empty or - is no mark: what is "
                "marked stays."
            ),
        }
    ),
    "Marks": _object(
        {
            "marks": _rows("Mark", minItems=1, maxItems=MOST_MARKS),
            "reason": _text(
                "Why marks that are there are changed. Needed where one changes.", LONGEST_REASON
            ),
            "dry_run": {
                "type": "boolean",
                "default": False,
                "description": "Check, and say what would change. Nothing is written.",
            },
        },
        optional=("reason", "dry_run"),
    ),
    "Change": _object(
        {
            "row": {"type": "integer", "minimum": 1},
            "original": {"type": "string"},
            "amended": {"type": "string"},
        }
    ),
    "Done": _object(
        {
            "dry_run": {"type": "boolean"},
            "repeated": {
                "type": "boolean",
                "description": "This Idempotency-Key was answered before: nothing was done now.",
            },
            "new": COUNT,
            "changed": COUNT,
            "same": COUNT,
            "left_out": {
                **COUNT,
                "description": "Codes #, D, X or Z at a time when nobody was expected anyway.",
            },
            "blank": COUNT,
            "changes": _rows("Change", maxItems=MOST_DIFFERENCES),
            "more_changes": COUNT,
        }
    ),
    "Problem": _object(
        {
            "row": {
                "type": ["integer", "null"],
                "description": "Which of the marks, from 1; null for the request as a whole.",
            },
            "says": {"type": "string"},
        }
    ),
    "Problems": _object({"problems": _rows("Problem"), "more": COUNT}),
}


def document(url: str) -> dict[str, Any]:
    """Return the document for the server at an address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Marks of alternative provision",
            "version": "1",
            "description": "A provider's system sends the marks of its registers. All of a "
            "request is written, or nothing. The same marks twice change nothing. A key is made "
            "by the provider's lead or by the council, for one provider.",
        },
        "servers": [{"url": url.rstrip("/")}],
        "security": [{"key": []}],
        "paths": {
            "/api/v1/marks": {
                "post": {
                    "operationId": "sendMarks",
                    "summary": "Send marks, or ask what they would change",
                    "parameters": [
                        {
                            "name": "Idempotency-Key",
                            "in": "header",
                            "required": False,
                            "description": "A name of this request. Sent again with the same "
                            "body, it is answered and not done again.",
                            "schema": {"type": "string", "maxLength": LONGEST_KEY},
                        }
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Marks"}}
                        },
                    },
                    "responses": {
                        "200": {
                            "description": "Written, or what would be written",
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": "#/components/schemas/Done"}
                                }
                            },
                        },
                        "400": _refused("Not the JSON that is described here"),
                        "401": _refused("No key that opens this", WWW_Authenticate="Bearer"),
                        "405": _refused("Not POST", Allow="POST"),
                        "409": _refused("Marks changed meanwhile, or the name was used before"),
                        "413": _refused("More than 2 MB"),
                        "415": _refused("Not application/json"),
                        "422": _refused("Marks that are wrong, by row. Nothing was written"),
                        "429": _refused("Too many requests", Retry_After="Seconds"),
                        "503": _refused("Not possible at the moment"),
                    },
                }
            }
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": SCHEMAS,
        },
    }
