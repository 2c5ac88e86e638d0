// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that promises what {@link Disk} promises and nothing more: it knows which bytes
 * and which names are durable, and {@link #afterCrash} takes the others away. Paths are absolute;
 * the root exists.
 */
final class MemoryDisk implements Disk {
  static final Path ROOT = Path.of("/memory");

  private Node root;
  private long nowEpochMs = 1_700_000_000_000L;

  MemoryDisk() {
    this(Node.directory());
  }

  private MemoryDisk(Node root) {
    this.root = root;
  }

  /** A file or directory; names refer to it. */
  private static final class Node {
    private FileFacts.Type type = FileFacts.Type.REGULAR;
    private byte[] content = new byte[0];
    private byte[] durable = new byte[0];
    private boolean groupMayWrite;
    private long modifiedEpochMs;
    private final Map<String, Node> names = new TreeMap<>();
    private final Map<String, Node> durableNames = new TreeMap<>();

    static Node directory() {
      Node node = new Node();
      node.type = FileFacts.Type.DIRECTORY;
      return node;
    }
  }

  /**
   * The disk that is found after a crash: durable bytes and names, and of every other name and
   * every other file's bytes what the coin decides.
   */
  MemoryDisk afterCrash(BooleanSupplier keepUndurable) {
    return new MemoryDisk(crashed(root, keepUndurable, new IdentityHashMap<>()));
  }

  private static Node crashed(Node node, BooleanSupplier keep, Map<Node, Node> done) {
    Node known = done.get(node);
    if (known != null) {
      return known;
    }
    Node after = new Node();
    done.put(node, after);
    after.type = node.type;
    after.groupMayWrite = node.groupMayWrite;
    after.modifiedEpochMs = node.modifiedEpochMs;
    boolean durable = Arrays.equals(node.content, node.durable);
    after.content = (durable || keep.getAsBoolean() ? node.content : node.durable).clone();
    after.durable = after.content.clone();
    var all = new TreeSet<>(node.names.keySet());
    all.addAll(node.durableNames.keySet());
    for (String name : all) {
      Node now = node.names.get(name);
      Node before = node.durableNames.get(name);
      Node left = now == before || keep.getAsBoolean() ? now : before;
      if (left != null) {
        Node copy = crashed(left, keep, done);
        after.names.put(name, copy);
        after.durableNames.put(name, copy);
      }
    }
    return after;
  }

  /**
   * The file server crashes and comes back while its clients go on: names that were not durable are
   * gone. Files that are open stay open.
   */
  void crashUnderItsClients() {
    root = crashed(root, () -> false, new IdentityHashMap<>());
  }

  /** An independent copy, everything in it as it is seen now. */
  MemoryDisk copy() {
    return afterCrash(() -> true);
  }

  /** The bytes of a file, to look at and to spoil. */
  byte[] bytes(Path file) {
    return existing(file).content;
  }

  void setBytes(Path file, byte[] bytes) {
    existing(file).content = bytes;
  }

  void makeGroupWritable(Path path) {
    existing(path).groupMayWrite = true;
  }

  void makeSymbolicLink(Path path) {
    Node node = new Node();
    node.type = FileFacts.Type.SYMBOLIC_LINK;
    directory(path.getParent()).names.put(path.getFileName().toString(), node);
  }

  /** Every regular file below a directory. */
  List<Path> files(Path directory) {
    List<Path> files = new ArrayList<>();
    directory(directory)
        .names
        .forEach((name, node) -> {
          Path path = directory.resolve(name);
          if (node.type == FileFacts.Type.DIRECTORY) {
            files.addAll(files(path));
          } else {
            files.add(path);
          }
        });
    return files;
  }

  private @Nullable Node find(Path path) {
    Node at = root;
    for (Path name : ROOT.relativize(path)) {
      if (name.toString().isEmpty()) {
        continue;
      }
      at = at.names.get(name.toString());
      if (at == null) {
        return null;
      }
    }
    return at;
  }

  private Node require(Path path) throws NoSuchFileException {
    Node node = path.startsWith(ROOT) ? find(path) : null;
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  private Node existing(Path path) {
    Node node = find(path);
    if (node == null) {
      throw new IllegalArgumentException(path + " does not exist");
    }
    return node;
  }

  private Node directory(@Nullable Path path) {
    if (path == null) {
      throw new IllegalArgumentException("no directory");
    }
    return existing(path);
  }

  private Node parent(Path path) throws NoSuchFileException {
    Path parent = path.getParent();
    return require(parent == null ? path : parent);
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private long tick() {
    return ++nowEpochMs;
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return List.copyOf(require(directory).names.keySet());
  }

  @Override
  public DiskFile create(Path file, Access access) throws IOException {
    Node parent = parent(file);
    if (parent.names.containsKey(name(file))) {
      throw new FileAlreadyExistsException(file.toString());
    }
    Node node = new Node();
    node.modifiedEpochMs = tick();
    parent.names.put(name(file), node);
    return new MemoryFile(node);
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    Node node = require(file);
    if (node.type != FileFacts.Type.REGULAR) {
      throw new IOException(file + " is not a regular file");
    }
    return new MemoryFile(node);
  }

  @Override
  public DiskFile openOutput(Path file) throws IOException {
    return parent(file).names.containsKey(name(file)) ? open(file) : create(file, Access.OWNER);
  }

  @Override
  public void createDirectory(Path directory, Access access) throws IOException {
    Node parent = parent(directory);
    if (parent.names.containsKey(name(directory))) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    Node node = Node.directory();
    node.groupMayWrite = access == Access.GROUP;
    parent.names.put(name(directory), node);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    Node node = require(existing);
    if (parent(name).names.putIfAbsent(name(name), node) != null) {
      throw new FileAlreadyExistsException(name.toString());
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Node node = require(from);
    parent(from).names.remove(name(from));
    parent(to).names.put(name(to), node);
  }

  @Override
  public void delete(Path file) throws IOException {
    if (parent(file).names.remove(name(file)) == null) {
      throw new NoSuchFileException(file.toString());
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    Node node = require(directory);
    node.durableNames.clear();
    node.durableNames.putAll(node.names);
  }

  @Override
  public void touch(Path file) throws IOException {
    require(file).modifiedEpochMs = tick();
  }

  @Override
  public FileFacts facts(Path file) throws IOException {
    Node node = require(file);
    return new FileFacts(
        node.type, node.content.length, node.modifiedEpochMs, "ada", node.groupMayWrite);
  }

  @Override
  public Path realPath(Path existing) throws IOException {
    require(existing);
    return existing;
  }

  @Override
  public String fileSystemType(Path existing) {
    return "memory";
  }

  @Override
  public long usableBytes(Path existing) {
    return Long.MAX_VALUE;
  }

  /** An open file. */
  private final class MemoryFile implements DiskFile {
    private final Node node;
    private boolean closed;

    MemoryFile(Node node) {
      this.node = node;
    }

    private Node open() throws IOException {
      if (closed) {
        throw new IOException("used after close");
      }
      return node;
    }

    @Override
    public long size() throws IOException {
      return open().content.length;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      byte[] content = open().content;
      if (position >= content.length) {
        return into.hasRemaining() ? -1 : 0;
      }
      int count = (int) Math.min(into.remaining(), content.length - position);
      into.put(content, (int) position, count);
      return count;
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      int count = from.remaining();
      int end = Math.toIntExact(position + count);
      if (open().content.length < end) {
        node.content = Arrays.copyOf(node.content, end);
      }
      from.get(node.content, (int) position, count);
      node.modifiedEpochMs = tick();
      return count;
    }

    @Override
    public void truncate(long bytes) throws IOException {
      if (bytes < open().content.length) {
        node.content = Arrays.copyOf(node.content, (int) bytes);
      }
    }

    @Override
    public void sync() throws IOException {
      node.durable = open().content.clone();
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
