"""How an edition is sealed: one form of its content, the hash of that, and the service's signature of it."""

from hashlib import sha256
from typing import Any

import orjson
import rfc8785
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

ALGORITHM = "ES256"
TYPE = "edition+json"  # no token: those say at+jwt


def canonical(content: Any) -> str:
    """The one form of a content: RFC 8785."""
    plain = orjson.loads(orjson.dumps(content))  # days and the like as texts
    return rfc8785.dumps(plain).decode()


def hash_of(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def signed(content: str, keys: KeySet) -> tuple[str, dict[str, Any]]:
    """The signature (a compact JWS without its payload: RFC 7515, appendix F), and the public key that verifies it."""
    key = keys.keys[0]
    assert isinstance(key, ECKey)
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
    whole = jws.serialize_compact(header, content.encode(), key, [ALGORITHM])
    detached: str = jws.detach_content(whole)
    return detached, public(key)


def public(key: ECKey) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


def is_signed(content: str, signature: str, key: dict[str, Any]) -> bool:
    """Whether a signature is of this content, by this key."""
    try:
        verifier = ECKey.import_key(key)
        found = jws.deserialize_compact(signature, verifier, [ALGORITHM], payload=content.encode())
    except (JoseError, ValueError, KeyError, TypeError):
        return False
    header = found.headers()
    return header.get("typ") == TYPE and header.get("kid") == verifier.kid == verifier.thumbprint()


def is_published(key: dict[str, Any], keys: KeySet) -> bool:
    """Whether a key is one of the service's own, as it publishes them: /.well-known/jwks.json."""
    return any(isinstance(own, ECKey) and public(own) == key for own in keys.keys)
