"""The mail path as a client sees it: transparency, holding, parting, faults of the next hop."""

import base64
import socket
import time

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from nexthop import DROP, HANG

HEAD = b"From: a@x.example\r\nTo: b@y.example\r\nSubject: hi\r\nMessage-ID: <%d@x.example>\r\n"
CLEAN = HEAD % 1 + b"\r\nHello\r\n"
CARD = HEAD % 2 + b"\r\nCard 4111 1111 1111 1111\r\n"


@pytest.fixture
def serving(gateway):
    return gateway.init().start("serve")


def talk(port, *commands):
    """Say commands one by one over a bare socket; return the reply to each."""
    replies = []
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        file = connection.makefile("rb")
        file.readline()
        for command in commands:
            connection.sendall(command)
            reply = file.readline()
            while reply[3:4] == b"-":
                reply = file.readline()
            replies.append(reply)
    return replies


START = (
    b"EHLO c.example\r\n",
    b"MAIL FROM:<a@x.example>\r\n",
    b"RCPT TO:<b@y.example>\r\n",
    b"DATA\r\n",
)


@pytest.mark.requirement("S1")
def test_odd_bodies_arrive_octet_for_octet(serving, next_hop):
    bodies = [
        b"\r\n.\r\n..\r\n...dots\r\n"[2:],
        b"8-bit \xe9\xff and trailing space  \r\n\r\n\r\n",
        b"x" * 20_000 + b"\r\n",
        b"",
        b"no header at all\r\n",
        bytes(each for each in range(1, 256) if each not in b"\r\n") + b"\r\n",
    ]
    sent = [HEAD % number + b"\r\n" + body for number, body in enumerate(bodies)]
    with serving.client() as client:
        for raw in sent:
            client.mail("a@x.example", ["BODY=8BITMIME"])
            client.rcpt("b@y.example")
            client.putcmd("DATA")
            client.getreply()
            client.sock.sendall((b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")
            assert client.getreply()[0] == 250
    assert [each.without_trace for each in next_hop.wait_for(len(sent))] == sent


@pytest.mark.requirement("A9")
@pytest.mark.requirement("S1")
def test_a_dkim_signature_stays_valid(serving, next_hop):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = dkim.sign(CLEAN, b"s", b"x.example", private) + CLEAN
    serving.send(signed)
    (arrived,) = next_hop.wait_for(1)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    assert dkim.verify(arrived.raw, dnsfunc=lambda *_, **__: record)


@pytest.mark.requirement("A10")
def test_parameters_go_on_as_they_came(serving, next_hop):
    with serving.client() as client:
        client.docmd("MAIL FROM:<a@x.example> RET=HDRS ENVID=QqQ+3D314159 BODY=8BITMIME")
        client.docmd("RCPT TO:<b@y.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+40y.example")
        client.data(CLEAN)
        client.docmd("MAIL FROM:<>")
        client.docmd("RCPT TO:<b@y.example>")
        client.data(CLEAN)
    first, second = next_hop.wait_for(2)
    assert first.mail.endswith("RET=HDRS ENVID=QqQ+3D314159 BODY=8BITMIME")
    assert first.rcpts[0].endswith("NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+40y.example")
    assert second.sender == ""


def test_pipelined_commands_are_answered_in_order(serving, next_hop):
    with socket.create_connection(("127.0.0.1", serving.port), 10) as connection:
        message = b"DATA\r\n" + CLEAN + b".\r\n"
        connection.sendall(b"EHLO c\r\n" + (b"".join(START[1:3]) + message) * 2 + b"QUIT\r\n")
        answers = b""
        while chunk := connection.recv(65536):
            answers += chunk
    assert answers.count(b"queued as N") == 2
    assert len(next_hop.wait_for(2)) == 2


def test_a_bad_recipient_gets_the_next_hops_own_reply(serving, next_hop):
    next_hop.script["rcpt no@y.example"] = "550 5.1.1 No such mailbox here"
    with serving.client() as client:
        client.mail("a@x.example")
        assert client.rcpt("no@y.example") == (550, b"5.1.1 No such mailbox here")
        assert client.rcpt("b@y.example")[0] == 250
        client.data(CLEAN)
    assert next_hop.wait_for(1)[0].recipients == ["b@y.example"]


def test_suspect_mail_is_held_and_a_retry_gets_the_same_answer(serving, next_hop):
    first, again = serving.send(CARD), serving.send(CARD)
    assert first == again
    (item,) = serving.held()
    assert first == (250, f"2.0.0 Ok: queued as {item['id']}".encode())
    assert (item["state"], item["message_id"]) == ("held", "<2@x.example>")
    assert next_hop.received == []


@pytest.mark.requirement("S8")
def test_recipients_part(serving, next_hop):
    inside = "gwen.morgan@cyngor-enghraifft.example"
    assert serving.send(CARD, to=("b@y.example", inside))[1].startswith(b"2.0.0 Ok: queued as N")
    assert next_hop.wait_for(1)[0].recipients == [inside]
    assert serving.held()[0]["recipients"] == ["b@y.example"]


def test_when_the_rest_is_rejected_the_held_copy_is_withdrawn(serving, next_hop):
    next_hop.script["dot"] = "554 5.6.0 No"
    reply = serving.send(CARD, to=("b@y.example", "gwen.morgan@cyngor-enghraifft.example"))
    assert reply[0] == 554
    assert [each["state"] for each in serving.held()] == ["withdrawn"]


@pytest.mark.requirement("A4")
@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param({"dot": "451 4.3.0 Later"}, 451, id="a soft refusal is passed on"),
        pytest.param({"dot": "550 5.7.1 Never"}, 550, id="a hard refusal is passed on"),
        pytest.param({"dot": DROP}, 451, id="dropped after the final dot: the sender keeps it"),
        pytest.param({"data": DROP}, 451, id="dropped at DATA"),
        pytest.param({"data": "452 4.3.1 Full"}, 452, id="refused at DATA"),
    ],
)
def test_faults_of_the_next_hop(serving, next_hop, script, code):
    next_hop.script.update(script)
    assert serving.send(CLEAN)[0] == code
    next_hop.script.clear()
    assert serving.send(CLEAN)[0] == 250


