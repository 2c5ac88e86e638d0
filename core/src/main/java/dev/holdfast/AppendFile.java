// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.OutputFile;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An output file that a program appends to and that its checkpoints know: at a restart it is cut
 * back to what it held when the version was captured, so that no line is missing and none is there
 * twice.
 *
 * <p>What is appended is gathered in memory and reaches the file when the buffer is full, at every
 * checkpoint and at the end. For one thread at a time.
 */
public final class AppendFile extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final String name;
  private final Path path;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private @Nullable OutputFile file;

  /**
   * @param name as the program says it; versions know the file by it
   * @param path where it lies
   */
  AppendFile(String name, Path path) {
    this.name = name;
    this.path = path;
  }

  /** Where a file lies unless somebody wants it elsewhere. */
  static Path pathOf(String name) {
    return Path.of(name).toAbsolutePath().normalize();
  }

  String name() {
    return name;
  }

  Path path() {
    return path;
  }

  /** The file has been put into the state of the version: from now on it takes data. */
  void attach(OutputFile positioned) {
    file = positioned;
  }

  private OutputFile file() {
    OutputFile open = file;
    if (open == null) {
      throw new HoldfastException(
          "output file "
              + name
              + " is written before restore() or steps(): only these know where it continues");
    }
    return open;
  }

  /** Appends text and a line feed, in UTF-8. */
  public void println(String text) {
    print(text);
    write('\n');
  }

  /** Appends text in UTF-8. */
  public void print(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    write(bytes, 0, bytes.length);
  }

  @Override
  public void write(int b) {
    file();
    if (!buffer.hasRemaining()) {
      flush();
    }
    buffer.put((byte) b);
  }

  @Override
  public void write(byte[] bytes) {
    write(bytes, 0, bytes.length);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    OutputFile open = file();
    if (length > buffer.remaining()) {
      flush();
    }
    if (length > buffer.capacity()) {
      open.append(ByteBuffer.wrap(bytes, offset, length));
    } else {
      buffer.put(bytes, offset, length);
    }
  }

  /**
   * Hands what has been gathered to the operating system; it is made durable by the next version.
   */
  @Override
  public void flush() {
    // On an error the buffer keeps what it holds, so that nothing is lost when it works again.
    ByteBuffer gathered = buffer.duplicate().flip();
    if (gathered.hasRemaining()) {
      file().append(gathered);
    }
    buffer.clear();
  }

  OutputFile.Mark mark() {
    flush();
    return file().mark(name);
  }

  /** Writes what has been gathered; the file stays open until the job ends. */
  @Override
  public void close() {
    if (file != null) {
      flush();
    }
  }

  void release() {
    OutputFile open = file;
    if (open != null) {
      open.close();
      file = null;
    }
  }
}
