"""Commands: one file each; they parse arguments and print, nothing else."""
