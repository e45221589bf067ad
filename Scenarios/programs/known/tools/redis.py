"""A redis-server of FOLDER with appendfsync always, on a socket in a folder of its own, and what is asked of it.

    python3 redis.py init FOLDER             a server is started, its key-0 is set to 0.0, and it is ended
    python3 redis.py load FOLDER SEED        key N is set to SEED.N; `ack N` is printed when SET N was answered
    python3 redis.py verify FOLDER [fix]     does the server start, and has it the key of every answered SET?
                                             fix: redis-check-aof --fix goes first, as an operator would have it

verify exits with 0 where it is good, with 1 where it is not, and with 125 where no server can be asked.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

COUNT = 5
# Debian's redis-server is a link to the other name, in a package that starts a service: redis-tools is enough.
SERVER = shutil.which("redis-server") or shutil.which("redis-check-rdb")


def command(connection, *words):
    """One command's answer; all answers here are short, and of one line or one string."""
    words = [word.encode() for word in words]
    connection.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
    answer = b""
    while not answer.endswith(b"\r\n") or (answer[:1] == b"$" and answer[:2] != b"$-" and answer.count(b"\r\n") < 2):
        more = connection.recv(4096)
        if not more:
            break
        answer += more
    return answer.decode(errors="replace").split("\r\n")[-2] if answer else ""


def answers(connection):
    try:
        return command(connection, "PING") == "+PONG"
    except OSError:
        return False


def with_server(folder, action):
    """The action's result with a connection to a server of the folder; the server's last words where it ends."""
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "s")
        if len(path) > 100:
            print(f"no socket can be at {path}: set TMPDIR to a shorter one", file=sys.stderr)
            sys.exit(125)
        server = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", path, "--dir", folder, "--save", "", "--appendonly", "yes",
             "--appendfsync", "always", "--aof-load-truncated", "yes", "--logfile", os.path.join(place, "log")],
            executable=SERVER)
        try:
            connection = socket.socket(socket.AF_UNIX)
            while server.poll() is None:
                try:
                    connection.connect(path)
                    break
                except OSError:
                    time.sleep(0.002)
            while not answers(connection) and server.poll() is None:
                time.sleep(0.002)  # It is loading, or ending.
            if server.poll() is not None:
                lines = open(os.path.join(place, "log"), errors="replace").read().splitlines()
                print("redis-server does not start:", lines[-1].split(" # ")[-1] if lines else "")
                return 1
            result = action(connection)
            connection.sendall(b"SHUTDOWN NOSAVE\r\n")
            server.wait(10)
            return result
        finally:
            if server.poll() is None:
                server.kill()
                server.wait()


def load(connection, seed):
    for number in range(1, COUNT + 1):
        if command(connection, "SET", f"key-{number}", f"{seed}.{number}") != "+OK":
            return 1
        print("ack", number, f"{seed}.{number}", flush=True)
    return 0


def verify(connection, promised):
    for number, value in promised:
        found = command(connection, "GET", f"key-{number}")
        if found != value:
            print(f"an answered SET is gone: key-{number} was {value} and is {found}")
            return 1
    return 0


def main(action, folder, *rest):
    folder = os.path.abspath(folder)
    if action == "init":
        return with_server(folder, lambda connection: command(connection, "SET", "key-0", "0.0") != "+OK")
    if action == "load":
        return with_server(folder, lambda connection: load(connection, rest[0]))
    with open(os.environ["POWERCUT_MARKS_BEFORE"]) as marks:
        promised = [("0", "0.0")] + [line.split() for line in marks]
    if rest == ("fix",):
        subprocess.run(
            ["redis-check-aof", "--fix", os.path.join(folder, "appendonlydir", "appendonly.aof.manifest")],
            input=b"y\n", stdout=subprocess.DEVNULL, check=False)
    return with_server(folder, lambda connection: verify(connection, promised))


sys.exit(main(*sys.argv[1:]))
