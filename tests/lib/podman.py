"""A container engine in a private mount namespace, with images and containers in a folder of its own."""

import pathlib
import resource
import shutil
import subprocess
import tarfile
import time

from reaperd import Result, clean_environment

WANTED = {"nproc": (resource.RLIMIT_NPROC, 4096), "nofile": (resource.RLIMIT_NOFILE, 4096), "memlock": (resource.RLIMIT_MEMLOCK, 8 << 20)}

# What works depends on the place: runtime, whether containers get cgroups, and the tree that the engine sees. crun wants a
# plain cgroup2 tree and its device filter a limit that few may raise; runc takes a tree of version 1 as it is.
WAYS = [("crun", "enabled", "plain"), ("runc", "enabled", "present"), ("crun", "disabled", "plain")]

SCRIPT = """
if [ $1 = plain ] && [ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ]; then
	umount -R /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 125
fi
root=$2; shift 2
exec podman --root "$root/storage" --runroot "$root/run" "$@"
"""

SETTINGS = """[containers]
default_ulimits = [%(ulimits)s]
pids_limit = 0
netns = "none"
cgroups = "%(cgroups)s"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "%(runtime)s"
"""


def ulimits():
    """What we have ourselves: an engine that asks for more is refused in some places."""
    found = {name: (wanted, resource.getrlimit(number)[1]) for name, (number, wanted) in WANTED.items()}
    return [f'"{name}={n}:{n}"' for name, (wanted, hard) in found.items() for n in [min(wanted, hard) if hard > 0 else wanted]]


class Podman:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.settings = self.folder / "containers.conf"
        self.use(*WAYS[0])

    def use(self, runtime, cgroups, hierarchy):
        self.runtime, self.has_cgroups, self.hierarchy = runtime, cgroups == "enabled", hierarchy
        self.settings.write_text(SETTINGS % {"ulimits": ", ".join(ulimits()), "cgroups": cgroups, "runtime": runtime})

    def __call__(self, *arguments, patience=120, environment=None):
        arguments = [str(word) for word in arguments]
        if arguments[0] == "build":
            arguments[1:1] = ["--network=host", "--isolation=chroot"]
        command = ["unshare", "--mount", "--propagation", "private", "bash", "-c", SCRIPT, "podman", self.hierarchy, str(self.folder), *arguments]
        environment = {**clean_environment(), **(environment or {}), "CONTAINERS_CONF": str(self.settings)}
        return Result(
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=patience, check=False, env=environment)
        )

    def end(self):
        """All containers, images and what the engine left mounted or made."""
        self("pod", "rm", "--all", "--force")
        self("rm", "--all", "--force", "--time=0")
        subprocess.run(["umount", "-R", str(self.folder / "storage" / "overlay")], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def import_busybox(self, name):
        """An image of nothing but a static busybox and what a shell wants."""
        root = self.folder / "base"
        for sub in ("bin", "tmp", "etc", "proc", "sys", "dev", "run"):
            (root / sub).mkdir(parents=True)
        shutil.copy("/bin/busybox", root / "bin" / "busybox")
        for applet in subprocess.run(["/bin/busybox", "--list"], capture_output=True, text=True, check=True).stdout.split():
            if applet != "busybox":
                (root / "bin" / applet).symlink_to("busybox")
        archive = self.folder / "base.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(root, arcname=".")
        return self("import", archive, name)

    def why_not(self, image):
        """None when containers of the image run here, in one of the ways; else the engine's words in each."""
        words = []
        for runtime, cgroups, hierarchy in WAYS:
            if not shutil.which(runtime):
                continue
            self.use(runtime, cgroups, hierarchy)
            result = self("run", "--rm", image, "/bin/true")
            if result.status == 0:
                return None
            words += result.err.strip().splitlines()[-1:]
        return "; ".join(words) or "neither crun nor runc is there"

    def wait_logs(self, name, words, patience=60):
        """Waits for words in a container's logs."""
        end = time.monotonic() + patience
        while True:
            result = self("logs", name)
            text = result.out + result.err
            if words in text:
                return text
            assert time.monotonic() < end, f"no {words!r} in:\n{text}"
            time.sleep(0.1)
