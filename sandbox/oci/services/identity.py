"""Identity: the tenancy, its compartments, people, groups and policies, regions and availability domains."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sandbox.oci.api.call import Answer, Call, Service, Table
from sandbox.oci.errors import Refused, bad_parameter, hidden
from sandbox.oci.services.domains import list_domains
from sandbox.oci.services.listing import chosen, getting, listing, shown
from sandbox.oci.signing.keys import fingerprint
from sandbox.oci.tenancy.records import Record
from sandbox.oci.times import stamp

ADS: Final = 3
KEYS: Final = 3  # API keys that a user has at most


def _tenancy(call: Call) -> Answer:
    if call.path["tenancyId"] != call.tenancy.root:
        raise hidden()
    call.need(call.tenancy.root)
    file = call.tenancy.file
    data = {"id": call.tenancy.root, "name": file.name, "homeRegionKey": file.home.key, "description": ""}
    return Answer(data)


def _compartments(call: Call) -> Answer:
    """Those directly in one, or of the whole tenancy; only the tenancy has a subtree to list."""
    above, tenancy = call.text("compartmentId"), call.tenancy
    whole = call.flag("compartmentIdInSubtree")
    if whole and above != tenancy.root:
        raise bad_parameter("compartmentIdInSubtree can be true only when compartmentId is the tenancy")
    call.need(above)
    found = [
        one
        for one in chosen(_without_subtree(call), tenancy.records.of("identity", "Compartment"))
        if (whole or one.compartment == above) and call.may(one.id)
    ]
    return Answer([shown("identity", "Compartment", one) for one in found])


def _without_subtree(call: Call) -> Call:
    query = {key: text for key, text in call.query.items() if key != "compartmentIdInSubtree"}
    return replace(call, query=query)


def _compartment(call: Call) -> Answer:
    """A compartment belongs to itself here: who may read in it may read it."""
    found = call.tenancy.records.get(call.path["compartmentId"], "Compartment")
    call.need(found.id)
    return Answer(shown("identity", "Compartment", found), found)


def _availability_domains(call: Call) -> Answer:
    call.need(call.text("compartmentId"))
    return Answer(
        [
            {
                "name": domain(call.tenancy.names.region, number),
                "id": call.tenancy.names.ocid("availabilitydomain", str(number)),
                "compartmentId": call.text("compartmentId"),
            }
            for number in range(1, ADS + 1)
        ]
    )


def domain(region: str, number: int) -> str:
    return f"Xkqz:{region.upper()}-AD-{number}"


def _regions(call: Call) -> Answer:
    return Answer([{"key": one.key, "name": one.name} for one in call.tenancy.file.regions])


def _subscriptions(call: Call) -> Answer:
    if call.path["tenancyId"] != call.tenancy.root:
        raise hidden()
    call.need(call.tenancy.root)
    return Answer(
        [
            {"regionKey": one.key, "regionName": one.name, "status": "READY", "isHomeRegion": one.home}
            for one in call.tenancy.file.regions
        ]
    )


def _memberships(call: Call) -> Answer:
    if not call.query.get("userId") and not call.query.get("groupId"):
        raise bad_parameter("name a userId or a groupId")
    return listing("identity", "UserGroupMembership")(call)


def _api_keys(call: Call) -> Answer:
    user = call.record("User", call.path["userId"])
    found = [one for one in call.tenancy.records.of("identity", "ApiKey") if one.body["userId"] == user.id]
    return Answer([shown("identity", "ApiKey", one) for one in found])


SECRET: Final = frozenset({"token", "key", "password", "keyValue"})  # shown once, when it is made


def _of_user(model: str, item: str = "") -> Service:
    """The credentials of one user, without what they hide."""

    def list_(call: Call) -> Answer:
        user = call.record("User", call.path["userId"])
        found = [one for one in call.tenancy.records.of("identity", model) if one.body["userId"] == user.id]
        told = [shown("identity", item or model, one) for one in found]
        return Answer([{key: text for key, text in one.items() if key not in SECRET} for one in told])

    return list_


def _authentication_policy(call: Call) -> Answer:
    """The tenancy's; Oracle's own where nobody has set one."""
    compartment = call.path["compartmentId"]
    call.need(compartment)
    found = [
        one
        for one in call.tenancy.records.of("identity", "AuthenticationPolicy")
        if one.compartment == compartment
    ]
    if found:
        return Answer(shown("identity", "AuthenticationPolicy", found[0]), found[0])
    return Answer({"compartmentId": compartment, "passwordPolicy": {"minimumPasswordLength": 8}})


def _tag_namespaces(call: Call) -> Answer:
    """Those of one compartment; with `includeSubcompartments` of all below it."""
    above = call.text("compartmentId")
    call.need(above)
    places = call.tenancy.below(above) if call.flag("includeSubcompartments") else {above}
    found = [one for one in call.tenancy.records.of("identity", "TagNamespace") if one.compartment in places]
    return Answer([shown("identity", "TagNamespaceSummary", one) for one in found])


def _tags(call: Call) -> Answer:
    space = call.record("TagNamespace", call.path["tagNamespaceId"])
    found = [
        one for one in call.tenancy.records.of("identity", "Tag") if one.body["tagNamespaceId"] == space.id
    ]
    return Answer([shown("identity", "TagSummary", one) for one in found])


def _key_of(call: Call) -> Record:
    """Raises Refused(404)."""
    user = call.record("User", call.path["userId"])
    ident = f"{call.tenancy.root}/{user.id}/{call.path['fingerprint']}"
    return call.tenancy.records.get(ident, "ApiKey")


def _delete_api_key(call: Call) -> Answer:
    key = _key_of(call)
    if not call.fails:
        call.tenancy.records.remove(key)
    return Answer(None, key, before={"lifecycleState": "ACTIVE"})


def _upload_api_key(call: Call) -> Answer:
    """At most three a user, each once."""
    user = call.record("User", call.path["userId"])
    try:
        records, print_ = call.tenancy.records, fingerprint(str(call.body["key"]))
    except ValueError:
        raise bad_parameter("key is no public RSA key in PEM form") from None
    ident = f"{call.tenancy.root}/{user.id}/{print_}"
    if ident in records.by_id:
        raise Refused(409, "ApiKeyAlreadyExists", f"User {user.id} has this key already")
    if sum(one.body["userId"] == user.id for one in records.of("identity", "ApiKey")) >= KEYS:
        raise Refused(400, "ApiKeyLimitExceeded", f"A user has at most {KEYS} API keys")
    body = {
        "keyId": ident, "keyValue": call.body["key"], "fingerprint": print_, "userId": user.id,
        "timeCreated": stamp(call.now), "lifecycleState": "ACTIVE",
    }  # fmt: skip
    key = records.add(Record(ident, user.compartment, "identity", "ApiKey", body))
    return Answer(shown("identity", "ApiKey", key), key)


TABLE: Final[Table] = {
    "delete_api_key": _delete_api_key,
    "upload_api_key": _upload_api_key,
    "list_tag_namespaces": _tag_namespaces,
    "list_tags": _tags,
    "get_tenancy": _tenancy,
    "list_compartments": _compartments,
    "get_compartment": _compartment,
    "list_availability_domains": _availability_domains,
    "list_regions": _regions,
    "list_region_subscriptions": _subscriptions,
    "list_users": listing("identity", "User"),
    "get_user": getting("identity", "User", "userId"),
    "list_groups": listing("identity", "Group"),
    "get_group": getting("identity", "Group", "groupId"),
    "list_user_group_memberships": _memberships,
    "list_dynamic_groups": listing("identity", "DynamicGroup"),
    "list_policies": listing("identity", "Policy"),
    "get_policy": getting("identity", "Policy", "policyId"),
    "list_api_keys": _api_keys,
    "list_auth_tokens": _of_user("AuthToken"),
    "list_customer_secret_keys": _of_user("CustomerSecretKey", "CustomerSecretKeySummary"),
    "list_smtp_credentials": _of_user("SmtpCredential", "SmtpCredentialSummary"),
    "list_o_auth_client_credentials": _of_user("OAuth2ClientCredential", "OAuth2ClientCredentialSummary"),
    "list_domains": list_domains,
    "get_authentication_policy": _authentication_policy,
}
