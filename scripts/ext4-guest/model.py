"""What a run could have left, written anew from docs/joint.md and from the lines that random-folders printed.

A state: the first so many changes of names and modes, in their order, and of each file any subset of the changes of
its contents. What was synced is there. `Rules` says what counts as synced, and which further losses are allowed.
"""

from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

PAGE_BYTES = 4096
OPTIONAL_LENGTHS_MAX = 14
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(frozen=True)
class Rules:
    # What makes changes of names durable: "ordered": a sync of the file they are about, or of their folder;
    # "ext4": any sync of anything; "own": all up to the last change of the file or folder that is synced, where
    # for fsync what was written counts as such a change, and for fdatasync and O_DSYNC only that it was made, and
    # the first change of its length since it was synced, if it has another length now;
    # "none": no sync does.
    names: str = "ext4"
    # A write over several pages is one for each page: lengths in between, and some of the pages.
    torn_pages: bool = False
    # Of a truncation, the zeroes in the last page may be there without the new length.
    zeroed_tail: bool = False
    # A write that makes the file longer is there only with that length, also as far as it lies in front of it.
    write_brings_length: bool = True
    # A sync of a file makes its contents durable.
    contents_durable: bool = True
    with_modes: bool = True


@dataclass
class Content:
    kind: str          # "size", "write" or "tail": zeroes of a truncation
    call: int
    start: int
    data: bytes = b""
    durable_at: int = 1 << 60
    # The length that it needs.
    needs: object = None


@dataclass
class Node:
    kind: str
    mode: int
    base: bytes = b""
    target: bytes = b""
    changes: list = field(default_factory=list)
    length: int = 0
    # Calls, of those that changed the node itself: the last one, the one that made it, the first one since it was
    # synced that changed its length.
    last_change: int = 0
    made_by: int = 0
    first_length_change: int = 0
    synced_length: int = 0

    def last_data_change(self):
        """What fdatasync has to commit."""
        has_other_length = self.length != self.synced_length
        return max(self.made_by, self.first_length_change if has_other_length else 0)


@dataclass
class Change:
    """One change of names or modes, as a function of the dictionary name -> node (None: removed)."""
    call: int
    text: str
    effect: tuple
    nodes: tuple
    folders: tuple
    durable_at: int = 1 << 60


