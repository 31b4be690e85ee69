"""What runs where in production, written from the table of processes: Compose for one machine, Kubernetes for many."""
