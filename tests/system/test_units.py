"""Unit files from finding to failing: what is bad stops only itself."""

import os

import pytest
from reaperd import REAPERCTL, run, wait_for


def test_a_missing_unit(reaperd):
    result = reaperd.run("nosuch.service")
    assert result.status == 1
    assert "nosuch.service" in result.err and "not found" in result.err


def make_empty(path):
    path.write_text("")


def make_nul(path):
    path.write_bytes(b"[Service]\nExecStart=/bin/\0true\n\0\n")


def make_folder(path):
    path.mkdir()


def make_fifo(path):
    os.mkfifo(path)


def make_huge(path):
    with open(path, "wb") as f:
        f.write(b"[Service]\nExecStart=/bin/true\n")
        f.truncate(1 << 30)


def make_no_section(path):
    path.write_text("ExecStart=/bin/true\n")


def make_binary(path):
    path.write_bytes(os.urandom(4096))


def make_loop(path):
    path.symlink_to(path.name)


def make_missing_program(path):
    path.write_text("[Service]\nExecStart=/no/such/program\n")


@pytest.mark.parametrize(
    "make,words",
    [
        (make_empty, "masked"),
        (make_nul, ":2: a NUL"),
        (make_folder, "folder"),
        (make_fifo, "no regular file"),
        (make_huge, "larger than 1 MiB"),
        (make_no_section, ":1: assignment outside"),
        (make_binary, "bad.service:"),
        (make_loop, "bad.service"),
        (make_missing_program, "cannot run /no/such/program"),
    ],
)
def test_a_bad_file_fails_alone_with_a_word(reaperd, make, words):
    reaperd.service("good")
    make(reaperd.units / "bad.service")
    reaperd.start("good.service", "bad.service")
    wait_for(lambda: reaperd.state("bad") in ("inactive", "failed"), "it is not up")
    assert reaperd.state("good") == "active"
    assert words in reaperd.text()


def test_a_cycle_is_named_in_full(reaperd):
    for name, after in (("a", "b"), ("b", "c"), ("c", "a")):
        reaperd.service(name, unit=f"Requires={after}.service\nAfter={after}.service")
    reaperd.service("good")
    reaperd.start("good.service", "a.service")
    line = next(line for line in reaperd.text().splitlines() if "cycle" in line)
    assert all(f"{name}.service" in line for name in "abc")
    assert reaperd.state("good") == "active"


def test_check_tells_all_and_starts_nothing(reaperd):
    path = reaperd.service("a", f"/bin/touch {reaperd.folder}/ran", "Restrat=always\nUser=0day")
    result = reaperd.run("--check", "a.service")
    assert result.status == 1
    out = result.out + result.err
    assert f"{path}:5: unknown key 'Restrat'" in out and "'Restart'" in out
    assert f"{path}:6: User=0day" in out
    assert not (reaperd.folder / "ran").exists()


def test_check_is_content_with_a_good_unit(reaperd):
    reaperd.service("a")
    result = reaperd.run("--check", "a.service")
    assert (result.status, result.out, result.err) == (0, "", "")


def test_dump_prints_what_it_resolves_to(reaperd):
    reaperd.unit("t@.service", "[Service]\nExecStart=/bin/echo %i \"a b\"\nRestart=always\n")
    lines = reaperd.run("--dump", "t@x.service").out.splitlines()
    assert lines[0] == "# t@x.service"
    assert any('["/bin/echo","x","a b"]' in line.replace('", "', '","') for line in lines)
    assert any(line.strip() == "Restart: always" for line in lines)


