// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.FileFacts;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A program's output file that grows with its checkpoints: a version remembers how long the file
 * was and a checksum of its content; a restart cuts it back to exactly that.
 *
 * <p>Appends come from the program's thread, syncs from the writer's; both may run at once.
 */
public final class OutputFile implements AutoCloseable {
  private static final int COPY_BYTES = 1 << 20;

  private final Disk disk;
  private final Path path;
  private final Path real;
  private final DiskFile file;
  private final CRC32C crc;
  private long bytes;
  private boolean nameIsSynced;
  private boolean nameIsDurable;
  private @Nullable Throwable lost;

  private OutputFile(Disk disk, Path path, Path real, DiskFile file, CRC32C crc, long bytes) {
    this.disk = disk;
    this.path = path;
    this.real = real;
    this.file = file;
    this.crc = crc;
    this.bytes = bytes;
  }

  /** An output file at a capture: its length and content then. */
  public record Mark(OutputFile file, String name, long bytes, int crc32c) {
    OutputMark toMark() {
      return new OutputMark(name, bytes, crc32c);
    }
  }

  /**
   * Begins the file anew, empty. Content that is there already is cut off.
   *
   * @throws StoreIoException when it cannot be opened
   */
  public static OutputFile begin(Disk disk, Path path) {
    return begin(disk, path, true);
  }

  /**
   * Begins the file anew, empty.
   *
   * @param inPlace whether no earlier run can still be writing, see {@link #resume}
   * @throws StoreIoException when it cannot be opened
   */
  public static OutputFile begin(Disk disk, Path path, boolean inPlace) {
    try {
      Path real = resolve(disk, path);
      if (!inPlace) {
        replace(disk, path, real, new OutputMark(path.toString(), 0, 0));
      }
      return open(disk, path, real, new CRC32C(), 0);
    } catch (IOException e) {
      throw new StoreIoException("opening output file", path, e);
    }
  }

  /**
   * Begins the file anew. A regular file that is there already and is not empty gets another name:
   * it may hold the results of an earlier job, or of this one when its versions were lost.
   *
   * @param inPlace whether no earlier run can still be writing, see {@link #resume}
   * @param tell receives a line about that
   */
  public static OutputFile beginAside(
      Disk disk, Path path, boolean inPlace, Consumer<String> tell) {
    boolean replaceable = false;
    try {
      Path real = resolve(disk, path);
      FileFacts facts = disk.facts(real);
      replaceable = facts.type() == FileFacts.Type.REGULAR;
      if (replaceable && facts.bytes() > 0) {
        Path aside = StoreAside.freeName(disk, real);
        disk.rename(real, aside);
        tell.accept("output file " + path + " begins anew; the old one is now " + aside);
      }
    } catch (NoSuchFileException e) {
      // There is none to set aside.
    } catch (IOException e) {
      throw new StoreIoException("setting aside output file", path, e);
    }
    return begin(disk, path, inPlace || !replaceable);
  }

  /**
   * Continues the file from a version: verifies the part that the version knows and cuts off the
   * rest.
   *
   * @param mark what the version says
   * @param inPlace whether no earlier run can still be writing. Otherwise the known part is copied
   *     into a new file that replaces the old one, so that a run that has been taken over writes
   *     into a file without a name
   * @throws DamagedException when the file is missing, too short or has other content
   * @throws StoreIoException when it cannot be read or written
   */
  public static OutputFile resume(Disk disk, Path path, OutputMark mark, boolean inPlace) {
    try {
      Path real = resolve(disk, path);
      CRC32C crc = inPlace ? check(disk, path, real, mark, null) : replace(disk, path, real, mark);
      return open(disk, path, real, crc, mark.bytes());
    } catch (IOException e) {
      throw new StoreIoException("continuing output file", path, e);
    }
  }

  /**
   * Verifies that the file still begins with what a version knows of it.
   *
   * @throws DamagedException when it does not
   */
  public static void verify(Disk disk, Path path, OutputMark mark) {
    try {
      check(disk, path, resolve(disk, path), mark, null);
    } catch (IOException e) {
      throw new StoreIoException("reading output file", path, e);
    }
  }

