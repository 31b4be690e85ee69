"""Audiences: who something is for, as an expression that people follow by themselves."""
