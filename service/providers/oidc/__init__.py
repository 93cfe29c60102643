"""The organisation's directory, by OpenID Connect."""
