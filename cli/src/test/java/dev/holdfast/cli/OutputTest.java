// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes whose standard output is closed, full, or a pipe. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OutputTest {
  private static final Path FULL = Path.of("/dev/full");

  @TempDir private static Path shared;
  private static SmallStore store = new SmallStore(Path.of(""));

  @BeforeAll
  static void makeStore() throws Exception {
    store = SmallStore.make(shared.toRealPath());
  }

  @Test
  void export_readerCloses_endsQuietlyAsIfBySigpipe() throws Exception {
    Process process = Command.process(List.of(), "export", store.path() + "@:field").start();
    process.getInputStream().close();
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertEquals(ExitCode.PIPE_CLOSED, process.waitFor(), err);
    assertEquals("", err);
  }

  @Test
  void answer_diskFull_exits74() throws Exception {
    assumeTrue(FULL.toFile().exists(), "needs /dev/full");
    for (String verb : List.of("ls", "verify")) {
      Process process =
          Command.process(List.of(), verb, store.path()).redirectOutput(FULL.toFile()).start();
      String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
      assertEquals(ExitCode.IO_ERROR, process.waitFor(), verb + ": " + err);
      assertTrue(err.startsWith("holdfast: standard output: "), err);
      assertEquals(1, err.lines().count(), err);
    }
  }

  @Test
  void colour_notWanted_isNotWritten() throws Exception {
    ProcessBuilder builder = Command.process(List.of(), "--help");
    builder.environment().putAll(Map.of("NO_COLOR", "1", "CLICOLOR_FORCE", "1"));
    Command.Result result = Command.finish(builder.start());
    result.mustBeDone();
    assertEquals(-1, result.out().indexOf('\u001b'), result::toString);
  }

  @Test
  void error_ofTheJvm_isOneSentence() {
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int oneByte) {
            throw new OutOfMemoryError("for the test");
          }
        };
    assertEquals(ExitCode.FAILED, Main.run(out, OutputStream.nullOutputStream(), "--version"));
  }
}
