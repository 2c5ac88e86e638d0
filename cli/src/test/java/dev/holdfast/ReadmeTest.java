// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program in README.md does what is said beside it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReadmeTest {
  private static final Path README = Path.of("").toAbsolutePath().resolveSibling("README.md");
  private static final Pattern JAVA_BLOCK =
      Pattern.compile("^```java\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  @TempDir private Path temp;
  private @Nullable Process running;

  @AfterEach
  void endStraggler() {
    if (running != null) {
      running.destroyForcibly();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void program_stoppedAndRunAgain_goesOn() throws Exception {
    assumeTrue(Files.exists(README), "there is no " + README);
    compile(onlyProgram());

    Process first = start();
    try (BufferedReader messages = first.errorReader(UTF_8)) {
      awaitLine(messages, "begins at step 0");
      first.toHandle().destroy(); // SIGTERM
      awaitLine(messages, "stopped at step ");
    }
    assertEquals(75, first.waitFor());

    Process second = start();
    try (BufferedReader messages = second.errorReader(UTF_8)) {
      awaitLine(messages, "resuming version ");
    }
  }

  private static String onlyProgram() throws Exception {
    List<String> blocks =
        JAVA_BLOCK.matcher(Files.readString(README)).results().map(m -> m.group(1)).toList();
    assertEquals(1, blocks.size(), "README.md has one program in Java, its first example");
    return blocks.getFirst();
  }

  /** A compact source file: its class is named after the file. */
  private void compile(String program) throws Exception {
    Path source = Files.writeString(temp.resolve("Waves.java"), program);
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    StringWriter said = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                said,
                null,
                null,
                List.of("-d", temp.toString(), "-cp", classPath(), "-proc:none", "-Xlint:all"),
                null,
                compiler.getStandardFileManager(null, null, UTF_8).getJavaFileObjects(source))
            .call();
    assertTrue(compiled, said::toString);
    assertEquals("", said.toString());
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  private Process start() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path = temp + File.pathSeparator + classPath();
    ProcessBuilder builder =
        new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED", "-cp", path, "Waves");
    builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST"));
    Process process = builder.directory(temp.toFile()).start();
    running = process;
    return process;
  }

  private static void awaitLine(BufferedReader messages, String words) throws Exception {
    StringBuilder said = new StringBuilder();
    for (String line = messages.readLine(); line != null; line = messages.readLine()) {
      said.append(line).append('\n');
      if (line.contains(words)) {
        return;
      }
    }
    throw new AssertionError("\"" + words + "\" expected in:\n" + said);
  }
}
