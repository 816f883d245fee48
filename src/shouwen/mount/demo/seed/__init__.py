"""Fill an empty database with the demo company, through the same rules and the same door as everybody else."""
