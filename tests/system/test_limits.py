"""What unit files may hold at most: each limit is told with file and line, and takes only what is over it."""

import pytest
from reaperd import run, REAPERD

GOOD = "[Service]\nType=oneshot\nExecStart=/bin/true\n"


def check(reaperd, name="a.service"):
    result = reaperd.run("--check", name)
    return result.status, result.out + result.err


def dump(reaperd):
    return reaperd.run("--dump", "a.service").out


def test_the_size_of_a_file(reaperd):
    path = reaperd.unit("a.service", GOOD + "# padding\n" * 110000)
    status, said = check(reaperd)
    assert status == 1 and f"{path}: cannot be read: it is larger than 1 MiB" in said
    reaperd.unit("a.service", GOOD + "# padding\n" * 100000)
    assert check(reaperd) == (0, "")


def test_the_length_of_a_line(reaperd):
    path = reaperd.unit("a.service", f"{GOOD}Environment=A={'x' * 70000}\nEnvironment=B=c\n")
    status, said = check(reaperd)
    assert status == 1 and f"{path}:4: line too long, ignored" in said
    assert "Environment: B=c" in dump(reaperd) and "Environment: A=" not in dump(reaperd)


def test_a_line_of_many_parts(reaperd):
    path = reaperd.unit("a.service", GOOD + "Environment=A=" + "x\\\n" * 40000 + "y\nEnvironment=B=c\n")
    status, said = check(reaperd)
    assert status == 1 and f"{path}:4: line too long, ignored" in said and "Environment: B=c" in dump(reaperd)


def test_how_many_assignments(reaperd):
    path = reaperd.unit("a.service", GOOD + "Environment=A=b\n" * 5000)
    status, said = check(reaperd)
    assert status == 1 and f"{path}:4098: too many keys in this file" in said


def test_how_many_words_a_command_has(reaperd):
    path = reaperd.unit("a.service", f"[Service]\nExecStart=/bin/echo {'x ' * 2000}\n")
    status, said = check(reaperd)
    assert status == 1 and f"{path}:2: " in said and "more than 1024 words" in said


def test_how_many_drop_ins(reaperd):
    reaperd.unit("a.service", GOOD)
    for n in range(300):
        reaperd.unit(f"a.service.d/{n:03}.conf", f"[Service]\nEnvironment=A{n}=b\n")
    status, said = check(reaperd)
    assert status == 1 and "a.service.d/256.conf: more than 256 drop-ins; ignored" in said
    lines = dump(reaperd)
    assert "Environment: A255=b" in lines and "Environment: A256=b" not in lines


def test_how_long_a_name_is(reaperd):
    name = "x" * 300 + ".service"
    reaperd.unit("a.service", f"[Unit]\nWants={name}\n{GOOD}")
    status, said = check(reaperd)
    assert status == 1 and "a.service:2: Wants=" in said and "not the name of a unit" in said
    assert reaperd.run("--check", name).status == 1


def test_how_often_links_lead_on(reaperd):
    for n in range(20):
        (reaperd.units / f"l{n}.service").symlink_to(f"l{n + 1}.service")
    (reaperd.units / "l20.service").symlink_to("l0.service")
    assert run(REAPERD, f"--unit-path={reaperd.units}", "--check", "l0.service", patience=20).status == 1


@pytest.mark.parametrize("count", [300])
def test_how_many_parts_a_calendar_event_has(reaperd, count):
    path = reaperd.unit("a.timer", f"[Timer]\nOnCalendar=0{',1' * count}:00\nOnCalendar=daily\n")
    reaperd.unit("a.service", GOOD)
    status, said = check(reaperd, "a.timer")
    assert status == 1 and f"{path}:2: OnCalendar=" in said
