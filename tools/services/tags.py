"""Tags of Oracle Cloud: which resources carry one, and which services they tell of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import TypeAdapter, ValidationError

from tools.oracle.api import Api
from tools.oracle.oracle import Tenancy
from tools.oracle.searching import search
from tools.oracle.where import Where
from tools.services.model import Service, ServiceName
from tools.spec import Json

KINDS = ("instance", "loadbalancer", "autonomousdatabase")
SERVICE = "service"  # the key of a tag that names the service a resource belongs to
_NAME: TypeAdapter[str] = TypeAdapter(ServiceName)


def carries(item: Json, tag: str) -> bool:
    """Whether a resource has the tag `key=value` or `Namespace.key=value`, in any case."""
    key, _, value = (part.strip().lower() for part in tag.partition("="))
    return (key, value) in set(_tags(item))


def service_words(item: Json) -> set[str]:
    """The services that a resource says it belongs to, in lower case."""
    return {value for key, value in _tags(item) if key.rpartition(".")[2] == SERVICE}


def _tags(item: Json) -> Iterator[tuple[str, str]]:
    for key, value in (item.get("freeformTags") or {}).items():
        yield str(key).lower(), str(value).lower()
    for space, tags in (item.get("definedTags") or {}).items():
        for key, value in (tags or {}).items():
            yield f"{space}.{key}".lower(), str(value).lower()


async def tagged(api: Api, tenancy: Tenancy) -> tuple[Service, ...]:
    """Services of the tenancy by tag, one a name and compartment. Raises the three error words."""
    root = tenancy.compartments.root
    found = await search(Where(api, tenancy, root, tenancy.compartments.all, tenancy.asked), KINDS)
    return told(found.items, tenancy)


def told(items: Iterable[Json], tenancy: Tenancy) -> tuple[Service, ...]:
    """A tag that could not be a service's name in the map tells of none."""
    places = {
        (word, tenancy.compartments.path(str(item.get("compartmentId", ""))))
        for item in items
        for word in service_words(item)
        if _could_be_a_name(word)
    }
    return tuple(
        Service(name=word, compartment=path, discovered=True, tagged=True) for word, path in sorted(places)
    )


def _could_be_a_name(word: str) -> bool:
    try:
        _NAME.validate_python(word)
    except ValidationError:
        return False
    return True
