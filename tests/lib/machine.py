"""A machine of namespaces: any init as PID 1 over a throw-away copy of a root file system. Needs root and overlayfs."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from reaperd import PATIENCE, children, run, wait_for

DOCKER = "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod audit_write setfcap"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Everything is mounted in the namespace alone: it goes with the last process.
ENTER = r"""
set -e
root=$1 lab=$2 cgroup=$3 capabilities=$4 files=$5 console=$6; shift 6
mount --make-rprivate /
mount -t tmpfs tmpfs $lab
mkdir $lab/upper $lab/work $lab/root
mount -t overlay overlay -o lowerdir=$root,upperdir=$lab/upper,workdir=$lab/work $lab/root
[ -z "$files" ] || { cp -a "$files/." $lab/root/; chmod 755 $lab/root; }
cd $lab/root
mkdir -p proc sys dev run tmp
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
[ $cgroup = none ] || mount -t cgroup2 -o $cgroup cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
# Of its own: what changes their modes would change those outside.
while read name major minor; do mknod -m 666 dev/$name c $major $minor; done <<END
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
END
[ -z "$console" ] || { : >dev/console; mount --bind "$console" dev/console; }
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
ip link set lo up 2>/dev/null || true
hostname machine
mkdir -p .before; pivot_root . .before; umount -l /.before; rmdir /.before
[ "$capabilities" = all ] || set -- setpriv --bounding-set "$capabilities" --inh-caps -all -- "$@"
exec env -i container=machine PATH=%s TERM=dumb "$@"
""" % PATH


def cgroup_folder():
    """Where cgroup2 is mounted, or None."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        if line.split()[2] == "cgroup2":
            return pathlib.Path(line.split()[1])
    return None


def why_not():
    """Why a machine cannot be made here, or None."""
    if os.geteuid() != 0:
        return "needs root"
    if not shutil.which("unshare") or run("unshare", "--pid", "--fork", "--mount-proc", "true").status:
        return "needs PID namespaces"
    if "overlay" not in pathlib.Path("/proc/filesystems").read_text():
        return "needs overlayfs"
    if not cgroup_folder():
        return "needs a cgroup2 mount"
    return None


def why_no_oracle(systemd="/lib/systemd/systemd"):
    """Why this systemd cannot tell what is right, or None."""
    if not os.access(systemd, os.X_OK):
        return "needs systemd"
    version = run(systemd, "--version").out.split()[1]
    return None if version == "252" else f"needs systemd 252, which reaperd follows; {version} is here"


class Machine:
    """PID 1 and all below it, ended together. `docker`: with the rights of an ordinary container;
    `files`: a folder of what is put into the root besides; `console`: a terminal outside to be /dev/console."""

    def __init__(self, root, *init, docker=True, files="", console=""):
        self.lab = pathlib.Path(tempfile.mkdtemp(prefix="machine-"))
        self.log = self.lab.with_suffix(".log")
        self.cgroup = cgroup_folder() / self.lab.name
        self.cgroup.mkdir()
        capabilities = "-all," + ",".join(f"+{name}" for name in DOCKER.split()) if docker else "all"
        words = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--cgroup", "--uts", "--ipc", "--net"]
        words += ["--propagation", "private", "bash", "-c", ENTER, "enter", root, self.lab]
        words += ["ro" if docker else "rw", capabilities, files, console, *init]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: (self.cgroup / "cgroup.procs").write_text("0"),
            )
        self.init = str(init[0])
        self.pid = wait_for(self._find_init, f"{init[0]} is PID 1; see {self.log}")

    def _find_init(self):
        if self.process.poll() is not None:
            raise AssertionError(f"ended with {self.process.returncode}: {self.log.read_text()}")
        for pid in children(self.process.pid):
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if words[0].decode() == self.init:
                return pid
        return None

    def run(self, *command, patience=PATIENCE):
        """A command inside, run to its end."""
        enter = ["nsenter", "-t", self.pid, "-p", "-m", "-u", "-i", "-n", "-C", "-r", "-w", "--"]
        return run(*enter, "env", "-i", f"PATH={PATH}", "HOME=/root", *command, patience=patience)

    def path(self, path):
        """A file inside, as we reach it."""
        return pathlib.Path(f"/proc/{self.pid}/root{path}")

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, patience=PATIENCE):
        """PID 1's exit status."""
        return self.process.wait(patience)

    def end(self):
        if self.process.poll() is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait(PATIENCE)
        kill = self.cgroup / "cgroup.kill"
        if kill.exists():
            kill.write_text("1")
        wait_for(lambda: self._remove_cgroups(), "the machine's cgroups are empty")
        self.lab.rmdir()
        self.log.unlink(missing_ok=True)

    def _remove_cgroups(self):
        for folder in sorted(self.cgroup.glob("**/"), reverse=True):
            try:
                folder.rmdir()
            except OSError:
                return False
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
