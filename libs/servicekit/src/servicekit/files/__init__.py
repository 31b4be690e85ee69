"""Large files of a service: where they are kept, and of what kind they are."""
