// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A disk that hands everything on; tests change what they need. */
class ForwardingDisk implements Disk {
  private final Disk below;

  ForwardingDisk(Disk below) {
    this.below = below;
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return below.list(directory);
  }

  @Override
  public DiskFile create(Path file, Access access) throws IOException {
    return below.create(file, access);
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return below.open(file);
  }

  @Override
  public DiskFile openOutput(Path file) throws IOException {
    return below.openOutput(file);
  }

  @Override
  public void createDirectory(Path directory, Access access) throws IOException {
    below.createDirectory(directory, access);
  }

  @Override
  public void link(Path existing, Path name) throws IOException {
    below.link(existing, name);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    below.rename(from, to);
  }

  @Override
  public void delete(Path file) throws IOException {
    below.delete(file);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    below.syncDirectory(directory);
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
}
