"""How far a message is opened, and which say the same; each look is entered. On both databases."""

import pytest
from factories import NOW, STAFF, an_envelope, hold, with_staff

from models.audit import Action, Purpose
from models.db import audit
from models.errors import NotFound
from quarantine.access import Depth, compare, open_message

BY = {each.id: each for each in STAFF}


@pytest.fixture
def council(database):
    return with_staff(database)


def actions_of(database, held_id):
    with database.reading() as session:
        return [each.entry.action for each in audit.read(session, subject=held_id)]


@pytest.mark.requirement("L18")
@pytest.mark.requirement("M4")
@pytest.mark.parametrize("depth", Depth)
def test_each_depth_shows_so_much_and_is_entered(council, keyring, depth):
    held_id = hold(council, keyring)
    opened = open_message(
        council, keyring, held_id, who=BY["gwen"], purpose=Purpose.DECIDE, depth=depth, now=NOW
    )
    assert opened.held.findings[0].excerpt == "4111 1111 1111 1111"
    assert bool(opened.texts) == (depth is not Depth.MATCHES)
    with council.reading() as session:
        last = list(audit.read(session, subject=held_id))[-1].entry
    assert (last.actor, last.purpose, last.detail) == ("gwen", Purpose.DECIDE, depth.value)


@pytest.mark.requirement("M10")
def test_only_what_says_the_same_is_alike(council, keyring):
    def one(number, text):
        return hold(
            council,
            keyring,
            raw=b"Subject: Room\r\nMessage-ID: <%d@x.example>\r\n\r\n%s\r\n" % (number, text),
            envelope=an_envelope(number),
        )

    first = one(1, b"Dear Ann, the room is booked. Card 4111 1111 1111 1111")
    same = one(2, b"Dear Bob, the room is booked. Card 4111 1111 1111 1111")
    other_card = one(3, b"Dear Cai, the room is booked. Card 5555 5555 5555 4444")
    other_words = one(4, b"Please tell nobody of this card of ours: Card 4111 1111 1111 1111")
    ids = [same, other_card, other_words]
    found = compare(council, keyring, first, ids, who=BY["gwen"], now=NOW)
    assert found == (same,)
    assert actions_of(council, other_words)[-1] is Action.LOOK
    with pytest.raises(NotFound):
        compare(council, keyring, first, ids, who=BY["marc"], now=NOW)
