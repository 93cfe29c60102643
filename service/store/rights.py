"""What a database role of the processes' own may do: everything they need, and nothing to what is only added to."""

ADDED_TO = ("audit_entries",)
# Kept by triggers, with the owner's right.
KEPT_BY_TRIGGERS = ("audit_heads",)


def grants_for(role: str) -> str:
    """SQL, for the owner to run after each migration: the audit may be read and added to, and its end only be read."""
    name = '"' + role.replace('"', '""') + '"'
    lines = [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {name}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}" for table in ADDED_TO),
        *(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {name}" for table in KEPT_BY_TRIGGERS),
    ]
    return "".join(f"{line};\n" for line in lines).rstrip()
