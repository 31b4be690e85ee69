"""The words of the pages: days, counts, the glossary, and how a form came out. No page and no service is known here."""
