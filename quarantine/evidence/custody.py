"""The chain of custody: the audit entries about what a bundle holds, for a program and a person.

Each entry is given whole, so that its digest can be worked out again; of the entries between
them, which are about others, the digest alone, so that each has its place in the chain. Pure.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from models.audit import ChainedEntry, Purpose
from quarantine.evidence.words import has, say

_SYSTEM = "system"
_COMMAND_LINE = "os:"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExtract:
    """The entries about some items, and the digests of the chain from there to its end."""

    entries: tuple[ChainedEntry, ...]  # in order
    digests: tuple[tuple[int, str], ...]  # number and digest, from before the first entry


def extract_lines(extract: AuditExtract) -> str:
    """The entries, a JSON object a line; a digest is over all the rest of its line, canonical."""
    return "".join(
        json.dumps(
            {
                "sequence": each.sequence,
                "at": each.entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "actor": each.entry.actor,
                "action": each.entry.action.value,
                "subject": each.entry.subject,
                "purpose": each.entry.purpose.value if each.entry.purpose else None,
                "detail": each.entry.detail,
                "previous": each.previous,
                "digest": each.digest,
            },
            ensure_ascii=False,
        )
        + "\n"
        for each in extract.entries
    )


def digest_lines(extract: AuditExtract) -> str:
    """Number and digest, a line each; the last line is the chain's end when this was made."""
    return "".join(f"{number} {digest}\n" for number, digest in extract.digests)


def custody_log(
    extract: AuditExtract, labels: Mapping[str, str], names: Mapping[str, str], language: str
) -> str:
    """Who did what to which item, when and why, in one language.

    `labels` gives an exhibit's label by the held message's id, `names` a person's name by theirs.
    """

    def in_words(section: str, key: str) -> str:
        return say(section, key).in_language(language)

    lines = [in_words("custody", "title"), "", in_words("custody", "intro"), ""]
    for each in extract.entries:
        entry = each.entry
        act = entry.action.value if has("acts", entry.action.value) else "other"
        lines.append(
            f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}  {in_words('acts', act)}"
            + (f" ({entry.action.value})" if act == "other" else "")
        )
        who = _who(entry.actor, names, language)
        subject = labels.get(entry.subject, entry.subject)
        lines.append(f"    {who}. {in_words('custody', 'subject')} {subject}.")
        lines += _why(entry.purpose, entry.detail, language)
        lines.append(f"    {in_words('custody', 'entry')} {each.sequence}, {each.digest}")
    return "\n".join(lines) + "\n"


def _who(actor: str, names: Mapping[str, str], language: str) -> str:
    if actor == _SYSTEM:
        return say("custody", "system").in_language(language)
    if actor.startswith(_COMMAND_LINE):
        return f"{say('custody', 'command-line').in_language(language)} ({actor})"
    return f"{names[actor]} ({actor})" if actor in names else actor


def _why(purpose: Purpose | None, detail: str, language: str) -> list[str]:
    told = []
    if purpose is not None:
        why = purpose.value
        if has("purposes", why):
            why = say("purposes", why).in_language(language)
        told.append(f"{say('custody', 'purpose').in_language(language)}: {why}")
    if detail:
        told.append(f"{say('custody', 'detail').in_language(language)}: {detail}")
    return [f"    {'. '.join(told)}."] if told else []
