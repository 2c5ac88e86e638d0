// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;

/** A small file that is its owner's alone, such as one that holds a key. */
public final class PrivateFile {
  private static final Set<PosixFilePermission> OWNERS_OWN =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  static final FileAttribute<Set<PosixFilePermission>> FILE = mode("rw-------");
  static final FileAttribute<Set<PosixFilePermission>> DIRECTORY = mode("rwx------");

  /** Belongs to whoever the system takes this process for. */
  private static final Path SELF = Path.of("/proc/self");

  private PrivateFile() {}

  private static FileAttribute<Set<PosixFilePermission>> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  /**
   * Why a file is not private, in words with the remedy; empty when it is. Links are followed, as
   * everything that a person names may lie behind one.
   *
   * @throws IOException when nothing can be learned about it
   */
  public static Optional<String> notPrivate(Path file) throws IOException {
    PosixFileAttributes found = Files.readAttributes(file, PosixFileAttributes.class);
    if (!found.isRegularFile()) {
      return Optional.of("is not a regular file");
    }
    Optional<String> foreign = foreign(found);
    boolean shared = !OWNERS_OWN.containsAll(found.permissions());
    return foreign.isEmpty() && shared
        ? Optional.of("may be used by others; chmod 600 " + file)
        : foreign;
  }

  /**
   * Why others may change what is in a directory, in words with the remedy; empty when they may
   * not.
   */
  public static Optional<String> notOwn(Path directory) throws IOException {
    PosixFileAttributes found = Files.readAttributes(directory, PosixFileAttributes.class);
    Optional<String> foreign = foreign(found);
    boolean shared = !Collections.disjoint(found.permissions(), OTHERS_WRITE);
    return foreign.isEmpty() && shared
        ? Optional.of("may be written by others; chmod go-w " + directory)
        : foreign;
  }

  private static Optional<String> foreign(PosixFileAttributes found) throws IOException {
    String owner = found.owner().getName();
    String me = me();
    return owner.equals(me)
        ? Optional.empty()
        : Optional.of(
            "belongs to " + owner + ", and this process runs as " + me + "; use one of your own");
  }

  private static String me() throws IOException {
    return Files.isDirectory(SELF)
        ? Files.getOwner(SELF.toRealPath(), LinkOption.NOFOLLOW_LINKS).getName()
        : System.getProperty("user.name", "");
  }

  /** The first bytes of a file, at most so many. */
  public static byte[] read(Path file, int bytesMost) throws IOException {
    byte[] bytes = new byte[bytesMost];
    ByteBuffer into = ByteBuffer.wrap(bytes);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int read = 0;
      while (read >= 0 && into.hasRemaining()) {
        read = channel.read(into);
      }
    }
    byte[] found = Arrays.copyOf(bytes, into.position());
    Arrays.fill(bytes, (byte) 0);
    return found;
  }
}
