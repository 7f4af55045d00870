"""What is unusual about recipients, and what is usual."""

from dataclasses import replace
from datetime import date

import pytest
from factories import DOMAIN, POLICY, an_envelope
from hypothesis import given
from hypothesis import strategies as st

from classifiers.detectors.near_miss import near_domain
from classifiers.detectors.recipients import Recipients
from classifiers.text.reading import read
from gateway.registers import NewList, Registered
from models.mail import Mail
from models.mime import read_message

DETECTOR = Recipients(POLICY)
TOM = '"Tom Price" <tom.price@x.example>'
MANY = [f"p{number}@org{number % 4}.example" for number in range(12)]


def found(*to, body="", subject="Minutes", header="", detector=DETECTOR, bcc=()):
    """Category, score and excerpt of each finding; the sender is Siôn Ellis."""
    addresses = [each.rpartition("<")[2].strip("> ") for each in to]
    raw = (
        f'From: "Siôn Ellis" <sion.ellis@{DOMAIN}>\r\nTo: {", ".join(to)}\r\n'
        f"Subject: {subject}\r\n{header}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    )
    message = read_message(raw.encode())
    envelope = an_envelope(sender="sion.ellis", recipients=(*addresses, *bcc))
    findings = detector.detect(Mail(envelope=envelope, message=message), read(message))
    return [(each.category, each.score, each.excerpt) for each in findings]


def categories(*to, **how):
    return {category for category, _, _ in found(*to, **how)}


@pytest.mark.requirement("S9")
@pytest.mark.parametrize(
    ("address", "score"),
    [
        pytest.param("a@gmial.com", 0.9, id="swapped letters of a short name"),
        pytest.param("a@gmail.co", 0.9, id="a letter short at the end"),
        pytest.param("a@hotmial.com", 0.9, id="swapped letters"),
        pytest.param("a@btintenet.com", 0.9, id="a letter left out"),
        pytest.param("a@cyngor-enghraift.example", 0.9, id="the body's own misspelt"),
        pytest.param("a@post.cyngor-enghraift.example", 0.9, id="below it"),
        pytest.param("a@cyngorenghraifft.example", 0.9, id="without its hyphen"),
        pytest.param("a@cyng0r-enghraifft.example", 0.9, id="with a nought for an o"),
        pytest.param("a@cyngor-enghraifft.co.uk", 0.6, id="under another ending"),
        pytest.param("a@mail.cyngor-enghraifft.org", 0.6, id="below that"),
    ],
)
def test_a_domain_that_is_nearly_another(address, score):
    assert ("near-miss", score, address) in found(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(f"a@{DOMAIN}", id="the body's own"),
        pytest.param(f"a@post.{DOMAIN}", id="below the body's own"),
        pytest.param("a@cyngor-enghraifft.ac.uk", id="a university of that name"),
        pytest.param("a@email.com", id="another provider a letter away"),
        pytest.param("a@cloud.com", id="a company a letter away"),
        pytest.param("a@ymail.com", id="a provider a letter away"),
        pytest.param("a@yahoo.fr", id="a provider elsewhere"),
        pytest.param("a@we.com", id="a short one"),
        pytest.param("a@elsewhere.example", id="nothing like it"),
        pytest.param("postmaster", id="no domain at all"),
    ],
)
def test_a_domain_that_is_not(address):
    assert "near-miss" not in categories(address)


def test_international_letters_that_look_alike():
    lookalike = "xn--" + "cyngоr-enghraifft".encode("punycode").decode()
    assert near_domain(f"{lookalike}.example", POLICY.domains, ()) == 0.9


@pytest.mark.requirement("S9")
@pytest.mark.parametrize(
    ("to", "near"),
    [
        pytest.param(['"Gwen Jones" <gwen.jnoes@x.example>'], {0.8}, id="not as it is displayed"),
        pytest.param(
            ["gwen.jones@x.example", "gwen.jnoes@x.example"], {0.8}, id="another's, swapped"
        ),
        pytest.param(
            ["anne.jones@x.example", "ann.jones@x.example"], {0.4}, id="another's, one letter off"
        ),
        pytest.param(['"Ann Jones" <anne.jones@x.example>'], set(), id="spelt otherwise"),
        pytest.param(['"Jones, Gwen" <gwen.jones@x.example>'], set(), id="the other way round"),
        pytest.param(["gwen.jones1@x.example", "gwen.jones2@x.example"], set(), id="numbered"),
        pytest.param(["gwen.jones@x.example", "gwen.jnoes@y.example"], set(), id="elsewhere"),
    ],
)
def test_a_mailbox_that_is_nearly_another(to, near):
    assert {score for category, score, _ in found(*to) if category == "near-miss"} == near


@pytest.mark.requirement("S9")
@pytest.mark.parametrize(
    ("body", "name"),
    [
        pytest.param("Dear Mrs Evans,\r\n\r\nYour claim", "Mrs Evans", id="formal"),
        pytest.param("Annwyl Gwen\r\n\r\nEich cais", "Gwen", id="in Welsh"),
        pytest.param("Helo Siân, sut wyt ti?", "Siân", id="with an accent"),
        pytest.param("Hi Gwen and Sian,\r\n", "Gwen and Sian", id="two people"),
        pytest.param("Bore da Mrs Evans-Huws!", "Mrs Evans-Huws", id="a double name"),
    ],
)
def test_a_greeting_that_fits_nobody(body, name):
    assert ("greeting-mismatch", 0.6, name) in found(TOM, body=body)
    assert "greeting-mismatch" not in categories(
        TOM, '"Gwen Sian Evans" <gse@x.example>', body=body
    )


