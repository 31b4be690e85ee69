"""What a file is, by its content: no name is believed."""

from notification.attachments.contents import office, pictures, plain
from notification.attachments.rules.files import (
    READABLE,
    TAKEN,
    Content,
    FileDamaged,
    FileEncrypted,
    FileRefused,
    FileTypeNotAllowed,
)

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_ZIP = b"PK\x03\x04"
# A protected Word or Excel document is an old-style compound file around the encrypted one.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Readers take a PDF that begins a little later, after what some mail program put before it.
_PDF, _BEGINS_WITHIN = b"%PDF-", 1024
_READERS = {"office": office.read, "pictures": pictures.read, "plain": plain.read}


def read(content: bytes) -> Content:
    """Return what a file is and what was found in it.

    Raises:
        FileTooLarge, FileTypeNotAllowed, FileDamaged, FileEncrypted: it cannot be attached.
        MemoryError, RecursionError: it does not keep to the bounds of its process.
    """
    kind = _kind(content)
    try:
        if kind == "pdf":
            # Its libraries take longer to load than most files to read, and the process is new for each file.
            from notification.attachments.contents import pdf  # noqa: PLC0415

            return pdf.read(content)
        return _READERS[kind](content)
    except (FileRefused, MemoryError, RecursionError):
        raise
    except Exception as error:  # a damaged file breaks its reader in any way
        raise FileDamaged(type(error).__name__, READABLE[kind]) from error


def _kind(content: bytes) -> str:
    if _PDF in content[:_BEGINS_WITHIN]:
        return "pdf"
    if content.startswith((_PNG, _JPEG)):
        return "pictures"
    if content.startswith(_ZIP):
        return "office"
    if not content.startswith(_COMPOUND):
        return "plain"
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileEncrypted("encrypted", "must not be protected by a password")
    raise FileTypeNotAllowed("application/x-ole-storage", TAKEN)
