"""The config's types as JSON Schema: what ``ninefold explain`` reads, and editors complete from."""

from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from generator.schema.config import Config

Node = dict[str, Any]
"""A part of a JSON Schema."""


class _Plain(GenerateJsonSchema):
    """JSON Schema without the titles that pydantic makes of names, and without what only OpenAPI knows."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        return value

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        return {key: value for key, value in super().model_schema(schema).items() if key != "title"}

    def tagged_union_schema(self, schema: Any) -> JsonSchemaValue:
        return {key: value for key, value in super().tagged_union_schema(schema).items() if key != "discriminator"}


@cache
def document() -> Node:
    """Return the JSON Schema of the whole config; parts that occur more than once stand under ``$defs``."""
    return Config.model_json_schema(schema_generator=_Plain)


def resolved(node: Node) -> Node:
    """Return ``node`` with what it refers to, if anything, written out; what stands beside the reference wins."""
    if "$ref" not in node:
        return node
    beside = {key: value for key, value in node.items() if key != "$ref"}
    return {**document()["$defs"][node["$ref"].rpartition("/")[2]], **beside}


def alternatives(node: Node) -> list[Node]:
    """Return the forms that ``node`` may take, written out; null is none of them."""
    node = resolved(node)
    members = node.get("anyOf") or node.get("oneOf")
    if not members:
        return [] if node.get("type") == "null" else [node]
    return [form for member in members for form in alternatives(member)]
