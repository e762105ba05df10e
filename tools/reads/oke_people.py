"""Subjects of a cluster of Oracle are OCIDs: who they are by name, and which groups somebody is in, as Identity tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tools.access.holders import USER
from tools.errors import AskBack, ToolError
from tools.oracle.identities import KINDS, directory, who_is
from tools.oracle.where import CompartmentArgs, find
from tools.spec import Call

OCID = "ocid1."


@dataclass(frozen=True, slots=True)
class Known:
    """`names` by OCID. `subject` and `groups` are those of the person asked about, where Identity knows them."""

    names: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""
    kind: str = ""
    groups: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    def called(self, subject: str) -> str:
        """`Platform (ocid1.group...)`: both, for people and for looking it up."""
        name = self.names.get(subject)
        return f"{name} ({subject})" if name else subject


async def known(call: Call, subjects: Iterable[str], who: str = "") -> Known:
    """Nothing is asked where no binding names an OCID, or no tenancy is set up. Never raises for what Oracle does."""
    if call.clients.oracle is None or not any(one.startswith(OCID) for one in subjects):
        return Known()
    try:
        where = await find(replace(call, reach=call.cloud_reach), CompartmentArgs())
        people = await directory(where.api, where.tenancy.id)
    except (ToolError, AskBack) as error:
        return Known(unseen=(f"names in Oracle Cloud: {error}",))
    names = {ident: name for kind in KINDS for ident, name in people.named(kind).items()}
    if not who:
        return Known(names, unseen=people.missing)
    try:
        one = await who_is(where.api, where.tenancy.id, who, people)
    except AskBack:
        return Known(names, unseen=people.missing)
    except ToolError as error:
        return Known(names, unseen=(*people.missing, f"groups of {who} in Oracle Cloud: {error.reason}"))
    groups = tuple(ident for ident, _ in one.groups) if one.kind == USER else ()
    return Known(names, one.id, one.kind, groups, people.missing)
