"""The columns of roster files: files are read by them, forms offer them."""

REQUIRED = ("agency", "staff_number", "family_name", "given_name", "local_title", "job_class", "hired_on")
# Left out of a file, they are not touched. Empty, `email`, `telephone`, `units`, `roles` and `leads` mean: none.
OPTIONAL = ("email", "units", "left_on", "leave_from", "leave_to", "roles", "telephone", "leads")
COLUMNS = (*REQUIRED, *OPTIONAL)
LISTS = ("units", "roles", "leads")
DAYS = ("hired_on", "left_on", "leave_from", "leave_to")
