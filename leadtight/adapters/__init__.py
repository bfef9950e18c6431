"""The only code that talks to AWS, and a memory twin of every port."""
