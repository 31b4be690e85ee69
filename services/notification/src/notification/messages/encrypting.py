"""The certificate by which mail that comes back is taken over an encrypted connection (STARTTLS)."""

import ssl
from pathlib import Path

import structlog

from servicekit.settings import Settings

log = structlog.get_logger()


class Certificate:
    """A certificate with its key, from two files that somebody renews while the process runs."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Read the files.

        Raises:
            ValueError: they are no certificate and its key.
        """
        self._files = certificate, key
        self._changed = self._when()
        self._context = self._read()

    def context(self) -> ssl.SSLContext:
        """Return what a new connection is encrypted by; what cannot be read leaves what was read before."""
        changed = self._when()
        if changed != self._changed:
            self._changed = changed
            try:
                self._context = self._read()
            except ValueError as error:
                log.warning("bounce_certificate_not_read", error=str(error))
        return self._context

    def _when(self) -> tuple[int, ...]:
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in self._files)

    def _read(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(*self._files)
        except (OSError, ssl.SSLError) as error:
            files = " and ".join(map(str, self._files))
            raise ValueError(
                f"CADRE_MAIL_BOUNCE_CERTIFICATE, _KEY: {files} must be a certificate and its key"
            ) from error
        return context


def certificate_of(settings: Settings) -> Certificate | None:
    """Return the certificate that the settings name; None if they name none.

    Raises:
        ValueError: one of the two files is not named, or encryption is required without them.
    """
    named = settings.mail_bounce_certificate, settings.mail_bounce_key
    if all(named):
        return Certificate(*map(Path, named))
    if any(named) or settings.mail_bounce_tls_required:
        raise ValueError("CADRE_MAIL_BOUNCE_CERTIFICATE and CADRE_MAIL_BOUNCE_KEY must both name a file")
    return None
