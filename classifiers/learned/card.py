"""The model card of an artefact: what it is for, what it was made from, how well it does."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from classifiers.learned.evaluation import Figures
from classifiers.learned.fairness import FalseAlarms
from classifiers.learned.kinds import SURE
from classifiers.learned.kinds_fitting import Named

_CARD = """\
# Model card

Made {made} by Porthor {program}, seed {seed}. {note}

## What it is for

It reads the sender's own words of one outgoing mail or attachment and says how likely they are to
be **abusive**, **confidential** or **commercial** as a Welsh public body's policy means these
words. It finds; the body's policy decides what follows, and a person decides what becomes of the
mail. It is not for judging people, for incoming mail, for monitoring without notice, or for
deciding anything by itself.

## How it works

Five linear models (logistic regression) over words, pairs of words, pieces of words and what words
mean, and two small ones of mail that was really sent, which only order what those leave low; the
text is scored whole, by sentences and by two sentences together, and what length and
language add by themselves is taken out. Welsh words bring their English neighbours along from a
glossary. Each score comes with the words that weighed most. No text is stored in it; single rare
words could be told from its weights only by trying them.

## What it was made from

Our own corpus of seeds, each with a clean twin, in English and Welsh (corpus/DATASHEET.md), and
the public sets named in the manifest with their digests. Public sets are American, mostly social
media, and offensive.

## How well it does

On our own corpus, each writer judged by models that saw none of that writer's texts; the twins are
written to be hard, so clean twins are found more often than ordinary mail. R@1 % is the recall at
the score that one in a hundred of the clean whole mails reach, none of which the model that scores
it had seen. "Found" is the share of clean twins above the scores of 1 and of 0.1 %. Intervals are
95 %.

{table}

## What kind it names

Of what is found it also says what kind it reads most like, if one is at least {sure} likely. Of the
bad texts of our corpus, by models that saw none of the writer's: {named}.

## False alarms

Clean writing of our corpus that would be found in any category at the thresholds below, by sort;
its twins are written to be hard, so ordinary mail is found far less often.

{alarms}

## Thresholds

For a budget of {budget} of clean mail in each category, by length of text (words below
{lengths}, and longer): {thresholds}. `porthor calibrate` fits them to the body's own mail.

## Known failures

- Contempt without a hard word, irony and insinuation are found far less often than insults.
- A fact about a third person in ordinary words can look like ordinary news of a colleague.
- Confidential and commercial mail of other trades than public bodies is found less often.
- Welsh in strong dialect or learners' Welsh is found less often than standard Welsh.
- Clean texts that say nearly the same as a bad one (a price that has been published, one's own
  illness) are the most frequent false alarms.
"""


def write(
    manifest: Mapping[str, Any],
    measured: Sequence[Figures],
    alarms: Sequence[FalseAlarms],
    named: Sequence[Named],
) -> str:
    """Return the card as Markdown."""
    return _CARD.format(
        made=manifest["made"],
        program=manifest["program"],
        seed=manifest["seed"],
        note=manifest["note"],
        table=table(measured),
        alarms=_alarms(alarms),
        sure=f"{SURE:.0%}",
        named=_named(manifest["categories"], named),
        budget=f"{manifest['budget']:.1%}",
        lengths=", ".join(str(each) for each in manifest["lengths"]),
        thresholds="; ".join(
            f"{name} {', '.join(f'{each:.2f}' for each in row)}"
            for name, row in manifest["thresholds"].items()
        ),
    )


def table(measured: Sequence[Figures]) -> str:
    """Figures as a Markdown table, shares in per cent."""
    lines = [
        "| category | rows | bad / clean | AUC | AP | R@1 % (interval) | R@0.1 % | found | ECE |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.category} | {each.rows} | {each.bad} / {each.clean} | {_percent(each.auc)}"
        f" | {_percent(each.average_precision)} | {_percent(each.recall[0])}"
        f" ({_percent(each.recall_interval[0])} to {_percent(each.recall_interval[1])})"
        f" | {_percent(each.recall[1])} | {_percent(each.clean_flagged[0])} /"
        f" {_percent(each.clean_flagged[1])} | {each.calibration_error:.3f} |"
        for each in measured
        if each.bad
    ]
    return "\n".join(lines)


def _alarms(alarms: Sequence[FalseAlarms]) -> str:
    lines = ["| sort | found / clean | share (interval) |", "|---|---|---|"]
    lines += [
        f"| {each.of} | {each.found} / {each.clean} | {each.found / each.clean:.1%}"
        f" ({each.interval[0]:.1%} to {each.interval[1]:.1%}) |"
        for each in alarms
    ]
    return "\n".join(lines)


def _named(categories: Sequence[str], named: Sequence[Named]) -> str:
    return "; ".join(
        f"{category}: named for {each.named / max(each.bad, 1):.0%},"
        f" right in {each.right / max(each.named, 1):.0%} of these"
        for category, each in zip(categories, named, strict=True)
    )


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.0f}"
