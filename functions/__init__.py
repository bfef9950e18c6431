"""The deployed Lambdas: one folder, one Lambda."""
