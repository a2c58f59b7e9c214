"""Plan the description of the service: every path, what it takes and what it answers, as OpenAPI."""

import json
from collections.abc import Iterator
from typing import Any

from generator.plan.requests import field_names, needed_columns, python_type
from generator.project import Column, Project

YEAR = r"([1-9]\d{3}|0[1-9]\d{2}|00[1-9]\d|000[1-9])"
DAY = r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2\d))"
LOCAL = rf"^{YEAR}-{DAY}[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{{1,6}})?$"
"""A moment without a zone, for which JSON schemas have no format."""

NUMBER, TEXT = {"type": "number"}, {"type": "string"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "bool": {"type": "boolean"},
    "str": TEXT,
    "float": NUMBER,
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "Timestamp": {"type": "string", "pattern": LOCAL, "description": "without a zone, as 2024-03-01T12:30:00"},
    "ZonedTime": {"type": "string", "format": "date-time"},
    **{
        f"Integer{bits}": {"type": "integer", "minimum": -(2 ** (size - 1)), "maximum": 2 ** (size - 1) - 1}
        for bits, size in (("", 64), (8, 8), (16, 16), (32, 32))
    },
}
"""The JSON schema of each type that a field can have."""

ANSWERS: dict[str, dict[str, Any]] = {
    "binary": {"probability": NUMBER | {"description": "the probability that the target is true"}},
    "multiclass": {
        "class": TEXT | {"description": "the likeliest class"},
        "probabilities": {"type": "object", "additionalProperties": NUMBER},
    },
    "regression": {"value": NUMBER | {"description": "the value of the target"}},
}
BOUNDS = {
    "low": NUMBER | {"description": "the lower bound of the prediction interval"},
    "high": NUMBER | {"description": "the upper bound of the prediction interval"},
}
OUTCOMES: dict[str, dict[str, Any]] = {"binary": {"type": "boolean"}, "multiclass": TEXT, "regression": NUMBER}
UNEXPECTED = {
    "type": "array",
    "description": "values that training has not seen",
    "items": {"type": "object", "required": ["field", "reason"], "properties": {"field": TEXT, "reason": TEXT}},
}
REFUSAL = {
    "type": "object",
    "required": ["error", "problems"],
    "properties": {
        "error": TEXT,
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "problem", "row"],
                "properties": {"field": TEXT, "problem": TEXT, "row": {"type": "integer"}},
            },
        },
    },
}
PART = {
    "type": "object",
    "required": ["feature", "value", "contribution"],
    "properties": {"feature": TEXT, "value": {}, "contribution": NUMBER},
}
DECISION: dict[str, dict[str, Any]] = {
    "act": {"type": "boolean"},
    "action": TEXT,
    "expected_gain": NUMBER | {"description": "what to act is expected to gain over passing"},
    "currency": TEXT,
    "probability": NUMBER,
    "reason": TEXT,
}


def openapi(project: Project) -> str:
    """Return the description of the service of ``project`` as JSON."""
    config = project.config
    description: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": config.project.package, "version": "1"},
        "paths": dict(_paths(project)),
        "components": {"schemas": _schemas(project), "securitySchemes": _security(project)},
    }
    if config.service.api_key is not None:
        description["security"] = [{"key": []}]
    return json.dumps(description, indent=2, ensure_ascii=False) + "\n"


def _schemas(project: Project) -> dict[str, Any]:
    columns = needed_columns(project)
    task = project.config.problem.task
    answer = ANSWERS[task] | (BOUNDS if project.config.problem.prediction_interval else {})
    found = {
        "Row": {
            **_object({field: _field(column) for field, column in zip(field_names(columns), columns, strict=True)}),
            "additionalProperties": False,
        },
        "Answer": _answer(answer),
        "Explanation": _answer(answer, explained=TEXT, base=NUMBER, features={"type": "array", "items": PART}),
        "Refusal": REFUSAL,
    }
    if project.config.problem.decision is not None:
        found["Decision"] = _answer(DECISION)
    if project.config.service.log:
        moment = {"type": "string", "format": "date-time"}
        found["Outcome"] = _object({"id": TEXT, "outcome": OUTCOMES[task]}) | {"additionalProperties": False}
        found["Recorded"] = _object({"id": TEXT, "outcome": OUTCOMES[task], "time": moment})
    return found


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _answer(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return _object({"id": TEXT, **properties, "unexpected": UNEXPECTED, **more})


def _field(column: Column) -> dict[str, Any]:
    schema = SCHEMAS[python_type(column.type).annotation]
    return dict(schema) if column.role == "time" else schema | {"type": [schema["type"], "null"]}


def _paths(project: Project) -> Iterator[tuple[str, dict[str, Any]]]:
    limit = project.config.service.max_rows
    yield "/predict", _post("Predict one row", _of("Row"), _of("Answer"))
    rows = {"type": "array", "items": _of("Row"), "minItems": 1, "maxItems": limit}
    yield "/predict/batch", _post("Predict many rows", rows, {"type": "array", "items": _of("Answer")})
    yield (
        "/explain",
        _post("Predict one row, with the contribution of each feature", _of("Row"), _of("Explanation")),
    )
    if project.config.problem.decision is not None:
        yield "/decide", _post("Decide for one row", _of("Row"), _of("Decision"))
    if project.config.service.log:
        yield "/feedback", _post("Say what happened to a row", _of("Outcome"), _of("Recorded"))
    known = {"200": _json({"type": "object"}, "the model"), "401": _json(_of("Refusal"), "the key is missing or wrong")}
    yield "/info", {"get": {"summary": "Which model answers", "responses": known}}
    for path, summary in (("/health", "Whether the process runs"), ("/ready", "Whether requests can be answered")):
        said = {"200": _json({"type": "object"}, "yes")}
        if path == "/ready":
            said["503"] = _json({"type": "object"}, "no, and why")
        yield path, {"get": {"summary": summary, "responses": said, "security": []}}


def _of(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _json(schema: dict[str, Any], words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _post(summary: str, body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    refusals = {
        "400": "the body is not JSON",
        "401": "the key is missing or wrong",
        "408": "the body came too late",
        "413": "the body is too large",
        "415": "the body is not JSON by its header Content-Type",
        "422": "the body is no such request; problems are named field by field",
        "503": "not now: too many requests, or the log cannot be written",
    }
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {"200": _json(answer, "the answer")}
            | {status: _json(_of("Refusal"), words) for status, words in refusals.items()},
        }
    }


def _security(project: Project) -> dict[str, Any]:
    if project.config.service.api_key is None:
        return {}
    return {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
