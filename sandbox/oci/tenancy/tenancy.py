"""One tenancy: its records, its names, its compartments, and who may do what in which of them."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.oci.errors import hidden
from sandbox.oci.signing.principals import Principal
from sandbox.oci.tenancy.audit import AuditLog
from sandbox.oci.tenancy.file import TenancyFile
from sandbox.oci.tenancy.grants import Grant, endorsements, grants
from sandbox.oci.tenancy.names import Names
from sandbox.oci.tenancy.records import Record, Records


class Tenancy:
    def __init__(self, file: TenancyFile, names: Names, records: Records, audit: AuditLog) -> None:
        self.file = file
        self.audit = audit
        self.names = names
        self.records = records
        self.domain_ports: dict[str, int] = {}  # where each identity domain is served, by its OCID

    @property
    def root(self) -> str:
        return self.names.root

    def path(self, compartment: str) -> list[str]:
        """The compartment and everything above it, the tenancy last. Raises Refused(404)."""
        found = [compartment]
        while found[-1] != self.root:
            found.append(self.records.get(found[-1], "Compartment").compartment)
        return found

    def below(self, compartment: str) -> set[str]:
        """The compartment and everything in it."""
        inside = {one.id for one in self.records.of("identity", "Compartment")}
        return {one for one in inside if compartment in self.path(one)} | {compartment}

    def compartment_name(self, ident: str) -> str:
        return self.file.name if ident == self.root else self.records.get(ident, "Compartment").name

    def may(
        self, who: Principal, verb: str, service: str, compartment: str, kinds: tuple[str, ...] = ()
    ) -> bool:
        """`kinds`: the resource types that it is about, all of which must be granted; else any of the service's."""
        groups = frozenset(self._groups(who.user))
        places = {one for ident in self.path(compartment) for one in self._called(ident)}
        here = [one for one in self._grants() if one.place in places]
        return all(any(one.covers(groups, verb, service, kind) for one in here) for kind in kinds or ("",))

    def endorsed(self, who: Principal, verb: str, family: str, tenancy: str) -> bool:
        """Whether a policy lets the caller into another tenancy, which that one admits."""
        said = (text for one in self.records.of("identity", "Policy") for text in one.body["statements"])
        groups = frozenset(self._groups(who.user))
        return any(one == (group, verb, family, tenancy) for one in endorsements(said) for group in groups)

    def need(
        self, who: Principal, verb: str, service: str, compartment: str, kinds: tuple[str, ...] = ()
    ) -> None:
        """Raises Refused(404): who may not see it does not learn that it is there."""
        if not self.may(who, verb, service, compartment, kinds):
            raise hidden()

    def user(self, name: str) -> Record:
        return self.records.get(self.names.ocid("user", name), "User")

    def _called(self, ident: str) -> set[str]:
        return {""} if ident == self.root else {ident, self.compartment_name(ident).lower()}

    def _groups(self, user: str) -> Iterator[str]:
        for one in self.records.of("identity", "UserGroupMembership"):
            if one.body["userId"] == user:
                yield self.records.get(one.body["groupId"], "Group").name.lower()

    def _grants(self) -> list[Grant]:
        return [
            found for one in self.records.of("identity", "Policy") for found in grants(one.body["statements"])
        ]
