// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.Checksum;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.Id128;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A request to stop at the next boundary with a durable version, left in the store for the attempt
 * that holds it: the file STOP. The holder looks for it about every 10 s, and takes it away when it
 * has heard it. So it reaches a job wherever the store can be written, without a way to signal it.
 *
 * <p>It is a courtesy like ALIVE: nothing of a store depends on it. A request for an attempt that
 * has ended is taken away by the next one and has no effect.
 *
 * @param attempt the number of the attempt that is asked
 * @param by who asks and how, in words that follow "asked by", one line
 */
public record StopRequest(long attempt, String by) {
  private static final int BYTES_MAX = 4096;
  private static final int BY_CHARS_MAX = 500;
  private static final String FIRST_LINE = "Holdfast stop request, format 1\n";
  private static final String ATTEMPT = "attempt ";
  private static final String BY = "by ";

  /** Makes one line of what is said. */
  public StopRequest {
    String line = by.codePoints().anyMatch(Character::isISOControl) ? oneLine(by) : by;
    by = line.length() > BY_CHARS_MAX ? line.substring(0, BY_CHARS_MAX) : line;
  }

  private static String oneLine(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /**
   * Leaves this request in a store, in place of an earlier one.
   *
   * @param store the root of an existing store, such as {@link Store#root}
   * @throws StoreIoException when it cannot be written
   */
  public void leave(Path store, Disk disk) {
    StoreLayout layout = new StoreLayout(store);
    Path temporary = layout.stopTemporary(Id128.random());
    try {
      // Of a store that is open to the group the holder may be another user of it.
      Access access = Ownership.of(disk, layout);
      try (DiskFile file = disk.create(temporary, access)) {
        file.writeFully(ByteBuffer.wrap(encode()), 0);
        file.sync();
      }
      disk.rename(temporary, layout.stop());
    } catch (IOException e) {
      discard(disk, temporary);
      throw new StoreIoException("leaving a request to stop in", store, e);
    }
  }

  /**
   * The request that lies in a store and has not been heard yet.
   *
   * @throws DamagedException when its text is not what was written
   * @throws StoreIoException when it cannot be read
   */
  public static Optional<StopRequest> find(Path store, Disk disk) {
    Path path = new StoreLayout(store).stop();
    try {
      return read(disk, path);
    } catch (IOException e) {
      throw new StoreIoException("reading", path, e);
    }
  }

  /** Takes a request away, whoever made it; none is no error. */
  public static void withdraw(Path store, Disk disk) {
    Path path = new StoreLayout(store).stop();
    try {
      disk.deleteIfExists(path); // it may have been heard meanwhile
    } catch (IOException e) {
      throw new StoreIoException("taking away", path, e);
    }
  }

  /**
   * What the attempts {@code from} to {@code to}, which are one writer's, are asked. Whatever is
   * meant for them or for an earlier attempt, or cannot be read, is taken away.
   */
  static Optional<StopRequest> hear(Disk disk, StoreLayout layout, long from, long to) {
    Optional<StopRequest> found;
    try {
      found = read(disk, layout.stop());
      if (found.isEmpty() || found.get().attempt > to) {
        return Optional.empty();
      }
    } catch (StoreException e) {
      found = Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it may be readable the next time
    }
    discard(disk, layout.stop());
    return found.filter(request -> request.attempt >= from);
  }

  private static void discard(Disk disk, Path path) {
    try {
      disk.delete(path);
    } catch (IOException e) {
      // What remains is without effect on the next attempt.
    }
  }

  private static Optional<StopRequest> read(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.open(path)) {
      long size = file.size();
      if (size > BYTES_MAX) {
        throw new DamagedException(path.toString(), -1, size + " bytes long");
      }
      byte[] bytes = new byte[(int) size];
      file.readFully(ByteBuffer.wrap(bytes), 0);
      Optional<StopRequest> request = parse(new String(bytes, StandardCharsets.UTF_8));
      if (request.isEmpty() || !Arrays.equals(request.get().encode(), bytes)) {
        throw new DamagedException(path.toString(), -1, "its text is not what was written");
      }
      return request;
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Optional<StopRequest> parse(String text) {
    List<String> lines = text.lines().toList();
    if (lines.size() != 4 || !lines.get(1).startsWith(ATTEMPT) || !lines.get(2).startsWith(BY)) {
      return Optional.empty();
    }
    try {
      long attempt = Long.parseLong(lines.get(1).substring(ATTEMPT.length()));
      return Optional.of(new StopRequest(attempt, lines.get(2).substring(BY.length())));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  byte[] encode() {
    String text = FIRST_LINE + ATTEMPT + attempt + "\n" + BY + by + "\n";
    int crc = Checksum.crc32c(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    return (text + String.format(Locale.ROOT, "crc32c %08x\n", crc))
        .getBytes(StandardCharsets.UTF_8);
  }
}
