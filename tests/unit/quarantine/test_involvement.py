"""Mail by, to or naming a reviewer goes elsewhere: the suite of 200 cases and more (M7)."""

import time
from itertools import product

import pytest
from factories import DOMAIN, a_person, an_envelope

from models.finding import Inspection, Text
from models.held import Tie
from models.mail import Mail
from models.mime import read_message
from models.person import Role
from quarantine.involvement import involved, is_apart


def named_as(person_id, name, **facts):
    return a_person(person_id, **facts), name


def staff(*pairs):
    from dataclasses import replace

    return {each.id: replace(each, name=name) for each, name in pairs}


PEOPLE = staff(
    named_as("sioned", "Sioned Parry", manager="gwen"),
    named_as("gwen", "Gwen Morgan", manager="carys", deputy="elin"),
    named_as("elin", "Elin Rhys"),
    named_as("carys", "Carys Lloyd-Price"),
    named_as("will", "Will Price"),
    named_as("mai", "Mai Puw"),
    named_as("sion", "Siôn O'Brien"),
    named_as("andrew", "Andrew Price"),
    named_as("far", "Dafydd ap Gwilym"),
    named_as("helen", "Helen Ward", roles=frozenset({Role.HR})),
)
CLOSE = ("gwen", "elin", "carys", "will", "mai", "sion", "andrew")


def ties(text="", header="", *, sender="sioned", recipients=("out@elsewhere.example",), read=True):
    raw = f"{header}\r\n{text}\r\n".replace("\n", "\r\n").replace("\r\r", "\r").encode()
    mail = Mail(
        envelope=an_envelope(sender=sender, recipients=recipients), message=read_message(raw)
    )
    texts = (Text(part="1", kind="visible", content=text, own=()),) if read else ()
    found = involved(
        mail, Inspection(texts=texts, findings=()), PEOPLE, close=CLOSE, manager="gwen"
    )
    return {(each.person, each.tie) for each in found}


def named(text, **where):
    return {person for person, tie in ties(text, **where) if tie is Tie.NAMED}


FULL_NAMES = {
    "gwen": ("Gwen Morgan", "gwen morgan", "GWEN MORGAN", "Morgan, Gwen", "Gwen  E. Morgan"),
    "elin": ("Elin Rhys", "elin\u00a0rhys", "E\u0302lin Rhys", "Rhys, Elin", "El\u200bin Rhys"),
    "carys": ("Carys Lloyd-Price", "Carys Lloyd Price", "carys lloyd-price", "Lloyd-Price, Carys"),
    "sion": ("Siôn O'Brien", "Sion O’Brien", "SIÔN O'BRIEN", "Sio\u0302n O'Brien"),
    "far": ("Dafydd ap Gwilym", "DAFYDD AP GWILYM", "Dafydd Gwilym"),
}
SENTENCES = (
    "I want to complain about {}.",
    "{} shouts at us every day",
    "Rwyf am gwyno am {}: mae'n annheg.",
    "> On Monday {} wrote:\n> no",
    "The report is by {}'s team",
    "(cc {})",
    "Mae {} wedi anfon y ffeil",
    "{}",
    "Ask {}, who knows; or do not",
    "\t{}\n\n",
)
CASES = [
    (person, sentence.format(form))
    for person, forms in FULL_NAMES.items()
    for form, sentence in product(forms, SENTENCES)
]


@pytest.mark.requirement("M7")
@pytest.mark.parametrize(("person", "text"), CASES)
def test_whoever_is_named_in_full_is_found(person, text):
    assert person in named(text)


def test_the_suite_is_large_enough():
    assert len(CASES) >= 200


