"""All rules, the benchmark's first. A new one is a row here and a function beside the others."""

from __future__ import annotations

from typing import Final

from tools.access.findings import people, statements, toxic
from tools.access.findings.world import Rule, Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity

CIS: Final = (
    Rule("CIS 1.1", "services have administrators of their own", LOW, statements.service_administrators, "give each service a group that manages it alone", manual=True),
    Rule("CIS 1.2", "only the tenancy's administrators may do everything", CRITICAL, statements.everything_in_the_tenancy, "narrow the statement to the resources and compartments that are needed"),
    Rule("CIS 1.3", "administrators of IAM cannot change the group Administrators", HIGH, statements.members_of_administrators, "add where target.group.name != 'Administrators'"),
    Rule("CIS 1.4", "passwords have 14 characters", MEDIUM, people.length, "raise the minimum length in the password policy"),
    Rule("CIS 1.5", "passwords expire within 365 days", LOW, people.not_shown("the password policies of identity domains are not shown to me"), "set it in the identity domain", manual=True),
    Rule("CIS 1.6", "passwords are not used again", LOW, people.not_shown("the password policies of identity domains are not shown to me"), "set it in the identity domain", manual=True),
    Rule("CIS 1.7", "everybody who signs in to the console has a second factor", HIGH, people.second_factor, "have them enrol, and demand it by a sign-on policy"),
    Rule("CIS 1.8", "API keys are not older than 90 days", HIGH, people.aged("api-key", "an API key"), "make a new key, use it, delete the old one"),
    Rule("CIS 1.9", "customer secret keys are not older than 90 days", MEDIUM, people.aged("customer-secret-key", "a customer secret key"), "make a new key, use it, delete the old one"),
    Rule("CIS 1.10", "auth tokens are not older than 90 days", MEDIUM, people.aged("auth-token", "an auth token"), "make a new token, use it, delete the old one"),
    Rule("CIS 1.11", "users' database passwords are not older than 90 days", LOW, people.not_shown("users' database passwords are not shown to me"), "look in the console", manual=True),
    Rule("CIS 1.12", "the tenancy's administrators have no API keys", HIGH, people.keys_of_administrators, "delete the key; automate as another user"),
    Rule("CIS 1.13", "users have an e-mail address", LOW, people.mail, "set it, so that they hear of what concerns them", manual=True),
    Rule("CIS 1.14", "machines call Oracle Cloud as themselves", LOW, people.principals, "use dynamic groups instead of users' keys", manual=True),
    Rule("CIS 1.15", "who runs storage cannot delete it", MEDIUM, statements.storage_is_deleted, "add a where on request.permission that takes the deletes out", manual=True),
    Rule("CIS 1.16", "who has not signed in for 45 days cannot", MEDIUM, people.idle, "disable the user"),
    Rule("CIS 1.17", "each user has one active API key", LOW, people.several_keys, "delete the keys that are not used"),
)  # fmt: skip
TOXIC: Final = (
    Rule("TOXIC policies", "only administrators write policies", CRITICAL, toxic.writes_policies, "take the policies out of what the group manages"),
    Rule("TOXIC membership", "nobody can put themselves into Administrators", CRITICAL, toxic.joins_groups, "add where target.group.name != 'Administrators'"),
    Rule("TOXIC rules", "nobody can put their machine into any dynamic group", HIGH, toxic.writes_rules, "keep dynamic groups with the administrators"),
    Rule("TOXIC machines", "making an instance gives nobody new rights", HIGH, toxic.makes_members, "narrow the rule to a tag that the group cannot set, or the statement"),
    Rule("TOXIC machines manage", "no machine may do everything", CRITICAL, toxic.machines_manage, "narrow the statement"),
    Rule("TOXIC anybody", "any-user and any-group have a condition on who asks", HIGH, toxic.anybody, "add where request.principal.type or an OCID"),
    Rule("TOXIC others", "other tenancies are admitted only to look, and by name", MEDIUM, toxic.lets_others_in, "name the tenancy, and admit to less"),
)  # fmt: skip
RULES: Final = (*TOXIC, *CIS)
