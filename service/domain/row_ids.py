"""The numbers rows have."""

# Postgres's bigint.
LARGEST = 2**63 - 1
