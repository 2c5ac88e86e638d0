// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A disk that tells after every operation that changed something, or looked at something. */
final class WatchedDisk extends ForwardingDisk {
  private final Watcher watcher;

  WatchedDisk(Disk below, Watcher watcher) {
    super(below);
    this.watcher = watcher;
  }

  /** Is told. */
  interface Watcher {
    /**
     * Something was done, and worked.
     *
     * @param operation such as {@code link 0000000000000002.hf}
     * @param changes whether a crash after it may leave another disk than one before it
     */
    void after(String operation, boolean changes);
  }

  private void changed(String operation, Path path) {
    watcher.after(operation + " " + path.getFileName(), true);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    List<String> names = super.list(directory);
    watcher.after("list " + directory.getFileName(), false);
    return names;
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    DiskFile opened = super.open(file);
    watcher.after("open " + file.getFileName(), false);
    return opened;
  }

  @Override
  public DiskFile create(Path file, Access access) throws IOException {
    DiskFile created = super.create(file, access);
    changed("create", file);
    return new WatchedFile(created, file);
  }

  @Override
  public DiskFile openOutput(Path file) throws IOException {
    DiskFile opened = super.openOutput(file);
    changed("openOutput", file);
    return new WatchedFile(opened, file);
  }

  @Override
  public void createDirectory(Path directory, Access access) throws IOException {
    super.createDirectory(directory, access);
    changed("createDirectory", directory);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    super.link(existing, name);
    changed("link", name);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    super.rename(from, to);
    changed("rename", to);
  }

  @Override
  public void delete(Path file) throws IOException {
    super.delete(file);
    changed("delete", file);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    super.syncDirectory(directory);
    changed("syncDirectory", directory);
  }

  /** A file that is being written. */
  private final class WatchedFile extends ForwardingFile {
    private final Path path;

    WatchedFile(DiskFile below, Path path) {
      super(below);
      this.path = path;
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      int written = super.write(from, position);
      changed("write", path);
      return written;
    }

    @Override
    public void truncate(long bytes) throws IOException {
      super.truncate(bytes);
      changed("truncate", path);
    }

    @Override
    public void sync() throws IOException {
      super.sync();
      changed("sync", path);
    }

    @Override
    public void close() throws IOException {
      super.close();
      watcher.after("close " + path.getFileName(), false);
    }
  }
}
