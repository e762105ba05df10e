"""Bodies in protobuf are read as the JSON that says the same."""

import pytest

from sandbox.cluster.api.protobuf import decoded


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """A number, a text or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def envelope(version, kind, body):
    head = field(1, version) + field(2, kind)
    return b"k8s\x00" + field(1, head) + field(2, body)


def test_a_pod_with_everything_that_is_peculiar():
    volume = field(1, "v") + field(
        2, field(19, field(1, field(1, "settings")))
    )  # source and reference stand inline
    limits = field(1, field(1, "cpu") + field(2, field(1, "250m")))
    probe = field(1, field(2, field(2, field(1, 1) + field(3, "http")))) + field(2, 5)
    ports = field(1, "http") + field(3, 8080)
    container = field(1, "web") + field(2, "web:1") + field(6, ports) + field(8, limits) + field(10, probe)
    metadata = field(1, "p") + field(3, "shop") + field(11, field(1, "app") + field(2, "web"))
    spec = field(1, volume) + field(2, container) + field(4, 0) + field(7, field(1, "zone") + field(2, "a"))
    assert decoded(envelope("v1", "Pod", field(1, metadata) + field(2, spec) + field(3, b""))) == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {
            "volumes": [{"name": "v", "configMap": {"name": "settings"}}],
            "containers": [
                {
                    "name": "web",
                    "image": "web:1",
                    "ports": [{"name": "http", "containerPort": 8080}],
                    "resources": {"limits": {"cpu": "250m"}},
                    "livenessProbe": {"httpGet": {"port": "http"}, "initialDelaySeconds": 5},
                }
            ],
            "terminationGracePeriodSeconds": 0,
            "nodeSelector": {"zone": "a"},
        },
    }


def test_a_zero_counts_where_the_field_may_be_absent_and_nowhere_else():
    deployment = field(2, field(1, 0) + field(5, 0) + field(7, 0))  # replicas, minReadySeconds, paused
    assert decoded(envelope("apps/v1", "Deployment", deployment))["spec"] == {"replicas": 0}


def test_bytes_are_written_in_base64_and_negative_numbers_stay_negative():
    secret = field(2, field(1, "key") + field(2, b"\x00\xff"))
    assert decoded(envelope("v1", "Secret", secret))["data"] == {"key": "AP8="}
    minus = (1 << 64) - 3
    assert decoded(envelope("apps/v1", "Deployment", field(2, field(1, minus))))["spec"] == {"replicas": -3}


def test_delete_options_are_read_in_any_group():
    options = field(1, 0) + field(2, field(1, "some-uid")) + field(4, "Foreground") + field(5, "All")
    assert decoded(envelope("policy/v1", "DeleteOptions", options)) == {
        "apiVersion": "policy/v1",
        "kind": "DeleteOptions",
        "gracePeriodSeconds": 0,
        "preconditions": {"uid": "some-uid"},
        "propagationPolicy": "Foreground",
        "dryRun": ["All"],
    }


def test_fields_of_a_later_version_are_passed_over():
    assert "later" not in str(
        decoded(envelope("v1", "ConfigMap", field(99, "later") + field(1, field(1, "c"))))
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"k8s\x00",
        b"k8s\x00\xff",
        envelope("v1", "Unicorn", b""),
        envelope("v1", "Pod", b"\x0f"),
    ],
)
def test_what_cannot_be_read_is_a_value_error(raw):
    with pytest.raises(ValueError, match=r"."):
        decoded(raw)
