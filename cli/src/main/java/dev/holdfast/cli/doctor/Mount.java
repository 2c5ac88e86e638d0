// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import dev.holdfast.storage.io.SystemFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file system that a path lies on, as proc(5) describes it in mountinfo.
 *
 * @param point where it is mounted
 * @param type such as ext4, nfs4, lustre
 * @param source the device or the server
 * @param options of the mount and of the file system
 */
record Mount(Path point, String type, String source, Set<String> options) {
  /** Seen by every node of a cluster. */
  private static final Pattern SHARED =
      Pattern.compile(
          "nfs4?|lustre|gpfs|beegfs(_nodev)?|ceph|cephfs|panfs|pvfs2|orangefs|afs|cifs|smb3?"
              + "|9p|virtiofs|wekafs|ibrix|dvs|fuse\\.(glusterfs|ceph.*|lustre.*|dfuse|juicefs"
              + "|sshfs|beegfs|moosefs|seaweedfs|unifyfs)|glusterfs|ocfs2|gfs2|stornext|cvfs|ogfs");

  /** On one node only; memory among them. */
  private static final Pattern LOCAL =
      Pattern.compile(
          "tmpfs|ramfs|devtmpfs|overlay|aufs|squashfs|ext[234]|xfs|btrfs|zfs|f2fs|jfs|reiserfs"
              + "|bcachefs|vfat|exfat|ntfs3?|apfs|hfs\\+?|rootfs");

  Mount {
    options = Set.copyOf(options);
  }

  /** The mount of an existing path; empty where the system does not tell. */
  static Optional<Mount> of(Path real, List<String> mountinfo) {
    Mount found = null;
    for (String line : mountinfo) {
      Mount mount = parse(line);
      // Of two mounts on one point the later hides the earlier.
      if (mount != null
          && real.startsWith(mount.point)
          && (found == null || mount.point.getNameCount() >= found.point.getNameCount())) {
        found = mount;
      }
    }
    return Optional.ofNullable(found);
  }

  static Optional<Mount> of(Path real) {
    return of(real, SystemFacts.lines(Path.of("/proc/self/mountinfo")));
  }

  /** {@code 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue}. */
  private static @Nullable Mount parse(String line) {
    String[] fields = line.split(" ", -1);
    int dash = List.of(fields).indexOf("-");
    if (dash < 6 || fields.length < dash + 3) {
      return null;
    }
    Set<String> options = new TreeSet<>(List.of(fields[5].split(",", -1)));
    if (fields.length > dash + 3) {
      options.addAll(List.of(fields[dash + 3].split(",", -1)));
    }
    return new Mount(
        Path.of(unescaped(fields[4])), fields[dash + 1], unescaped(fields[dash + 2]), options);
  }

  private static String unescaped(String text) {
    return text.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
  }

  boolean shared() {
    return SHARED.matcher(type).matches();
  }

  boolean local() {
    return LOCAL.matcher(type).matches();
  }

  boolean memory() {
    return type.equals("tmpfs") || type.equals("ramfs") || type.equals("devtmpfs");
  }
}
