"""Signing in: whom a number or an address names, and the token with their rights."""
