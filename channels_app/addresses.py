"""Which IP addresses a download may reach: globally routable unicast, whatever form they come in.

Sources: IANA special-purpose registries for IPv4 and IPv6, RFC 6052 and 8215 (NAT64), RFC 3056 (6to4).
`ipaddress.is_global` is not enough: it accepts NAT64 and 6to4 forms of private addresses, multicast,
192.0.0.192 and 168.63.129.16, and differs between Python releases.
"""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from .errors import MediaUnavailable, TemporaryFailure

IPAddress = IPv4Address | IPv6Address

REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # the host agent of Azure machines
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved and broadcast
    )
)
UNICAST_V6 = IPv6Network("2000::/3")
REFUSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4 is judged by the IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
# The low 32 bits hold an IPv4 address. The local-use NAT64 prefix 64:ff9b:1::/48 is outside UNICAST_V6:
# where the address sits in it depends on the network, so none of it is reachable.
WRAPPED_LOW = (ip_network("::ffff:0:0/96"), ip_network("64:ff9b::/96"))


def is_public(address: IPAddress) -> bool:
    """Whether the address, freed of every wrapping, is globally routable unicast."""
    address = _unwrapped(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in REFUSED_V4)
    return address in UNICAST_V6 and not any(address in network for network in REFUSED_V6)


def resolve(host: str, port: int) -> list[IPAddress]:
    """Every address of a host, in the order to try them. One look-up."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise MediaUnavailable("The file's address is not valid.") from error
    except socket.gaierror as error:
        raise TemporaryFailure("The file's server could not be found.", "dns") from error
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))


def resolve_public(host: str, port: int) -> list[IPAddress]:
    """Every address of a host. Raises MediaUnavailable when even one of them is not public."""
    found = resolve(host, port)
    if not found or not all(is_public(address) for address in found):
        raise MediaUnavailable("The file is at an address that may not be reached.")
    return found


def _unwrapped(address: IPAddress) -> IPAddress:
    """The IPv4 address inside a mapped, NAT64 or 6to4 one; any other address as it is."""
    if not isinstance(address, IPv6Address):
        return address
    if any(address in network for network in WRAPPED_LOW):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or address
