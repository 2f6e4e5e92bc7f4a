"""A real container engine: reaperd as its --init, and as the entrypoint of an image with services."""

import os
import pathlib
import re
import shutil
import socket
import tempfile
import time

import pytest
from conftest import can
from podman import Podman
from reaperd import wait_for

pytestmark = pytest.mark.static

ROOT = pathlib.Path(__file__).parents[2]
STATIC = ROOT / "build" / "static"


@pytest.fixture(scope="module")
def podman():
    if os.geteuid() != 0 or not can("podman", "--version") or not pathlib.Path("/bin/busybox").exists():
        pytest.skip("needs root, podman, crun and busybox-static")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rp-", dir="/tmp"))
    p = Podman(folder)
    result = p.import_busybox("localhost/base")
    why_not = result.err if result.status else p.why_not("localhost/base")
    if why_not:
        pytest.skip(f"podman cannot run here: {why_not}")
    yield p
    p.end()


@pytest.fixture(scope="module")
def image(podman):
    result = podman("build", "--format=docker", "--build-arg", "BASE=localhost/base", "-t", "localhost/demo", "-f", ROOT / "packaging" / "container" / "Containerfile", ROOT)
    assert result.status == 0, result
    return "localhost/demo"


def test_as_the_engines_init(podman):
    init = f"--init-path={STATIC / 'reaperd'}"
    result = podman("run", "--rm", "--init", init, "localhost/base", "sh", "-c", "cat /proc/1/comm; exit 5")
    assert result.status == 5, result
    assert "reaperd" in result.out or "podman-init" in result.out or "catatonit" in result.out
    script = "(sleep 0.1 &); sleep 0.5; ps -o stat,comm | grep -c '^Z'; exit 0"
    assert podman("run", "--rm", "--init", init, "localhost/base", "sh", "-c", script).out.strip() == "0"


def test_the_init_forwards_the_stop(podman):
    init = f"--init-path={STATIC / 'reaperd'}"
    result = podman("run", "--detach", "--name=stopped", "--init", init, "localhost/base", "sh", "-c", "trap 'exit 9' TERM; echo up; while :; do sleep 0.1; done")
    assert result.status == 0, result
    podman.wait_logs("stopped", "up")
    begin = time.monotonic()
    assert podman("stop", "--time=20", "stopped").status == 0
    assert time.monotonic() - begin < 15
    assert podman("wait", "stopped").out.strip() == "9"


@pytest.mark.parametrize(
    "name,options",
    [
        ("plain", []),
        ("readonly", ["--read-only"]),
        ("anyone", ["--user", "12345"]),
        ("nothing", ["--cap-drop=ALL"]),
        ("strict", ["--read-only", "--user", "12345", "--cap-drop=ALL", "--security-opt=no-new-privileges"]),
    ],
)
def test_an_image_with_services(podman, image, name, options):
    assert podman("run", "--detach", f"--name={name}", *options, image).status == 0
    uid = "12345" if "12345" in options else "0"
    podman.wait_logs(name, f"app.service: serving as {uid}")
    logs = podman.wait_logs(name, "clock.service: ")
    assert "greeter.service: hello" in logs

    status = podman("exec", name, "reaperctl", "status", "app")
    assert "active (running)" in status.out, status
    assert podman("exec", name, "reaperctl", "is-system-running").out.strip() == "running"
    orphans = podman("exec", name, "reaperctl", "orphans").out
    assert "sleep" in orphans and "clock.service" in orphans
    assert podman("healthcheck", "run", name).status == 0

    begin = time.monotonic()
    assert podman("stop", "--time=20", name).status == 0
    assert time.monotonic() - begin < 15, "within the grace period"
    assert podman("wait", name).out.strip() == "0"
    assert "app.service: going" in podman.wait_logs(name, "greeter.service: goodbye")


def test_the_essential_service_ends_the_container(podman, image):
    assert podman("run", "--detach", "--name=essential", image).status == 0
    podman.wait_logs("essential", "serving")
    assert podman("exec", "essential", "touch", "/dev/shm/end").status == 0
    assert podman("wait", "essential").out.strip() == "7"
    logs = podman("logs", "essential")
    assert "app.service ended everything" in logs.out + logs.err


