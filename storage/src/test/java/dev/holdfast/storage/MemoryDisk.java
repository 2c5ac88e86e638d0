// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that promises what {@link Disk} promises and nothing more. It keeps apart what
 * is seen, what is durable, and what was asked for and not synced since ({@link Unsynced}): of that
 * a crash leaves any part. {@code docs/decisions/0017-crash-states.md} has the rules; {@code
 * MemoryDiskTest} tests one by one. Paths are absolute; the root exists.
 */
final class MemoryDisk implements Disk {
  static final Path ROOT = Path.of("/memory");

  private static final int SECTOR = 512;

  private final Node root;
  private final List<Unsynced> unsynced = new ArrayList<>();

  /** Effects that were to be synced when that failed: their pages are clean now. */
  private final Set<Unsynced> doomed = Collections.newSetFromMap(new IdentityHashMap<>());

  private long nowEpochMs;
  private int syncsToFail;

  MemoryDisk() {
    this(Node.directory(), 1_700_000_000_000L);
  }

  private MemoryDisk(Node root, long nowEpochMs) {
    this.root = root;
    this.nowEpochMs = nowEpochMs;
  }

  /** A file or directory; names refer to it. Arrays are replaced, never written to. */
  static final class Node {
    private FileFacts.Type type = FileFacts.Type.REGULAR;
    private byte[] content = new byte[0];
    private byte[] durable = content;
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

  /** What a crash now may leave or take, in the order in which it was asked for. */
  List<Unsynced> unsynced() {
    Set<Node> reachable = new HashSet<>();
    reach(root, reachable);
    return unsynced.stream().filter(effect -> reachable.contains(effect.owner())).toList();
  }

  /** Collects what a crash may leave a name of. */
  private void reach(Node node, Set<Node> reached) {
    if (reached.add(node) && node.type == FileFacts.Type.DIRECTORY) {
      node.durableNames.values().forEach(below -> reach(below, reached));
      for (Unsynced effect : unsynced) {
        if (effect instanceof Unsynced.Name name && name.owner() == node && name.target() != null) {
          reach(name.target(), reached);
        }
      }
    }
  }

  /** The disk that is found after a crash that leaves nothing but what is durable. */
  MemoryDisk afterPowerLoss() {
    return after(List.of(), Crash.NOTHING_LEFT);
  }

  /** The disk that is found after a crash that leaves of each effect what a coin decides. */
  MemoryDisk afterCrash(BooleanSupplier leaves) {
    List<Unsynced> effects = unsynced();
    return after(effects, Crash.tossed(effects.size(), leaves));
  }

  /**
   * The disk that is found after a crash.
   *
   * @param effects what {@link #unsynced()} has told
   * @param crash which of these are left
   */
  MemoryDisk after(List<Unsynced> effects, Crash crash) {
    Map<Node, Node> copies = new HashMap<>();
    Map<Node, DiskImage> images = new HashMap<>();
    Node after = durable(root, copies);
    for (int i = 0; i < effects.size(); i++) {
      if (!crash.leaves(i)) {
        continue;
      }
      switch (effects.get(i)) {
        case Unsynced.Data data -> image(images, data.owner(), copies).write(data, crash, i);
        case Unsynced.Length length -> image(images, length.owner(), copies).resize(length, crash);
        case Unsynced.Name name -> {
          boolean alone = name.onlyWith() != null && !crash.leaves(effects, name.onlyWith());
          if (!alone) {
            setName(durable(name.owner(), copies).durableNames, name, copies);
          }
        }
      }
    }
    images.forEach((node, image) -> durable(node, copies).durable = image.toBytes());
    for (Node copy : copies.values()) {
      copy.content = copy.durable;
      copy.names.putAll(copy.durableNames);
    }
    return new MemoryDisk(after, nowEpochMs);
  }

  private static void setName(Map<String, Node> names, Unsynced.Name name, Map<Node, Node> copies) {
    if (name.target() == null) {
      names.remove(name.name());
    } else {
      names.put(name.name(), durable(name.target(), copies));
    }
  }

  private static DiskImage image(Map<Node, DiskImage> images, Node node, Map<Node, Node> copies) {
    return images.computeIfAbsent(node, key -> new DiskImage(durable(node, copies).durable));
  }

  /** A copy of what is durable of a node, its own names included. */
  private static Node durable(Node node, Map<Node, Node> copies) {
    Node known = copies.get(node);
    if (known != null) {
      return known;
    }
    Node copy = new Node();
    copies.put(node, copy);
    copy.type = node.type;
    copy.groupMayWrite = node.groupMayWrite;
    copy.modifiedEpochMs = node.modifiedEpochMs;
    copy.durable = node.durable;
    node.durableNames.forEach((name, below) -> copy.durableNames.put(name, durable(below, copies)));
    return copy;
  }

  /**
   * The file server crashes and comes back while its clients go on: names that were not durable are
   * gone. What clients have written is in their memory, and files that are open stay open.
   */
  void crashUnderItsClients() {
    forgetNames(root);
    unsynced.removeIf(Unsynced.Name.class::isInstance);
  }

  private static void forgetNames(Node directory) {
    directory.names.clear();
    directory.names.putAll(directory.durableNames);
    directory.names.values().forEach(MemoryDisk::forgetNames);
  }

  /** An independent copy, everything in it as it is seen now and durable. */
  MemoryDisk copy() {
    Map<Node, Node> copies = new HashMap<>();
    return new MemoryDisk(seen(root, copies), nowEpochMs);
  }

