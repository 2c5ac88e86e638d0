// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A disk that fails on demand, the way the system would: at the k-th operation that can fail with a
 * given error, once or from then on.
 *
 * <p>It also holds the writer to a rule: a file whose sync has failed may be closed and deleted,
 * and nothing else.
 */
final class FaultyDisk implements Disk {
  /** What is asked of a disk. */
  enum Op {
    LIST,
    CREATE,
    OPEN,
    OPEN_OUTPUT,
    CREATE_DIRECTORY,
    LINK,
    RENAME,
    DELETE,
    SYNC_DIRECTORY,
    TOUCH,
    FACTS,
    REAL_PATH,
    SIZE,
    READ,
    WRITE,
    TRUNCATE,
    SYNC,
    CLOSE_WRITTEN
  }

  /** Errors with the text of the C library, and the operations that can give them. */
  enum Errno {
    ENOSPC(
        "No space left on device",
        EnumSet.of(
            Op.CREATE, Op.OPEN_OUTPUT, Op.CREATE_DIRECTORY, Op.LINK, Op.RENAME, Op.WRITE, Op.SYNC)),
    EDQUOT(
        "Disk quota exceeded",
        EnumSet.of(
            Op.CREATE,
            Op.OPEN_OUTPUT,
            Op.CREATE_DIRECTORY,
            Op.LINK,
            Op.WRITE,
            Op.SYNC,
            Op.CLOSE_WRITTEN)),
    EIO("Input/output error", EnumSet.allOf(Op.class)),
    EROFS(
        "Read-only file system",
        EnumSet.of(
            Op.CREATE,
            Op.OPEN_OUTPUT,
            Op.CREATE_DIRECTORY,
            Op.LINK,
            Op.RENAME,
            Op.DELETE,
            Op.TOUCH,
            Op.WRITE,
            Op.TRUNCATE)),
    EMFILE(
        "Too many open files",
        EnumSet.of(Op.LIST, Op.CREATE, Op.OPEN, Op.OPEN_OUTPUT, Op.SYNC_DIRECTORY)),
    ESTALE("Stale file handle", EnumSet.allOf(Op.class)),
    EACCES(
        "Permission denied",
        EnumSet.of(
            Op.LIST, Op.CREATE, Op.OPEN, Op.CREATE_DIRECTORY, Op.LINK, Op.RENAME, Op.DELETE)),
    EFBIG("File too large", EnumSet.of(Op.WRITE, Op.TRUNCATE)),
    /** Not the disk's: the JVM has no memory left for what the operation needs. */
    NO_HEAP("Java heap space", EnumSet.allOf(Op.class));

    private final String text;

    @SuppressWarnings("ImmutableEnumChecker") // nobody changes it
    private final Set<Op> ops;

    Errno(String text, Set<Op> ops) {
      this.text = text;
      this.ops = ops;
    }

    boolean hits(Op op) {
      return ops.contains(op);
    }
  }

  private final Disk below;
  private final List<String> trace = new ArrayList<>();
  private final Set<Path> poisoned = new HashSet<>();
  private Errno errno = Errno.EIO;
  private long failAt = Long.MAX_VALUE;
  private long failAgainAt = Long.MAX_VALUE;
  private boolean always;
  private boolean afterwards;
  private long count;
  private long failures;
  private int writeBytesMax = Integer.MAX_VALUE;
  private Set<Op> only = EnumSet.allOf(Op.class);

  FaultyDisk(Disk below) {
    this.below = below;
  }

  /** From now on: the k-th operation, counted from 0, that can give this error gives it. */
  void failAt(long k, Errno with, boolean fromThenOn) {
    count = 0;
    failures = 0;
    failAt = k;
    failAgainAt = Long.MAX_VALUE;
    errno = with;
    always = fromThenOn;
    afterwards = false;
    only = EnumSet.allOf(Op.class);
  }

  /** Like {@link #failAt}, of these operations only. */
  void failOnly(Set<Op> ops, long k, Errno with, boolean fromThenOn) {
    failAt(k, with, fromThenOn);
    only = ops;
  }

  /** After {@link #failAt}: a later operation fails too, and none between. */
  void failAgainAt(long later) {
    failAgainAt = later;
  }

  /** The operation is done and reported as failed, as NFS may. */
  void failAfterwards(Set<Op> ops, long k, Errno with) {
    failOnly(ops, k, with, false);
    afterwards = true;
  }

  void heal() {
    failAt = Long.MAX_VALUE;
    failAgainAt = Long.MAX_VALUE;
    count = 0;
  }