def test_search_path_drop_ins_and_masks(reaperd):
    second = reaperd.folder / "second"
    second.mkdir()
    reaperd.unit("a.service", "[Service]\nType=oneshot\nExecStart=/bin/echo first\n")
    (second / "a.service").write_text("[Service]\nType=oneshot\nExecStart=/bin/echo second\n")
    (second / "a.service.d").mkdir()
    (second / "a.service.d" / "x.conf").write_text("[Service]\nExecStart=/bin/echo added\n")
    (second / "b.service").write_text("[Service]\nExecStart=/bin/sleep 1000\n")
    (reaperd.units / "b.service").symlink_to("/dev/null")
    reaperd.service("keep")
    reaperd.start(f"--unit-path={reaperd.units}:{second}", "keep.service", "a.service", "b.service")
    assert reaperd.lines("a") == ["first", "added"]
    assert reaperd.show("b", "LoadState") == "masked"
    result = reaperd.ctl("start", "b")
    assert result.status == 1 and "masked" in result.err


def test_templates_and_aliases(reaperd):
    reaperd.unit("t@.service", "[Service]\nExecStart=/bin/sleep 1000\nEnvironment=I=%i\n")
    (reaperd.units / "other.service").symlink_to("t@one.service")
    (reaperd.units / "t@one.service").symlink_to("t@.service")
    reaperd.start("t@one.service")
    assert reaperd.show("other", "Id") == "t@one.service"
    assert "other.service" in reaperd.show("t@one", "Names")


def test_wants_and_requires_folders(reaperd):
    reaperd.unit("my.target", "[Unit]\nDescription=Mine\n")
    reaperd.service("a")
    reaperd.service("b", "/bin/false", "Type=oneshot")
    for folder, name in (("my.target.wants", "a.service"), ("my.target.wants", "b.service")):
        (reaperd.units / folder).mkdir(exist_ok=True)
        (reaperd.units / folder / name).symlink_to(f"../{name}")
    reaperd.start("my.target")
    assert reaperd.state("a") == "active"
    assert reaperd.state("my.target") == "active", "a wanted unit may fail"
    assert reaperd.state("b") == "failed"


def test_requires_fails_with_what_it_requires(reaperd):
    reaperd.service("a", unit="Requires=b.service\nAfter=b.service")
    reaperd.service("b", "/bin/false", "Type=oneshot")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    result = reaperd.ctl("start", "a")
    assert result.status == 1 and "dependency" in result.err
    assert reaperd.state("a") == "inactive"


def test_part_of_binds_to_and_conflicts(reaperd):
    reaperd.service("a")
    reaperd.service("part", unit="PartOf=a.service")
    reaperd.service("bound", unit="BindsTo=a.service\nAfter=a.service")
    reaperd.service("enemy", unit="Conflicts=a.service")
    reaperd.start("a.service", "part.service", "bound.service")
    pid = reaperd.main_pid("part")
    assert reaperd.ctl("restart", "a").status == 0
    wait_for(lambda: reaperd.main_pid("part") not in (0, pid), "what is part of it restarts with it")
    assert reaperd.ctl("start", "enemy").status == 0
    for name in ("a", "part", "bound"):
        reaperd.wait_state(name, "inactive")


def test_order_of_stop_is_the_reverse_of_start(reaperd):
    script = "/bin/sh -c 'echo start-%n >>{0}/order; trap \"echo stop-%n >>{0}/order; exit 0\" TERM; while :; do sleep 0.02; done'"
    for name, after in (("a", ""), ("b", "After=a.service"), ("c", "After=b.service")):
        reaperd.service(name, script.format(reaperd.folder), "", after)
    reaperd.start("c.service", "b.service", "a.service")
    wait_for(lambda: (reaperd.folder / "order").read_text().count("start") == 3, "all are up")
    assert reaperd.stop() == 0
    names = [line.split("-")[1][0] for line in (reaperd.folder / "order").read_text().splitlines() if "stop" in line]
    assert names == ["c", "b", "a"]


def test_default_target_and_the_targets_of_every_system(reaperd):
    (reaperd.units / "multi-user.target.wants").mkdir()
    reaperd.service("a", unit="After=network-online.target remote-fs.target nss-lookup.target time-sync.target\n"
                    "Wants=network-online.target\nRequires=-.mount sysinit.target")  # fmt: skip
    (reaperd.units / "multi-user.target.wants" / "a.service").symlink_to("../a.service")
    reaperd.start()
    assert reaperd.state("a") == "active"
    for target in ("default", "multi-user", "basic", "sysinit", "network-online"):
        assert reaperd.state(f"{target}.target") == "active", target