def test_a_next_hop_that_hangs_costs_only_its_own_session(gateway, next_hop):
    gateway.init(data_reply_timeout='"1s"').start("serve")
    next_hop.script["dot"] = [HANG]
    began = time.monotonic()
    assert gateway.send(CLEAN)[0] == 451
    assert time.monotonic() - began < 10
    assert gateway.send(CLEAN)[0] == 250


def test_a_next_hop_that_is_away_is_451_at_mail(gateway):
    gateway.init(address='"127.0.0.1:9"').start("serve")
    with gateway.client() as client:
        assert client.mail("a@x.example")[0] == 451


@pytest.mark.requirement("R3")
@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(ending, id=repr(ending))
        for ending in (
            b"\n.\n",
            b"\n.\r\n",
            b"\r.\r",
            b"\r.\r\n",
            b"\r\n.\n",
            b"\r\n.\r",
            b"\n\n.\r\r\n",
        )
    ],
)
def test_smuggling_is_refused(serving, next_hop, ending):
    smuggled = b"Subject: one\r\n\r\nbody" + ending + b"MAIL FROM:<evil@x.example>\r\n.\r\n"
    replies = talk(serving.port, *START, smuggled)
    assert replies[-1].startswith(b"554 5.6.0")
    assert b"bare CR or LF" in replies[-1]
    assert next_hop.received == []


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        pytest.param((b"MAIL FROM:<a@x.example>\r\n",), b"503", id="MAIL before EHLO"),
        pytest.param((START[0], b"RCPT TO:<b@y.example>\r\n"), b"503", id="RCPT before MAIL"),
        pytest.param((START[0], START[1], b"DATA\r\n"), b"503", id="DATA before RCPT"),
        pytest.param((START[0], b"MAIL FROM:a b c\r\n"), b"250", id="a path without brackets"),
        pytest.param((START[0], b"MAIL FROM:<a\x01@x>\r\n"), b"501", id="a control character"),
        pytest.param(
            (START[0], b"MAIL FROM:<a@x> SIZE=1000000000\r\n"), b"552", id="1 GB declared"
        ),
        pytest.param((START[0], b"MAIL FROM:<a@x> SIZE=big\r\n"), b"501", id="a size no number"),
        pytest.param((START[0], b"NONSENSE\r\n"), b"500", id="an unknown command"),
        pytest.param((START[0], b"X" * 9000 + b"\r\n"), b"500", id="an endless command"),
        pytest.param((b"\xff\xfe\x00\x01\r\n",), b"500", id="random octets"),
    ],
)
def test_bad_commands_get_a_clear_error(serving, commands, code):
    assert talk(serving.port, *commands)[-1].startswith(code)


