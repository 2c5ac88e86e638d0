// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which file system a path lies on. */
final class MountTest {
  private static final List<String> MOUNTS =
      List.of(
          "22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro",
          "30 22 0:27 / /tmp rw,nosuid,noexec shared:9 - tmpfs tmpfs rw,size=4g",
          "31 22 0:44 / /home rw shared:10 - nfs4 server:/home rw,vers=4.2,soft,proto=tcp",
          "32 22 0:45 / /scratch\\040two rw - lustre 10.0.0.1@o2ib:/fs rw,flock",
          "33 31 0:46 / /home rw - beegfs beegfs_nodev rw",
          "nonsense",
          "1 2 3 - x");

  @Test
  void path_belowSeveralMounts_liesOnTheDeepestAndLatest() {
    assertEquals("ext4", mount("/usr/lib").type());
    assertEquals("tmpfs", mount("/tmp/x").type());
    assertEquals("beegfs", mount("/home/me/wave.holdfast").type());
    assertEquals("lustre", mount("/scratch two/me").type());
    assertEquals("ext4", mount("/tmpx").type());
    assertEquals(Optional.empty(), Mount.of(Path.of("/x"), List.of()));
  }

  @Test
  void options_ofMountAndFileSystem_areKnown() {
    assertTrue(mount("/tmp").options().contains("noexec"));
    assertTrue(mount("/tmp").options().contains("size=4g"));
    assertTrue(mount("/").options().contains("errors=remount-ro"));
  }

  @Test
  void type_saysWhoSeesIt() {
    assertTrue(mount("/scratch two").shared() && !mount("/scratch two").local());
    assertTrue(mount("/tmp").memory() && mount("/tmp").local());
    assertTrue(mount("/").local() && !mount("/").shared());
    Mount unknown = Mount.of(Path.of("/"), List.of("1 0 0:1 / / rw - newfs x rw")).orElseThrow();
    assertFalse(unknown.shared() || unknown.local());
  }

  private static Mount mount(String path) {
    return Mount.of(Path.of(path), MOUNTS).orElseThrow();
  }
}
