"""What papers are made of that only the gateway knows: the settings, the classifier in force."""

from importlib.metadata import version

from gateway.classifier_in_force import artefact_in_force
from gateway.config import Settings, in_force
from quarantine.papers.live import Given


def papers_given(settings: Settings) -> Given:
    """Return it, beside the body, the policy and the database. Raises SettingInvalid."""
    return Given(
        keeping=settings.keeping,
        review=settings.review,
        settings=in_force(settings),
        classifier=artefact_in_force(settings.path.parent, settings.classifier),
        program=version("porthor"),
    )
