"""Witnesses over HTTP, and logs in a store of objects, as other programs meet them: `curl`-like
requests, and the S3 of moto.
"""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest


@pytest.fixture
def reedbed_in(reedbed, tmp_path):
    """Runs `reedbed` in a folder of its own."""

    def call(*arguments, code=0, env=None):
        done = subprocess.run(
            [reedbed, *map(str, arguments)], cwd=tmp_path, capture_output=True, timeout=120,
            env={**os.environ, **(env or {})},
        )
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == code, said
        return said

    call.folder = tmp_path
    call.path = reedbed
    return call


def facts(text):
    return dict(line.split("\t", 1) for line in text.splitlines() if "\t" in line)


class Served:
    """A witness that answers at a port of its own."""

    def __init__(self, call, name, key):
        self.name = name
        made = call("--output", "plain", "ledger", "witness", "init", name,
                    "--name", f"{name}.example/w", "--log", key)
        self.key, self.call, self.process = facts(made)["key"], call, None
        self.start()

    def start(self, port=0):
        self.process = subprocess.Popen(
            [self.call.path, "--output", "plain", "ledger", "witness", "serve", self.name,
             "--listen", f"127.0.0.1:{port}"],
            cwd=self.call.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        line = self.process.stdout.readline().decode()
        assert line.startswith("address\t"), line + self.process.stderr.read().decode()
        self.address = line.split("\t")[1].strip()

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    def stop(self):
        """Stops it as a service manager does; gives what it said."""
        self.process.terminate()
        _, said = self.process.communicate(timeout=20)
        assert self.process.returncode == 0, said
        return said.decode()

    def post(self, body, path="/add-checkpoint"):
        """Status, type and body of an answer."""
        request = urllib.request.Request(self.address + path, data=body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()


@pytest.fixture
def witnessed(reedbed_in):
    """A ledger whose policy asks for two of three witnesses, which are there."""
    made = facts(reedbed_in("--output", "plain", "ledger", "init", "led", "--origin", "r.example/l"))
    witnesses = [Served(reedbed_in, f"w{at}", made["key"]) for at in range(3)]
    lines = [f"witness {w.name} {w.key} {w.address}" for w in witnesses]
    policy = "\n".join([f"log {made['key']}", *lines, "group two 2 w0 w1 w2", "quorum two", ""])
    (reedbed_in.folder / "led/log/policy").write_text(policy)
    yield reedbed_in, witnesses
    for witness in witnesses:
        if witness.process.poll() is None:
            witness.process.kill()


def recorded(call, number=1):
    for _ in range(number):
        call("ledger", "append", "led", "--kind", "permit")
    call("ledger", "checkpoint", "led")


def request_file(call, old):
    call("ledger", "cosign", "led", "--request", "request", "--old", old)
    return (call.folder / "request").read_bytes()


def test_a_head_is_cosigned_by_all_who_answer(witnessed):
    call, witnesses = witnessed
    recorded(call)
    said = call("ledger", "cosign", "led")
    assert "policy is met" in said and said.count("cosigned\n") + said.endswith("cosigned") >= 2, said
    assert "Witnessed by w0, w1, w2" in call("ledger", "audit", "led")
    # One is away, and two are enough.
    port = witnesses[0].port
    witnesses[0].stop()
    recorded(call, 2)
    said = call("ledger", "cosign", "led")
    assert "policy is met" in said and "w0: it does not answer" in said
    # Two are away.
    witnesses[1].stop()
    recorded(call)
    said = call("ledger", "cosign", "led", code=3)
    assert "not met yet" in said and "w2: cosigned" in said
    # Who comes back is asked from where it was.
    witnesses[0].start(port)
    assert "policy is met" in call("ledger", "cosign", "led")


def test_a_copy_carries_the_cosignatures_from_the_start(witnessed):
    call, _ = witnessed
    (call.folder / "r.csv").write_text(
        "scientificName,decimalLatitude,decimalLongitude,eventDate\n"
        "Botaurus stellaris,51.61234,4.61234,2021-05-14\n"
    )
    (call.folder / "rules.csv").write_text("scientificName,category\nBotaurus stellaris,high\n")
    call("share", "r.csv", "--rules", "rules.csv", "--ledger", "led", "-o", "out")
    assert "Witnessed by w0, w1, w2" in call("ledger", "verify", "out")
    # With three witnesses the proof stays small.
    proof = call.folder / "out/package/proof"
    checked = ["manifest", "entry", "opening", "release.tlog-proof", "policy"]
    assert sum((proof / name).stat().st_size for name in checked) < 12_000


def test_a_ledger_that_was_rolled_back_is_cosigned_by_nobody(witnessed):
    call, witnesses = witnessed
    recorded(call)
    call("ledger", "cosign", "led")
    backup = call.folder / "backup"
    subprocess.run(["cp", "-a", call.folder / "led", backup], check=True)
    held = (call.folder / "led/log/checkpoint").read_text()
    (call.folder / "held").write_text(held)
    recorded(call, 2)
    call("ledger", "cosign", "led")
    # The owner puts the backup in its place, and forges where it was.
    subprocess.run(["rm", "-rf", call.folder / "led"], check=True)
    backup.rename(call.folder / "led")
    call("ledger", "append", "led", "--kind", "permit", "--known", "held")
    call("ledger", "checkpoint", "led")
    said = call("ledger", "cosign", "led", code=3)
    assert said.count("older than what was shown to it, or another") == 3, said
    # As large as what was shown, it is another ledger.
    recorded(call)
    said = call("ledger", "cosign", "led", code=3)
    assert said.count("another than the one that was shown to it") == 3, said
    recorded(call)
    said = call("ledger", "cosign", "led", code=3)
    assert said.count("422") == 3, said
    assert all("refused with 4" in witness.stop() for witness in witnesses)


def test_answers_have_the_status_and_the_type_of_the_specification(witnessed):
    call, witnesses = witnessed
    recorded(call, 3)
    witness = witnesses[0]
    body = request_file(call, 0)
    status, kind, said = witness.post(body)
    assert (status, said.startswith("\u2014 w0.example/w ")) == (200, True)
    assert witness.post(body)[:2] == (409, "text/x.tlog.size") and witness.post(body)[2] == "3\n"
    assert witness.post(b"old 4\n\n" + body.split(b"\n\n", 1)[1])[0] == 400
    assert witness.post(b"old 3\n\xff\n")[0] == 400
    assert witness.post(body.replace(b"r.example", b"x.example"))[0] == 404
    assert witness.post(body.replace(b"\n3\n", b"\n4\n"))[0] == 403
    assert witness.post(body, "/elsewhere")[0] == 404
    assert witness.post(bytes(100_000))[0] == 413
    with urllib.request.urlopen(witness.address) as answer:
        assert witness.key in answer.read().decode()
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(witness.address + "/add-checkpoint")


def test_many_clients_at_once_do_not_roll_a_witness_back(witnessed):
    call, witnesses = witnessed
    bodies = []
    for _ in range(8):
        recorded(call)
        bodies.append(request_file(call, 0).split(b"\n\n", 1)[1])
    proofs = {}
    for old in range(9):
        proofs[old] = request_file(call, min(old, 8))
    witness, sizes = witnesses[0], []

    def client(at):
        # Some ask for the newest head from wherever the witness says that it is.
        old = 0
        for _ in range(40):
            body = proofs[old] if at % 2 else b"old 0\n\n" + bodies[at % 8]
            status, _, said = witness.post(body)
            if status == 409:
                seen = int(said)
                sizes.append(seen)
                if seen == 8 or at % 2 == 0:
                    return
                old = seen
            elif status == 200:
                return
            else:
                raise AssertionError((status, said))

    clients = [threading.Thread(target=client, args=(at,)) for at in range(64)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert witness.post(b"old 0\n\n" + bodies[0])[2] == "8\n"


def test_slow_and_broken_clients_do_not_keep_others_waiting(witnessed):
    call, witnesses = witnessed
    recorded(call)
    witness = witnesses[0]
    slow = []
    for at in range(100):
        client = socket.create_connection(("127.0.0.1", witness.port), timeout=30)
        client.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n" + b"Content-Length: 500\r\n\r\n" * (at % 2))
        slow.append(client)
    begun = time.monotonic()
    assert witness.post(request_file(call, 0))[0] == 200
    assert time.monotonic() - begun < 5
    # Headers that never end are cut off.
    slow[0].settimeout(30)
    assert slow[0].recv(1) in (b"", b"H")
    for client in slow:
        client.close()


@pytest.fixture
def s3(tmp_path):
    """The environment of an empty bucket, `bucket`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    for _ in range(1_200):
        try:
            request = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            request.request("PUT", "/bucket")
            assert request.getresponse().status == 200
            break
        except OSError:
            assert server.poll() is None, "moto does not start"
            time.sleep(0.1)
    else:
        pytest.fail("moto does not answer")
    yield {
        "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true",
    }
    server.kill()


def test_a_ledger_lies_in_a_bucket(reedbed_in, s3):
    call = reedbed_in
    call("ledger", "init", "led", "--origin", "r.example/l", "--store", "s3://bucket/led", env=s3)
    for _ in range(3):
        call("ledger", "append", "led", "--kind", "permit", env=s3)
    call("ledger", "checkpoint", "led", env=s3)
    call("ledger", "rotate", "led", env=s3)
    assert "all 4 entries" in call("ledger", "audit", "led", env=s3)
    call("ledger", "export", "led", "-o", "export", env=s3)
    assert "all 4 entries" in call("ledger", "verify", "export")
    # Nothing of the log is in the folder, and nothing of the openings in the bucket.
    assert not (call.folder / "led/log/tile").exists()
    call("ledger", "open", "led", "0", env=s3)
    # A second ledger does not begin in the same place.
    said = call("ledger", "init", "other", "--origin", "r.example/m", "--store", "s3://bucket/led",
                env=s3, code=1)
    assert "already" in said
    for wrong in ("s3://", "https://bucket", "bucket"):
        call("ledger", "init", "no", "--origin", "r.example/l", "--store", wrong, env=s3, code=1)


def test_without_the_store_nothing_is_acknowledged_and_nothing_lost(reedbed_in, s3):
    call = reedbed_in
    call("ledger", "init", "led", "--origin", "r.example/l", "--store", "s3://bucket", env=s3)
    call("ledger", "append", "led", "--kind", "permit", env=s3)
    away = {**s3, "AWS_ENDPOINT": "http://127.0.0.1:9"}
    said = call("ledger", "append", "led", "--kind", "permit", env=away, code=1)
    assert "index" not in said
    call("ledger", "checkpoint", "led", env=s3)
    assert "all 1 entries" in call("ledger", "audit", "led", env=s3).replace("1 entry", "1 entries")
