"""A real OpenID provider in a process of its own, over HTTP on loopback, that can be told to lie.

oidc-provider-mock is Authlib's own authorization server. Here it asks for PKCE and a nonce as
well, and PUT /lie makes it alter the next identity token: a claim, the key, the algorithm.
Run it as: python openid_provider.py PORT
"""

import hmac
import json
import sys
import time
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_server
from subprocess import Popen

import requests


@contextmanager
def running():
    """Start the provider; give its issuer."""
    with closing(create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    program = Popen([sys.executable, str(Path(__file__).resolve()), str(port)])
    try:
        for _ in range(300):
            try:
                requests.get(f"{issuer}/jwks", timeout=5).close()
                break
            except requests.ConnectionError:
                assert program.poll() is None
                time.sleep(0.1)
        yield issuer
    finally:
        program.terminate()
        program.wait(timeout=20)


def user(issuer, subject, **claims):
    """Tell the provider who somebody is."""
    assert requests.put(f"{issuer}/users/{subject}", json=claims, timeout=5).status_code == 204


def lie(issuer, **change):
    """Make the next identity token a false one."""
    assert requests.put(f"{issuer}/lie", json=change, timeout=5).status_code == 204


def consent(address, subject):
    """Be the person at the provider: say yes, and return where the browser is sent."""
    answer = requests.post(address, data={"sub": subject}, timeout=5, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def part(facts):
    """One part of a JWT."""
    return urlsafe_b64encode(json.dumps(facts).encode()).decode().rstrip("=")


def serve(port):  # noqa: C901 - one conversation
    """Run the provider."""
    warnings.simplefilter("ignore")
    import flask
    import oidc_provider_mock
    from authlib.oauth2.rfc7636 import CodeChallenge
    from joserfc import jwt
    from joserfc.jwk import RSAKey
    from oidc_provider_mock import _app

    given, lies = {}, {}

    class Grant(_app.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

        def save_authorization_code(self, code, request):
            super().save_authorization_code(code, request)
            data = request.payload.data
            given[code] = (data.get("code_challenge"), data.get("code_challenge_method"))

    class Challenge(CodeChallenge):
        def get_authorization_code_challenge(self, authorization_code):
            return given[authorization_code.code][0]

        def get_authorization_code_challenge_method(self, authorization_code):
            return given[authorization_code.code][1]

        def validate_code_challenge(self, grant, redirect_uri):
            super().validate_code_challenge(grant, redirect_uri)
            assert grant.request.payload.data["code_challenge_method"] == "S256"

    register = _app.flask_oauth2.AuthorizationServer.register_grant

    def with_pkce(self, grant, extensions=None):
        if grant is _app.AuthorizationCodeGrant:
            grant, extensions = Grant, [*extensions, Challenge(required=True)]
        register(self, grant, extensions)

    _app.flask_oauth2.AuthorizationServer.register_grant = with_pkce
    app = oidc_provider_mock.app(require_nonce=True)
    app.debug = False

    @app.put("/lie")
    def take_lie():
        lies.update(flask.request.json)
        return "", 204

    def signed(claims):
        key = RSAKey.import_key(_app.storage.jwk.as_dict(is_private=True))
        header = {"alg": "RS256", "kid": key.kid}
        if lies.get("key") == "other":
            key = RSAKey.generate_key(2048)
        claims |= lies.get("claims", {})
        for name in lies.get("without", []):
            claims.pop(name, None)
        if lies.get("key") == "none":
            return f"{part({'alg': 'none'})}.{part(claims)}."
        if lies.get("key") == "hmac":  # the public key as if it were a shared secret
            text = f"{part({'alg': 'HS256', 'kid': key.kid})}.{part(claims)}"
            made = hmac.digest(key.as_pem(private=False), text.encode(), "sha256")
            return f"{text}.{urlsafe_b64encode(made).decode().rstrip('=')}"
        return jwt.encode(header, claims, key)

    @app.after_request
    def maybe_lie(response):
        if flask.request.path == "/oauth2/token" and response.status_code == 200 and lies:
            body = response.get_json()
            told = body["id_token"].split(".")[1]
            claims = json.loads(urlsafe_b64decode(told + "=" * (-len(told) % 4)))
            body["id_token"] = signed(claims)
            response.set_data(json.dumps(body))
            lies.clear()
        return response

    app.run("127.0.0.1", port, threaded=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
