import Host
import TestSupport

/// The inputs of all ``Situation``s, made by Python and by QEMU's programs, never by our own code. They are
/// read only.
struct SituationFiles: Sendable {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder(prefix: "situations")
    let python = Peer(program: "python3", package: "python3")
    try python.run(["-c", Self.logs], workingDirectory: folder.path)
    try python.run(["-c", Self.scenarios], workingDirectory: folder.path)
    try RecoverImages.makeDirty(in: folder)
    try python.run(["-c", Self.damage], workingDirectory: folder.path)
  }

  /// Device sectors 0 to 6 are written one after the other.
  private static let logs = """
    import json, os, struct
    S = 512
    def log(path, flags=(0,) * 7, count=None, damage=None):
        entries = [struct.pack('<QQQQ', n, 1, f, 0).ljust(S, b'\\0') + bytes([0xc0 + n % 32]) * S
                   for n, f in enumerate(flags)]
        head = struct.pack('<QQQI', 0x6a736677736872, 1, len(entries) if count is None else count, S)
        open(path, 'wb').write(head.ljust(S, b'\\0') + b''.join(entries))
    FLUSHED = (0,) * 6 + (1,)
    log('flushed.log', FLUSHED)
    log('unflushed.log')
    log('empty.log', ())
    log('count-zero.log', FLUSHED, count=0)
    log('damaged.log', FLUSHED, count=9)
    log('long.log', (0,) * 299 + (1,))
    open('garbage', 'wb').write(bytes([7]) * S)
    open('right.img', 'wb').write(b''.join(bytes([0xc0 + n]) * S for n in range(7)) + bytes(9 * S))
    open('wrong.img', 'wb').write(bytes([0xc0]) * S + bytes(15 * S))
    def recording(name, **more):
        os.mkdir(name)
        log(name + '/writes.log', FLUSHED)
        open(name + '/base.img', 'wb').write(bytes(16 * S))
        manifest = dict(schemaVersion=1, stack='raw:exact', bugs=[], seed='none', isFile=True,
                        initialByteCount=16 * S, path='/data/' + name, isComplete=True, problems=[])
        manifest.update(more)
        open(name + '/manifest.json', 'w').write(json.dumps(manifest))
    recording('whole')
    recording('gaps', isComplete=False, problems=['the program mapped the file'])
    recording('killed', isComplete=False)
    os.mkdir('unbegun')
    open('unbegun/base.img', 'wb').write(bytes(S))
    def files(name, *lines):
        os.mkdir(name)
        open(name + '/joint.txt', 'w').write(''.join(line + '\\n' for line in lines))
        open(name + '/base.txt', 'w').write('powercut-recording 2\\nfolder 0 755 .\\n')
    files('files')
    files('unmarked', 'mkdir 1 755 a')
    files('marked', 'mkdir 1 755 a', 'sync', 'mark one', 'mkdir 2 755 b')
    """

  private static let scenarios = """
    import os
    def scenario(path, expect, bugs='', states='[prefix]', stack='raw:exact', program=''):
        os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
        open(path, 'w').write(f'''summary: A situation.
    stack: {stack}
    {bugs}{program}device: {{ bytes: 1MiB, sector: 512 }}
    workload:
      - {{ task: 0, write: [0, 4KiB] }}
      - {{ task: 0, flush: true }}
    schedule: {{ strategy: auto, seeds: 1..3 }}
    states: {states}
    expect: {expect}
    '''.replace('\\n    ', '\\n'))
    EARLY = 'bugs: [logger.count-early]\\n'
    SERVER = 'program: "nbdkit --foreground --unix {socket} file {image}"\\n'
    scenario('pass.yaml', 'pass')
    scenario('broken.yaml', 'pass', EARLY)
    scenario('breaks.yaml', '{ breaks: L04 }', EARLY)
    scenario('unbroken.yaml', '{ breaks: L04 }')
    drawn = open('pass.yaml').read().split('workload:')[0]
    open('above.yaml', 'w').write(drawn + '''workload: { seed: 7, tasks: 2, operations: 90, mix: { write: 1 } }
    schedule: { strategy: auto, seeds: 1..1 }
    states: [prefix, all]
    expect: pass
    '''.replace('\\n    ', '\\n'))
    scenario('mixed/pass.yaml', 'pass')
    open('mixed/unreadable.yaml', 'w').write('stack: [')
    open('unreadable.yaml', 'w').write('flush: [')
    server = open('pass.yaml').read().replace('raw:exact', 'program:nbd-raw\\n' + SERVER.strip())
    server = server.replace(', sector: 512', '').replace('strategy: auto, ', '')
    for path in ('programs/server.yaml', 'beside/server.yaml', 'absent.yaml'):
        os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
        open(path, 'w').write(server.replace('nbdkit', './absent') if path[0] == 'a' else server)
    scenario('beside/pass.yaml', 'pass')
    os.mkdir('nothing')
    """

  /// The metadata region of an image, and of another one the whole of its ring.
  private static let damage = """
    image = bytearray(open('base.vhdx', 'rb').read())
    image[3 << 20:(3 << 20) + 8] = b'\\xee' * 8
    image[2 << 20:(2 << 20) + 8] = image[2 << 20:(2 << 20) + 8]
    open('damaged.vhdx', 'wb').write(image)
    image = bytearray(open('dirty.vhdx', 'rb').read())
    image[1 << 20:2 << 20] = bytes(1 << 20)
    open('lost-log.vhdx', 'wb').write(image)
    """
}
