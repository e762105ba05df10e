"""Five thousand instances, listed and digested: what that costs in memory, by measure."""

import gc
import tracemalloc

from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import desk
from tools.oracle import sdk  # its import is no growth of a listing
from tools.reads.oci_inventory import OCI_INVENTORY
from tools.reads.oci_resources import OCI_RESOURCES

COUNT = 5_000
MOST_MIB = 60


async def _peak(at, tool):
    """The result and the highest mark of the call, in MiB; the local cloud is in the same process and counts too."""
    gc.collect()
    tracemalloc.start()
    try:
        found = await at.run(tool, kind="instance", region="frankfurt")
        return found, tracemalloc.get_traced_memory()[1] / 1024**2
    finally:
        tracemalloc.stop()


async def test_five_thousand_instances_are_listed_and_counted_within_sixty_mib(tmp_path):
    assert sdk is not None
    file = tenancy(resources={"core": {"Instance": instances(COUNT)}})
    with running(file, tmp_path) as local, desk(local) as at:
        await at.run(OCI_RESOURCES, kind="policy")
        listed, one = await _peak(at, OCI_RESOURCES)
        counted, other = await _peak(at, OCI_INVENTORY)
    assert (listed.data["total"], counted.data["resources"]) == (COUNT, COUNT)
    assert max(len(listed.digest), len(counted.digest)) <= 6_000
    assert max(one, other) <= MOST_MIB, f"{one:.1f} and {other:.1f} MiB"
