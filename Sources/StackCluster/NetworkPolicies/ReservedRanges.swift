/// The ranges that are not part of the public internet.
/// https://www.iana.org/assignments/iana-ipv4-special-registry
/// https://www.iana.org/assignments/iana-ipv6-special-registry
enum ReservedRanges {
    static let v4 = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        // Not in the registry: the metadata and configuration service of Azure's hosts.
        "168.63.129.16/32",
    ].compactMap { CIDR($0) }

    /// Public IPv6 addresses begin with these three bits. Unique local, link-local and multicast addresses, and those that NAT64 translates
    /// to IPv4 (`64:ff9b::/96`), do not.
    static let publicV6 = ["2000::/3"].compactMap { CIDR($0) }

    /// Within ``publicV6``. Teredo (in `2001::/23`) and 6to4 addresses contain IPv4 addresses, which may be private.
    static let v6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].compactMap { CIDR($0) }

    static let everyV4 = ["0.0.0.0/0"].compactMap { CIDR($0) }
    static let everyV6 = ["::/0"].compactMap { CIDR($0) }
}
