"""Object storage: buckets, their objects and retention rules. What an object holds is kept aside, in its bucket's `hidden`.

A bucket is known by its name; its namespace is the tenancy's name. While a rule covers an object, nobody overwrites or deletes it.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import Any, Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import Refused, bad_parameter, hidden
from sandbox.oci.services import reports
from sandbox.oci.services.listing import shown
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import epoch, stamp

SERVICE: Final = "object_storage"
PAGE: Final = 1000
SECONDS: Final = {"DAYS": 86_400.0, "YEARS": 365 * 86_400.0}


def _namespace(call: Call) -> str:
    return call.tenancy.names.tenancy


def _get_namespace(call: Call) -> Answer:
    return Answer(_namespace(call))


def _found(call: Call) -> Record:
    """The bucket of the path, when the caller may do this there. Raises Refused(404)."""
    name = call.path["bucketName"]
    bucket = next((one for one in call.tenancy.records.of(SERVICE, "Bucket") if one.name == name), None)
    if bucket is None or call.path["namespaceName"] != _namespace(call) or not call.may(bucket.compartment):
        raise Refused(404, "BucketNotFound", f"Either the bucket named '{name}' does not exist or you are not authorized to access it")  # fmt: skip
    return bucket


def _create_bucket(call: Call) -> Answer:
    if call.path["namespaceName"] != _namespace(call):
        raise hidden()
    name, compartment = str(call.body.get("name") or ""), str(call.body.get("compartmentId") or "")
    call.need(compartment)
    if any(one.name == name for one in call.tenancy.records.of(SERVICE, "Bucket")):
        raise Refused(409, "BucketAlreadyExists", f"Either the bucket '{name}' in namespace '{_namespace(call)}' already exists or you are not authorized to create it")  # fmt: skip
    ident = call.tenancy.names.ocid("bucket", uuid.uuid4().hex)
    own: Json = {
        "id": ident,
        "namespace": _namespace(call),
        "createdBy": call.who.user,
        "timeCreated": stamp(call.now),
    }
    bucket = call.tenancy.records.add(
        Record(ident, compartment, SERVICE, "Bucket", {"metadata": {}, **call.body, **own})
    )
    return Answer(_shown(bucket), bucket)


def _get_bucket(call: Call) -> Answer:
    bucket = _found(call)
    return Answer(_shown(bucket), bucket)


def _list_buckets(call: Call) -> Answer:
    """Of a compartment, by name; sizes are shown by the bucket itself alone."""
    place = call.text("compartmentId")
    call.need(place)
    if call.path["namespaceName"] != _namespace(call):
        raise hidden()
    found = [one for one in call.tenancy.records.of(SERVICE, "Bucket") if one.compartment == place]
    return Answer([{**shown(SERVICE, "BucketSummary", one), "etag": one.etag} for one in sorted(found, key=lambda one: one.name)])  # fmt: skip


def _shown(bucket: Record) -> Json:
    return {**shown(SERVICE, "Bucket", bucket), "etag": bucket.etag}


def _objects(bucket: Record) -> dict[str, Json]:
    found: dict[str, Json] = bucket.hidden.setdefault("objects", {})
    return found


def _rules(bucket: Record) -> dict[str, Json]:
    found: dict[str, Json] = bucket.hidden.setdefault("rules", {})
    return found


def _object(call: Call) -> Json:
    name, found = call.path["objectName"], _objects(_found(call))
    if name not in found:
        raise Refused(404, "ObjectNotFound", f"The object '{name}' was not found in the bucket '{call.path['bucketName']}'")  # fmt: skip
    return found[name]


def _headers(one: Json) -> dict[str, str]:
    return {"etag": one["etag"], "content-md5": one["md5"], "last-modified": one["timeCreated"]}


def _get_object(call: Call) -> Answer:
    if reports.is_reports(call):
        return reports.got(call)
    one = _object(call)
    return Answer(reports.ranged(call, base64.b64decode(one["data"])), headers=_headers(one))


def _head_object(call: Call) -> Answer:
    return Answer(None, headers=_headers(_object(call)))


def _put_object(call: Call) -> Answer:
    bucket, name = _found(call), call.path["objectName"]
    found = _objects(bucket)
    if name in found:
        if call.headers.get("if-none-match") == "*":
            raise Refused(412, "IfNoneMatchFailed", f"The object '{name}' is there already")
        _not_retained(call, bucket, found[name])
    digest = hashlib.md5(call.raw, usedforsecurity=False).digest()
    one: Json = {
        "data": base64.b64encode(call.raw).decode(),
        "size": len(call.raw),
        "md5": base64.b64encode(digest).decode(),
        "etag": uuid.uuid4().hex,
        "timeCreated": stamp(call.now),
    }
    found[name] = one
    call.tenancy.records.unsaved = True
    return Answer(None, headers=_headers(one))


def _delete_object(call: Call) -> Answer:
    one, bucket = _object(call), _found(call)
    _not_retained(call, bucket, one)
    del _objects(bucket)[call.path["objectName"]]
    call.tenancy.records.unsaved = True
    return Answer(None)


def _not_retained(call: Call, bucket: Record, one: Json) -> None:
    """A rule without a duration holds for ever. Status and code of the refusal are ours: no recording has one."""
    for rule in _rules(bucket).values():
        held: Any = rule.get("duration")
        seconds = float(held["timeAmount"]) * SECONDS[held["timeUnit"]] if held else None
        if seconds is None or call.now < epoch(one["timeCreated"]) + seconds:
            why = f"A retention rule of bucket '{bucket.name}' protects the object from being overwritten or deleted"
            raise Refused(403, "RetentionRuleViolation", why)


def _list_objects(call: Call) -> Answer:
    """By name, at most `limit`; `nextStartWith` is the first that was left out."""
    if reports.is_reports(call):
        return Answer(reports.listed(call))
    start, prefix = call.query.get("start", ""), call.query.get("prefix", "")
    after, limit = call.query.get("startAfter", ""), min(int(call.query.get("limit", PAGE)), PAGE)
    if limit < 1:
        raise bad_parameter("limit must be 1 or more")
    found = _objects(_found(call))
    names = sorted(name for name in found if name.startswith(prefix) and name >= start and name > after)
    fields = {"name", *call.query.get("fields", "name").split(",")} - {"data"}
    listed: Json = {
        "objects": [{k: v for k, v in ({"name": name} | found[name]).items() if k in fields} for name in names[:limit]],
        "prefixes": [],
    }  # fmt: skip
    if names[limit:]:
        listed["nextStartWith"] = names[limit]
    return Answer(listed)


def _create_rule(call: Call) -> Answer:
    bucket, ident = _found(call), uuid.uuid4().hex
    rule: Json = {
        **call.body,
        "id": ident,
        "etag": uuid.uuid4().hex,
        "timeCreated": stamp(call.now),
        "timeModified": stamp(call.now),
    }
    _rules(bucket)[ident] = rule
    call.tenancy.records.unsaved = True
    return Answer(dict(rule))


def _list_rules(call: Call) -> Answer:
    return Answer({"items": [dict(one) for one in _rules(_found(call)).values()]})


TABLE: Final[Table] = {
    "get_namespace": _get_namespace,
    "list_buckets": _list_buckets,
    "create_bucket": _create_bucket,
    "get_bucket": _get_bucket,
    "put_object": _put_object,
    "get_object": _get_object,
    "head_object": _head_object,
    "list_objects": _list_objects,
    "delete_object": _delete_object,
    "create_retention_rule": _create_rule,
    "list_retention_rules": _list_rules,
}
