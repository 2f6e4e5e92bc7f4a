"""A container engine in a private mount namespace, with images and containers in a folder of its own."""

import pathlib
import resource
import shutil
import subprocess
import tarfile
import time

from reaperd import Result, clean_environment

# Engines want a plain cgroup2 tree; where there is another one it is mounted over for the engine alone.
SCRIPT = """
[ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] || { umount -R /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 125; }
root=$1; shift
exec podman --root "$root/storage" --runroot "$root/run" --cgroup-manager=cgroupfs --events-backend=file --runtime=crun "$@"
"""
WANTED = {"nproc": (resource.RLIMIT_NPROC, 4096), "nofile": (resource.RLIMIT_NOFILE, 4096), "memlock": (resource.RLIMIT_MEMLOCK, 8 << 20)}


def limits():
    """What we have ourselves: an engine that asks for more is refused in some places."""
    found = {name: (wanted, resource.getrlimit(number)[1]) for name, (number, wanted) in WANTED.items()}
    return [f"--ulimit={name}={n}:{n}" for name, (wanted, hard) in found.items() for n in [min(wanted, hard) if hard > 0 else wanted]]


class Podman:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.more = []  # options that this place needs

    def __call__(self, *arguments, patience=120, **options):
        arguments = [str(word) for word in arguments]
        if arguments[0] in ("run", "create"):
            arguments[1:1] = ["--network=none", *limits(), *self.more]
        if arguments[0] == "build":
            arguments[1:1] = ["--network=host", "--isolation=chroot", *limits()]
        command = ["unshare", "--mount", "--propagation", "private", "bash", "-c", SCRIPT, "podman", str(self.folder), *arguments]
        return Result(
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=patience,
                           check=False, env=clean_environment(), **options)  # fmt: skip
        )

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
        """None when containers of the image run here, without cgroups if need be; else the engine's words."""
        for more in ([], ["--cgroups=disabled"]):
            self.more = more
            result = self("run", "--rm", image, "/bin/true")
            if result.status == 0:
                return None
        return (result.err.strip().splitlines() or ["no word"])[-1]

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
