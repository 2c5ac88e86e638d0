// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Every block of shell in docs/guide/ runs as it stands there. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GuideTest {
  private static final Path GUIDE = Path.of("").toAbsolutePath().resolveSibling("docs/guide");
  private static final Pattern BLOCK =
      Pattern.compile("^```sh\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  @TempDir private Path temp;

  @TestFactory
  List<DynamicTest> block_ofTheGuide_runs() throws IOException {
    assumeTrue(Files.exists(GUIDE), "there is no " + GUIDE);
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> pages = Files.list(GUIDE)) {
      for (Path page : pages.filter(p -> p.toString().endsWith(".md")).sorted().toList()) {
        List<String> blocks =
            BLOCK.matcher(Files.readString(page)).results().map(m -> m.group(1)).toList();
        assertTrue(!blocks.isEmpty(), () -> page + " has no block of shell");
        Path folder = Files.createDirectory(temp.resolve(page.getFileName()));
        prepare(folder);
        for (int i = 0; i < blocks.size(); i++) {
          String block = blocks.get(i);
          tests.add(
              DynamicTest.dynamicTest(
                  page.getFileName() + " " + (i + 1), () -> run(folder, block)));
        }
      }
    }
    return tests;
  }

  /** A page is run from its begin to its end in one folder; schedulers say yes to everything. */
  private static void prepare(Path folder) throws IOException {
    StringBuilder java = new StringBuilder("exec");
    Command.process(List.of()).command().forEach(w -> java.append(" '").append(w).append('\''));
    executable(folder.resolve("holdfast"), java + " \"$@\"");
    executable(folder.resolve("wave"), ":");
    Path bin = Files.createDirectory(folder.resolve("bin"));
    executable(bin.resolve("sbatch"), "echo 17");
    executable(bin.resolve("qsub"), "echo 17.server");
    executable(bin.resolve("bsub"), "cat >/dev/null; echo 'Job <17> is submitted to queue <x>.'");
  }

  private static void run(Path folder, String block) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", block)
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(n -> n.matches("(SLURM|PBS|LSB|HOLDFAST).*|JOB_ID"));
    builder.environment().merge("PATH", folder + "/bin:", (path, bin) -> bin + path);
    Command.Result result = Command.finish(builder.start());
    assertEquals(0, result.code(), result::toString);
  }

  private static void executable(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }
}