def data_of(tag, count):
    return bytes(LETTERS[(tag * 13 + i * (1 + tag % 7) + i // 64) % 64] for i in range(count))


def applied(tree, effect):
    """The tree (name -> (node, mode)) after one change. Modes stand in the tree as (node id -> mode)."""
    names, modes = tree
    word = effect[0]
    if word == "add":
        names = {**names, effect[1]: effect[2]}
        modes = {**modes, id(effect[2]): effect[3]} if effect[3] is not None else modes
    elif word == "remove":
        names = {name: node for name, node in names.items() if name != effect[1]}
    elif word == "move":
        old, new = effect[1:]
        moved = {}
        for name, node in names.items():
            if name == old:
                moved[new] = node
            elif name.startswith(old + b"/"):
                moved[new + name[len(old):]] = node
            elif name != new:
                moved.setdefault(name, node)
        names = moved
    elif word == "mode":
        modes = {**modes, id(effect[1]): effect[2]}
    return names, modes


class Model:
    """Follows the calls, and keeps what each of them changed."""

    def __init__(self, base, lines, rules):
        self.rules = rules
        self.names_changes, self.calls, self.files = [], [], []
        self.root = Node("folder", 0o755)
        nodes, self.base_names, modes = {}, {}, {}
        for name, (kind, mode, identity, contents) in sorted(base.items()):
            if identity not in nodes:
                node = nodes[identity] = Node(kind, mode)
                if kind == "link":
                    node.target = contents
                else:
                    node.base, node.length, node.synced_length = contents, len(contents), len(contents)
                modes[id(node)] = mode
            self.base_names[name] = nodes[identity]
        self.keep = list(nodes.values())
        self.base_tree = (self.base_names, modes)
        self.tree = self.base_tree
        self.open = {}
        for line in lines:
            self.follow(line)
        trees = [self.base_tree]
        for change in self.names_changes:
            trees.append(applied(trees[-1], change.effect))
        self.trees = trees

    # Names

    def resolve(self, path, follow=True, depth=0):
        """The real name of a path, and its node; links on the way are followed."""
        assert depth < 40
        done = b""
        parts = [part for part in path.split(b"/") if part not in (b"", b".")]
        for index, part in enumerate(parts):
            name = done + b"/" + part if done else part
            node = self.tree[0].get(name)
            is_last = index == len(parts) - 1
            if node and node.kind == "link" and (follow or not is_last):
                rest = b"/".join(parts[index + 1:])
                return self.resolve(b"/".join(p for p in (done, node.target, rest) if p), follow, depth + 1)
            done = name
        return done, (self.tree[0].get(done) if done else self.root)

    def folder_of(self, name):
        parent = name.rpartition(b"/")[0]
        return self.tree[0][parent] if parent else self.root

    def change(self, call, text, effect, nodes, names):
        folders = tuple(self.folder_of(name) for name in names)
        change = Change(call, text, effect, tuple(nodes), folders)
        self.names_changes.append(change)
        self.tree = applied(self.tree, effect)
        for node in change.nodes + folders:
            node.last_change = call
        if effect[0] == "add" and effect[3] is not None:
            nodes[0].made_by = call

    # Contents

    def set_length(self, node, call, length):
        if length == node.length:
            node.last_change = call
            return
        if length < node.length and self.rules.zeroed_tail and length % PAGE_BYTES:
            end = min(node.length, (length // PAGE_BYTES + 1) * PAGE_BYTES)
            node.changes.append(Content("tail", call, length, bytes(end - length)))
        node.changes.append(Content("size", call, length))
        node.length = length
        node.last_change = call
        node.first_length_change = node.first_length_change or call

    def write(self, node, call, offset, data):
        at = offset
        while data:
            count = PAGE_BYTES - at % PAGE_BYTES if self.rules.torn_pages else len(data)
            piece = Content("write", call, at, data[:count])
            if at + len(piece.data) > node.length:
                self.set_length(node, call, at + len(piece.data))
                piece.needs = node.changes[-1] if self.rules.write_brings_length else None
            node.changes.append(piece)
            at, data = at + count, data[count:]
        # The times of the file, which fdatasync leaves out.
        node.last_change = call

    def sync(self, node, call, is_data_only=False):
        """fsync and fdatasync of a file or folder; None: of everything."""
        last = self.last_committed(node, is_data_only)
        for change in self.names_changes[:last]:
            change.durable_at = min(change.durable_at, call)
        for file in self.files + self.keep:
            if node is None or file is node:
                file.synced_length, file.first_length_change = file.length, 0
                for change in file.changes if self.rules.contents_durable else []:
                    change.durable_at = min(change.durable_at, call)

    def last_committed(self, node, is_data_only):
        """How many changes of names are durable by it."""
        if self.rules.names == "none":
            return 0
        if node is None or self.rules.names == "ext4":
            return len(self.names_changes)
        if self.rules.names == "own":
            last_call = node.last_data_change() if is_data_only else node.last_change
            return sum(1 for change in self.names_changes if change.call <= last_call)
        matching = [i + 1 for i, change in enumerate(self.names_changes)
                    if any(n is node for n in change.nodes) or any(f is node for f in change.folders)]
        return max(matching, default=0)

    # Calls

    def follow(self, line):
        words, outcome = line.split(" = ")
        number, word, *rest = words.split(" ")
        call = int(number)
        self.calls.append(line)
        if not (outcome[0].isdigit() or outcome[0] == "#"):
            return
        if word in ("pwrite", "append", "ftruncate", "fsync", "fdatasync", "syncfs", "close"):
            node, is_dsync = self.open[rest[0]]
            if word == "pwrite" or word == "append":
                offset = int(rest[1]) if word == "pwrite" else node.length
                count = int(outcome)
                self.write(node, call, offset, data_of(int(rest[-1]), count))
                if is_dsync:
                    self.sync_written(node, call)
            elif word == "ftruncate":
                self.set_length(node, call, int(rest[1]))
            elif word == "syncfs":
                self.sync(None, call)
            elif word in ("fsync", "fdatasync"):
                self.sync(node, call, is_data_only=word == "fdatasync")
            return
        if word == "sync":
            return self.sync(None, call)
        path = unquote_to_bytes(rest[0])
        if word == "open":
            return self.follow_open(call, path, rest[1].split("|"), int(rest[2], 8), outcome, line)
        if word == "truncate":
            return self.set_length(self.resolve(path)[1], call, int(rest[1]))
        if word == "chmod":
            node = self.resolve(path)[1]
            return self.change(call, line, ("mode", node, int(rest[1], 8)), [node], [])
        if word == "symlink":
            name, node = self.resolve(unquote_to_bytes(rest[1]), follow=False)[0], Node("link", 0o777)
            node.target = path
            self.keep.append(node)
            return self.change(call, line, ("add", name, node, 0o777), [node], [name])
        name, node = self.resolve(path, follow=False)
        if word == "mkdir":
            node = Node("folder", 0)
            self.keep.append(node)
            self.change(call, line, ("add", name, node, int(rest[1], 8)), [node], [name])
        elif word in ("unlink", "rmdir"):
            self.change(call, line, ("remove", name), [node], [name])
        elif word == "link":
            new = self.resolve(unquote_to_bytes(rest[1]), follow=False)[0]
            self.change(call, line, ("add", new, node, None), [node], [new])
        elif word == "rename":
            new, replaced = self.resolve(unquote_to_bytes(rest[1]), follow=False)
            if replaced is node:
                return
            nodes = [node] + ([replaced] if replaced else [])
            self.change(call, line, ("move", name, new), nodes, [name, new])
        else:
            raise ValueError(line)

    def follow_open(self, call, path, flags, mode, outcome, line):
        name, node = self.resolve(path)
        if node is None:
            node = Node("file", mode)
            self.files.append(node)
            self.change(call, line, ("add", name, node, mode), [node], [name])
        elif "O_TRUNC" in flags and node.length:
            self.set_length(node, call, 0)
        self.open[outcome] = (node, "O_DSYNC" in flags)

    def sync_written(self, node, call):
        """A write with O_DSYNC: its own data and length, and names as fdatasync brings them."""
        if self.rules.contents_durable:
            for change in node.changes:
                if change.call == call:
                    change.durable_at = min(change.durable_at, call)
        last = self.last_committed(node, is_data_only=True)
        for change in self.names_changes[:last]:
            change.durable_at = min(change.durable_at, call)

    # States

    def has(self, tree, returned, is_any_cut=False):
        """Whether the run could have left this tree when so many calls had returned and one was under way."""
        last_call = returned + 1
        changes = [change for change in self.names_changes if change.call <= last_call]
        durable = max((i + 1 for i, change in enumerate(changes) if change.durable_at <= returned), default=0)
        return any(self.matches(self.trees[count], tree, returned) for count in range(len(changes), durable - 1, -1))

    def matches(self, model_tree, tree, returned):
        names, modes = model_tree
        if names.keys() != tree.keys():
            return False
        groups, identities = {}, {}
        for name, node in names.items():
            kind, mode, identity, contents = tree[name]
            if kind != node.kind or kind == "link" and contents != node.target:
                return False
            if self.rules.with_modes and kind != "link" and mode != modes[id(node)]:
                return False
            if kind == "file" and (groups.setdefault(id(node), identity) != identity
                                   or identities.setdefault(identity, id(node)) != id(node)):
                return False
        return all(self.can_hold(node, tree[name][3], returned)
                   for name, node in names.items() if node.kind == "file")

    def can_hold(self, node, contents, returned):
        """Whether some changes of a file, and all that are durable, give these contents."""
        changes = [change for change in node.changes if change.call <= returned + 1]
        optional = [change for change in changes if change.kind == "size" and change.durable_at > returned]
        if len(optional) > OPTIONAL_LENGTHS_MAX:
            raise TooManyStates
        for bits in range(1 << len(optional)):
            lost = {id(change) for index, change in enumerate(optional) if bits >> index & 1}
            kept = [change for change in changes if id(change) not in lost and id(change.needs) not in lost]
            final = [change.start for change in kept if change.kind == "size"]
            if (final[-1] if final else len(node.base)) == len(contents):
                if writes_give(node.base, kept, contents, returned):
                    return True
        return False


class TooManyStates(Exception):
    pass


def writes_give(base, changes, contents, returned):
    """Given the lengths: whether some of the writes give the contents.

    Seen from the last one backwards, a write that fits all bytes that nothing later has determined can as well be
    kept: that leaves less to what came before it.
    """
    length, lengths = len(base), []
    for change in changes:
        lengths.append(length)
        length = change.start if change.kind == "size" else length
    open_ranges = [(0, len(contents))]
    for change, length in zip(reversed(changes), reversed(lengths)):
        if change.kind == "size":
            # What lies behind it comes back as zeroes.
            inside, outside = split(open_ranges, change.start, len(contents))
            if any(contents[start:end].strip(b"\0") for start, end in inside):
                return False
            open_ranges = outside
            continue
        inside, outside = split(open_ranges, change.start, min(change.start + len(change.data), length))
        if all(contents[start:end] == change.data[start - change.start:end - change.start] for start, end in inside):
            open_ranges = outside
        elif change.durable_at <= returned and change.kind == "write":
            return False
    padded = base + bytes(max(0, len(contents) - len(base)))
    return all(contents[start:end] == padded[start:end] for start, end in open_ranges)


def split(ranges, start, end):
    """The parts of ranges in front of `end` and from `start`, and all others."""
    inside, outside = [], []
    for first, last in ranges:
        for part, into in (((first, min(last, start)), outside), ((max(first, start), min(last, end)), inside),
                           ((max(first, end, start), last), outside)):
            if part[0] < part[1]:
                into.append(part)
    return inside, outside
