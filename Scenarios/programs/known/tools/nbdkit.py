"""Writes to the file FOLDER/disk through nbdkit's filter multi-conn, each with a flush that meets it and one behind it.

    python3 nbdkit.py init FOLDER                        a file of eight sectors of zeroes
    python3 nbdkit.py load FOLDER [PARAMETER=VALUE]...   sector N is filled with N; `ack N` is printed when the write,
                                                         and then a flush that was sent behind it, were answered
    python3 nbdkit.py verify FOLDER                      are the sectors there that were acknowledged?

The filter delay keeps a write on its way for as long as the first flush takes. One connection, by nbdkit's own standard
input; NBD as https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md has it. verify exits with 0 where it is
good and with 1 where it is not.
"""

import os
import socket
import struct
import subprocess
import sys

WRITE, DISCONNECT, FLUSH = 1, 2, 3
SECTOR = 512


def receive(connection, count):
    received = b""
    while len(received) < count:
        more = connection.recv(count - len(received))
        if not more:
            sys.exit("nbdkit has ended")
        received += more
    return received


def connect(disk, parameters):
    client, server = socket.socketpair()
    program = subprocess.Popen(
        ["nbdkit", "--single", "--exit-with-parent", "--filter=multi-conn", "--filter=delay", "file", disk,
         "wdelay=300ms", *parameters],
        stdin=server, stdout=server)
    server.close()
    receive(client, 18)  # NBDMAGIC, IHAVEOPT, flags
    client.sendall(struct.pack(">I", 3))  # fixed newstyle, no zeroes
    client.sendall(b"IHAVEOPT" + struct.pack(">II", 1, 0))  # NBD_OPT_EXPORT_NAME, the default export
    receive(client, 10)  # length, flags
    return client, program


def send(connection, request, handle, offset=0, data=b""):
    connection.sendall(struct.pack(">IHHQQI", 0x25609513, 0, request, handle, offset, len(data)) + data)


def answer(connection):
    magic, error, handle = struct.unpack(">IIQ", receive(connection, 16))
    if magic != 0x67446698 or error != 0:
        sys.exit(f"request {handle} fails with {error}")
    return handle


def load(folder, parameters):
    connection, program = connect(os.path.join(folder, "disk"), parameters)
    for sector in range(1, 4):
        send(connection, WRITE, 1, sector * SECTOR, bytes([sector]) * SECTOR)
        send(connection, FLUSH, 2)
        if [answer(connection), answer(connection)] != [2, 1]:
            print("the first flush did not end before the write", file=sys.stderr)
        send(connection, FLUSH, 3)
        answer(connection)
        print("ack", sector, flush=True)
    send(connection, DISCONNECT, 4)
    program.wait(10)


def verify(folder):
    with open(os.environ["POWERCUT_MARKS_BEFORE"]) as marks:
        promised = [int(line) for line in marks]
    with open(os.path.join(folder, "disk"), "rb") as file:
        contents = file.read()
    for sector in promised:
        if contents[sector * SECTOR:][:SECTOR] != bytes([sector]) * SECTOR:
            print(f"what was answered and then flushed is gone: sector {sector}")
            sys.exit(1)


def main(action, folder, *parameters):
    if action == "init":
        with open(os.path.join(folder, "disk"), "wb") as file:
            file.truncate(8 * SECTOR)
    elif action == "load":
        load(folder, parameters)
    else:
        verify(folder)


main(*sys.argv[1:])
