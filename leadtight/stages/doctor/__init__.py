"""What would stop a deployment, told before it: `leadtight doctor`."""
