"""The columns of roster files: files are read by them, forms offer them."""

REQUIRED = ("agency", "staff_number", "family_name", "given_name", "local_title", "job_class", "hired_on")
# Left out of a file, they are not touched; an empty cell of `email`, `telephone`, `units`, `roles` means: none.
OPTIONAL = ("email", "units", "left_on", "leave_from", "leave_to", "roles", "telephone")
COLUMNS = (*REQUIRED, *OPTIONAL)
LISTS = ("units", "roles")
DAYS = ("hired_on", "left_on", "leave_from", "leave_to")
