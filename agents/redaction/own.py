"""Our own rules, for what the rule set lacks. Every group that took part in a match is a secret."""

from __future__ import annotations

from agents.redaction.rules import Rule

VALUE = r"[^\s\"'`<>\\]"
BASE64 = r"[A-Za-z0-9+/_-]"


def _rule(kind: str, pattern: str, *keywords: str, hint: str = "") -> Rule:
    return Rule(kind, pattern, keywords, hint=hint)


OWN = (
    _rule("groq-api-key", r"\b(gsk_[A-Za-z0-9]{20,})", "gsk_", hint="gsk_[A-Za-z0-9]{20}"),
    _rule(
        "url-password",
        r"(?i)\b[a-z][a-z0-9+.-]{1,30}://[^\s/:@\"'<>]{0,100}:([^\s\"'`<>\\/]{1,200}|(?!\d{1,5}/)[^\s\"'`<>\\]{1,200}?)@(?=[\w.\[-])",
        "://",
    ),
    _rule(
        "authorization",
        r"(?i)authorization\\*[\"']?\s{0,3}[:=]\s{0,3}\\*[\"']?(?:(?:bearer|basic|token|apikey|api-key|digest|negotiate|splunk)\s{1,3})?"
        rf"((?!(?:bearer|basic|token|signature)\b){VALUE}{{3,}})",
        "authorization",
        hint=r"(?i)authorization\\{0,6}[\"']?\s{0,3}[:=]",
    ),
    _rule("bearer", r"(?i)\bbearer\s{1,3}((?=[\w.~+/=-]*[0-9_.+/=-])[\w.~+/-]{8,}={0,2}|[\w.~+/-]{20,}={0,2})", "bearer", hint=r"(?i)\bbearer\s{1,3}[\w.~+/-]{8}"),
    _rule("basic", r"(?i)\bbasic\s{1,3}([a-z0-9+/]{8,}={1,2}|(?=[a-z+/]*[0-9])[a-z0-9+/]{12,})(?![\w=])", "basic"),
    _rule("http-signature", rf"(?i)\bsignature\s.{{0,400}}?signature\\?=\\?[\"']?({BASE64}{{20,}}={{0,2}})", "signature"),
    _rule("cookie", r"(?i)\b(?:set-)?cookie\\*[\"']?\s{0,3}[:=]\s{0,3}\\*[\"']?([^\s\"'\\][^\"'\\\n]*)", "cookie", hint=r"(?i)cookie\\{0,6}[\"']?\s{0,3}[:=]"),
    _rule("par-url", r"(/p/[\w-]{20,}(?=/n/))", "/n/", hint=r"/p/[\w-]{20}[\w-]*/n/"),
    _rule(
        "signed-url",
        r"(?i)[?&](?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|code|key)=([\w%+/.~-]{16,}=*)",
        "sig=", "signature=", "security-token=", "code=", "key=",
    ),
    _rule("smtp-password", r"(?i)\bauth\s{1,3}(?:plain|login|cram-md5|xoauth2)\s{1,3}([a-z0-9+/]{4,}={0,2})(?![\w=])", "auth "),
    _rule(
        "command-password",
        r"(?:\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;]{0,200}?\s-p|\bsshpass\s{1,3}-p\s{0,3}|\bredis-cli\b[^\n|;]{0,200}?\s-a\s{1,3}"
        r"|\b(?:docker|podman|nerdctl|helm registry|crane|skopeo|oras)\b[^\n|;]{0,40}\blogin\b[^\n|;]{0,200}?\s-p[ =]{1,3})"
        r"(\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|[^\s\"'\\]{1,200})",
        "mysql", "mariadb", "sshpass", "redis-cli", "login",
    ),
    _rule(
        "command-password",
        r"\b(?:curl|wget|http|ldapsearch|mongo|mongosh)\b[^\n]{0,400}?\s(?:-u|--user|--proxy-user)[ =]{0,3}[\"']?[^\s:\"']{0,100}:([^\s\"'\\]{1,200})",
        "curl", "wget", "http ", "ldapsearch", "mongo",
    ),
    _rule("sql-password", r"(?i)\b(?:identified\s{1,3}by|password)\s{1,3}(?:values\s{1,3})?\\?'([^'\n\\]{1,200})\\?'", "identified", "password"),
    _rule("sql-password", r"(?i)\bidentified\s{1,3}by\s{1,3}\\?\"([^\"\n\\]{1,200})\\?\"", "identified"),
    _rule("netrc-password", r"(?i)\blogin\s{1,3}\S{1,100}\s{1,9}password\s{1,3}(\S{1,200})", "login"),
    _rule("registry-auth", r"(?i)\\*[\"']auth\\*[\"']\s{0,3}:\s{0,3}\\*[\"']([a-z0-9+/]{8,}={0,2})\\*[\"']", "auth"),
    _rule("password-hash", r"(\$(?:2[abxy]?|5|6|y|apr1|argon2id?|scrypt)\$[\w./$=,+-]{20,})", "$2", "$5$", "$6$", "$y$", "$apr1$", "$argon2", "$scrypt"),
    _rule("pgpass", r"(?m)^[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w.*-]{1,63}:[\w.*-]{1,63}:(\S{1,200})$", ":5432:", ":*:", ":6432:"),
    _rule("oci-secret", r"(?i)\b(?:customer\s{1,3}secret\s{1,3}key|auth(?:entication)?\s{1,3}token|smtp\s{1,3}password)\b\s{0,3}(?:[:=]|\bis\b|\bwas\b)\s{0,3}((?=[^\s\"'`]*[^A-Za-z\s\"'`])[^\s\"'`]{12,})", "secret", "token", "password"),
    _rule(
        "said-password",
        r"(?i)\b(?:password|passwd|passphrase|passcode|api[ _-]?key|secret|token)(?:\s{1,3}(?:for|of|to|on)(?:\s{1,3}[\w.@-]{1,40}){1,4}?)?"
        r"\s{1,3}(?:is|was|are|=|->)\s{1,3}(?:now\s{1,3}|still\s{1,3})?[\"'`]?((?=[^\s\"'`]*[^A-Za-z\s.,:;!?\"'`])[^\s\"'`]{4,})",
        "is ", "was ", "are ", "= ", "-> ",
    ),
)  # fmt: skip