def test_conditions_skip_and_asserts_fail(reaperd):
    reaperd.service("c", unit="ConditionPathExists=/no/such")
    reaperd.service("n", unit="ConditionPathExists=!/no/such")
    reaperd.service("s", unit="AssertPathExists=/no/such")
    reaperd.service("keep")
    reaperd.start("keep.service", "c.service", "n.service")
    assert reaperd.show("c", "ActiveState", "ConditionResult") == ["inactive", False]
    assert reaperd.state("n") == "active"
    assert reaperd.ctl("start", "c").status == 0
    result = reaperd.ctl("start", "s")
    assert result.status == 1 and "assert" in result.err


def test_daemon_reload_takes_what_is_new_and_keeps_what_runs(reaperd):
    reaperd.service("a", "/bin/sleep 1000", "", "Description=Old")
    reaperd.start("a.service")
    pid = reaperd.main_pid("a")
    path = reaperd.service("a", "/bin/sleep 1001", "", "Description=New")
    os.utime(path, (2e9, 2e9))
    assert reaperd.show("a", "NeedDaemonReload") is True
    reaperd.service("b")
    assert reaperd.ctl("daemon-reload").status == 0
    assert reaperd.show("a", "Description", "MainPID") == ["New", pid]
    assert reaperd.ctl("start", "b").status == 0
    reaperd.ctl("restart", "a")
    assert "1001" in reaperd.show("a", "ExecStart")[0]["argv"]
    assert reaperd.main_pid("a") != pid


def test_a_reload_with_a_bad_file_loses_nothing(reaperd):
    reaperd.service("a")
    reaperd.start("a.service")
    pid = reaperd.main_pid("a")
    reaperd.unit("a.service", "[Service]\nExecStart=\"/bin/sleep\n")
    reaperd.ctl("daemon-reload")
    assert reaperd.show("a", "ActiveState", "MainPID") == ["active", pid]
    (reaperd.units / "a.service").unlink()
    reaperd.ctl("daemon-reload")
    assert reaperd.show("a", "ActiveState", "MainPID") == ["active", pid]
    assert reaperd.ctl("stop", "a").status == 0


def test_verify_reads_files_without_a_reaperd(reaperd):
    path = reaperd.service("a", "/no/such/program", "Restrat=always\nRootImage=/x\n[Instal]")
    result = run(REAPERCTL, "verify", path)
    assert result.status == 1
    lines = result.out.splitlines()
    assert lines[0].startswith(f"{path}:4: ExecStart=/no/such/program: cannot be run")
    assert f"{path}:5: unknown key 'Restrat'" in lines[1] and "'Restart'" in lines[1]
    assert f"{path}:6: RootImage=/x: not applied" in lines[2]
    assert f"{path}:7: unknown section [Instal]" in lines[3] and "[Install]" in lines[3]
    good = reaperd.unit("t@.service", "[Service]\nExecStart=/bin/true\nRootImage=/x\n")
    result = run(REAPERCTL, "verify", good)
    assert result.status == 0 and "not applied" in result.out
    result = run(REAPERCTL, "verify", reaperd.folder / "nosuch.service", reaperd.folder / "no-unit")
    assert result.status == 1 and "no such file" in result.out and "cannot be the name" in result.out


def test_a_file_that_came_is_found_whoever_looked_first(reaperd):
    """A question about unit files notices the change of the folder too."""
    reaperd.service("a", unit="Wants=late.service")
    reaperd.start("a.service")
    assert reaperd.show("late.service", "LoadState") == "not-found"
    reaperd.service("late")
    os.utime(reaperd.folder / "units", (1, 1))  # another time than before, and long ago: believed at the first look
    assert reaperd.ctl("is-enabled", "late").out == "static\n"
    assert reaperd.ctl("start", "late").status == 0
    assert reaperd.state("late") == "active"
