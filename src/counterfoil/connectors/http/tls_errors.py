"""Why no encrypted connection could be made: each reason in a sentence of its own, with what to do."""

import ssl

from counterfoil import messages
from counterfoil.errors import NotTrusted

_TOO_EARLY, _EXPIRED = 9, 10
_UNKNOWN_ISSUER = frozenset({2, 18, 19, 20, 21})
_OTHER_NAME = frozenset({62, 64})
"""OpenSSL's codes of X509_verify_cert."""
_NOT_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"}
)
"""OpenSSL's reasons where what was answered is no TLS at all."""


def tls_error(host: str, error: BaseException) -> NotTrusted | None:
    """Return the error to raise where `error` was caused by TLS; None for any other cause."""
    words = messages.connectors
    found = _cause(error)
    if isinstance(found, ssl.SSLCertVerificationError):
        return _certificate_error(host, found)
    if found is None:
        return None
    if found.reason in _NOT_TLS:
        return NotTrusted(words.NOT_TLS(host=host), words.CHECK_PORT())
    return NotTrusted(words.NO_TLS(host=host, reason=_reason(found.reason)), words.CHECK_PORT())


def _certificate_error(host: str, error: ssl.SSLCertVerificationError) -> NotTrusted:
    words, code = messages.connectors, error.verify_code
    if code == _EXPIRED:
        return NotTrusted(words.EXPIRED_CERTIFICATE(host=host), words.EXPIRED_ADVICE())
    if code == _TOO_EARLY:
        return NotTrusted(words.EARLY_CERTIFICATE(host=host), words.CHECK_CLOCK())
    if code in _OTHER_NAME:
        return NotTrusted(words.OTHER_CERTIFICATE(host=host), words.USE_CERTIFIED_NAME())
    if code in _UNKNOWN_ISSUER:
        return NotTrusted(words.UNKNOWN_ISSUER(host=host), words.TRUST_ISSUER())
    reason = _reason(error.verify_message)
    return NotTrusted(words.BAD_CERTIFICATE_FOR(host=host, reason=reason), words.RENEW_CERTIFICATE())


def _cause(error: BaseException) -> ssl.SSLError | None:
    """Find the error of TLS below those that libraries have wrapped it in."""
    below: BaseException | None = error
    while below is not None and not isinstance(below, ssl.SSLError):
        below = below.__cause__ or below.__context__
    return below


def _reason(text: str | None) -> str:
    return (text or "no reason given").replace("_", " ").lower()