@pytest.mark.requirement("L6")
def test_mail_of_other_domains_is_refused_before_a_byte_of_it_is_taken(gateway, next_hop):
    gateway.init(sender_domains='["cyngor-enghraifft.example"]').start("serve")
    with gateway.client() as client:
        assert client.mail("someone@elsewhere.example")[0] == 550
        assert client.mail("sioned.parry@cyngor-enghraifft.example")[0] == 250
    assert next_hop.received == []


def test_a_message_over_the_limit_is_refused_and_the_session_goes_on(gateway):
    gateway.init(max_message_size='"1MB"').start("serve")
    with gateway.client() as client:
        client.mail("a@x.example")
        client.rcpt("b@y.example")
        assert client.data(HEAD % 1 + b"\r\n" + b"x" * 70 * 20_000 + b"\r\n")[0] == 552
        client.mail("a@x.example")
        client.rcpt("b@y.example")
        assert client.data(CLEAN)[0] == 250


def test_a_loop_is_refused(serving):
    assert serving.send(b"Received: from x\r\n" * 60 + CLEAN)[0] == 554


def test_hostile_mime_is_answered_and_nothing_breaks(serving):
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each)
        for each in range(10_000)
    )
    assert serving.send(HEAD % 5 + nested)[0] == 250
    assert [each["rules"][0] for each in serving.held()] == ["unreadable"]
    assert serving.send(CLEAN)[0] == 250


@pytest.mark.requirement("L2")
def test_clean_mail_leaves_nothing(serving, next_hop):
    planted = b"zebrafinchmarmalade"
    raw = HEAD.replace(b"hi", planted) % 7 + b"\r\n" + planted + b"\r\n"
    assert serving.send(raw, sender=f"{planted.decode()}@x.example")[0] == 250
    next_hop.wait_for(1)
    for path in serving.folder.rglob("*"):
        if path.is_file():
            assert planted not in path.read_bytes(), path.name


@pytest.mark.requirement("L19")
@pytest.mark.requirement("R23")
def test_content_of_held_mail_reaches_no_log_and_no_clear_byte_on_disk(gateway, next_hop):
    gateway.init().start("serve", "worker")
    planted = b"zebrafinchmarmalade"
    raw = CARD.replace(b"hi", planted + b" subject").replace(b"Card", planted + b" card")
    gateway.send(raw)
    notices = next_hop.wait_for(2)
    assert len(notices) == 2
    for each in notices:
        assert planted not in each.raw
        assert b"4111 1111" not in each.raw
    for path in gateway.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert planted not in data, path.name
            assert b"4111 1111" not in data, path.name


@pytest.mark.requirement("A4")
@pytest.mark.requirement("M13")
def test_a_release_arrives_octet_for_octet_and_only_then_is_sent(gateway, next_hop):
    gateway.init(enabled="false").start("serve", "worker")
    raw = CARD + b".dot\r\n\xe9 8-bit  \r\n"
    with gateway.client() as client:
        client.docmd("MAIL FROM:<a@x.example> BODY=8BITMIME ENVID=AbC")
        client.docmd("RCPT TO:<b@y.example> NOTIFY=NEVER")
        client.data(raw)
    (item,) = gateway.held()
    next_hop.script["dot"] = ["550 5.7.1 Not today"]
    gateway.run("held", "release", item["id"])
    wait_until(lambda: gateway.held()[0]["note"].startswith("550"))
    assert gateway.held()[0]["state"] == "held"
    gateway.run("held", "release", item["id"])
    (arrived,) = next_hop.wait_for(1)
    assert arrived.without_trace == raw
    assert "ENVID=AbC" in arrived.mail
    assert "NOTIFY=NEVER" in arrived.rcpts[0]
    wait_until(lambda: gateway.held()[0]["state"] == "sent")
    assert gateway.run("audit", "verify").returncode == 0


def wait_until(true, seconds=15):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)
