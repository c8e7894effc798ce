"""Whether the service may listen as it is told: beyond this machine, only where nobody reads along."""

import ssl

from service.admission import is_loopback
from service.settings import Network


def objection(listen: str, network: Network) -> str | None:
    """What stands in the way of listening, in a sentence or two."""
    certificate, key = network.tls_certificate, network.tls_key
    if (certificate is None) != (key is None):
        return "TLS_CERTIFICATE and TLS_KEY belong together: set both, or neither."
    if certificate:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        except OSError as error:
            why = error.strerror or error
            return (
                f"TLS_CERTIFICATE ({certificate}) and TLS_KEY ({key}) cannot be used: {why}. "
                "Both are PEM: a certificate with those that signed it, and its key without a pass phrase."
            )
    if not (certificate or network.trusted_proxies or is_loopback(listen)):
        return (
            f"On {listen} others could read along. Set TLS_CERTIFICATE and TLS_KEY, or TRUSTED_PROXIES "
            "(the addresses of the proxies at which TLS ends); or listen on 127.0.0.1."
        )
    return None
