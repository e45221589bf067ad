// A key-value store in a folder, as kv.c has it, without snapshots: `log` and `seed`, in the same formats.
//
//     javac -d CLASSES Kv.java
//     java -cp CLASSES Kv init DIR | load DIR SEED [COUNT] | verify DIR
//
// `--bug NAME`, or KV_BUG=NAME: no-fsync, early-ack.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

final class Kv {
  static final int PUT = 1, DELETE = 2;

  record Operation(int kind, String key, byte[] value) {
    static Operation of(long seed, long number) {
      long drawn = mix(mix(seed) + number);
      String key = "key-" + (drawn & 7);
      if ((drawn >>> 8 & 3) == 0) return new Operation(DELETE, key, new byte[0]);
      byte[] value = new byte[1 + (int) ((drawn >>> 40) % ((drawn >>> 16 & 1) != 0 ? 3000 : 60))];
      byte[] text = (Long.toUnsignedString(seed) + "." + number + ";").getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < value.length; i++) value[i] = text[i % text.length];
      return new Operation(PUT, key, value);
    }

    void apply(Map<String, byte[]> pairs) {
      if (kind == DELETE) pairs.remove(key);
      else pairs.put(key, value);
    }
  }

  static long mix(long number) {
    number += 0x9e3779b97f4a7c15L;
    number = (number ^ number >>> 30) * 0xbf58476d1ce4e5b9L;
    number = (number ^ number >>> 27) * 0x94d049bb133111ebL;
    return number ^ number >>> 31;
  }

  static RuntimeException end(int status, String sentence) {
    System.err.println(sentence);
    System.exit(status);
    return new RuntimeException(sentence);
  }

  static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static int checksum(byte[] body) {
    CRC32 crc = new CRC32();
    crc.update(body);
    return (int) crc.getValue();
  }

  final Path folder;
  final FileChannel log;
  final Map<String, byte[]> pairs = new TreeMap<>();
  long count = 0, logByteCount = 0;

  /** As after a crash: the end of the log that is no whole block is cut off. */
  Kv(Path folder) throws IOException {
    this.folder = folder;
    if (!Files.isDirectory(folder)) throw end(2, folder + ": no such folder");
    Files.deleteIfExists(folder.resolve("seed.tmp"));
    Path path = folder.resolve("log");
    log = Files.exists(path) ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE) : null;
    if (log == null) return;
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.remaining() >= 18) {
      int bodyByteCount = bytes.getInt(), wanted = bytes.getInt();
      if (bodyByteCount < 10 || bodyByteCount > bytes.remaining()) break;
      byte[] body = new byte[bodyByteCount];
      bytes.get(body);
      if (checksum(body) != wanted) break;
      long number = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (number != count + 1)
        throw end(1, "the log goes on with operation " + number + ", but the store in front of it ends with " + count);
      String key = new String(body, 10, body[9] & 255, StandardCharsets.US_ASCII);
      new Operation(body[8], key, Arrays.copyOfRange(body, 10 + key.length(), body.length)).apply(pairs);
      count = number;
      logByteCount = bytes.position();
    }
    if (logByteCount < bytes.limit()) {
      log.truncate(logByteCount);
      log.force(true);
    }
  }

  /** Null where there is none. */
  Long seed() throws IOException {
    Path path = folder.resolve("seed");
    if (!Files.exists(path)) return null;
    String text = Files.readString(path, StandardCharsets.ISO_8859_1);
    if (!text.matches("[0-9]+\n")) throw end(1, "the seed is damaged");
    return Long.parseUnsignedLong(text.strip());
  }

  void carryOut(Operation operation, String bug) throws IOException {
    count++;
    byte[] key = operation.key.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer block = ByteBuffer.allocate(18 + key.length + operation.value.length).order(ByteOrder.LITTLE_ENDIAN);
    block.position(8);
    block.putLong(count).put((byte) operation.kind).put((byte) key.length).put(key).put(operation.value);
    block.putInt(0, block.limit() - 8).putInt(4, checksum(Arrays.copyOfRange(block.array(), 8, block.limit())));
    block.rewind();
    while (block.hasRemaining()) logByteCount += log.write(block, logByteCount);
    if (bug.equals("early-ack")) acknowledge();
    if (!bug.equals("no-fsync")) log.force(true);
    if (!bug.equals("early-ack")) acknowledge();
    operation.apply(pairs);
  }

  void acknowledge() {
    System.out.println("ack " + count);
    System.out.flush();
  }

  static void init(Path folder) throws IOException {
    Files.createDirectories(folder);
    if (Files.exists(folder.resolve("log"))) throw end(2, folder + " is a store already");
    Files.createFile(folder.resolve("log"));
    syncFolder(folder);
    syncFolder(folder.resolve(".."));
  }

  static void load(Path folder, long seed, long operationCount, String bug) throws IOException {
    Kv store = new Kv(folder);
    if (store.log == null) throw end(2, folder + " is no store: init makes one");
    Long firstSeed = store.seed();
    if (firstSeed == null) {
      Path made = folder.resolve("seed.tmp");
      try (FileChannel file =
          FileChannel.open(made, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        file.write(ByteBuffer.wrap((Long.toUnsignedString(seed) + "\n").getBytes(StandardCharsets.US_ASCII)));
        file.force(true);
      }
      Files.move(made, folder.resolve("seed"), StandardCopyOption.ATOMIC_MOVE);
      syncFolder(folder);
    } else if (firstSeed != seed) {
      throw end(2, folder + " was loaded with seed " + Long.toUnsignedString(firstSeed) + " before");
    }
    for (long i = 0; i < operationCount; i++) store.carryOut(Operation.of(seed, store.count + 1), bug);
  }

  static long lastAcknowledged() throws IOException {
    String path = System.getenv("POWERCUT_MARKS_BEFORE");
    if (path == null) return 0;
    if (!Files.isReadable(Path.of(path))) throw end(2, path + ": cannot be read");
    long last = 0;
    for (String line : Files.readAllLines(Path.of(path))) {
      if (!line.matches("(ack )?[0-9]+")) throw end(2, path + ": a mark is 'ack N' or 'N'");
      last = Math.max(last, Long.parseLong(line.replace("ack ", "")));
    }
    return last;
  }

  static void verify(Path folder) throws IOException {
    long acknowledged = lastAcknowledged();
    Kv store = new Kv(folder);
    if (store.count < acknowledged)
      throw end(1, "operation " + acknowledged + " was acknowledged, but the store holds only " + store.count);
    Long seed = store.seed();
    if (store.count > 0 && seed == null) throw end(1, "the store holds " + store.count + " operations, but no seed");
    if (seed != null && store.log == null) throw end(1, "there is no log");
    Map<String, byte[]> wanted = new TreeMap<>();
    for (long number = 1; number <= store.count; number++) Operation.of(seed, number).apply(wanted);
    for (String key : wanted.keySet())
      if (!Arrays.equals(wanted.get(key), store.pairs.get(key)))
        throw end(1, "after " + store.count + " operations " + key
            + (store.pairs.containsKey(key) ? " has another value" : " is missing"));
    if (store.pairs.size() != wanted.size())
      throw end(1, "after " + store.count + " operations there are keys too many");
    System.out.println("good: " + store.count + " operations, " + acknowledged + " acknowledged");
  }

  static long number(String word) {
    try {
      return Long.parseUnsignedLong(word);
    } catch (NumberFormatException error) {
      throw end(2, word + " is no number");
    }
  }

  public static void main(String[] given) throws IOException {
    List<String> words = Arrays.asList(given);
    String bug = System.getenv().getOrDefault("KV_BUG", "none");
    if (words.size() > 2 && words.get(words.size() - 2).equals("--bug")) {
      bug = words.get(words.size() - 1);
      words = words.subList(0, words.size() - 2);
    }
    if (!List.of("none", "no-fsync", "early-ack").contains(bug)) throw end(2, "no bug is called " + bug);
    String command = words.isEmpty() ? "" : words.get(0);
    int wordCount = words.size();
    if (command.equals("init") && wordCount == 2) init(Path.of(words.get(1)));
    else if (command.equals("verify") && wordCount == 2) verify(Path.of(words.get(1)));
    else if (command.equals("load") && (wordCount == 3 || wordCount == 4))
      load(Path.of(words.get(1)), number(words.get(2)), wordCount == 4 ? number(words.get(3)) : 40, bug);
    else throw end(2, "Kv init DIR | load DIR SEED [COUNT] | verify DIR");
  }
}
