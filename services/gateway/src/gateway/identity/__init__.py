"""Who is at a browser: sign-ins, passwords, invitations and providers. No page is known here."""
