"""What is read from the SDK's sources is what the SDK does; the local OCI drifts with it or fails here."""

import inspect
import subprocess
import sys
from typing import Any

import pytest

from sandbox.oci.sdk import models, operations, shapes, source
from sandbox.oci.services import SERVICES

PLAIN = {"str", "int", "float", "bool", "object", "datetime", "bytes", "stream", ""}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_operation_that_is_served_is_one_of_the_sdk(service: str) -> None:
    known = [one.name for one in operations.operations(service)]
    for name in SERVICES[service]:
        assert known.count(name) == 1, name


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_their_parameters_are_those_of_the_sdks_methods(service: str) -> None:
    import oci

    package = getattr(oci, service)
    for one in operations.operations(service):
        if one.name not in SERVICES[service]:
            continue
        method = getattr(getattr(package, one.client), one.name)
        required = [name for name in list(inspect.signature(method).parameters)[1:] if name != "kwargs"]
        path = [part for part in one.segments if part.startswith("{")]
        in_query = [name for name, needed in one.parameters.query.items() if needed]
        assert len(required) == len(path) + len(in_query) + one.parameters.body_required, one.name


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_their_models_are_read_as_the_sdk_has_them(service: str) -> None:
    import oci

    package = getattr(oci, service).models
    for one in operations.operations(service):
        for kind in (
            {one.parameters.body, inner(one.parameters.response)} if one.name in SERVICES[service] else ()
        ):
            if kind not in PLAIN:
                made = getattr(package, kind)()
                read = models.model(service, kind)
                assert read.fields == {
                    made.attribute_map[key]: made.swagger_types[key] for key in made.swagger_types
                }


def inner(kind: str) -> str:
    return kind.removeprefix("list[").removesuffix("]")


def test_a_discriminator_leads_to_the_subtype() -> None:
    found = models.of("resource_search", "SearchDetails", {"type": "Structured"})
    assert (found.name, found.required) == ("StructuredSearchDetails", {"query"})


def faults(kind: str, value: Any) -> list[str]:
    return sorted(shapes.faults("core", kind, value))


def test_shapes_tell_every_fault_by_its_place() -> None:
    assert faults("list[Instance]", {}) == ["the body is no list"]
    assert faults("dict(str, str)", {"a": 1}) == [".a is no str: 1"]
    assert faults("datetime", "soon") == ["the value is no time: 'soon'"]
    assert faults("bool", 1) == ["the value is no bool: 1"]
    assert faults("int", True) == ["the value is no int: True"]
    assert faults("float", 1) == []
    wrong = {"lifecycleState": "ASLEEP", "colour": "red", "shapeConfig": {"ocpus": "two"}}
    found = "\n".join(faults("Instance", wrong))
    assert "Instance has no field colour" in found
    assert "lifecycleState is none of" in found
    assert "shapeConfig.ocpus is no float: 'two'" in found
    assert "timeCreated is missing" in found


def test_asynchronous_twins_are_left_out_and_a_service_that_is_not_there_has_no_operations() -> None:
    assert set(source.clients("audit")) == {"AuditClient"}
    assert operations.operations("no_such_service") == ()


def test_the_server_reads_the_sdk_and_never_imports_it() -> None:
    code = "import sys, sandbox.oci.server, sandbox.scenarios.loader; sys.exit('oci' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=50, check=False).returncode == 0
