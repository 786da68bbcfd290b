"""A log-in service for the tests, real in all but its passwords: OpenID Connect on this machine, with signed tokens."""

import json
import secrets
import time
from collections.abc import Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "digitlab"
PEOPLE: Mapping[str, Mapping[str, object]] = {
    "Ada": {"email": "Ada@school.example", "email_verified": True},
    "Ben": {"email": "ben@school.example", "email_verified": True},
    "Cleo": {"email": "ada@school.example", "email_verified": False},  # an address that is not hers
}


class Service(ThreadingHTTPServer):
    """Listens on a port of 127.0.0.1 that is free."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self.granted: dict[str, tuple[str, str]] = {}  # code -> name, nonce

    def secrets(self, app: str) -> str:
        """What an app at this address writes into its file of secrets."""
        return f"""
            [auth]
            redirect_uri = "{app}/oauth2callback"
            cookie_secret = "{secrets.token_hex(32)}"
            client_id = "{CLIENT}"
            client_secret = "{secrets.token_hex(32)}"
            server_metadata_url = "{self.url}/.well-known/openid-configuration"

            [digitlab]
            teachers = ["ada@school.example"]
        """

    def token(self, name: str, nonce: str) -> str:
        """A signed statement of who somebody is."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": name.lower(), "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": nonce}
        return jwt.encode({"alg": "RS256", "kid": "1"}, {**claims, "name": name, **PEOPLE[name]}, self.key)


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/.well-known/openid-configuration":
            self._answer(
                {
                    "issuer": self.server.url,
                    "authorization_endpoint": f"{self.server.url}/authorize",
                    "token_endpoint": f"{self.server.url}/token",
                    "jwks_uri": f"{self.server.url}/jwks",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif address.path == "/jwks":
            self._answer({"keys": [self.server.key.as_dict(private=False)]})
        elif address.path == "/authorize" and asked["client_id"] == CLIENT:
            self._answer("".join(self._link(name, asked) for name in PEOPLE))
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        name, nonce = self.server.granted.pop(form["code"][0])
        token = self.server.token(name, nonce)
        self._answer({"access_token": secrets.token_hex(), "token_type": "Bearer", "id_token": token})

    def _link(self, name: str, asked: Mapping[str, str]) -> str:
        code = secrets.token_hex()
        self.server.granted[code] = name, asked["nonce"]
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        return f"<p><a href='{escape(back)}'>{name}</a></p>"

    def _answer(self, content: object) -> None:
        is_page = isinstance(content, str)
        self.send_response(200)
        self.send_header("content-type", "text/html" if is_page else "application/json")
        self.end_headers()
        self.wfile.write((content if isinstance(content, str) else json.dumps(content)).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, its name in the base class
        """Say nothing: the tests' output is for the tests."""