@pytest.mark.requirement("M7")
@pytest.mark.parametrize(
    ("text", "person"),
    [
        pytest.param("Gwen is bullying me", "gwen", id="the manager's first name"),
        pytest.param("I told Gwen so", "gwen", id="in a sentence"),
        pytest.param("mae Gwen yn gas", "gwen", id="in Welsh"),
        pytest.param("Mrs Morgan never answers", "gwen", id="title and surname"),
        pytest.param("Y Cynghorydd Morgan", "gwen", id="a councillor in Welsh"),
        pytest.param("ask G. Morgan", "gwen", id="initial and surname"),
        pytest.param("My line manager is unfair", "gwen", id="the role"),
        pytest.param("mae fy rheolwr llinell yn annheg", "gwen", id="the role in Welsh"),
        pytest.param("ces i air gyda'm rheolwr", "gwen", id="the role, mutated"),
        pytest.param("fy mòs i", "gwen", id="the boss, mutated"),
        pytest.param("Elin did nothing", "elin", id="the deputy's first name"),
        pytest.param("I saw Will there", "will", id="an ordinary word within a sentence"),
        pytest.param("Will is rude.", "will", id="an ordinary word before what a person does"),
        pytest.param("A. Price said so", "andrew", id="an initial like an article"),
        pytest.param(f"write to gwen@{DOMAIN.upper()}.", "gwen", id="an address"),
        pytest.param(f"From: x <far@{DOMAIN}>", "far", id="an address of anyone"),
    ],
)
def test_those_it_could_go_to_are_found_by_less(text, person):
    assert person in named(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Will you come?", id="a question"),
        pytest.param("It will be in May. Ym mis Mai.", id="a month in both languages"),
        pytest.param("at a price of 4 pounds", id="an article before a word"),
        pytest.param("ffrog gwen", id="an adjective in Welsh"),
        pytest.param("the manager of the hotel", id="some manager"),
        pytest.param("Morgan Freeman, Rhys Ifans", id="other people's names"),
        pytest.param("Dafydd", id="the first name of someone far away"),
        pytest.param("gwen@elsewhere.example", id="an address elsewhere with the same local part"),
        pytest.param("", id="nothing"),
    ],
)
def test_ordinary_words_name_nobody(text):
    assert named(text) == set()


@pytest.mark.requirement("M7")
@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(f"From: Gwen <gwen@{DOMAIN}>\n", ("gwen", Tie.AUTHOR), id="From"),
        pytest.param(f"Sender: gwen@{DOMAIN}\n", ("gwen", Tie.AUTHOR), id="Sender"),
        pytest.param(f"To: a@b.example, gwen@{DOMAIN}\n", ("gwen", Tie.RECIPIENT), id="To"),
        pytest.param(f"Cc: <gwen@{DOMAIN}>\n", ("gwen", Tie.RECIPIENT), id="Cc"),
        pytest.param("Subject: Complaint: Gwen Morgan\n", ("gwen", Tie.NAMED), id="Subject"),
        pytest.param(
            "Subject: =?utf-8?q?Cwyn_am_Gwen_Morgan?=\n", ("gwen", Tie.NAMED), id="encoded"
        ),
    ],
)
def test_the_header_is_read_too(header, expected):
    assert expected in ties("text", header)


def test_the_envelope_counts_whatever_the_header_says():
    found = ties("text", recipients=(f"GWEN@{DOMAIN}", "x@y.example"))
    assert {("sioned", Tie.AUTHOR), ("gwen", Tie.RECIPIENT)} <= found


def test_the_sender_s_own_signature_is_not_about_the_sender():
    assert named("Regards, Sioned Parry") == set()


def test_a_message_that_broke_its_inspection_is_read_as_it_is():
    assert named("Gwen Morgan is unfair", header="Subject: x\n", read=False) == {"gwen"}


@pytest.mark.requirement("M7")
@pytest.mark.parametrize(
    ("recipient", "apart"),
    [
        pytest.param(f"helen@{DOMAIN}", True, id="someone of HR"),
        pytest.param("help@union.example", True, id="a protected domain"),
        pytest.param("Rep@Branch.Union.Example", True, id="below it, in capitals"),
        pytest.param("audit@regulator.example", True, id="a protected address"),
        pytest.param("x@regulator.example", False, id="another of that domain"),
    ],
)
def test_mail_to_hr_or_a_protected_address_is_kept_from_the_line(recipient, apart):
    mail = Mail(
        envelope=an_envelope(recipients=("out@elsewhere.example", recipient)),
        message=read_message(b"Subject: x\r\n\r\nx\r\n"),
    )
    protected = frozenset({"union.example", "audit@regulator.example"})
    assert is_apart(mail, PEOPLE, protected) is apart


@pytest.mark.slow
def test_a_long_text_and_a_large_body_take_no_second():
    people = {f"p{n}": a_person(f"p{n}") for n in range(5000)}
    text = Text(part="1", kind="visible", content="a word of the text ê " * 20_000, own=())
    mail = Mail(envelope=an_envelope(), message=read_message(b"Subject: x\r\n\r\nx\r\n"))
    began = time.perf_counter()
    involved(mail, Inspection(texts=(text,), findings=()), people, close=("p1",), manager="p1")
    assert time.perf_counter() - began < 1
