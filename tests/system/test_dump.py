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
    ("DynamicUser=yes\nUser=nobody\nProtectHome=yes\nProtectSystem=full", {"User: nobody", "Group: nobody", "ProtectHome: yes", "ProtectSystem: strict"}),
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


# Where the two readers once differed: what systemd 252 makes of each.
ODD = [
    ("ExecStartPre=/bin/echo \\; a ;; b", {'ExecStartPre: ["/bin/echo", ";", "a", ";;", "b"]'}),
    ("ExecStartPre=; /bin/echo \"a'b\" a\"b c\"d", {'ExecStartPre: ["/bin/echo", "a\'b", "ab cd"]'}),
    ("ExecStopPost=-bin/x\nExecStopPost=/bin/x", {'ExecStopPost: ["/bin/x"]'}),
    ("Environment=A=1 B=\\; C=3", {"Environment: A=1"}),
    ("PassEnvironment=A B=c", {"PassEnvironment: A"}),
    ("EnvironmentFile=-/a/./b//c/", {"EnvironmentFile: -/a/b/c"}),
    ("WorkingDirectory=/a\\x20b\nWorkingDirectory=-", {"WorkingDirectory: /a\\x20b"}),
    ("WorkingDirectory=~", {"WorkingDirectory: /"}),
    ("RestartSec=5\nRestartSec=", {"RestartSec: 5s"}),
    ("RuntimeMaxSec=1.5s\nTimeoutStopSec=1.5s", {"RuntimeMaxSec: 1s", "TimeoutStopSec: 1s"}),
    ("TimeoutAbortSec=3", {"TimeoutAbortSec: 3s"}),
    ("ProtectHome=x\nProtectSystem=", {"ProtectHome: no", "ProtectSystem: no"}),
    ("StandardOutput=inherit", {"StandardOutput: journal", "After: systemd-journald.socket (origin-file)"}),
    ("StandardOutput=kmsg\nSyslogLevel=7", {"StandardOutput: kmsg", "SyslogLevel: debug"}),
    ("IOSchedulingClass=0\nOOMScoreAdjust=0\nNice=5\nNice=", {"IOSchedulingClass: best-effort", "OOMScoreAdjust: 0"}),
    ("RuntimeDirectory=a//b/ c:d ../e", {"RuntimeDirectory: a/b", "RuntimeDirectory: c", "RuntimeDirectorySymlink: c:d"}),
    ("RestrictNamespaces=~user net", {"RestrictNamespaces: cgroup ipc mnt pid uts"}),
    ("CapabilityBoundingSet=CAP_KILL\nCapabilityBoundingSet=~\nRootDirectory=/x", {"RootDirectory: /x", "MountAPIVFS: yes"}),
    ("SystemCallFilter=@system-service @nonsense read:EPERM\nSystemCallFilter=~@debug x:y", {"SystemCallFilter: @system-service read:EPERM", "SystemCallFilter: ~@debug"}),
    ("SystemCallArchitectures=native vax\nRestrictAddressFamilies=AF_UNIX unix", {"SystemCallArchitectures: native", "RestrictAddressFamilies: AF_UNIX"}),
    ("SystemCallErrorNumber=1", {"SystemCallErrorNumber: EPERM"}),
    ("[Unit]\nConditionHost=| ! x\nConditionPathExists=| /a\nConditionPathExists=|!/a/", {"ConditionHost: |!x", "ConditionPathExists: |!/a"}),
    ("[Unit]\nDocumentation=man:a(1) nonsense http://x", {"Documentation: man:a(1)", "Documentation: http://x"}),
    ("[Unit]\nWants=x@.service\nBefore=y.device", {"Wants: x@a.service (origin-file)"}),
    ("[Unit]\nDescription=a \\\\\n[Unit]\nStopWhenUnneeded=yes\nStopWhenUnneeded=", {"Description: a \\\\", "StopWhenUnneeded: yes"}),
    ("[Unit]\nRequiresMountsFor=/a/../b /c/", {"RequiresMountsFor: /c (origin-file)"}),
]  # fmt: skip


@pytest.mark.parametrize("text, expected", ODD, ids=[text.split("\n")[0] for text, _ in ODD])
def test_odd_lines_mean_what_systemd_makes_of_them(reaperd, text, expected):
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nExecStart=/bin/true\n{text}\n")
    lines = dump(reaperd, "a.service")
    assert expected - set(lines) == set()
    for key in {line.split(":")[0] for line in expected} - {"After"}:
        assert [line for line in lines if line.startswith(f"{key}: ") and line not in expected] == [], "and nothing else of that name"


@pytest.mark.parametrize(
    "text",
    ["ExecStartPre=!! /bin/x", "ExecStartPre=bin/x", "ExecStartPre=/bin/x 'a", "ExecStart=\nExecStop=/bin/x", "RootDirectory=a", "PIDFile=../x", "DynamicUser=",
     "RestartForceExitStatus=3", "[Unit]\nOnFailure=a.service b.service\nOnFailureJobMode=isolate"],
)  # fmt: skip
def test_what_systemd_refuses_is_refused(reaperd, text):
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nExecStart=/bin/true\n{text}\n")
    assert reaperd.run("--check", "a.service").status == 1


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
