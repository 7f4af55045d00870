"""What openssl makes of our signatures, time stamps and encryption; and what we refuse."""

import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from bundles import a_sealing
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from timestamping import make_authority, reply, serving

from models.errors import SettingInvalid, Unavailable
from quarantine.evidence.signing import (
    encrypt,
    fingerprint,
    load_certificates,
    load_signer,
    make_certificate,
)
from quarantine.evidence.timestamp import stamp

CONTENT = b"Pecyn tystiolaeth\r\nac un llinell\n"


def openssl(*arguments):
    return subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, check=False, timeout=60
    )


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A certificate signed with itself, and its key."""
    folder = tmp_path_factory.mktemp("keys")
    a_sealing(folder)
    return folder


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    make_authority(folder)
    return folder


def verified(folder, trust, content=CONTENT):
    (folder / "content").write_bytes(content)
    return openssl(
        "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "content.p7s",
        "-content", folder / "content", "-CAfile", trust,
    )  # fmt: skip


def test_openssl_accepts_our_signature_and_no_other_content(keys, tmp_path):
    signer = load_signer(keys / "certificate.pem", keys / "key.pem")
    (tmp_path / "content.p7s").write_bytes(signer.sign(CONTENT))
    assert verified(tmp_path, keys / "certificate.pem").stdout == CONTENT
    assert verified(tmp_path, keys / "certificate.pem", CONTENT + b" ").returncode != 0


def test_a_certificate_of_an_authority_is_signed_with_and_its_chain_goes_along(tmp_path):
    root = make_authority(tmp_path / "root")  # any root will do
    key, request, leaf = (tmp_path / name for name in ("key.pem", "request.pem", "leaf.pem"))
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key)
    openssl("req", "-new", *curve, "-subj", "/O=Cyngor", "-out", request)
    signed = openssl(
        "x509", "-req", "-in", request, "-CA", root, "-CAkey", tmp_path / "root/root.key",
        "-set_serial", 7, "-days", 30, "-out", leaf,
    )  # fmt: skip
    assert signed.returncode == 0, signed.stderr
    key.chmod(0o600)
    chain = tmp_path / "chain.pem"
    chain.write_bytes(leaf.read_bytes() + root.read_bytes())
    signer = load_signer(chain, key)
    (tmp_path / "content.p7s").write_bytes(signer.sign(CONTENT))
    assert verified(tmp_path, root).stdout == CONTENT
    assert len(signer.certificates) == 2


def test_only_the_recipient_s_key_opens_what_is_encrypted_to_it(keys, tmp_path):
    (recipient,) = load_certificates(keys / "certificate.pem", "recipient")
    sealed = tmp_path / "sealed.p7m"
    sealed.write_bytes(encrypt(CONTENT, recipient))
    assert CONTENT not in sealed.read_bytes()
    how = ("cms", "-decrypt", "-binary", "-inform", "DER", "-in", sealed)
    certificate, key = keys / "certificate.pem", keys / "key.pem"
    assert openssl(*how, "-recip", certificate, "-inkey", key).stdout == CONTENT
    printed = openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in", sealed)
    assert b"aes-256" in printed.stdout
    make_certificate(["Arall"], tmp_path / "c.pem", tmp_path / "k.pem", now=datetime.now(UTC))
    other = openssl(*how, "-recip", tmp_path / "c.pem", "-inkey", tmp_path / "k.pem")
    assert other.stdout != CONTENT


def test_the_fingerprint_is_the_one_that_openssl_prints(keys):
    (certificate,) = load_certificates(keys / "certificate.pem", "ours")
    how = ("x509", "-noout", "-fingerprint", "-sha256", "-in", keys / "certificate.pem")
    printed = openssl(*how).stdout.decode()
    assert printed.strip().rpartition("=")[2].replace(":", "").lower() == fingerprint(certificate)
    subject = openssl("x509", "-noout", "-subject", "-nameopt", "utf8", "-in", how[-1])
    assert b"Cyngor" in subject.stdout
    assert b"Council" in subject.stdout


def test_a_new_key_is_its_owner_s_alone_and_nothing_is_overwritten(tmp_path):
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    make_certificate(["Cyngor"], certificate, key, now=datetime.now(UTC))
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    certificate.unlink()
    with pytest.raises(SettingInvalid, match="never overwritten"):
        make_certificate(["Cyngor"], certificate, key, now=datetime.now(UTC))
    assert key.read_bytes() == before
    assert not certificate.exists()


@pytest.mark.parametrize("names", [[""], ["C" * 65]], ids=["no name", "a name too long"])
def test_a_name_that_no_certificate_takes_is_refused(names, tmp_path):
    with pytest.raises(SettingInvalid, match="expected 1 to 64"):
        make_certificate(names, tmp_path / "c.pem", tmp_path / "k.pem", now=datetime.now(UTC))
    assert list(tmp_path.iterdir()) == []


def test_keys_that_will_not_do_are_refused_without_quoting_them(keys, tmp_path):
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    shutil.copy(keys / "certificate.pem", certificate)
    other = ec.generate_private_key(ec.SECP256R1())
    wrong = ed25519.Ed25519PrivateKey.generate()
    for content, mode, said in (
        ((keys / "key.pem").read_bytes(), 0o644, "can be read by others"),
        (b"not a key", 0o600, "cannot be used"),
        (pem(other), 0o600, "does not belong"),
        (pem(wrong), 0o600, "expected RSA or EC"),
    ):
        key.write_bytes(content)
        key.chmod(mode)
        with pytest.raises(SettingInvalid, match=said) as refused:
            load_signer(certificate, key)
        assert "BEGIN" not in str(refused.value)
        assert "not a key" not in str(refused.value)
    certificate.write_bytes(b"nonsense")
    with pytest.raises(SettingInvalid, match=r"evidence\.certificate"):
        load_signer(certificate, key)


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_an_elliptic_recipient_is_told_what_is_needed(tmp_path):
    key, certificate = tmp_path / "k.pem", tmp_path / "c.pem"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key)
    openssl("req", "-x509", *curve, "-subj", "/O=Heddlu", "-out", certificate)
    (recipient,) = load_certificates(certificate, "recipient")
    with pytest.raises(SettingInvalid, match="expected RSA"):
        encrypt(CONTENT, recipient)


def test_openssl_accepts_the_time_stamp_and_for_no_other_content(authority, tmp_path):
    roots = load_certificates(authority / "root.pem", "authority")
    with serving(lambda query: reply(authority, query)) as url:
        answer = stamp(CONTENT, url, roots)
    (tmp_path / "answer.tsr").write_bytes(answer)
    (tmp_path / "content").write_bytes(CONTENT)
    how = ("ts", "-verify", "-in", tmp_path / "answer.tsr", "-CAfile", authority / "root.pem")
    assert openssl(*how, "-data", tmp_path / "content").returncode == 0
    (tmp_path / "content").write_bytes(CONTENT + b" ")
    assert openssl(*how, "-data", tmp_path / "content").returncode != 0


def test_an_answer_that_does_not_fit_is_refused(authority, tmp_path):
    roots = load_certificates(authority / "root.pem", "authority")
    before = []

    def same_again(query):
        before.append(reply(authority, query))
        return before[0]  # its nonce is the first query's

    with serving(same_again) as url:
        stamp(CONTENT, url, roots)
        with pytest.raises(Unavailable, match="does not fit"):
            stamp(CONTENT, url, roots)
    strangers = load_certificates(make_authority(tmp_path / "strangers"), "authority")
    with (
        serving(lambda query: reply(authority, query)) as url,
        pytest.raises(Unavailable, match="does not vouch"),
    ):
        stamp(CONTENT, url, strangers)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"nonsense", id="no DER"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"0" * 200_000, id="far too much"),
        pytest.param(500, id="a fault of theirs"),
        pytest.param(302, id="a redirection"),
    ],
)
def test_an_authority_out_of_order_means_try_again(answer, authority):
    roots = load_certificates(authority / "root.pem", "authority")
    with serving(lambda _: answer) as url, pytest.raises(Unavailable):
        stamp(CONTENT, url, roots)


def test_an_authority_that_is_not_there_means_try_again(authority):
    roots = load_certificates(authority / "root.pem", "authority")
    with pytest.raises(Unavailable, match="does not answer"):
        stamp(CONTENT, "http://127.0.0.1:9/tsr", roots)