def test_environment_of_the_container_reaches_services(podman, image):
    assert podman("run", "--detach", "--name=env", "--env", "GREETING=servus", image).status == 0
    podman.wait_logs("env", "serving")
    pid = podman("exec", "env", "reaperctl", "show", "app", "-p", "MainPID", "--value").out.strip()
    wait_for(lambda: "GREETING=servus" in podman("exec", "env", "cat", f"/proc/{pid}/environ").out, "it is there")
    podman("rm", "--force", "--time=0", "env")


def test_readiness_goes_up_through_the_engine(podman, image):
    """As in a unit of podman's (Quadlet, Notify=yes): systemd hears of it when the services are up."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(podman.folder / "notify"))
        manager.settimeout(60)
        environment = {"NOTIFY_SOCKET": str(podman.folder / "notify")}
        result = podman("run", "--detach", "--name=ready", "--sdnotify=container", image, environment=environment)
        assert result.status == 0, result
        while "READY=1" not in manager.recv(4096).decode().splitlines():
            pass
    assert podman("exec", "ready", "reaperctl", "is-system-running").out.strip() == "running"
    podman("rm", "--force", "--time=0", "ready")


def test_an_image_of_nothing_else(podman):
    result = podman("build", "--format=docker", "-t", "localhost/empty", "-f", ROOT / "packaging" / "container" / "Containerfile.empty", ROOT)
    assert result.status == 0, result
    result = podman("run", "--rm", "localhost/empty", "--version")
    assert result.status == 0 and "static build" in result.out, result


def deployment():
    """packaging/kubernetes/deployment.yaml: its text, its probes' commands, its container's arguments, its grace period."""
    text = (ROOT / "packaging" / "kubernetes" / "deployment.yaml").read_text()
    probes = [words.split(", ") for words in re.findall(r"exec: \{command: \[(.*)\]\}", text)]
    arguments = re.search(r"args: \[(.*)\]", text)[1].split(", ")
    return text, probes, arguments, int(re.search(r"terminationGracePeriodSeconds: (\d+)", text)[1])


def test_stop_budgets_are_a_second_less_than_what_is_granted():
    _, probes, arguments, grace = deployment()
    assert len(probes) == 3 and f"--stop-budget={grace - 1}s" in arguments
    compose = (ROOT / "packaging" / "container" / "compose.yaml").read_text()
    grace = int(re.search(r"stop_grace_period: (\d+)s", compose)[1])
    assert f"--stop-budget={grace - 1}s" in compose


def test_the_container_of_the_deployment(podman, image):
    """What the Deployment asks for, by hand: its rights, its volume, its probes, its stop."""
    _, probes, arguments, grace = deployment()
    options = ["--read-only", "--user=12345", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
    volume = ["--tmpfs=/run/reaperd:mode=1777", "--env=REAPERD_SOCKET=/run/reaperd/io.reaperd"]
    assert podman("run", "--detach", "--name=pod", *options, *volume, image, *arguments).status == 0
    podman.wait_logs("pod", "app.service: serving as 12345")
    for probe in probes:
        wait_for(lambda: podman("exec", "pod", *probe).status == 0, f"{probe} says yes")
    assert podman("stop", f"--time={grace}", "pod").status == 0
    assert podman("wait", "pod").out.strip() == "0"


def test_the_deployment_itself(podman, image):
    """`podman kube play`. One copy: to this engine a volume is one for all of them."""
    if not podman.has_cgroups:
        pytest.skip("pods of podman need cgroups, and no runtime can give them here")
    text, probes, _, grace = deployment()
    file = podman.folder / "deployment.yaml"
    file.write_text(text.replace("replicas: 2", "replicas: 1"))
    result = podman("kube", "play", "--network=none", file)
    assert result.status == 0, result
    container = "demo-pod-0-demo"
    podman.wait_logs(container, "app.service: serving as 12345")
    for probe in probes:
        wait_for(lambda: podman("exec", container, *probe).status == 0, f"{probe} says yes")
    assert podman("healthcheck", "run", container).status == 0, "the liveness probe, as the engine took it over"
    assert podman("exec", container, "touch", "/etc/x").status != 0, "the root is read-only"
    assert podman("exec", container, "grep", "CapEff", "/proc/1/status").out.split() == ["CapEff:", "0000000000000000"]
    assert podman("stop", f"--time={grace}", container).status == 0
    podman.wait_logs(container, "greeter.service: goodbye")
    assert podman("wait", container).out.strip() == "0"
    assert podman("kube", "down", file).status == 0
    assert container not in podman("ps", "--all").out
