"""LoadCredential= and SetCredential=: files that the service alone can read, gone when it ends."""

import pathlib
import socket
import threading

from reaperd import wait_for


def test_credentials(reaperd, root):
    source = reaperd.folder / "secret"
    source.write_text("from a file")
    source.chmod(0o600)
    reaperd.service(
        "a",
        "/bin/sh -c 'cd $CREDENTIALS_DIRECTORY; id -un; cat file; echo; cat said; stat -c %%a . file; exec sleep 1000'",
        f"User=nobody\nLoadCredential=file:{source}\nLoadCredential=nowhere\nSetCredential=said:it\\x27s \\\\ two\\nlines\nSetCredential=file:not taken",
    )
    reaperd.start("a.service")
    wait_for(lambda: len(reaperd.lines("a")) == 5, "it has read them")
    lines = reaperd.lines("a")
    assert lines == ["nobody", "from a file", "it's \\ two", "lines500", "400"], lines
    folder = pathlib.Path("/run/credentials/a.service")
    assert sorted(p.name for p in folder.iterdir()) == ["file", "said"]
    reaperd.ctl("stop", "a")
    assert not folder.exists()


def test_a_credential_from_a_socket(reaperd, root):
    path = reaperd.folder / "sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve():
            connection, _ = listener.accept()
            connection.sendall(b"from a socket")
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        reaperd.service("b", "/bin/sh -c 'cat $CREDENTIALS_DIRECTORY/it'", f"Type=oneshot\nLoadCredential=it:{path}")
        reaperd.start("b.service")
        thread.join(10)
    assert reaperd.lines("b") == ["from a socket"]


def test_a_credential_that_is_missing_fails_the_unit(reaperd, root):
    reaperd.service("c", "/bin/true", "Type=oneshot\nLoadCredential=it:/no/such/file")
    reaperd.unit("x.target", "[Unit]\n")
    reaperd.start("x.target")
    result = reaperd.ctl("start", "c")
    assert result.status == 1 and "Credential=" in result.err
    assert reaperd.show("c.service", "ExecMainStatus") == 243


def test_a_folder_of_credentials(reaperd, root):
    folder = reaperd.folder / "secrets"
    (folder / "deep").mkdir(parents=True)
    (folder / "one").write_text("1")
    (folder / "deep/two").write_text("2")
    (folder / "link").symlink_to("one")
    reaperd.unit("a.service", f"[Service]\nType=oneshot\nLoadCredential=key:{folder}\nExecStart=/bin/sh -c 'cd $CREDENTIALS_DIRECTORY && head *'\n")
    reaperd.service("keep")
    reaperd.start("keep.service", "a.service")
    assert reaperd.lines("a") == ["==> key_deep_two <==", "2", "==> key_one <==", "1"], reaperd.text()
