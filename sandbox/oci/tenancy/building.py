"""From a scenario's file to records. Every body is held against the SDK's model before anything is served."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from sandbox.oci.ids import kind_of
from sandbox.oci.sdk import models, shapes
from sandbox.oci.signing.principals import Principals
from sandbox.oci.tenancy.events import of_history
from sandbox.oci.tenancy.file import Resource, TenancyFile
from sandbox.oci.tenancy.names import Names
from sandbox.oci.tenancy.records import ON, Json, Record, Records
from sandbox.oci.tenancy.tenancy import Tenancy
from sandbox.oci.times import stamp

STATES: Final = {
    "AutonomousDatabase": "AVAILABLE",
    "AnnouncementSummary": "ACTIVE",
    "BootVolume": "AVAILABLE",
    "BootVolumeAttachment": "ATTACHED",
    "BootVolumeBackup": "AVAILABLE",
    "ConsoleHistory": "SUCCEEDED",
    "Instance": "RUNNING",
    "InternetGateway": "AVAILABLE",
    "NetworkSecurityGroup": "AVAILABLE",
    "RouteTable": "AVAILABLE",
    "SecurityList": "AVAILABLE",
    "InstancePool": "RUNNING",
    "Subnet": "AVAILABLE",
    "Vcn": "AVAILABLE",
    "Vnic": "AVAILABLE",
    "VnicAttachment": "ATTACHED",
    "Volume": "AVAILABLE",
    "VolumeAttachment": "ATTACHED",
    "VolumeBackup": "AVAILABLE",
}


DOMAINS: Final = "identity_domains"


class BadTenancy(ValueError):
    """A tenancy that the SDK would not understand; the text says which resource."""


def build(file: TenancyFile, names: Names, records: Records) -> None:
    """Fill `records` with what the file describes in the region of `names`."""
    for service, kinds in file.resources.items():
        for kind, resources in kinds.items():
            for resource in resources:
                if (resource.region or file.home.name) == names.region:
                    _add(service, kind, resource, names, records)


def _add(service: str, kind: str, resource: Resource, names: Names, records: Records) -> None:
    fields = models.model(service, kind).fields
    usual = (_in_a_domain if service == DOMAINS else _usual)(kind, resource, names)
    body = {key: value for key, value in usual.items() if key in fields}
    body |= names.resolved(resource.fields)
    if kind == "ApiKey":
        body["keyId"] = f"{names.root}/{body['userId']}/{body['fingerprint']}"
    problems = list(shapes.faults(service, kind, body))
    if problems:
        raise BadTenancy(f"{kind} {resource.name}: {'; '.join(problems[:3])}")
    ident = str(body.get("id") or body.get("keyId") or names.ocid(kind_of(kind), resource.name))
    record = records.add(
        Record(ident, names.compartment(resource.place), service, kind, body, hidden=dict(resource.aside))
    )
    if kind == "Instance":
        records.power[record.id] = [(names.at(resource.created), record.state in ON)]


def _usual(kind: str, resource: Resource, names: Names) -> Json:
    """What nearly every model has."""
    created = stamp(names.at(resource.created))
    return {
        "id": names.ocid(kind_of(kind), resource.name),
        "compartmentId": names.compartment(resource.place),
        "displayName": resource.name,
        "name": resource.name,
        "secretName": resource.name,
        "description": "",
        "lifecycleState": resource.state or STATES.get(kind, "ACTIVE"),
        "timeCreated": created,
        "timeUpdated": created,
        "freeformTags": {},
        "definedTags": {},
        "region": names.region,
        "isMfaActivated": False,
    }


def _in_a_domain(kind: str, resource: Resource, names: Names) -> Json:
    """SCIM has an identifier of its own beside the OCID. `fields` say which domain: the same name may be in several."""
    ocid = names.ocid(kind_of(kind), resource.name)
    return {
        "id": ocid.rpartition(".")[2],
        "ocid": ocid,
        "schemas": [f"urn:ietf:params:scim:schemas:core:2.0:{kind}"],
        "displayName": resource.name,
        "userName": resource.name,
        "active": True,
    }


def keys(principals: Principals, now: float) -> Iterator[Record]:
    """The API keys with which the principals sign, as the identity service shows them."""
    for one in principals.all:
        body = {
            "keyId": one.key_id,
            "keyValue": one.key.pem,
            "fingerprint": one.key.fingerprint,
            "userId": one.user,
            "timeCreated": stamp(now),
            "lifecycleState": "ACTIVE",
        }
        yield Record(one.key_id, one.tenancy, "identity", "ApiKey", body)


def remember(tenancy: Tenancy, shared: Collection[str] = ()) -> None:
    """What the file says that people did to this region's resources before the start, into its audit log.

    What is `shared` by all regions, Identity's, was done in the home region.
    """
    for spec in tenancy.file.events:
        resource = tenancy.records.by_id.get(tenancy.names.reference(spec.resource))
        if resource is not None and resource.id not in shared:
            name = tenancy.compartment_name(resource.compartment)
            tenancy.audit.add(of_history(spec, tenancy.names, resource, name))


def check(file: TenancyFile, regions: Collection[Tenancy]) -> None:
    """Raises BadTenancy for a name in the file that is no resource of any region."""
    named = {one.resource for one in file.metrics} | {one.resource for one in file.costs}
    for reference in named | {one.resource for one in file.events}:
        if not any(one.names.reference(reference) in one.records.by_id for one in regions):
            raise BadTenancy(f"{reference} is named in {file.name} and is not there")
