"""What keeps each rule of a policy from doing more than watch, and what it leaves unsaid."""

from datetime import date

from models.policy import Policy, Rule, UnknownSenders

_FINDS = {"nhs-number": "health", "dbs-certificate": "offences"}  # detectors, and what they show
_SENSITIVE = frozenset({"health", "union", "belief", "sexual-life", "offences"})  # categories

_PAPERS = {
    "ground": "no ground of regulation 3(2) (papers.ground)",
    "purpose": "no purpose in plain words (papers.purpose)",
    "assessment": "no impact assessment (papers.assessment)",
    "notice": "no day from which staff were told (papers.notice)",
    "review": "no day until which the assessment is good (papers.review)",
    "ends": "no end date (papers.ends)",
    "basis": "no lawful basis (papers.basis: public-task or legal-duty)",
    "special_category": "no condition for special-category data (papers.special_category)",
    "offences": "no condition for data about offences (papers.offences)",
    "policy_document": "no appropriate policy document (papers.policy_document)",
    "consulted": "its assessment leaves a high risk, and no answer of the Information Commissioner"
    " is named (papers.consulted)",
    "milder": "no reason why a milder outcome would not do (milder)",
    "notice: not yet": "the day from which staff are told is still to come (papers.notice)",
    "review: passed": "its assessment's review date has passed (papers.review)",
    "ends: passed": "its end date has passed (papers.ends)",
}


def lint(policy: Policy, on: date) -> list[str]:
    """Say what keeps each rule from doing more than watch, and what is unsaid; empty if nothing."""
    lines = []
    if not policy.consent:
        lines.append("consent: no statement of the system controller; every rule only watches")
    if policy.unknown_senders is UnknownSenders.WATCH:
        lines.append(
            "unknown_senders: rules only watch mail from addresses that are in nobody's entry"
        )
    for rule in policy.rules:
        if missing := rule.missing(on):
            reasons = "; ".join(_PAPERS[each] for each in missing)
            lines.append(f'rule "{rule.id}" only watches: {reasons}')
        if rule.narrow is None and rule.then.waits and (shown := _shows(rule)):
            lines.append(
                f'rule "{rule.id}" does not say who may see what it holds: it finds data about'
                f" {shown}; say narrow = true, so that few do, or narrow = false"
            )
    return lines


def _shows(rule: Rule) -> str:
    """What a rule finds of the kinds that few may see (L23), in words; "" for none."""
    found = {_FINDS.get(each.detector or "", each.category) for each in rule.when}
    return " and ".join(sorted(each.replace("-", " ") for each in found & _SENSITIVE if each))
