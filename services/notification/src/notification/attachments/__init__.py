"""Files of letters, scanned before they are kept: `AttachmentService`."""
