# SPDX-License-Identifier: MIT
"""Draws stories: a file, what is on the machine already, and what happens one after the other.

A story is plain data, so that it can be printed, run again, and made smaller.
"""

KINDS = ["tap"] * 5 + ["tun"] * 2 + ["vxlan"] * 2 + ["bridge"] * 2
TAPS, ALL = ("tap", "tun"), ("tap", "tun", "vxlan", "bridge")
ETHERNET = ("tap", "vxlan", "bridge")
YES_NO = ["yes", "no"]


def network(rng):
    return f"10.{rng.randrange(1, 9)}.{rng.randrange(4)}"


def addresses(rng):
    out = []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        out.append(rng.choice([
            f"{network(rng)}.{rng.randrange(1, 250)}/24", f"{network(rng)}.5/32",
            f"fd00:{rng.randrange(1, 9)}::{rng.randrange(1, 99):x}/64",
            f"fe80::{rng.randrange(1, 99):x}/64"]))
    return ", ".join(dict.fromkeys(out))


def local_mac(rng):
    return "02:00:00:00:" + ":".join(f"{rng.randrange(256):02x}" for _ in range(2))


# key: (kinds it applies to, how a value is drawn)
KEYS = {
    "address": (ALL, addresses),
    "broadcast": (ETHERNET, lambda rng: f"{network(rng)}.255"),
    "peer": (TAPS, lambda rng: f"{network(rng)}.{rng.randrange(1, 250)}"),
    "dad": (ALL, lambda rng: rng.choice(YES_NO)),
    "mac": (ETHERNET, lambda rng: rng.choice(["stable", "stable", local_mac(rng)])),
    "mtu": (ALL, lambda rng: str(rng.choice([1280, 1400, 1450, 1500, 9000]))),
    "txqueuelen": (ALL, lambda rng: str(rng.choice([1, 100, 1000, 5000]))),
    "promisc": (ALL, lambda rng: rng.choice(YES_NO)),
    "allmulti": (ALL, lambda rng: rng.choice(YES_NO)),
    "multicast": (ALL, lambda rng: rng.choice(YES_NO)),
    "arp": (ETHERNET, lambda rng: rng.choice(YES_NO)),
    "up": (ALL, lambda rng: rng.choice(["yes", "yes", "no"])),
    "alias": (ALL, lambda rng: rng.choice(["for the lab", "网卡", "a, b; c"]).replace(";", "")),
    "link_group": (ALL, lambda rng: str(rng.choice([0, 7, 4000]))),
    "netns": (ALL, lambda rng: "lab"),
    "link_local": (ALL, lambda rng: rng.choice(YES_NO)),
    "ipv6": (ALL, lambda rng: rng.choice(["yes", "yes", "no"])),
    "bridge": (("tap", "vxlan"), lambda rng: rng.choice(["br7", "br8", "none"])),
    "routes": (ALL, lambda rng: f"192.168.{rng.randrange(200)}.0/24"
                                f" metric {rng.randrange(1, 99)}"),
    "existing": (ALL, lambda rng: rng.choice(["adopt", "refuse"])),
    "overlap": (ALL, lambda rng: rng.choice(["allow", "refuse"])),
    "on_stop": (ALL, lambda rng: rng.choice(["delete", "delete", "down", "keep"])),
    "owner": (TAPS, lambda rng: rng.choice(["root", "nobody", "1234"])),
    "group": (TAPS, lambda rng: rng.choice(["none", "nogroup", "4321"])),
    "carrier": (TAPS, lambda rng: rng.choice(["none", "hold", "hold"])),
    "sink": (TAPS, lambda rng: rng.choice(["read", "drop"])),
    "multi_queue": (TAPS, lambda rng: rng.choice(["no", "no", "yes"])),
    "vnet_hdr": (TAPS, lambda rng: rng.choice(YES_NO)),
    "vnet_hdr_size": (TAPS, lambda rng: rng.choice(["10", "12"])),
    "packet_info": (TAPS, lambda rng: rng.choice(YES_NO)),
    "offload": (TAPS, lambda rng: rng.choice(["none", "tx-checksumming"])),
    "learning": (("vxlan",), lambda rng: rng.choice(YES_NO)),
    "stp": (("bridge",), lambda rng: rng.choice(YES_NO)),
}
# drawn for every NIC of the kind, or by the generator itself
STRUCTURE = {"mode", "vni", "local", "peers", "port", "count", "first", "ovs_bridge"}
# one in a few files has one of these, where a number or a word is wanted
WRONG = ["", "maybe", "-1", "99999999999", "10.0.0.300/24", "x" * 300, "fd00::/129", "yes no"]

