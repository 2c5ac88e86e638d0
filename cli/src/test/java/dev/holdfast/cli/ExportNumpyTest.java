// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code export} writes is what numpy reads. Skipped where there is no python3 with numpy. */
final class ExportNumpyTest {
  @TempDir private static Path shared;
  private static SmallStore store = new SmallStore(Path.of(""));

  @TempDir private Path temp;

  @BeforeAll
  static void makeStore() throws Exception {
    assumeTrue(hasNumpy(), "needs python3 with numpy");
    store = SmallStore.make(shared.toRealPath());
  }

  private static boolean hasNumpy() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "-c", "import numpy").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** What Python prints of an expression about {@code a}, the array that it has loaded. */
  private String python(String region, String expression) throws Exception {
    Path file = Files.createTempDirectory(temp, "export").resolve(region + ".npy");
    Command.run("export", store.path() + "@newest:" + region, "-o", file).mustBeDone();
    String program =
        "import numpy; a = numpy.load('"
            + file
            + "', allow_pickle=False); print("
            + expression
            + ")";
    Process process =
        new ProcessBuilder("python3", "-c", program).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(0, process.waitFor(), said);
    return said;
  }

  @Test
  void export_doubles_areLoadedEqual() throws Exception {
    ByteBuffer expected = ByteBuffer.allocate(20_000 * Double.BYTES).order(LITTLE_ENDIAN);
    for (int i = 0; i < 20_000; i++) {
      expected.putDouble(Math.sin(i * 0.001) + (SmallStore.STEPS - 1));
    }
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(expected.array());
    assertEquals("float64 (20000,)", python("field", "a.dtype.name, a.shape"));
    assertEquals(
        HexFormat.of().formatHex(digest),
        python("field", "__import__('hashlib').sha256(a.astype('<f8').tobytes()).hexdigest()"));
  }

  @Test
  void export_rectangularInts_keepTheirShape() throws Exception {
    assertEquals("int32 (3, 5)", python("grid", "a.dtype.name, a.shape"));
    assertEquals(
        "[[0, -1, -2, -3, -4], [10, 9, 8, 7, 6], [20, 19, 18, 17, 16]]",
        python("grid", "a.tolist()"));
  }

  @Test
  void export_booleans_areBooleans() throws Exception {
    assertEquals("bool (9,)", python("flags", "a.dtype.name, a.shape"));
    assertEquals("[0, 3, 6]", python("flags", "a.nonzero()[0].tolist()"));
  }

  @Test
  void export_jagged_isFlatWithRowLengthsBeside() throws Exception {
    assertEquals("[1, 2, 3]", python("jagged", "a.tolist()"));
  }

  @Test
  void export_record_isBytes() throws Exception {
    assertEquals("uint8", python("point", "a.dtype.name"));
  }
}
