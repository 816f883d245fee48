"""The text-message port's adapters."""

import logging

from shouwen.platform.logs import redact

log = logging.getLogger("shouwen.sms")


class DemoSms:
    """Sends nothing: the demo shows codes and links on the page itself. Keeps a short trace, numbers taken out."""

    async def send(self, phone: str, text: str) -> None:
        """Record that a message would have gone out."""
        log.info("demo sms to …%s: %d characters: %s", phone[-2:], len(text), redact(text)[:12])
