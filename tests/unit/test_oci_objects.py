"""Object storage of the local Oracle Cloud, with the SDK as it is: names, conditions, pages, and rules that hold."""

import pytest

from sandbox.oci.times import DAY, stamp
from tests.unit.oci_running import refused, running
from tests.unit.oci_tenancy import tenancy


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    with running(tenancy(), tmp_path_factory.mktemp("oci")) as one:
        yield one


@pytest.fixture(scope="module")
def client(local):
    return local.client("object_storage", "ObjectStorageClient", "ADMIN")


@pytest.fixture(scope="module")
def space(client):
    return client.get_namespace().data


def made(local, client, space, name):
    import oci

    details = oci.object_storage.models.CreateBucketDetails(
        name=name, compartment_id=local.ocid("compartment", "prod")
    )
    return client.create_bucket(space, details).data


def ruled(client, space, name, **duration):
    import oci

    models = oci.object_storage.models
    held = models.Duration(**duration) if duration else None
    details = models.CreateRetentionRuleDetails(display_name="audit", duration=held)
    return client.create_retention_rule(space, name, details).data


def test_an_object_comes_back_byte_for_byte_and_is_put_once_where_that_was_asked(local, client, space):
    made(local, client, space, "plain")
    client.put_object(space, "plain", "a/b c.json", b'{"n":1}\n', if_none_match="*")
    assert client.get_object(space, "plain", "a/b c.json").data.content == b'{"n":1}\n'
    assert client.head_object(space, "plain", "a/b c.json").headers["etag"]
    problem = refused(client.put_object, space, "plain", "a/b c.json", b"other", if_none_match="*")
    assert (problem.status, problem.code) == (412, "IfNoneMatchFailed")
    client.put_object(space, "plain", "a/b c.json", b"other")
    assert client.get_object(space, "plain", "a/b c.json").data.content == b"other"
    client.delete_object(space, "plain", "a/b c.json")
    assert refused(client.get_object, space, "plain", "a/b c.json").code == "ObjectNotFound"


def test_a_retention_rule_refuses_overwriting_and_deleting_until_its_time_is_over(local, client, space):
    made(local, client, space, "kept")
    client.put_object(space, "kept", "one", b"1")
    ruled(client, space, "kept", time_amount=2, time_unit="DAYS")
    assert len(client.list_retention_rules(space, "kept").data.items) == 1
    for call in (client.delete_object, lambda *a: client.put_object(*a, b"2")):
        assert refused(call, space, "kept", "one").code == "RetentionRuleViolation"
    assert client.get_object(space, "kept", "one").data.content == b"1"
    bucket = next(
        one for one in local.server.tenancy.records.of("object_storage", "Bucket") if one.name == "kept"
    )
    bucket.hidden["objects"]["one"]["timeCreated"] = stamp(local.clock() - 3 * DAY)
    client.delete_object(space, "kept", "one")
    assert refused(client.get_object, space, "kept", "one").code == "ObjectNotFound"


def test_lists_go_page_by_page_in_the_order_of_names(local, client, space):
    made(local, client, space, "many")
    for number in range(5):
        client.put_object(space, "many", f"h/{number}", b"x")
    client.put_object(space, "many", "other", b"x")
    first = client.list_objects(space, "many", prefix="h/", limit=3).data
    assert [one.name for one in first.objects] == ["h/0", "h/1", "h/2"]
    rest = client.list_objects(space, "many", prefix="h/", start=first.next_start_with).data
    assert [one.name for one in rest.objects] == ["h/3", "h/4"]
    assert rest.next_start_with is None


def test_who_may_not_write_and_what_is_not_there_look_the_same(local, client, space):
    made(local, client, space, "closed")
    reader = local.client("object_storage", "ObjectStorageClient")
    assert reader.get_bucket(space, "closed").data.name == "closed"
    found = {refused(reader.put_object, space, name, "x", b"x").code for name in ("closed", "nowhere")}
    assert found == {"BucketNotFound"}
