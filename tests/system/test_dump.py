"""`reaperd --dump`: what units resolve to, in the words of systemd 252's own dump."""

import pytest


def dump(reaperd, name):
    result = reaperd.run("--dump", name)
    assert result.status == 0, result
    lines = result.out.splitlines()
    start = lines.index(f"# {name}")
    return lines[start + 1 : lines.index("", start)]


SERVICES = [
    ("DynamicUser=yes", {"User: a", "Group: a", "PrivateTmp: yes", "ProtectSystem: strict", "ProtectHome: read-only", "RestrictSUIDSGID: yes",
                         "After: systemd-tmpfiles-setup.service (origin-file)", "RequiresMountsFor: /var/tmp (origin-file)"}),
    ("DynamicUser=yes\nUser=nobody\nProtectHome=yes\nProtectSystem=full", {"User: nobody", "Group: nobody", "ProtectHome: yes", "ProtectSystem: full"}),
    ("StandardOutput=append:/x/y\nStandardError=truncate:/z", {"StandardOutput: append", "StandardOutputFileToAppend: /x/y", "StandardError: truncate", "StandardErrorFileToTruncate: /z"}),
    ("ReadWriteDirectories=-/var/lib/x //etc//y/ +/z/.", {"ReadWritePaths: -/var/lib/x /etc/y +/z"}),
    ("BindReadOnlyPaths=/dev/log:/x -/y /a:/b:norbind", {"BindReadOnlyPaths: /dev/log:/x:rbind", "BindReadOnlyPaths: -/y:/y:rbind", "BindReadOnlyPaths: /a:/b:norbind"}),
    ("ProtectClock=yes\nDeviceAllow=/dev/x rw", {"DeviceAllow: char-rtc r", "DeviceAllow: /dev/x rw"}),
    ("CapabilityBoundingSet=CAP_SYS_TIME CAP_KILL\nProtectClock=yes", {"CapabilityBoundingSet: cap_kill"}),
    ("CapabilityBoundingSet=", {"CapabilityBoundingSet: "}),
    ("SecureBits=noroot-locked", {"Secure Bits: noroot-locked"}),
    ("MemoryLimit=2G", {"MemoryLimit: 2147483648"}),
    ("Sockets=b.socket", {"Wants: b.socket (origin-file)", "After: b.socket (origin-file)"}),
]  # fmt: skip


@pytest.mark.parametrize("text, expected", SERVICES, ids=[text.split("\n")[0] for text, _ in SERVICES])
def test_what_settings_say_of_others(reaperd, text, expected):
    reaperd.service("a", "/bin/true", text)
    assert expected - set(dump(reaperd, "a.service")) == set()


SOCKETS = [
    ("ListenStream=80\nListenStream=127.0.0.1:81\nListenStream=[::1]:82", {"ListenStream: [::]:80", "ListenStream: 127.0.0.1:81", "ListenStream: [::1]:82"}),
    ("ListenStream=/var/run//x/y\nListenDatagram=@abstract", {"ListenStream: /run/x/y", "ListenDatagram: @abstract", "RequiresMountsFor: /run/x/y (origin-file)"}),
    ("ListenNetlink=kobject-uevent 1\nListenFIFO=/run/f", {"ListenNetlink: kobject-uevent 1", "ListenFIFO: /run/f"}),
    ("ListenStream=1\nListenStream=\nListenStream=2", {"ListenStream: [::]:2", "Triggers: a.service (origin-implicit)", "TriggerLimitBurst: 20"}),
    ("ListenStream=1\nAccept=yes", {"Accepted: 0", "NConnections: 0", "MaxConnections: 64", "MaxConnectionsPerSource: 0", "TriggerLimitBurst: 200"}),
    ("ListenStream=vsock:2:1234\nReceiveBuffer=8M\nSocketMode=600", {"ListenStream: vsock:2:1234", "ReceiveBuffer: 8388608", "SocketMode: 0600"}),
]  # fmt: skip


@pytest.mark.parametrize("text, expected", SOCKETS, ids=[text.split("\n")[0] for text, _ in SOCKETS])
def test_what_sockets_listen_on(reaperd, text, expected):
    reaperd.unit("a.socket", f"[Socket]\n{text}\n")
    lines = dump(reaperd, "a.socket")
    assert expected - set(lines) == set()
    assert "ListenStream: [::]:1" not in lines or "Accept" in text


@pytest.mark.parametrize(
    "text", ["", "ListenStream=", "ListenStream=0", "ListenStream=65536", "ListenStream=x", "ListenStream=1.2.3:4", "ListenStream=[::1]", "ListenNetlink=x 1",
             "ListenFIFO=x", "ListenDatagram=1\nAccept=yes", "ListenStream=1\nAccept=yes\nService=x.service"],
)  # fmt: skip
def test_a_socket_that_cannot_be_is_refused(reaperd, text):
    reaperd.unit("a.socket", f"[Socket]\n{text}\n")
    reaperd.service("a")
    result = reaperd.run("--check", "a.socket")
    assert result.status == 1 and "a.socket" in result.out + result.err


def test_timers_and_paths(reaperd):
    reaperd.unit("a.timer", "[Timer]\nOnCalendar=daily\nOnBootSec=90\nUnit=b.target\nAccuracySec=1us\n")
    assert {"OnCalendar: *-*-* 00:00:00", "OnBootSec: 1min 30s", "Unit: b.target", "Accuracy: 1us", "Triggers: b.target (origin-implicit)",
            "After: time-sync.target (origin-default)"} <= set(dump(reaperd, "a.timer"))  # fmt: skip
    reaperd.unit("b.timer", "[Timer]\nOnCalendar=daily\nOnBootSec=\nOnActiveSec=5\n")
    lines = dump(reaperd, "b.timer")
    assert "OnActiveSec: 5s" in lines and not [line for line in lines if line.startswith("OnCalendar")]
    reaperd.unit("a.path", "[Path]\nPathExists=/a//b/\nDirectoryNotEmpty=/c\n")
    assert {"PathExists: /a/b", "DirectoryNotEmpty: /c", "Unit: a.service", "TriggerLimitBurst: 200"} <= set(dump(reaperd, "a.path"))


@pytest.mark.parametrize("name, text", [("a.timer", "[Timer]\n"), ("a.timer", "[Timer]\nOnCalendar=25:00"), ("a.path", "[Path]\n"), ("a.path", "[Path]\nPathExists=x")])
def test_what_triggers_never_is_refused(reaperd, name, text):
    reaperd.unit(name, text)
    assert reaperd.run("--check", name).status == 1


def test_instances_have_the_aliases_of_their_template(reaperd):
    reaperd.unit("a@.service", "[Service]\nExecStart=/bin/true\n")
    (reaperd.units / "b@.service").symlink_to("a@.service")
    assert "Alias: b@x.service" in dump(reaperd, "a@x.service")
