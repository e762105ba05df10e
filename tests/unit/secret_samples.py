"""Secrets that nobody has: made at run time, so that no scanner finds one in the repository."""

import random
import string

WORD = string.ascii_letters + string.digits


def made(prefix, length, alphabet=WORD, seed=1):
    pick = random.Random(f"{prefix}{length}{seed}")
    return prefix + "".join(pick.choices(alphabet, k=length))


def pem(kind="RSA ", lines=6):
    body = "\n".join(
        made("MII" if n == 0 else "", 61 if n == 0 else 64, WORD + "+/", seed=n) for n in range(lines)
    )
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----\n"


GROQ = made("gsk_", 52)
GITHUB = made("ghp_", 36)
SLACK = made("xoxb-", 12, string.digits) + "-" + made("", 12, string.digits, 2) + "-" + made("", 24)
SHA = made("", 40, "0123456789abcdef")
# what comes from nowhere but a person's head
WEAK = "hunter2"
