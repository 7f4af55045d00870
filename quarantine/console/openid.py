"""The body's identity provider: OpenID Connect 1.0, code flow with PKCE, by Authlib.

Where the browser is sent comes from the provider's own discovery document, which must name the
issuer of the settings. An identity token counts only if its signature is by one of the
provider's keys, and issuer, audience, nonce, times and access token fit (OpenID Connect Core
3.1.3.7; RFC 9700). Entra ID, Google Workspace and Keycloak speak this.
"""

import hmac
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from models.errors import NotPermitted, Unavailable
from quarantine.settings import SignInSettings

_log = logging.getLogger(__name__)
_ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "ES384", "RS512", "ES512"]  # never none, HS*
_TIMEOUT = 10.0  # seconds to connect, and between octets
_KEPT = timedelta(hours=1)  # of what the provider says of itself, its keys too
_LEEWAY = 60  # seconds by which clocks may differ
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in at the provider that was begun; the browser carries all but the address."""

    address: str
    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metadata:
    """What the provider says of itself, and its keys."""

    facts: Mapping[str, Any] = field(repr=False)
    keys: KeySet = field(repr=False)
    read: datetime


class Provider:
    """One identity provider."""

    def __init__(
        self,
        settings: SignInSettings,
        secret: str,
        redirect_uri: str,
        clock: Callable[[], datetime],
    ) -> None:
        """Nothing is fetched yet: the console starts whether or not the provider answers."""
        self.issuer = settings.issuer
        self._settings = settings
        self._secret = secret
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._known: _Metadata | None = None
        self._lock = Lock()

    def begin(self) -> Begun:
        """Return where to send the browser, and what must come back. Raises Unavailable."""
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        facts = self._metadata().facts
        with self._session(facts) as session:
            address, state = session.create_authorization_url(
                facts["authorization_endpoint"],
                state=secrets.token_urlsafe(32),
                nonce=nonce,
                code_verifier=verifier,
            )
        return Begun(address=address, state=state, nonce=nonce, verifier=verifier)

    def end_session(self, console: str) -> str | None:
        """Return where a person ends their session at the provider, and comes back from.

        As OpenID Connect RP-Initiated Logout 1.0 has it; None if the provider offers none, or
        cannot be asked now.
        """
        try:
            there = self._metadata().facts.get("end_session_endpoint")
            if not there:
                return None
            self._check_address(there)
        except Unavailable:
            return None
        back = f"{console}/sign-in"
        known = {"client_id": self._settings.client_id, "post_logout_redirect_uri": back}
        return str(add_params_to_uri(there, known.items()))

    def redeem(self, query: Mapping[str, str], *, nonce: str, verifier: str) -> dict[str, Any]:
        """Turn the code that came back into the claims of a checked identity token.

        Raises NotPermitted if anything about it is wrong, Unavailable if nobody answers.
        """
        facts = self._metadata().facts
        named = query.get("iss")  # RFC 9207: against mixing up providers
        promised = facts.get("authorization_response_iss_parameter_supported", False)
        if named != self.issuer and (named is not None or promised):
            raise NotPermitted("the answer is from another provider")
        try:
            with self._session(facts) as session:
                token = session.fetch_token(
                    facts["token_endpoint"],
                    grant_type="authorization_code",
                    code=query.get("code", ""),
                    code_verifier=verifier,
                    timeout=_TIMEOUT,
                    allow_redirects=False,
                )
        except (requests.RequestException, ValueError) as error:
            raise _unreachable(error) from None
        except OAuthError as error:
            _log.warning("the identity provider refused a code: %s", _word(error.error))
            raise NotPermitted("the provider did not take the code") from None
        return self._claims(token, nonce)

    def _claims(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        identity = str(token.get("id_token", ""))
        try:
            decoded = self._decode(identity)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._settings.client_id},
                    "sub": {"essential": True},
                },
                params={
                    "nonce": nonce,
                    "client_id": self._settings.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(self._clock().timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            _log.warning("an identity token was refused: %s", type(error).__name__)
            raise NotPermitted("the identity token cannot be accepted") from None
        given = claims.get("amr") or []
        if not set(self._settings.require_amr) <= set(given):
            raise NotPermitted("the provider did not use the methods that are required")
        return dict(claims)

    def _decode(self, identity: str) -> jwt.Token:
        """Check the signature; with keys fetched anew if it is by one that is not known."""
        try:
            return jwt.decode(identity, self._metadata().keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            return jwt.decode(identity, self._metadata(anew=True).keys, algorithms=_ALGORITHMS)

    def _session(self, facts: Mapping[str, Any]) -> Any:
        offered = facts.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return OAuth2Session(
            self._settings.client_id,
            self._secret or None,
            scope="openid profile email",
            redirect_uri=self._redirect_uri,
            token_endpoint_auth_method=method if self._secret else "none",
            code_challenge_method="S256",
        )

    def _metadata(self, *, anew: bool = False) -> _Metadata:
        """Return what the provider says of itself, an hour old at most. Raises Unavailable."""
        now = self._clock()
        with self._lock:
            known = self._known
            if known and now - known.read < (timedelta(minutes=1) if anew else _KEPT):
                return known
            facts = self._fetch(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if facts.get("issuer") != self.issuer:
                raise Unavailable("the identity provider names another issuer than sign_in.issuer")
            for each in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                self._check_address(facts.get(each))
            try:
                keys = KeySet.import_key_set(self._fetch(facts["jwks_uri"]))  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError):
                raise Unavailable("the identity provider's keys cannot be read") from None
            self._known = _Metadata(facts=facts, keys=keys, read=now)
            return self._known

    def _fetch(self, address: str) -> dict[str, Any]:
        try:
            with requests.get(address, timeout=_TIMEOUT, allow_redirects=False) as answer:
                if answer.status_code != _OK:
                    raise Unavailable("the identity provider does not answer as it should")
                found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise _unreachable(error) from None
        if not isinstance(found, dict):
            raise Unavailable("the identity provider does not answer as it should")
        return found

    def _check_address(self, address: object) -> None:
        """Nothing of ours goes over plain HTTP, but to a provider on this machine."""
        scheme = urlsplit(str(address)).scheme
        if scheme != "https" and scheme != urlsplit(self.issuer).scheme:
            raise Unavailable("the identity provider names an address that is not HTTPS")


def same(given: str, expected: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _unreachable(error: Exception) -> Unavailable:
    _log.warning("the identity provider cannot be reached: %s", type(error).__name__)
    return Unavailable("the identity provider cannot be reached; try again")


def _word(text: object) -> str:
    """An error's code, of plain letters: it came from outside and goes into a log."""
    return re.sub(r"[^A-Za-z_]", "", str(text)[:40])
