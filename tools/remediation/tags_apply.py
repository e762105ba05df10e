"""Put tags on a resource, or take one off: free ones by their key, defined ones as Namespace.Key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import Field, model_validator

from tools.errors import AskBack, GiveUp
from tools.oracle.where import Where, text_of
from tools.plan import TAG, Blast, Check, Draft
from tools.reads.digest import short
from tools.remediation.cloud_fields import Fields, lines, was
from tools.remediation.cloud_item import NO_DRY_RUN, Item, ResourceArgs, any_item, may_change, tags_of
from tools.remediation.cloud_kinds import TAGGED
from tools.spec import Call, Json, Risk

MOST: Final = 10  # free tags of one resource, as Oracle has it
CALLED: Final = "resource that takes tags"
_KEY: Final = r"^[A-Za-z0-9_@-]+(\.[A-Za-z0-9_@-]+)?$"
MANAGED: Final = frozenset({"Oracle-Tags", "orcl-cloud"})  # namespaces that Oracle itself writes


class Args(ResourceArgs):
    tags: dict[str, str] = Field({}, description="what to set, as key=value; Namespace.Key for a defined tag")
    remove: str | None = Field(None, max_length=200, pattern=_KEY, description="key of a tag to take off")

    @model_validator(mode="after")
    def _something(self) -> Args:
        if not self.tags and not self.remove:
            raise ValueError("say which tags to set, as key=value, or which one to take off")
        if self.remove in self.tags:
            raise ValueError("a tag is set or taken off, not both")
        return self


def shown(found: Item) -> dict[str, str]:
    return {"displayName": found.name, **tags_of(found.body)}


async def plan(call: Call, args: Args) -> Draft:
    found = await any_item(call, TAGGED, CALLED, args)
    tags = {await _spelled(found.where, key): value for key, value in args.tags.items()}
    may_change(call)
    now = shown(found)
    wanted = {f"{TAG}{key}": value for key, value in tags.items()}
    wanted |= {f"{TAG}{args.remove}": ""} if args.remove else {}
    changes = lines(now, wanted)
    bound = any("." in change.path for change in changes)
    after = _after(found, tags, [args.remove] if args.remove else [])
    if len(after["freeformTags"]) > MOST:
        raise GiveUp(
            f"a resource takes {MOST} free tags at most; {found.name} would have {len(after['freeformTags'])}",
            "oci",
        )
    return Draft(
        action="tags_apply",
        args=found.args(tags=tags or None, remove=args.remove),
        target=found.target(),
        title=f"Change tags of {found.kind.word} {short(found.name, 80)}",
        shown=now,
        changes=changes,
        dry_run=NO_DRY_RUN,
        blast=Blast(summary=f"{len(changes)} tag(s) of 1 {found.kind.word}; it runs on untouched"),
        reversible=True,
        undo="put its former tags back",
        rollback=_request(found, {key: found.body.get(key) or {} for key in after}),
        write=_request(found, after),
        check=Check(criterion="Oracle shows the tags of the card", deadline_s=60.0, params={"wanted": wanted}),
        warnings=("dynamic groups, policies, budgets and cost reports may go by its tags",),
        risk=Risk.MEDIUM if bound else Risk.LOW,
    )  # fmt: skip


async def _spelled(where: Where, key: str) -> str:
    """As Oracle spells it. Raises AskBack, GiveUp for a defined tag that is not there, is retired, or is Oracle's own."""
    space, dot, name = key.partition(".")
    if not dot:
        return key
    if space in MANAGED:
        raise GiveUp(f"{space} is a namespace that Oracle itself writes", "oci:identity")
    home, root = where.tenancy.home, where.tenancy.id
    spaces = await where.api.listing(
        "identity", "list_tag_namespaces", region=home, compartment_id=root, include_subcompartments=True
    )
    names = {text_of(one, "name"): text_of(one, "id") for one in spaces.items}
    found = _alike(space, names, f"I see no tag namespace {space}. Which one?")
    known = await where.api.listing("identity", "list_tags", region=home, tag_namespace_id=names[found])
    usable = [text_of(one, "name") for one in known.items if not one.get("isRetired")]
    return f"{found}.{_alike(name, usable, f'{found} has no tag {name} that is in use. Which one?')}"


def _alike(word: str, names: Iterable[str], ask: str) -> str:
    """Oracle does not tell upper and lower case apart."""
    found = next((name for name in names if name.lower() == word.lower()), "")
    if not found:
        raise AskBack(ask, tuple(names))
    return found


def _after(found: Item, tags: Mapping[str, str], remove: Iterable[str]) -> Json:
    """All tags that it is to have: Oracle replaces the whole of each map."""
    free = dict(found.body.get("freeformTags") or {})
    defined = {space: dict(keys) for space, keys in (found.body.get("definedTags") or {}).items()}
    for key, value in tags.items():
        space, dot, name = key.partition(".")
        if dot:
            defined.setdefault(space, {})[name] = value
        else:
            free[key] = value
    for key in remove:
        space, dot, name = key.partition(".")
        if dot:
            defined.get(space, {}).pop(name, None)
        else:
            free.pop(space, None)
    return {"freeformTags": free, "definedTags": defined}


def _back(found: Item, draft: Draft) -> Json:
    """The tags of the card as they were, beside whatever others have set since: Oracle would drop what is not sent."""
    former = {path.removeprefix(TAG): value for path, value in was(draft).items()}
    tags = {key: value for key, value in former.items() if value}
    return _request(found, _after(found, tags, former.keys() - tags.keys()))


def _request(found: Item, tags: Json) -> Json:
    kind = found.kind
    arguments = {kind.ident: found.id, kind.details: tags}
    return {
        "service": kind.service,
        "operation": kind.update,
        "region": found.region,
        "token": kind.once,
        "arguments": arguments,
    }


TAGS_APPLY = Fields(shown, back=_back).action(
    plan,
    name="tags_apply",
    summary="Set or take off tags of an Oracle Cloud instance, volume, boot volume or alarm.",
    args=Args,
    risk=Risk.LOW,
    reversible=True,
    reads=("the resource", "tag namespaces and tags, for defined ones"),
    writes=("freeformTags, definedTags of the resource",),
    verified="Oracle shows the tags of the card",
    needs_oci=(
        "INSTANCE_READ", "INSTANCE_UPDATE", "VOLUME_INSPECT", "VOLUME_UPDATE", "ALARM_READ", "ALARM_UPDATE", "TAG_NAMESPACE_INSPECT", "TAG_NAMESPACE_USE",
    ),
    examples=("tag instance loadtest-1 with owner=erin", "remove the tag owner from instance loadtest-1"),
    says=(
        "tag [the] [boot] [(instance|volume|alarm|resource)] {resource} with {tags}",
        "(set|put|add) [the] (tag|tags) {tags} (on|to) [the] [boot] [(instance|volume|alarm|resource)] {resource}",
        "remove [the] tag {remove} from [the] [boot] [(instance|volume|alarm|resource)] {resource}",
    ),
)  # fmt: skip