@pytest.mark.parametrize(
    ("to", "body"),
    [
        (TOM, "Dear Tom,"),
        (TOM, "Dear Mr Price,"),
        ('"Price, Tomos" <tom.price@x.example>', "Annwyl Tom"),
        ('"Elizabeth Price" <e.price@x.example>', "Hi Liz!"),
        ('"Dafydd Price" <d.price@x.example>', "Haia Dai,"),
        ('"Robert Price" <r.price@x.example>', "Hello Bob,"),
        ('"Katharine Price" <k.price@x.example>', "Dear Katherine,"),
        ("tom.price@x.example", "Helo Twm,"),
        (TOM, "Dear all,"),
        (TOM, "Annwyl Bawb,"),
        (TOM, "Annwyl Gyfeillion"),
        (TOM, "Dear Sir/Madam,"),
        (TOM, "Dear Colleagues,"),
        (TOM, "Dear Hiring Manager,"),
        (TOM, "Hello from the coast, Gwen is here"),
        (TOM, "The report.\r\n\r\nGwen"),
        (TOM, "> Dear Gwen,\r\n> you asked"),
        (TOM, "This\r\nis\r\na\r\nlong\r\nletter:\r\nDear Gwen,"),
        (TOM, "On Friday, Tom Price wrote:\r\n> Dear Gwen,"),
        ("info@x.example", "Dear Mrs Evans,"),
        ('"Planning Enquiries" <planning.enquiries@x.example>', "Dear Mrs Evans,"),
        ("k7@x.example", "Dear Mrs Evans,"),
    ],
)
def test_a_greeting_that_fits_or_names_nobody(to, body):
    assert "greeting-mismatch" not in categories(to, body=body)


def test_a_blind_copy_may_be_the_one_who_is_greeted():
    body = "Dear Gwen,"
    assert "greeting-mismatch" not in categories(TOM, body=body, bcc=("gwen.evans@x.example",))
    assert "greeting-mismatch" not in categories(TOM, body=body, bcc=("desk@x.example",))


@pytest.mark.parametrize(
    ("to", "own"),
    [
        pytest.param("sion.ellis78@gmail.com", True, id="the same name"),
        pytest.param("ellis_sion@gmail.com", True, id="turned round"),
        pytest.param("sellis@gmail.com", True, id="an initial"),
        pytest.param('"Sion Ellis" <dragon@gmail.com>', True, id="the same display name"),
        pytest.param("sion.evans@gmail.com", False, id="a namesake"),
        pytest.param("ellis.jones@gmail.com", False, id="of the same family"),
        pytest.param("sion.ellis@elsewhere.example", False, id="no personal domain"),
    ],
)
def test_the_senders_own_webmail(to, own):
    assert ("own-webmail" in categories(to)) == own


@pytest.mark.parametrize(
    ("to", "how", "expected"),
    [
        pytest.param(MANY, {"subject": "Re: Minutes"}, True, id="a reply"),
        pytest.param(MANY, {"subject": "Atb: Cofnodion"}, True, id="in Welsh"),
        pytest.param(MANY, {"header": "References: <1@x.example>\r\n"}, True, id="in a thread"),
        pytest.param(MANY, {}, False, id="not a reply"),
        pytest.param(MANY[:9], {"subject": "Re: Minutes"}, False, id="fewer"),
        pytest.param(
            [f"p{each}@one.example" for each in range(12)], {"subject": "Re: x"}, False, id="of one"
        ),
        pytest.param(
            [f"p{each}@{DOMAIN}" for each in range(12)], {"subject": "Re: x"}, False, id="inside"
        ),
    ],
)
def test_a_reply_to_many(to, how, expected):
    assert ("reply-all" in categories(*to, **how)) == expected


@pytest.mark.requirement("S9")
def test_many_outside_needs_as_many_as_the_policy_says():
    detector = Recipients(replace(POLICY, many_recipients=12))
    assert ("many-outside", 1.0, "12") in found(*MANY, detector=detector)
    assert "many-outside" not in categories(*MANY)


def test_a_first_mail_to_a_domain_only_where_the_body_registered_some():
    new = NewList(Registered(key=b"k" * 32), "known", "domains", date(2026, 11, 24))
    detector = Recipients(POLICY, new.with_domains({"known.example"}).registers)
    to = ("a@new.example", "a@known.example", "a@below.known.example", f"a@{DOMAIN}")
    assert found(*to, detector=detector) == [("first-mail", 1.0, "a@new.example")]
    assert found(*to) == []


def test_usual_mail_has_no_findings():
    assert found(TOM, '"Gwen Evans" <gwen.evans@y.example>', body="Dear both,\r\n\r\nx") == []


@given(st.lists(st.text(max_size=30), max_size=4), st.text(max_size=60))
def test_any_addresses_are_read(addresses, body):
    message = read_message(f"To: {','.join(addresses)}\r\n\r\nDear {body}".encode())
    mail = Mail(envelope=an_envelope(recipients=tuple(addresses)), message=message)
    list(DETECTOR.detect(mail, read(message)))


@given(st.text(max_size=30))
def test_any_domain_is_compared(domain):
    assert 0 <= near_domain(domain, POLICY.domains, POLICY.personal_domains) <= 1
