// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The file systems of this machine, through java.nio. */
final class LocalDisk implements Disk {
  static final LocalDisk INSTANCE = new LocalDisk();

  /** Set after creation, because the process's umask may forbid the group what is shared here. */
  private static final String MODE = "unix:mode";

  private static final int GROUP_FILE = 0660;

  /** With the set-group bit, so that what is made inside belongs to the same group. */
  private static final int GROUP_DIRECTORY = 02770;

  private LocalDisk() {}

  @Override
  public List<String> list(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    String separator = directory.getFileSystem().getSeparator();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        // A third of the time that a path for the name alone takes; logs are listed often.
        String path = entry.toString();
        names.add(path.substring(path.lastIndexOf(separator) + 1));
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  @Override
  public DiskFile create(Path file, Access access) throws IOException {
    Set<OpenOption> options = Set.of(CREATE_NEW, READ, WRITE, NOFOLLOW_LINKS);
    FileChannel channel =
        access == Access.UMASK
            ? FileChannel.open(file, options)
            : FileChannel.open(file, options, PrivateFile.FILE);
    try {
      if (access == Access.GROUP) {
        Files.setAttribute(file, MODE, GROUP_FILE, NOFOLLOW_LINKS);
      }
      return new NewFile(new ChannelFile(channel));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return ReopenedFile.of(() -> openOnce(file));
  }

  private DiskFile openOnce(Path file) throws IOException {
    // Checked before the open, because opening a pipe would wait for its writer. The owner is not
    // asked for: his name would be looked up anew for each of the many files of a store.
    if (!Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS).isRegularFile()) {
      throw new FileSystemException(file.toString(), null, IoKind.NOT_A_FILE_REASON);
    }
    return new ChannelFile(FileChannel.open(file, READ, NOFOLLOW_LINKS));
  }

  @Override
  public DiskFile openOutput(Path file) throws IOException {
    return new OutputChannelFile(file);
  }

  @Override
  public void createDirectory(Path directory, Access access) throws IOException {
    Files.createDirectory(directory, PrivateFile.DIRECTORY);
    if (access == Access.GROUP) {
      Files.setAttribute(directory, MODE, GROUP_DIRECTORY);
    }
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    try {
      Files.createLink(name, existing);
    } catch (UnsupportedOperationException e) {
      throw new IOException("hard links are not supported here", e);
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.delete(file);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }

  @Override
  public void touch(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
  }

  @Override
  public FileFacts facts(Path file) throws IOException {
    PosixFileAttributes found =
        Files.getFileAttributeView(file, PosixFileAttributeView.class, NOFOLLOW_LINKS)
            .readAttributes();
    Set<PosixFilePermission> allowed = found.permissions();
    return new FileFacts(
        type(found),
        found.size(),
        found.lastModifiedTime().toMillis(),
        found.owner().getName(),
        allowed.contains(PosixFilePermission.GROUP_WRITE),
        allowed.contains(PosixFilePermission.OTHERS_WRITE));
  }

  private static FileFacts.Type type(PosixFileAttributes found) {
    if (found.isRegularFile()) {
      return FileFacts.Type.REGULAR;
    }
    if (found.isDirectory()) {
      return FileFacts.Type.DIRECTORY;
    }
    return found.isSymbolicLink() ? FileFacts.Type.SYMBOLIC_LINK : FileFacts.Type.OTHER;
  }

  @Override
  public Path realPath(Path existing) throws IOException {
    return existing.toRealPath();
  }

  @Override
  public String fileSystemType(Path existing) throws IOException {
    return Files.getFileStore(existing).type();
  }

  @Override
  public long usableBytes(Path existing) throws IOException {
    return Files.getFileStore(existing).getUsableSpace();
  }

  /** A file of the store. */
  private static class ChannelFile implements DiskFile {
    private final FileChannel channel;

    ChannelFile(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return channel.read(into, position);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      return channel.write(from, position);
    }

    @Override
    public void truncate(long bytes) throws IOException {
      channel.truncate(bytes);
    }

    @Override
    public void sync() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /**
   * An output file is written on the program's own threads, which may be interrupted; a
   * RandomAccessFile stays open then, a channel does not.
   */
  private static final class OutputChannelFile extends ChannelFile {
    private final RandomAccessFile file;

    OutputChannelFile(Path path) throws IOException {
      this(new RandomAccessFile(path.toFile(), "rw"));
    }

    private OutputChannelFile(RandomAccessFile file) {
      super(file.getChannel());
      this.file = file;
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      int count = from.remaining();
      file.seek(position);
      file.write(from.array(), from.arrayOffset() + from.position(), count);
      from.position(from.limit());
      return count;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