  void writeAtMost(int bytes) {
    writeBytesMax = bytes;
  }

  /** Whether the fault has been met since it was set. */
  boolean met() {
    return count > failAt;
  }

  /** Whether the later one has been met too. */
  boolean metAgain() {
    return count > failAgainAt;
  }

  /** Operations that have failed since the fault was set. */
  long failures() {
    return failures;
  }

  /** Operations so far, oldest first, such as {@code LINK 0000000000000001.hf}. */
  List<String> trace() {
    return trace;
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  private interface Step {
    void run() throws IOException;
  }

  private void run(Op op, Path path, Step step) throws IOException {
    run(
        op,
        path,
        () -> {
          step.run();
          return "";
        });
  }

  private <T> T run(Op op, Path path, Action<T> action) throws IOException {
    trace.add(op + " " + path.getFileName());
    boolean fail = false;
    if (errno.hits(op) && only.contains(op)) {
      fail = (always ? count >= failAt : count == failAt) || count == failAgainAt;
      count++;
    }
    if (fail && !afterwards) {
      throw failure(op, path);
    }
    T result = action.run();
    if (fail) {
      throw failure(op, path);
    }
    return result;
  }

  private IOException failure(Op op, Path path) {
    failures++;
    if (op == Op.SYNC) {
      poisoned.add(path);
    }
    if (errno == Errno.NO_HEAP) {
      throw new OutOfMemoryError(errno.text);
    }
    return new IOException(errno.text);
  }

  private void refusePoisoned(Path path) {
    if (poisoned.contains(path)) {
      throw new AssertionError(path + " is used again after its sync failed");
    }
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return run(Op.LIST, directory, () -> below.list(directory));
  }

  @Override
  public DiskFile create(Path file, Access access) throws IOException {
    return run(Op.CREATE, file, () -> new FaultyFile(below.create(file, access), file, true));
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return run(Op.OPEN, file, () -> new FaultyFile(below.open(file), file, false));
  }

  @Override
  public DiskFile openOutput(Path file) throws IOException {
    return run(Op.OPEN_OUTPUT, file, () -> new FaultyFile(below.openOutput(file), file, true));
  }

  @Override
  public void createDirectory(Path directory, Access access) throws IOException {
    run(Op.CREATE_DIRECTORY, directory, () -> below.createDirectory(directory, access));
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    refusePoisoned(existing);
    run(Op.LINK, name, () -> below.link(existing, name));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    refusePoisoned(from);
    run(Op.RENAME, from, () -> below.rename(from, to));
  }

  @Override
  public void delete(Path file) throws IOException {
    run(Op.DELETE, file, () -> below.delete(file));
    poisoned.remove(file);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    run(Op.SYNC_DIRECTORY, directory, () -> below.syncDirectory(directory));
  }

  @Override
  public void touch(Path file) throws IOException {
    run(Op.TOUCH, file, () -> below.touch(file));
  }

  @Override
  public FileFacts facts(Path file) throws IOException {
    return run(Op.FACTS, file, () -> below.facts(file));
  }

  @Override
  public Path realPath(Path existing) throws IOException {
    return run(Op.REAL_PATH, existing, () -> below.realPath(existing));
  }

  @Override
  public String fileSystemType(Path existing) throws IOException {
    return below.fileSystemType(existing);
  }

  @Override
  public long usableBytes(Path existing) throws IOException {
    return below.usableBytes(existing);
  }

  /** An open file of this disk. */
  private final class FaultyFile implements DiskFile {
    private final DiskFile file;
    private final Path path;
    private final boolean written;

    FaultyFile(DiskFile file, Path path, boolean written) {
      this.file = file;
      this.path = path;
      this.written = written;
    }

    @Override
    public long size() throws IOException {
      return run(Op.SIZE, path, file::size);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return run(Op.READ, path, () -> file.read(into, position));
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      int count = Math.min(from.remaining(), writeBytesMax);
      ByteBuffer part = from.slice(from.position(), count);
      int taken = run(Op.WRITE, path, () -> file.write(part, position));
      from.position(from.position() + taken);
      return taken;
    }

    @Override
    public void truncate(long bytes) throws IOException {
      run(Op.TRUNCATE, path, () -> file.truncate(bytes));
    }

    @Override
    public void sync() throws IOException {
      refusePoisoned(path);
      run(Op.SYNC, path, file::sync);
    }

    @Override
    public void close() throws IOException {
      if (!written) {
        file.close();
        return;
      }
      try {
        run(Op.CLOSE_WRITTEN, path, () -> {});
      } finally {
        file.close();
      }
    }
  }
}
