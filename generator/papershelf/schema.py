"""JSON Schemas of the data files, made from the model, so that editors complete and check while one types."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from papershelf.identity import MAX_ID, RANGES, RESERVED, SHAPES
from papershelf.load import REMOVED, SCHEMA, TABLES, Data
from papershelf.model import Field, Paper, Relation, Topic, stored_fields
from papershelf.problems import ProblemsError
from papershelf.yamlfile import write

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_IDS = ("id", "tag", "topic", "paper", "list")


def schemas() -> dict[str, str]:
    """The text of each schema by its file's name: paper.json, and one for each file that holds a list."""
    texts = {"paper.json": _document("One paper of the shelf", _object(Paper))}
    for name, kind in TABLES:
        stem = name.removesuffix(".yml")
        title = "What was removed from the shelf" if name == REMOVED else f"The {stem} of the shelf"
        texts[f"{stem}.json"] = _document(title, {"type": "array", "items": _object(kind)})
    return texts


def export_schema(address: str | None, tables: Mapping[str, type]) -> str:
    """The schema of `papers.json`, which the site has at its root; `tables` are the lists beside that of the papers."""
    paper = _object(Paper)
    own = {
        "id": {"description": "The paper's id, which is its address.", **_value(stored_fields(Topic)["id"])},
        "page": {"description": "Where the paper's page on this site is.", "type": "string", "format": "uri-reference"},
        "url": {"description": "Where the paper itself is.", "type": "string", "format": "uri"},
    }
    paper |= {"required": ["id", "page", *paper["required"]], "properties": {**own, **paper["properties"]}}
    texts = {"$schema": "Where this schema is.", "name": "The site's name.", "url": "The site's address."}
    lists = {name: {"type": "array", "items": _object(kind)} for name, kind in tables.items()}
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", *lists, "papers"],
        "properties": {
            **{key: {"description": doc, "type": "string"} for key, doc in texts.items()},
            **lists,
            "papers": {"description": "In the shelf's one order.", "type": "array", "items": paper},
        },
    }
    return _document("A shelf as data", ({"$id": address} if address else {}) | schema)


def write_schemas(data: Data) -> Iterator[Path]:
    """Write the schemas to `data/schema/`; yields the files that changed."""
    if missing := data.missing():
        raise ProblemsError([missing])
    for name, text in schemas().items():
        path = data.root / SCHEMA / name
        if not path.exists() or path.read_bytes() != text.encode():
            write(path, text)
            yield path


def _document(title: str, schema: dict[str, Any]) -> str:
    return json.dumps({"$schema": _DIALECT, "title": title, **schema}, indent=2, ensure_ascii=False) + "\n"


def _object(kind: type) -> dict[str, Any]:
    fields = stored_fields(kind).values()
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "required": [field.key for field in fields if field.required],
        "properties": {field.key: _field(field) for field in fields},
    }
    if not schema["required"]:
        schema["minProperties"] = 1
    if kind is Relation:
        schema["oneOf"] = [{"required": ["version-of"]}, {"required": ["distinct"]}]
    return schema


def _field(field: Field) -> dict[str, Any]:
    one = _value(field)
    if not field.many:
        return {"description": field.doc, **one}
    once = {"uniqueItems": True} if field.form in _IDS else {}
    return {"description": field.doc, "type": "array", "minItems": 1, **once, "items": one}


def _value(field: Field) -> dict[str, Any]:
    if field.type is int:
        years = RANGES.get(field.key)
        return {"type": "integer", **({"minimum": years.start, "maximum": years.stop - 1} if years else {"minimum": 1})}
    if field.type is datetime.date:
        return {
            "type": "string",
            "format": "date",
            "pattern": "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$",
        }
    if field.type is not str:
        return _object(field.type)
    shape = SHAPES.get(field.form)
    if shape is None:
        return {"type": "string", "pattern": r"\S"}
    reserved = f"(?!(?:{RESERVED})$)" if field.form in _IDS else ""
    length = {"maxLength": MAX_ID} if field.form in _IDS else {}
    return {"type": "string", "pattern": f"^{reserved}(?:{shape.pattern})$", **length}
