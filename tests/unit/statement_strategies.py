"""Generated statements of the policy language, each with what it says: spelled in any case, spaced and commented anyhow."""

from hypothesis import strategies as st

WORDS = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_.-]{0,8}", fullmatch=True).filter(
    lambda w: w.lower() not in {"id", "where", "with", "any", "all", "in", "to", "of", "as", "not"}
)
TEXTS = st.text(st.characters(exclude_characters="'\"\ufffd", exclude_categories=("C", "Z")), max_size=8)
VARIABLES = st.sampled_from(
    ["request.permission", "request.operation", "target.resource.tag.Ops.Env", "request.principal.type"]
)
OCIDS = st.sampled_from(
    ["ocid1.group.oc1..aaaa1", "ocid1.compartment.oc1..bbbb", "ocidv1:tenancy:oc1:phx:1:cc"]
)
SPACES = st.sampled_from([" ", "  ", "\t", "\n", " // why\n", "\r\n"])


@st.composite
def names(draw):
    """A list of tokens, and the JSON of the name."""
    if draw(st.booleans()):
        ocid = draw(OCIDS)
        return ["id", ocid], {"id": ocid}
    plain = [draw(WORDS), f"'{draw(TEXTS)}'", f'"{draw(TEXTS)}"']
    name = draw(st.sampled_from(plain))
    if draw(st.booleans()):
        return [name], {"name": bare(name)}
    domain = draw(st.sampled_from(plain))
    return [domain, "/", name], {"name": bare(name), "domain": bare(domain)}


def bare(name):
    return name[1:-1] if name[0] in "'\"" else name


@st.composite
def subjects(draw):
    kind = draw(st.sampled_from(["group", "dynamic-group", "any-user", "any-group", "resource"]))
    if kind.startswith("any"):
        return [kind], {"kind": kind}
    if kind == "resource":
        one, two = draw(WORDS), draw(WORDS)
        return [kind, one, two], {"kind": kind, "names": [one, two]}
    found = draw(st.lists(names(), min_size=1, max_size=3))
    return [kind, *joined([tokens for tokens, _ in found])], {
        "kind": kind,
        "names": [said for _, said in found],
    }


def joined(parts, mark=","):
    return [token for number, part in enumerate(parts) for token in ([mark] if number else []) + part]


@st.composite
def abilities(draw):
    if draw(st.booleans()):
        verb, resource = draw(st.sampled_from(["inspect", "read", "use", "manage"])), draw(WORDS)
        return [verb, resource], {"verb": verb, "resource": resource.lower()}
    found = draw(st.lists(WORDS, min_size=1, max_size=3))
    return ["{", *joined([[word] for word in found]), "}"], {"permissions": [word.upper() for word in found]}


@st.composite
def places(draw):
    kind = draw(st.sampled_from(["tenancy", "path", "id"]))
    if kind == "tenancy":
        return ["in", "tenancy"], {"kind": "tenancy"}
    if kind == "id":
        ocid = draw(OCIDS)
        return ["in", "compartment", "id", ocid], {"kind": "compartment", "id": ocid}
    path = draw(st.lists(WORDS, min_size=1, max_size=3))
    return ["in", "compartment", *joined([[p] for p in path], ":")], {"kind": "compartment", "path": path}


@st.composite
def values(draw):
    kind = draw(st.sampled_from(["text", "variable", "pattern"]))
    if kind == "text":
        text = draw(TEXTS)
        return [f"'{text}'"], {"text": text}
    if kind == "variable":
        variable = draw(VARIABLES)
        return [variable], {"variable": variable}
    pattern = draw(WORDS)
    return [f"/{pattern}*/"], {"pattern": f"{pattern}*"}


@st.composite
def comparisons(draw):
    variable, sign = (
        draw(VARIABLES),
        draw(st.sampled_from(["=", "!=", "in", "not in", "after", "between", "", "!"])),
    )
    if sign in {"", "!"}:
        return [*([sign] if sign else []), variable], {
            "op": "absent" if sign else "present",
            "variable": variable,
        }
    said = {"op": sign, "variable": variable}
    if sign.endswith("in"):
        found = draw(st.lists(values(), min_size=1, max_size=3))
        tokens = [variable, *sign.split(), "(", *joined([one for one, _ in found]), ")"]
        return tokens, said | {"value": [value for _, value in found]}
    one, value = draw(values())
    if sign == "between":
        two, other = draw(values())
        return [variable, sign, *one, "and", *two], said | {"value": [value, other]}
    return [variable, sign, *one], said | {"value": value}


def groups(inner):
    return st.tuples(st.sampled_from(["any", "all"]), st.lists(inner, min_size=1, max_size=3)).map(
        lambda found: (
            [found[0], "{", *joined([tokens for tokens, _ in found[1]]), "}"],
            {found[0]: [said for _, said in found[1]]},
        )
    )


@st.composite
def sets(draw):
    variable, text = draw(VARIABLES), draw(TEXTS)
    name = draw(st.sampled_from(["sets-intersect", "sets-equal"]))
    tokens = [name, "(", variable, ",", "(", f"'{text}'", ")", ")"]
    return tokens, {"op": name, "sets": [{"variable": variable}, [{"text": text}]]}


CONDITIONS = st.recursive(comparisons() | sets(), groups, max_leaves=8)
KEYWORDS = frozenset(
    [
        "allow",
        "deny",
        "to",
        "in",
        "where",
        "tenancy",
        "compartment",
        "any",
        "all",
        "group",
        "dynamic-group",
        "any-user",
        "any-group",
        "manage",
        "use",
        "read",
        "inspect",
    ]
)


@st.composite
def statements(draw):
    """The text, and the JSON that it must be read as."""
    effect = draw(st.sampled_from(["allow", "deny"]))
    subject, who = draw(subjects())
    ability, what = draw(abilities())
    place, where = draw(places())
    tokens, said = (
        [effect, *subject, "to", *ability, *place],
        {"effect": effect, "subject": who, **what, "place": where},
    )
    if draw(st.booleans()):
        condition, told = draw(CONDITIONS)
        tokens, said = [*tokens, "where", *condition], said | {"where": told}
    return spelled(draw, tokens), said


def spelled(draw, tokens):
    """Tokens as a person may type them: words need a space between them, marks may have one."""
    text = draw(st.sampled_from(["", " ", "\n"]))
    for token, after in zip(tokens, [*tokens[1:], ""], strict=True):
        text += token.upper() if token in KEYWORDS and draw(st.booleans()) else token
        text += draw(SPACES) if wordy(token) and wordy(after) else draw(st.sampled_from(["", " ", "\t"]))
    return text


def wordy(token):
    return token[:1].isalnum() or token[:1] in "/'\""
