"""How good courses are: what learners say of them without a name, and how they fare in the tests."""
