"""The canonical listing of a folder: names, kinds, modes, link targets, hard links, lengths, contents.

    listing.py FOLDER OUT [NAME]…     appends the listing of the folder as one line; NAMEs are left out

`powercut check … --command 'listing.py {folder} OUT'` so collects all states of a recording.
"""

import fcntl
import hashlib
import json
import os
import stat
import sys


def tree_of_folder(root):
    """Name -> (kind, mode, identity, contents or target), as ext4.py has it."""
    found = {}
    root = os.fsencode(root)
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                kind, contents = "link", os.readlink(path)
            elif stat.S_ISDIR(status.st_mode):
                kind, contents = "folder", b""
            else:
                with open(path, "rb") as file:
                    kind, contents = "file", file.read()
            found[os.path.relpath(path, root)] = (kind, stat.S_IMODE(status.st_mode), status.st_ino, contents)
    return found


def rows(tree, with_modes=True, left_out=()):
    """Sorted rows that can be compared. Of names of one file, each says the first of them."""
    leaders, listed = {}, []
    for name in sorted(tree):
        kind, mode, identity, contents = tree[name]
        if name in left_out:
            continue
        leader = leaders.setdefault(identity, name) if kind == "file" else name
        said = contents.decode("latin-1") if kind == "link" else hashlib.sha256(contents).hexdigest()[:16]
        has_mode = with_modes and kind != "link"
        listed.append([name.decode("latin-1"), kind, f"{mode:04o}" if has_mode else "",
                       leader.decode("latin-1"), len(contents), said])
    return listed


def line(tree, **options):
    return json.dumps(rows(tree, **options))


def main():
    text = line(tree_of_folder(sys.argv[1]), left_out={os.fsencode(name) for name in sys.argv[3:]})
    with open(sys.argv[2], "a") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        out.write(text + "\n")


if __name__ == "__main__":
    main()
