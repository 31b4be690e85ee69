"""What the directory answers: a module and a class for each service of the contract."""
