// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Disk.Access;
import dev.holdfast.storage.io.DiskFile;
import dev.holdfast.storage.io.DiskFile.Transfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpeedTest {
  private static final long MIB = 1L << 20;
  private final DiskSpeed speed = new DiskSpeed();

  @Test
  void shortFiles_tellNothing() {
    speed.wrote(new Transfer(MIB, 1_000_000));
    assertEquals(OptionalDouble.empty(), speed.bytesPerSecond());
  }

  @Test
  void longFiles_tellAMeanInWhichTheNewerCountMore() {
    speed.wrote(new Transfer(100 * MIB, 1_000_000_000));
    assertEquals(100.0 * MIB, speed.bytesPerSecond().orElseThrow());
    speed.wrote(new Transfer(100 * MIB, 500_000_000));
    assertEquals(170.0 / 1.2 * MIB, speed.bytesPerSecond().orElseThrow(), 1);
  }

  @Test
  void shorterFile_thatACacheHasSwallowed_tellsLittle() {
    speed.wrote(new Transfer(1000 * MIB, 1_000_000_000));
    speed.wrote(new Transfer(10 * MIB, 1_000_000));
    assertEquals(1000.0 * MIB, speed.bytesPerSecond().orElseThrow(), 20 * MIB);
  }

  @Test
  void newFile_ofTheLocalDisk_tellsItsBytes(@TempDir Path temp) throws IOException {
    try (DiskFile file = Disk.local().create(temp.resolve("file"), Access.OWNER)) {
      ByteBuffer piece = ByteBuffer.allocate((int) MIB);
      for (int i = 0; i < 40; i++) {
        file.writeFully(piece.clear(), i * MIB);
      }
      file.sync();
      Transfer transfer = file.transfer().orElseThrow();
      assertEquals(40 * MIB, transfer.bytes());
      assertTrue(transfer.busyNs() > 0);
    }
  }
}