NAMES = ["eth1", "eth2", "fc0", "lab1", "vm-a", "nic.9"]
FOREIGN = ["veth0", "tap9", "brx"]


def draw_section(rng, name, number):
    kind = rng.choice(KINDS)
    keys = {} if kind == "tap" and rng.random() < 0.7 else {"mode": kind}
    if kind == "vxlan":
        keys.update(vni=str(100 + number), local=f"10.200.0.{rng.choice([1, 1, 2])}",
                    peers=rng.choice(["10.200.0.1, 10.200.0.2", "10.200.0.3", "none"]))
        if rng.random() < 0.3:
            keys["port"] = str(rng.choice([4789, 4791]))
    for key, (kinds, draw) in KEYS.items():
        if kind in kinds and rng.random() < (0.6 if key == "address" else 0.12):
            keys[key] = draw(rng)
    if rng.random() < 0.03:
        keys[rng.choice(sorted(KEYS))] = rng.choice(WRONG)
    if rng.random() < 0.15:
        keys["count"] = str(rng.randrange(1, 4))
        name = name[:6] + "%d"
    return {"name": name, "keys": keys, "included": rng.random() < 0.2}


def draw_file(rng):
    names = rng.sample(NAMES, rng.randrange(1, 5))
    defaults = {}
    for key in rng.sample(sorted(KEYS), rng.choice([0, 0, 1, 2])):
        if key not in ("address", "netns", "peer", "routes", "alias", "broadcast", "mac"):
            defaults[key] = KEYS[key][1](rng)
    sections = [draw_section(rng, name, i) for i, name in enumerate(names)]
    if rng.random() < 0.2:
        sections.append({"name": "br7", "keys": {"mode": "bridge"}, "included": False})
    return {"defaults": defaults, "sections": sections}


def text_of(file, included_path):
    """The file and what it includes."""
    def section(s):
        return f"[{s['name']}]\n" + "".join(f"{k} = {v}\n" for k, v in s["keys"].items())

    included = "".join(section(s) for s in file["sections"] if s["included"])
    main = "".join(f"{k} = {v}\n" for k, v in file["defaults"].items())
    if included:
        main += f"include = {included_path}\n"
    return main + "".join(section(s) for s in file["sections"] if not s["included"]), included


def draw_event(rng):
    return rng.choice([
        ["start"], ["start"], ["reload"], ["restart"], ["stop"], ["try-restart"],
        ["start-one", rng.randrange(4)], ["stop-one", rng.randrange(4)],
        ["hold", rng.randrange(4)], ["release", rng.randrange(4)],
        ["edit", rng.randrange(1 << 30)],
        ["attach", rng.randrange(4)], ["attach", rng.randrange(4)], ["leave"],
        ["rename", rng.randrange(4)], ["move", rng.randrange(4)], ["down", rng.randrange(4)],
        ["delete", rng.randrange(4)], ["address", rng.randrange(4)],
        ["take-address", rng.randrange(4)], ["route", rng.randrange(4)],
        ["mtu", rng.randrange(4)], ["alias", rng.randrange(4)],
        ["into-bridge", rng.randrange(4)], ["kill-holder"],
        ["import"],
    ])


def draw_story(rng):
    return {"file": draw_file(rng),
            "foreign": rng.sample(FOREIGN, rng.randrange(len(FOREIGN) + 1)),
            "events": [["start"]] + [draw_event(rng) for _ in range(rng.randrange(2, 9))]}


def smaller(story):
    """Stories with one thing less."""
    def without(items, i):
        return items[:i] + items[i + 1:]

    for i in reversed(range(len(story["events"]))):
        yield story | {"events": without(story["events"], i)}
    file = story["file"]
    for i in range(len(file["sections"])):
        if len(file["sections"]) > 1:
            yield story | {"file": file | {"sections": without(file["sections"], i)}}
    for i in range(len(story["foreign"])):
        yield story | {"foreign": without(story["foreign"], i)}
    for key in file["defaults"]:
        yield story | {"file": file | {"defaults": {
            k: v for k, v in file["defaults"].items() if k != key}}}
    for i, section in enumerate(file["sections"]):
        for key in section["keys"]:
            fewer = section | {"keys": {k: v for k, v in section["keys"].items() if k != key}}
            yield story | {"file": file | {
                "sections": file["sections"][:i] + [fewer] + file["sections"][i + 1:]}}
        if section["included"]:
            yield story | {"file": file | {
                "sections": file["sections"][:i] + [section | {"included": False}]
                + file["sections"][i + 1:]}}
