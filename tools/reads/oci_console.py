"""The serial console of an instance as it was captured last: what the kernel said when nothing else could."""

from __future__ import annotations

import re
from itertools import pairwise

from pydantic import Field

from tools.errors import GiveUp
from tools.oracle.everywhere import moment
from tools.oracle.naming import named
from tools.oracle.where import CloudArgs, find, text_of
from tools.reads.digest import counted, digest, proved, short
from tools.reads.windows import ago
from tools.spec import Call, Evidence, Result, Scope, Table, Tool

MOST = 1_048_576  # bytes that Oracle keeps of a console
TAIL = 25  # last lines shown
PROVED = 6
_TROUBLE = re.compile(
    r"kernel panic|oom-killer|out of memory|killed process|\bBUG:|\bOops\b|call trace|hung_task|blocked for more than"
    r"|I/O error|EXT4-fs (error|warning)|XFS .*(corrupt|error)|soft lockup|hard lockup|emergency mode|failed to start"
    r"|segfault|mce: .*error|no space left|dracut.*(fail|timeout)|end Kernel",
    re.IGNORECASE,
)


class Args(CloudArgs):
    resource: str = Field(max_length=300, description="instance: display name or OCID")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    item = await named(where, "instance", args.resource)
    region, name = text_of(item, "region"), text_of(item, "displayName")
    listing = await where.api.listing(
        "compute", "list_console_histories", region=region, cap=100,
        compartment_id=text_of(item, "compartmentId"), instance_id=text_of(item, "identifier"),
    )  # fmt: skip
    done = [one for one in listing.items if text_of(one, "lifecycleState") == "SUCCEEDED"]
    if not done:
        raise GiveUp(
            f"no console history of {name} was captured that I may see; capturing one is a change, which I do not make here", "oci:Compute"
        )  # fmt: skip
    last = max(done, key=lambda one: text_of(one, "timeCreated"))
    answer = await where.api.read(
        "compute", "get_console_history_content", region=region,
        instance_console_history_id=text_of(last, "id"), offset=0, length=MOST,
    )  # fmt: skip
    body = answer.data
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    at = moment(last, "timeCreated")
    when = f"{ago(at, call.now)} ago" if at else "at an unknown time"
    scope = Scope(compartment=where.path(item), region=region, service=where.service)
    return _result(scope, name, text_of(last, "id"), when, text)


def _result(scope: Scope, name: str, ident: str, when: str, text: str) -> Result:
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    bad = _worst(lines)
    head = f"Console of {name}, captured {when}: {counted(len(lines), 'line')}, {len(bad)} of them trouble."
    tail = [short(line, 300) for line in lines[-TAIL:]]
    return Result(
        data={"name": name, "captured": when, "lines": len(lines), "trouble": bad[:100], "tail": tail},
        digest=digest([head, *proved((short(line, 300) for line in bad), PROVED), f"last {len(tail)} lines:", *tail]),
        scope=scope,
        evidence=tuple(
            Evidence(f"oci:{ident}#line/{number}", "console", short(line, 200), untrusted=True)
            for number, line in enumerate(bad[:PROVED], 1)
        ),
        ruled_out=() if bad else ("no panic, out of memory, hang or I/O error in it",),
        tables=(Table("Trouble on the console", ("line",), tuple((short(line, 200),) for line in bad[:20])),) if bad else (),
        raw=text,
        untrusted=True,
    )  # fmt: skip


def _worst(lines: list[str]) -> list[str]:
    """Lines of trouble, the last first, said twice in a row once."""
    found = [line for line in lines if _TROUBLE.search(line)]
    once = [one for one, following in pairwise([*found, ""]) if one != following]
    return once[::-1]


OCI_CONSOLE = Tool(
    name="oci_console",
    summary="Serial console of an Oracle Cloud instance as last captured: kernel panics, out of memory, disk errors.",
    permission="kubernetes:logs",
    args=Args,
    run=run,
    examples=(
        "what is on the console of oke-pool1-b?",
        "did the kernel panic on oke-pool1-b?",
        "console history of oke-pool1-b",
    ),
    cache_s=30,
)
