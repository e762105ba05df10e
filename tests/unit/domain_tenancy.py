"""The small tenancy with two more identity domains: groups called like those of Default, more users than one page holds."""

from typing import Any

import yaml

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_tenancy import TEXT, tenancy

SCIM = "urn:ietf:params:scim:schemas:oracle:idcs:extension"
MFA = f"{SCIM}:mfa:User"
PARTNERS = 121
BUCKETS = (
    "Allow group Operators to read buckets in tenancy",
    "Allow group 'Partners'/'Operators' to read buckets in tenancy",
    "Allow group Partners/Administrators to manage buckets in tenancy",
    "Deny group Administrators to {BUCKET_READ} in tenancy",
    "Deny group 'Partners'/'Administrators' to {BUCKET_READ} in tenancy",
)


def _domain(name: str) -> dict[str, Any]:
    fields = {
        "displayName": name, "description": "", "type": "SECONDARY", "url": "https://idcs.example",
        "homeRegionUrl": "https://idcs.example", "homeRegion": "FRA", "licenseType": "free",
        "isHiddenOnLogin": False, "replicaRegions": [],
    }  # fmt: skip
    return {"name": name, "in": "lab", "fields": fields}


def _user(name: str, domain: str, **more: Any) -> dict[str, Any]:
    mail = [{"value": f"{name}@partner.example", "type": "work", "primary": True}]
    factor = {MFA: {"mfaStatus": more.pop("factor", "ENROLLED")}}
    return {
        "name": name,
        "fields": {"domainOcid": f"@domain/{domain}", "emails": mail, "userName": name} | factor | more,
    }


def _group(name: str, domain: str, called: str, *members: str) -> dict[str, Any]:
    listed = [{"value": one, "ocid": f"@user/{one}", "type": "User", "name": one} for one in members]
    return {
        "name": name,
        "fields": {"displayName": called, "domainOcid": f"@domain/{domain}", "members": listed},
    }


def with_domains(statements: tuple[str, ...] = BUCKETS) -> TenancyFile:
    policies = yaml.safe_load(TEXT)["resources"]["identity"]["Policy"]
    asked = {"name": "buckets", "fields": {"description": "b", "statements": list(statements)}}
    users = [
        _user("dora", "Partners", factor="UN_ENROLLED"),
        _user("paul", "Partners"),
        *(_user(f"guest-{number:03}", "Partners") for number in range(PARTNERS - 2)),
        _user("corp-ada", "Corp", userName="ada"),
    ]
    groups = [
        _group("partners-operators", "Partners", "Operators", "dora"),
        _group("partners-administrators", "Partners", "Administrators", "paul", "guest-118"),
        _group("corp-operators", "Corp", "Operators", "corp-ada"),
    ]
    jobs = {"displayName": "jobs", "domainOcid": "@domain/Partners", "matchingRule": "ALL {resource.type = 'fnfunc'}"}  # fmt: skip
    return tenancy(
        resources={
            "identity": {"Domain": [_domain("Partners"), _domain("Corp")], "Policy": [*policies, asked]},
            "identity_domains": {
                "User": users,
                "Group": groups,
                "DynamicResourceGroup": [{"name": "partners-jobs", "fields": jobs}],
            },
        }
    )
