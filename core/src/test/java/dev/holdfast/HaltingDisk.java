// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The local disk, with names for the moments of the protocol at which a process may die. At the
 * wanted one it tells the parent and waits: to be killed, or for a line that lets it go on.
 */
final class HaltingDisk implements Disk {
  /** Points that only the making of a store passes. */
  static final List<String> MAKING =
      List.of(
          "root.mkdir.before",
          "root.mkdir.after",
          "log.mkdir.before",
          "log.mkdir.after",
          "signpost.create.after",
          "signpost.write.middle",
          "signpost.sync.after",
          "signpost.link.before",
          "signpost.link.after",
          "signpost.unlink.after",
          "alive.create.before",
          "alive.create.after");

  /** Points that every attempt passes that goes on for a while. */
  static final List<String> RUNNING =
      List.of(
          "open.read.middle",
          "open.create.before",
          "open.create.after",
          "open.write.middle",
          "open.sync.before",
          "open.sync.after",
          "sweep.unlink.before",
          "sweep.unlink.after",
          "open.link.before",
          "open.link.after",
          "open.dirsync.before",
          "open.dirsync.after",
          "open.list.before",
          "open.list.after",
          "open.unlink.before",
          "open.unlink.after",
          "restore.read.middle",
          "output.truncate.before",
          "output.truncate.after",
          "output.write.middle",
          "output.write.after",
          "version.create.before",
          "version.create.after",
          "version.write.middle",
          "version.write.after",
          "version.sync.before",
          "version.sync.after",
          "output.sync.before",
          "output.sync.after",
          "output.dirsync.before",
          "output.dirsync.after",
          "version.link.before",
          "version.link.after",
          "version.dirsync.before",
          "version.dirsync.after",
          "version.list.before",
          "version.list.after",
          "version.unlink.before",
          "version.unlink.after",
          "prune.presync.before",
          "prune.presync.after",
          "prune.rename.before",
          "prune.rename.after",
          "prune.sync.before",
          "prune.sync.after",
          "prune.unlink.before",
          "prune.unlink.after");

  /** Points that only the end of a job passes. */
  static final List<String> ENDING =
      List.of(
          "end.write.middle",
          "end.sync.before",
          "end.sync.after",
          "end.link.before",
          "end.link.after",
          "end.dirsync.before",
          "end.dirsync.after",
          "end.list.before",
          "end.list.after",
          "end.unlink.before",
          "end.unlink.after");

  private final Disk below = Disk.local();
  private final String wanted;
  private final Map<Path, String> kindOfTemporary = new HashMap<>();
  private int passesLeft;

  /** What the number line is being used for: the kind of the record under way, or prune. */
  private String stage = "prepare";

  private boolean renamedToGone;

  /**
   * @param point the name of a point, a colon, and which pass of it, from 1
   */
  HaltingDisk(String point) {
    int colon = point.indexOf(':');
    this.wanted = point.substring(0, colon);
    this.passesLeft = Integer.parseInt(point.substring(colon + 1));
  }

  private synchronized boolean isDue(String point) {
    return point.equals(wanted) && --passesLeft == 0;
  }

  private void pass(String point) {
    if (isDue(point)) {
      SoakWorker.say("AT " + point);
      SoakWorker.hear();
    }
  }

  /** Something that may fail. */
  private interface Operation<T> {
    T run() throws IOException;
  }

  private <T> T around(String what, Operation<T> operation) throws IOException {
    pass(what + ".before");
    T result = operation.run();
    pass(what + ".after");
    return result;
  }

  private static boolean isLog(Path directory) {
    return directory.endsWith("log");
  }

  private static boolean isTemporary(Path file) {
    return file.toString().endsWith(".tmp");
  }

  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** What a file is by its name: an OPEN's temporary name holds its number twice. */
  private static String kindOf(Path file) {
    String name = nameOf(file);
    if (name.startsWith(".HOLDFAST")) {
      return "signpost";
    }
    if (name.equals("ALIVE")) {
      return "alive";
    }
    if (name.startsWith("NEWEST")) {
      return "newest";
    }
    String[] parts = name.split("-", -1);
    return parts.length > 1 && parts[0].equals("." + parts[1]) ? "open" : "version";
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    boolean named = isLog(directory) && !stage.equals("prepare") && !stage.equals("prune");
    return named ? around(stage + ".list", () -> below.list(directory)) : below.list(directory);
  }

