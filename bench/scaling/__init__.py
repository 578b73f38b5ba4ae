"""Beyond one installation: many cells on one machine, moving one, and a large one; `bench/cells` starts it."""
