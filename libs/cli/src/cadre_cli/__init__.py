"""The `cadre` command of operators: runs, examines, backs up and fills an installation."""