  @Override
  public DiskFile create(Path file, Access access) throws IOException {
    String kind = kindOf(file);
    if (isTemporary(file)) {
      kindOfTemporary.put(file, kind);
    }
    return new Named(file, kind, around(kind + ".create", () -> below.create(file, access)));
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return new Named(file, "restore", below.open(file));
  }

  @Override
  public DiskFile openOutput(Path file) throws IOException {
    return new Named(file, "output", below.openOutput(file));
  }

  @Override
  public void createDirectory(Path directory, Access access) throws IOException {
    String what = isLog(directory) ? "log.mkdir" : "root.mkdir";
    around(
        what,
        () -> {
          below.createDirectory(directory, access);
          return true;
        });
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    String kind = kindOfTemporary.getOrDefault(existing, "foreign");
    around(
        kind + ".link",
        () -> {
          below.link(existing, name);
          return true;
        });
    if (isLog(name.resolveSibling(""))) {
      stage = kind;
      renamedToGone = false;
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    String what = to.toString().endsWith(".gone") ? "prune.rename" : "other.rename";
    around(
        what,
        () -> {
          below.rename(from, to);
          return true;
        });
    renamedToGone |= what.equals("prune.rename");
  }

  @Override
  public void delete(Path file) throws IOException {
    String what = nameOf(file).endsWith(".gone") ? "prune" : "other";
    if (isTemporary(file)) {
      what = kindOfTemporary.getOrDefault(file, "sweep");
    }
    around(
        what + ".unlink",
        () -> {
          below.delete(file);
          return true;
        });
    if (kindOfTemporary.remove(file) != null && isLog(file.resolveSibling(""))) {
      stage = "prune";
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    String what = "output.dirsync";
    if (isLog(directory)) {
      what = stage + ".dirsync";
      if (stage.equals("prune")) {
        what = renamedToGone ? "prune.sync" : "prune.presync";
      }
    } else if (stage.equals("prepare")) {
      what = "prepare.dirsync";
    }
    around(
        what,
        () -> {
          below.syncDirectory(directory);
          return true;
        });
  }

  @Override
  public void touch(Path file) throws IOException {
    below.touch(file);
  }

  @Override
  public FileFacts facts(Path file) throws IOException {
    return below.facts(file);
  }

  @Override
  public Path realPath(Path existing) throws IOException {
    return below.realPath(existing);
  }

  @Override
  public String fileSystemType(Path existing) throws IOException {
    return below.fileSystemType(existing);
  }

  @Override
  public long usableBytes(Path existing) throws IOException {
    return below.usableBytes(existing);
  }

  /** A file whose operations are named. */
  private final class Named implements DiskFile {
    private final Path path;
    private final DiskFile file;
    private String kind;

    Named(Path path, String kind, DiskFile file) {
      this.path = path;
      this.kind = kind;
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      int count = file.read(into, position);
      pass((stage.equals("prepare") ? "open" : kind) + ".read.middle");
      return count;
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      recognise(from, position);
      if (isDue(kind + ".write.middle")) {
        ByteBuffer half = from.duplicate();
        half.limit(half.position() + half.remaining() / 2);
        int written = file.write(half, position);
        from.position(half.position());
        SoakWorker.say("AT " + wanted);
        SoakWorker.hear();
        return written;
      }
      int written = file.write(from, position);
      pass(kind + ".write.after");
      return written;
    }

    /** An END is only told from a VERSION by its header. */
    private void recognise(ByteBuffer from, long position) {
      if (kind.equals("version") && position == 0 && from.remaining() >= FileHeader.BYTES) {
        try {
          FileHeader header =
              FileHeader.decode(path.toString(), from.slice(from.position(), FileHeader.BYTES));
          kind = header.type().name().toLowerCase(Locale.ROOT);
          kindOfTemporary.put(path, kind);
        } catch (StoreException e) {
          throw new IllegalStateException("no header at the start of " + path, e);
        }
      }
    }

    @Override
    public void truncate(long bytes) throws IOException {
      around(
          kind + ".truncate",
          () -> {
            file.truncate(bytes);
            return true;
          });
    }

    @Override
    public void sync() throws IOException {
      around(
          kind + ".sync",
          () -> {
            file.sync();
            return true;
          });
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