  private static Node seen(Node node, Map<Node, Node> copies) {
    Node known = copies.get(node);
    if (known != null) {
      return known;
    }
    Node copy = new Node();
    copies.put(node, copy);
    copy.type = node.type;
    copy.groupMayWrite = node.groupMayWrite;
    copy.modifiedEpochMs = node.modifiedEpochMs;
    copy.content = node.content.clone();
    copy.durable = copy.content;
    node.names.forEach((name, below) -> copy.names.put(name, seen(below, copies)));
    copy.durableNames.putAll(copy.names);
    return copy;
  }

  /** A number that tells two disks apart by their names and bytes. */
  long fingerprint() {
    MessageDigest sha256 = Checksum.sha256();
    fingerprint(root, sha256);
    return ByteBuffer.wrap(sha256.digest()).getLong();
  }

  private static void fingerprint(Node node, MessageDigest into) {
    into.update(node.type.name().getBytes(StandardCharsets.UTF_8));
    into.update(
        ByteBuffer.allocate(8).putInt(node.content.length).putInt(node.names.size()).flip());
    into.update(node.content);
    node.names.forEach((name, below) -> {
      into.update(name.getBytes(StandardCharsets.UTF_8));
      into.update((byte) 0);
      fingerprint(below, into);
    });
  }

  /**
   * The next file syncs fail: their pages become clean all the same, so that what was written is
   * seen, may have reached the disk or not, and no later sync writes it.
   */
  void failSyncs(int count) {
    syncsToFail = count;
  }

  /** The bytes of a file, to look at and to spoil. */
  byte[] bytes(Path file) {
    return existing(file).content;
  }

  /** Damages a file at rest. */
  void setBytes(Path file, byte[] bytes) {
    Node node = existing(file);
    node.content = bytes;
    node.durable = bytes;
    unsynced.removeIf(effect -> effect.owner() == node);
  }

  void makeGroupWritable(Path path) {
    existing(path).groupMayWrite = true;
  }

  void makeSymbolicLink(Path path) {
    Node node = new Node();
    node.type = FileFacts.Type.SYMBOLIC_LINK;
    setName(directory(path.getParent()), name(path), node);
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
    for (int i = ROOT.getNameCount(); at != null && i < path.getNameCount(); i++) {
      at = at.names.get(path.getName(i).toString());
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

  private void setName(Node directory, String name, @Nullable Node target) {
    setName(new Unsynced.Name(directory, name, target, null));
  }

  private void setName(Unsynced.Name name) {
    if (name.target() == null) {
      name.owner().names.remove(name.name());
    } else {
      name.owner().names.put(name.name(), name.target());
    }
    unsynced.add(name);
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
    setName(parent, name(file), node);
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
    setName(parent, name(directory), node);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    Node node = require(existing);
    if (parent(name).names.containsKey(name(name))) {
      throw new FileAlreadyExistsException(name.toString());
    }
    setName(parent(name), name(name), node);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Unsynced.Name added = new Unsynced.Name(parent(to), name(to), require(from), null);
    setName(added);
    setName(new Unsynced.Name(parent(from), name(from), null, added));
  }

  @Override
  public void delete(Path file) throws IOException {
    require(file);
    setName(parent(file), name(file), null);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    Node node = require(directory);
    node.durableNames.clear();
    node.durableNames.putAll(node.names);
    unsynced.removeIf(effect -> effect.owner() == node);
  }

  @Override
  public void touch(Path file) throws IOException {
    require(file).modifiedEpochMs = tick();
  }

  @Override
  public FileFacts facts(Path file) throws IOException {
    Node node = require(file);
    return new FileFacts(
        node.type, node.content.length, node.modifiedEpochMs, "ada", node.groupMayWrite, false);
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
      byte[] data = new byte[count];
      from.get(data);
      int at = Math.toIntExact(position);
      int end = at + count;
      if (open().content.length < end) {
        unsynced.add(new Unsynced.Length(node, end));
      }
      byte[] content = Arrays.copyOf(node.content, Math.max(node.content.length, end));
      System.arraycopy(data, 0, content, at, count);
      node.content = content;
      addSectors(at, data);
      node.modifiedEpochMs = tick();
      return count;
    }

    private void addSectors(int at, byte[] data) {
      for (int done = 0; done < data.length; ) {
        int next = Math.min(data.length, done + SECTOR - (at + done) % SECTOR);
        unsynced.add(new Unsynced.Data(node, at + done, Arrays.copyOfRange(data, done, next)));
        done = next;
      }
    }

    @Override
    public void truncate(long bytes) throws IOException {
      if (bytes < open().content.length) {
        node.content = Arrays.copyOf(node.content, (int) bytes);
        unsynced.add(new Unsynced.Length(node, (int) bytes));
      }
    }

    @Override
    public void sync() throws IOException {
      open();
      List<Unsynced> own = unsynced.stream().filter(effect -> effect.owner() == node).toList();
      if (syncsToFail > 0) {
        syncsToFail--;
        doomed.addAll(own);
        throw new IOException("Input/output error");
      }
      DiskImage image = new DiskImage(node.durable);
      for (Unsynced effect : own) {
        if (!doomed.contains(effect)) {
          image.apply(effect);
        }
      }
      node.durable = own.stream().anyMatch(doomed::contains) ? image.toBytes() : node.content;
      unsynced.removeIf(effect -> effect.owner() == node && !doomed.contains(effect));
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
