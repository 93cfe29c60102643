"""Which network an address counts as, and how it is shown to people."""

from ipaddress import IPv6Address, ip_address, ip_network

# A /64 is one household's or one phone's: it may choose any address in it (RFC 6177).
_IPV6_NETWORK_BITS = 64
# What is shown and remembered of where somebody was: about where, not from which connection.
_SHOWN_BITS = {4: 24, 6: 48}


def network(address: str) -> str:
    """The network an address counts as: itself in IPv4, its /64 in IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return address
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ip_network((ip, _IPV6_NETWORK_BITS), strict=False))


def masked(address: str) -> str:
    """An address or network without its last part, such as 192.0.2.0/24; '' where it is none."""
    try:
        ip = ip_address(address.partition("/")[0])
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ip_network((ip, _SHOWN_BITS[ip.version]), strict=False))
