"""A time-stamping authority behind a URL (RFC 3161 §3.4), set by the operator."""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from shouwen.features.evidence.seals.timestamp import TimestampUnavailable, check_reply, query_for

_MAX_REPLY_BYTES = 256 * 1024


class HttpAuthority:
    """A TimestampAuthority that posts queries to `url`. `chain_pem` is the chain the operator trusts it by.

    Redirects are not followed: the operator named one host. ValueError for anything but http and https.
    """

    def __init__(self, url: str, chain_pem: bytes, *, timeout_s: float = 10.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("a time-stamping authority is an http or https URL without a user name")
        self._host, self._port, self._secure = parts.hostname, parts.port, parts.scheme == "https"
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._chain_pem, self._timeout_s = chain_pem, timeout_s

    def stamp(self, message: bytes) -> bytes:
        """See TimestampAuthority; the answer is verified against the chain before it is returned."""
        asked = query_for(message)
        return check_reply(self._post(asked.data), asked, message, self._chain_pem)

    def chain_pem(self) -> bytes:
        """The chain as configured."""
        return self._chain_pem

    def _post(self, request: bytes) -> bytes:
        kind = HTTPSConnection if self._secure else HTTPConnection
        connection = kind(self._host, self._port, timeout=self._timeout_s)
        try:
            headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
            connection.request("POST", self._target, request, headers)
            response = connection.getresponse()
            body = response.read(_MAX_REPLY_BYTES + 1)
            content_type = response.headers.get_content_type()
        except (OSError, HTTPException) as error:
            raise TimestampUnavailable(f"{self._host} does not answer: {error}") from error
        finally:
            connection.close()
        if response.status != 200 or content_type != "application/timestamp-reply" or len(body) > _MAX_REPLY_BYTES:
            raise TimestampUnavailable(f"{self._host} answered {response.status} {content_type}")
        return body
