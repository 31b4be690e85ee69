"""Drafts reviewed by agencies: rounds of a letter, who reads it for an agency, what they say, and what is answered."""
