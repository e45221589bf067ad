import Host
import TestSupport
import Testing

@Suite struct PeerTests {
  @Test func aMissingPeerFailsAndNamesItsPackage() {
    let peer = Peer(program: "no-such-peer", package: "peer-tools")
    let error = #expect(throws: PeerError.self) { try peer.run(["--version"]) }
    #expect(error?.description.contains("the Debian package 'peer-tools'") == true)
  }

  @Test func aPeerThatFailsIsAnErrorWithItsWords() {
    let peer = Peer(program: "sh", package: "dash")
    let error = #expect(throws: PeerError.self) {
      try peer.run(["-c", "echo broken chain >&2; exit 3"])
    }
    #expect(error?.description.contains("exited(3), not exit 0.\nbroken chain") == true)
  }

  @Test(arguments: [
    (Peer.qemuImage, "--version", "qemu-img version"),
    (.qemuIO, "--version", "qemu-io version"),
    (.vhdiInfo, "-V", "vhdiinfo"),
    (.python, "--version", "Python 3"),
  ])
  func peersAreTheProgramsThatTheyAreNamedAfter(
    peer: Peer, argument: String, expected: String
  ) throws {
    #expect(try peer.run([argument]).contains(expected))
  }
}
