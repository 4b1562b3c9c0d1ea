"""The hub as an access point: the configuration of hostapd, dnsmasq and the firewall, and who is joined."""
