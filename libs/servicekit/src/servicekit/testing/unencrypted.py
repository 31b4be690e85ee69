"""For clients that speak to this machine without encryption."""

import ssl

# They need none of the world's authorities: to read those takes longer than most calls of a test.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