  /** Output files, unlike those of a store, may lie behind symbolic links. */
  private static Path resolve(Disk disk, Path path) throws IOException {
    try {
      return disk.realPath(path);
    } catch (NoSuchFileException e) {
      return path;
    }
  }

  private static OutputFile open(Disk disk, Path path, Path real, CRC32C crc, long bytes)
      throws IOException {
    DiskFile file = disk.openOutput(real);
    try {
      file.truncate(bytes);
      return new OutputFile(disk, path, real, file, crc, bytes);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static CRC32C check(
      Disk disk, Path path, Path real, OutputMark mark, @Nullable DiskFile copyTo)
      throws IOException {
    CRC32C crc = new CRC32C();
    try (DiskFile source = disk.open(real)) {
      if (source.size() < mark.bytes()) {
        throw new DamagedException(
            path.toString(),
            source.size(),
            "the output file is shorter than the " + mark.bytes() + " bytes the version knows");
      }
      ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
      for (long at = 0; at < mark.bytes(); at += buffer.limit()) {
        buffer.clear().limit((int) Math.min(COPY_BYTES, mark.bytes() - at));
        source.readFully(buffer, at);
        crc.update(buffer.flip());
        if (copyTo != null) {
          copyTo.writeFully(buffer.rewind(), at);
        }
      }
    } catch (NoSuchFileException e) {
      if (mark.bytes() > 0) {
        throw new DamagedException(
            path.toString(), -1, "the output file is missing; put it back as it was");
      }
    }
    if ((int) crc.getValue() != mark.crc32c()) {
      throw new DamagedException(
          path.toString(),
          -1,
          String.format(
              Locale.ROOT,
              "the first %d bytes of the output file have CRC32C %08x, the version knows %08x",
              mark.bytes(),
              crc.getValue(),
              mark.crc32c()));
    }
    return crc;
  }

  private static CRC32C replace(Disk disk, Path path, Path real, OutputMark mark)
      throws IOException {
    Path fresh = real.resolveSibling(real.getFileName() + ".resumed");
    discard(disk, fresh); // an interrupted restart's, which may still be written to
    try {
      CRC32C crc;
      try (DiskFile copy = disk.openOutput(fresh)) {
        crc = check(disk, path, real, mark, copy);
        copy.sync();
      }
      disk.rename(fresh, real);
      return crc;
    } catch (IOException | RuntimeException e) {
      discard(disk, fresh);
      throw e;
    }
  }

  private static void discard(Disk disk, Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      // Usually it does not exist; otherwise writing to it fails and says why.
    }
  }

  public Path path() {
    return path;
  }

  /** Appends the buffer's remaining bytes, which must be in a heap array. */
  public synchronized void append(ByteBuffer data) {
    ByteBuffer again = data.duplicate();
    int count = data.remaining();
    try {
      file.writeFully(data, bytes);
    } catch (IOException e) {
      throw new StoreIoException("writing output file", path, e);
    }
    crc.update(again);
    bytes += count;
  }

  /** The file as it stands now, for a version. */
  public synchronized Mark mark(String name) {
    return new Mark(this, name, bytes, (int) crc.getValue());
  }

  /**
   * Makes all that was appended before durable, the first time its name too.
   *
   * @return whether it survives the node: false where its directory cannot be synced
   * @throws IOException when this sync failed, or an earlier one: what that one has lost cannot be
   *     written again, so no later version may rely on the file
   */
  boolean sync() throws IOException {
    if (lost != null) {
      throw new IOException("an earlier sync of it failed", lost);
    }
    try {
      file.sync();
      if (!nameIsSynced) {
        nameIsDurable = syncName();
        nameIsSynced = true;
      }
      return nameIsDurable;
    } catch (IOException | RuntimeException | Error e) {
      lost = e;
      throw e;
    }
  }

  private boolean syncName() throws IOException {
    try {
      disk.syncDirectory(directory(real));
      return true;
    } catch (IOException e) {
      if (StoreDirectory.cannotBeSynced(e)) {
        return false;
      }
      throw e;
    }
  }

  private static Path directory(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new StoreIoException("closing output file", path, e);
    }
  }
}
