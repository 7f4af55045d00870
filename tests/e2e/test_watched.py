"""The real programs: a program of the body's asks for a verdict; Prometheus asks how things go."""

import base64
import json

import pytest
import requests
from installed import free_port

pytestmark = pytest.mark.slow
PLANTED = "quillwort7391"
HELD = (
    b"From: sioned.parry@cyngor-enghraifft.example\r\nTo: x@elsewhere.example\r\n"
    b"Subject: quillwort7391\r\nMessage-ID: <w@cyngor-enghraifft.example>\r\n\r\n"
    b"Please book it with 4111 1111 1111 1111.\r\n"
)
CLEAN = HELD.replace(b"4111 1111 1111 1111", b"quillwort7391")
AUTHOR = "sioned.parry@cyngor-enghraifft.example"


def value(text, name):
    return float(next(line for line in text.splitlines() if line.startswith(name)).split()[-1])


@pytest.mark.requirement("L19")
@pytest.mark.requirement("A11")
def test_each_program_gives_its_own_metrics_without_content(gateway):
    ports = {name: free_port() for name in ("serve", "worker", "console")}
    gateway.init(**{name: f'"127.0.0.1:{port}"' for name, port in ports.items()}).start("run")
    for port in (gateway.web, *ports.values()):
        gateway.wait_for(port)
    gateway.send(CLEAN)
    gateway.send(HELD)
    requests.get(f"http://127.0.0.1:{gateway.web}/help", timeout=10)
    given = {
        name: requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
        for name, port in ports.items()
    }
    assert value(given["serve"], 'porthor_messages_total{outcome="relayed"}') == 1
    assert value(given["serve"], 'porthor_messages_total{outcome="held"}') == 1
    assert value(given["serve"], "porthor_inspection_duration_seconds_count") == 2
    assert "porthor_held_waiting" in given["worker"]
    assert "porthor_held_waiting" not in given["serve"] + given["console"]
    assert value(given["console"], 'porthor_console_responses_total{method="GET",status="200"}') > 0
    for text in given.values():
        assert "process_resident_memory_bytes" in text
        assert PLANTED not in text
        assert "sioned" not in text
        assert "elsewhere" not in text


def test_an_address_that_cannot_be_used_is_explained(gateway):
    gateway.init(worker=f'"127.0.0.1:{free_port()}"').start("worker")
    port = gateway.config.read_text().split('worker = "')[1].split('"')[0]
    gateway.wait_for(int(port.rpartition(":")[2]))
    second = gateway.run("worker", check=False)
    assert second.returncode == 2
    assert f"metrics.worker is {port}; it cannot be used" in second.stderr


@pytest.mark.requirement("S13")
def test_a_program_of_the_body_s_asks_for_a_verdict_and_nothing_stays(gateway):
    gateway.init().start("run")
    gateway.wait_for(gateway.web)
    made = gateway.run("api-key", "make", "web-editor", "--channel", "web", "--json")
    token = json.loads(made.stdout)["token"]
    asked = {
        "channel": "web",
        "text": f"{PLANTED}: ring 07700 900123, card 4111 1111 1111 1111",
        "author": AUTHOR,
        "attachments": [
            {
                "name": f"{PLANTED}.txt",
                "media_type": "text/plain",
                "content": base64.b64encode(PLANTED.encode()).decode(),
            }
        ],
    }

    def ask():
        return requests.post(
            f"http://127.0.0.1:{gateway.web}/api/v1/check",
            json=asked,
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )

    said = ask()
    assert said.status_code == 200, said.text
    assert said.json()["disposition"] == "hold"
    assert PLANTED not in said.text
    (match,) = said.json()["rules"][0]["matches"]
    assert asked["text"][match["start"] : match["end"]] == "4111 1111 1111 1111"
    (listed,) = map(json.loads, gateway.run("api-key", "list", "--json").stdout.splitlines())
    assert (listed["name"], listed["state"], listed["channels"]) == ("web-editor", "good", ["web"])
    assert (
        gateway.run("api-key", "make", "web-editor", "--channel", "sms", check=False).returncode
        == 1
    )
    gateway.run("api-key", "revoke", "web-editor")
    assert ask().status_code == 401
    assert gateway.run("api-key", "revoke", "web-editor", check=False).returncode == 1
    for path in gateway.folder.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert PLANTED.encode() not in kept, path.name
            assert token.encode() not in kept, path.name
    assert gateway.run("audit", "verify").returncode == 0
