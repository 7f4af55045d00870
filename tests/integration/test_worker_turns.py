"""The worker looks at whose turn it is, and shows the oldest unanswered."""

from datetime import timedelta

import pytest
from factories import NOW, a_review, hold, with_staff

from gateway import metrics
from gateway.worker import Worker
from models.db import held

LATE = NOW + timedelta(hours=5)


def value(metric):
    return metric._value.get()


@pytest.mark.requirement("A11")
@pytest.mark.requirement("M2")
def test_a_look_passes_on_what_is_late_and_shows_how_old_the_oldest_is(database, keyring):
    with_staff(database)
    held_id = hold(database, keyring)
    worker = Worker(database=database, keyring=keyring, review=a_review(database), courier=None)
    assert worker.look_at_turns(NOW) == ""
    assert (value(metrics.WAITING), value(metrics.OLDEST_UNANSWERED)) == (1, 0)
    worker.look_at_turns(LATE)
    assert value(metrics.OLDEST_UNANSWERED) == 5 * 3600  # it is older, not younger, by passing on
    with database.reading() as session:
        assert held.get(session, held_id).reviewer == "elin"
    a_review(database).release(held_id, by=with_id("elin"), now=LATE)
    worker.look_at_turns(LATE)
    assert (value(metrics.WAITING), value(metrics.OLDEST_UNANSWERED)) == (0, 0)


def with_id(person_id):
    from factories import STAFF

    return next(each for each in STAFF if each.id == person_id)
