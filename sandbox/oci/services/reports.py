"""Cost reports in FOCUS: Oracle's bucket of a tenancy, one report a day that is billed as a whole. Read by an endorsement alone."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from sandbox.oci.api.call import Answer, Call
from sandbox.oci.costs.lines import Line, billed_until, lines
from sandbox.oci.costs.rows import DIGITS, facts_of
from sandbox.oci.errors import Refused
from sandbox.oci.tenancy.records import Json
from sandbox.oci.times import DAY, midnight, stamp

NAMESPACE: Final = "bling"
PREFIX: Final = "FOCUS Reports/"
KEPT: Final = 90  # days
COLUMNS: Final = (
    "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart",
    "EffectiveCost", "InvoiceIssuer", "ListCost", "ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit",
    "Provider", "Publisher", "Region", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceName",
    "SkuId", "SkuPriceId", "SubAccountId", "SubAccountName", "Tags", "UsageQuantity", "UsageUnit", "oci_ReferenceNumber",
    "oci_CompartmentId", "oci_CompartmentName",
)  # fmt: skip


def is_reports(call: Call) -> bool:
    return call.path.get("namespaceName") == NAMESPACE


def listed(call: Call) -> Json:
    """What a listing of the bucket answers."""
    _need(call)
    prefix, start = call.query.get("prefix", ""), call.query.get("start", "")
    names = [one for one in _names(call) if one.startswith(prefix) and one >= start]
    wanted = {"name", *call.query.get("fields", "name").split(",")}
    every = ({"name": one, "size": len(_packed(call, one)) if "size" in wanted else None} for one in names)
    return {"objects": [{k: v for k, v in one.items() if k in wanted} for one in every], "prefixes": []}


def got(call: Call) -> Answer:
    """An object as it is, or the range of it that was asked for."""
    _need(call)
    name = call.path["objectName"]
    if name not in _names(call):
        raise Refused(404, "ObjectNotFound", f"The object '{name}' was not found in the bucket '{call.path['bucketName']}'")  # fmt: skip
    return Answer(ranged(call, _packed(call, name)))


def ranged(call: Call, data: bytes) -> bytes:
    first, _, last = call.headers.get("range", "").removeprefix("bytes=").partition("-")
    return data[int(first or 0) : int(last) + 1 if last else None]


def _need(call: Call) -> None:
    known = call.path["bucketName"] == call.tenancy.root
    if not known or not call.tenancy.endorsed(call.who, "read", "objects", "usage-report"):
        raise Refused(404, "BucketNotFound", f"Either the bucket named '{call.path['bucketName']}' does not exist or you are not authorized to access it")  # fmt: skip


def _names(call: Call) -> list[str]:
    last = midnight(billed_until(call.now))
    days = (last - n * DAY for n in range(KEPT, 0, -1))
    return [f"{PREFIX}{datetime.fromtimestamp(day, UTC):%Y/%m/%d}/0001-00001.csv.gz" for day in days]


def _packed(call: Call, name: str) -> bytes:
    year, month, day = (int(one) for one in name.removeprefix(PREFIX).split("/")[:3])
    return gzip.compress(_written(call, datetime(year, month, day, tzinfo=UTC).timestamp()).encode(), mtime=0)


def _written(call: Call, day: float) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(call, day))
    return out.getvalue()


def _rows(call: Call, day: float) -> Iterator[Json]:
    for line in lines(call.tenancy):
        quantity = line.quantity(day, day + DAY)
        if quantity:
            yield _row(call, line, day, quantity)


def _row(call: Call, line: Line, day: float, quantity: float) -> Json:
    facts = facts_of(call.tenancy, line, 0)
    amount = f"{line.amount(quantity):.{DIGITS}f}"
    at = datetime.fromtimestamp(day, UTC)
    month = datetime(at.year, at.month, 1, tzinfo=UTC)
    after = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
    tags = {f"{space}.{key}": v for space, keys in facts["definedTags"].items() for key, v in keys.items()}
    return {
        "AvailabilityZone": facts["ad"] or "NULL", "BilledCost": amount, "EffectiveCost": amount, "ListCost": amount,
        "BillingAccountId": call.tenancy.root, "BillingAccountName": call.tenancy.file.name,
        "BillingCurrency": call.tenancy.file.currency, "BillingPeriodStart": stamp(month.timestamp()),
        "BillingPeriodEnd": stamp(after.timestamp()), "ChargeCategory": "Usage", "ChargeDescription": facts["skuName"],
        "ChargeFrequency": "Usage-Based", "ChargePeriodStart": stamp(day), "ChargePeriodEnd": stamp(day + DAY),
        "InvoiceIssuer": "Oracle", "Provider": "Oracle", "Publisher": "Oracle", "ListUnitPrice": facts["unitPrice"],
        "PricingCategory": "Standard", "PricingQuantity": f"{quantity:.{DIGITS}f}", "PricingUnit": facts["unit"],
        "Region": facts["region"], "ResourceId": facts["resourceId"], "ResourceName": "NULL", "ResourceType": "NULL",
        "ServiceCategory": "NULL", "ServiceName": facts["service"], "SkuId": facts["skuPartNumber"],
        "SubAccountId": call.tenancy.root, "SubAccountName": call.tenancy.file.name, "Tags": json.dumps(tags),
        "UsageQuantity": f"{quantity:.{DIGITS}f}", "UsageUnit": facts["unit"], "oci_CompartmentId": facts["compartmentId"],
        "oci_CompartmentName": facts["compartmentName"],
    }  # fmt: skip
