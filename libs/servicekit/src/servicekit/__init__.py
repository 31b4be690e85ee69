"""The chassis of a service. It knows no noun of the field."""
