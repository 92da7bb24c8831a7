import pytest

from monitor.sources.guard import AddressGuard


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1",
     "192.0.0.8", "192.88.99.1", "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0",
     "fec0::1", "fd00::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1",
     "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:c0a8:101::", "2001:0:4136:e378:8000:63bf:80ff:fffe",
     "::ffff:0:7f00:1", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1", "3fff::1", "100::1", "4000::1",
     "ff0e::1",
     "0.1.2.3", "100.127.255.255", "203.0.113.1"],
)  # fmt: skip
def test_what_is_not_public_is_refused_however_it_is_wrapped(address: str) -> None:
    assert not AddressGuard().permits(address, 80)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::",
        "2606:4700::5efe:808:808",
    ],
)
def test_what_is_public_is_permitted(address: str) -> None:
    assert AddressGuard().permits(address, 443)


@pytest.mark.parametrize(
    ("allowed", "address", "port", "name", "is_permitted"),
    [
        ("127.0.0.1", "127.0.0.1", 8800, "", True),
        ("127.0.0.1:8800", "127.0.0.1", 8800, "", True),
        ("127.0.0.1:8800", "127.0.0.1", 8801, "", False),
        ("10.0.0.0/8", "10.9.8.7", 80, "", True),
        ("10.0.0.0/8", "11.9.8.7", 80, "", True),
        ("10.0.0.0/8", "192.168.0.1", 80, "", False),
        ("10.0.0.0/8", "::ffff:10.9.8.7", 80, "", True),
        ("[::1]:8800", "::1", 8800, "", True),
        ("[::1]:8800", "::1", 8801, "", False),
        ("fd00::/8", "fd00::5", 80, "", True),
        ("Bridge.Internal", "10.0.0.1", 80, "bridge.internal", True),
        ("bridge.internal:81", "10.0.0.1", 80, "bridge.internal", False),
        ("bridge.internal", "10.0.0.1", 80, "evil.example.org", False),
        ("", "10.0.0.1", 80, "", False),
    ],
)
def test_the_configuration_may_allow_addresses_networks_and_names(
    allowed: str, address: str, port: int, name: str, is_permitted: bool
) -> None:
    assert AddressGuard([allowed]).permits(address, port, name) is is_permitted
