"""Failures that are the address's own, as reasons are kept: sending to it again would fail again."""

# An address that a provider named when it refused a request.
ADDRESS_REFUSED = "address refused by the provider"

# Twilio's codes about the number: no such number, no mobile, opted out, switched off, blocked there.
OF_THE_ADDRESS = (
    *("21211", "21217", "21401", "21421", "21610", "21612", "21614", "21635"),
    *("30003", "30004", "30005", "30006", "30640"),
)
