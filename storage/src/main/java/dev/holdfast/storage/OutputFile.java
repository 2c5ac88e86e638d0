// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.VersionInfo.OutputMark;
import dev.holdfast.storage.io.Disk;
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
 * A program's output file that grows with its checkpoints: a version remembers how long the file was
 * and a checksum of its content; a restart cuts it back to exactly that.
 *
 * <p>Appends come from the program's thread, syncs from the writer's; both may run at once.
 */
public final class OutputFile implements AutoCloseable {
  private static final int COPY_BYTES = 1 << 20;

  private final Disk disk;
  private final Path path;
  private final DiskFile file;
  private final CRC32C crc;
  private long bytes;
  private boolean nameIsDurable;

  private OutputFile(Disk disk, Path path, DiskFile file, CRC32C crc, long bytes) {
    this.disk = disk;
    this.path = path;
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
    try {
      DiskFile file = disk.openOutput(path);
      file.truncate(0);
      return new OutputFile(disk, path, file, new CRC32C(), 0);
    } catch (IOException e) {
      throw new StoreIoException("opening output file", path, e);
    }
  }

  /**
   * Begins the file anew. One that is there already and is not empty gets another name: it may hold
   * the results of an earlier job.
   *
   * @param tell receives a line about that
   */
  public static OutputFile beginAside(Disk disk, Path path, Consumer<String> tell) {
    try {
      if (disk.facts(path).bytes() > 0) {
        Path aside = StoreAside.freeName(disk, path);
        disk.rename(path, aside);
        tell.accept("output file " + path + " begins anew; the old one is now " + aside);
      }
    } catch (NoSuchFileException e) {
      // There is none to set aside.
    } catch (IOException e) {
      throw new StoreIoException("setting aside output file", path, e);
    }
    return begin(disk, path);
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
      CRC32C crc = inPlace ? check(disk, path, mark, null) : replace(disk, path, mark);
      DiskFile file = disk.openOutput(path);
      file.truncate(mark.bytes());
      return new OutputFile(disk, path, file, crc, mark.bytes());
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
      check(disk, path, mark, null);
    } catch (IOException e) {
      throw new StoreIoException("reading output file", path, e);
    }
  }

  private static CRC32C check(Disk disk, Path path, OutputMark mark, @Nullable DiskFile copyTo)
      throws IOException {
    CRC32C crc = new CRC32C();
    try (DiskFile source = disk.open(path)) {
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
        throw new DamagedException(path.toString(), -1, "the output file is missing");
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

  private static CRC32C replace(Disk disk, Path path, OutputMark mark) throws IOException {
    Path fresh = path.resolveSibling(path.getFileName() + ".resumed");
    CRC32C crc;
    try (DiskFile copy = disk.openOutput(fresh)) {
      copy.truncate(0);
      crc = check(disk, path, mark, copy);
      copy.sync();
    }
    disk.rename(fresh, path);
    disk.syncDirectory(directory(path));
    return crc;
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

  /** Makes all that was appended before durable, the first time its name too. */
  void sync() throws IOException {
    file.sync();
    if (!nameIsDurable) {
      disk.syncDirectory(directory(path));
      nameIsDurable = true;
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
