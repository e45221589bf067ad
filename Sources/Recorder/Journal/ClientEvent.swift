import WriteLog

/// What a client of the recorded program did or was told, for the log of the file that it is about.
struct ClientEvent {
  var mark: ClientMark
  /// The number of the client's task.
  var task: UInt32
  /// Where the file was when its recording began.
  var path: String
}
