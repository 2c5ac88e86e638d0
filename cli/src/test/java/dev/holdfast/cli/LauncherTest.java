// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.LauncherTree.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher, in a made-up source tree whose {@code java} and {@code mvnw} are stubs. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LauncherTest {
  @TempDir private Path temp;
  private LauncherTree tree;

  @BeforeEach
  void makeTree() throws IOException {
    tree = new LauncherTree(temp.toRealPath());
  }

  @AfterEach
  void endStragglers() {
    tree.endStragglers();
  }

  @Test
  void javaHome_tooOld_isSkipped() throws Exception {
    tree.makeJar();
    Path old = tree.makeJdk("jdk 17", "17.0.15");
    Result result =
        tree.run(Map.of("JAVA_HOME", old.toString(), "JAVA25_HOME", tree.jdk().toString()));
    assertEquals("java " + tree.jdk(), result.out().lines().findFirst().orElse(""));
    assertEquals(0, result.exitCode());
  }

  @Test
  void jdk_inUsualFolderOfUser_isFound() throws Exception {
    tree.makeJar();
    Path found = tree.makeJdk("home/.jdks/temurin", "26");
    Result result = tree.run(Map.of("HOME", tree.temp().resolve("home").toString()));
    assertEquals("java " + found, result.out().lines().findFirst().orElse(""));
  }

  @Test
  void jdk_nowhere_exits69WithOneLine() throws Exception {
    tree.makeJar();
    Path old = tree.makeJdk("jdk 17", "17.0.15");
    Result result = tree.run(Map.of("JAVA_HOME", old.toString()));
    assertEquals(69, result.exitCode());
    assertEquals("", result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("install one, for example Temurin 25"), result.err());
  }

  @Test
  void symlinks_fromAnotherFolder_leadToTheTree() throws Exception {
    tree.makeJar();
    Path bin = Files.createDirectories(tree.temp().resolve("bin"));
    Files.createSymbolicLink(bin.resolve("first"), Path.of("../a tree/holdfast"));
    Files.createSymbolicLink(bin.resolve("second"), bin.resolve("first"));
    Result result = LauncherTree.finish(tree.start(bin.resolve("second"), tree.javaHome()));
    assertTrue(result.out().contains("[-Dholdfast.launcher=" + tree.launcher() + "]"));
    assertTrue(result.out().contains("[-jar]\n[" + tree.jar() + "]"), result.out());
  }

  @Test
  void arguments_oddOnes_arriveUnchanged() throws Exception {
    tree.makeJar();
    String[] arguments = {"run", "", "two words", "*", "$HOME", "'\"\\", "-Dx=y", "--", ""};
    Result result = tree.run(tree.javaHome(), arguments);
    assertEquals(List.of(arguments).stream().map(a -> "[" + a + "]").toList(), result.arguments());
  }

  @Test
  void exitCode_ofCommand_passesThrough() throws Exception {
    tree.makeJar();
    assertEquals(
        75, tree.run(Map.of("JAVA_HOME", tree.jdk().toString(), "STUB_EXIT", "75")).exitCode());
  }

  @Test
  void environment_ofJvm_isCleared() throws Exception {
    tree.makeJar();
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME", tree.jdk().toString(),
            "JAVA_TOOL_OPTIONS", "-Dx=1",
            "_JAVA_OPTIONS", "-Dx=2",
            "JDK_JAVA_OPTIONS", "-Dx=3");
    assertTrue(tree.run(environment).out().contains("options none none none"));
  }

  @Test
  void run_verb_getsASmallJvmAndKeepsWhatTheCommandInherits() throws Exception {
    tree.makeJar();
    String home = tree.jdk().toString();
    Result plain = tree.run(Map.of("JAVA_HOME", home, "JAVA_TOOL_OPTIONS", "-Xmx8g"), "ls");
    assertFalse(plain.out().contains("holdfast.kept"), plain.out());
    Result run =
        tree.run(
            Map.of("JAVA_HOME", home, "JAVA_TOOL_OPTIONS", "-Xmx8g", "LC_ALL", "C"),
            "run",
            "--",
            "a b");
    assertEquals(List.of("[run]", "[--]", "[a b]"), run.arguments());
    assertTrue(run.out().contains("[-XX:+DisplayVMOutputToStderr]"), run.out());
    assertTrue(run.out().contains("[-Dholdfast.kept.JAVA_TOOL_OPTIONS=-Xmx8g]"), run.out());
    assertTrue(run.out().contains("[-Dholdfast.kept.LC_ALL=C]"), run.out());
    assertTrue(run.out().contains("options none none none"), run.out());
  }

  @Test
  void locale_notUtf8_isReplaced() throws Exception {
    tree.makeJar();
    String home = tree.jdk().toString();
    assertTrue(tree.run(tree.javaHome()).out().contains("locale C.UTF-8"));
    Result utf8 = tree.run(Map.of("JAVA_HOME", home, "LC_ALL", "de_DE.utf8"));
    assertTrue(utf8.out().contains("locale de_DE.utf8"));
  }

  @Test
  void jar_missing_isBuiltWithNothingOnStandardOutput() throws Exception {
    Result result = tree.run(tree.javaHome(), "ls");
    assertEquals(List.of("[ls]"), result.arguments());
    assertFalse(result.out().contains("chatter"));
    assertEquals(
        "holdfast: building (a minute the first time) ...\nholdfast: built\n", result.err());
    assertEquals(List.of("built with " + tree.jdk()), tree.builds());
  }

  @Test
  void jar_olderThanSource_isBuiltAgain() throws Exception {
    tree.makeJar();
    assertEquals("", tree.run(tree.javaHome()).err());
    Path source =
        Files.createDirectories(tree.root().resolve("core/src/main/java")).resolve("A.java");
    Files.createFile(source);
    tree.run(tree.javaHome());
    assertEquals(1, tree.builds().size());
    assertEquals("", tree.run(tree.javaHome()).err(), "a second run has nothing to build");
  }

  @Test
  void jar_missingWithTwoLaunchers_isBuiltOnce() throws Exception {
    Files.createFile(tree.root().resolve("hold"));
    Process first = tree.start(tree.launcher(), tree.javaHome());
    try (BufferedReader firstErr = first.errorReader(UTF_8)) {
      assertTrue(String.valueOf(firstErr.readLine()).contains("building"));
      Process second = tree.start(tree.launcher(), tree.javaHome());
      try (BufferedReader secondErr = second.errorReader(UTF_8)) {
        assertTrue(String.valueOf(secondErr.readLine()).contains("waiting for the build of"));
        Files.createFile(tree.root().resolve("go"));
        assertEquals(0, first.waitFor());
        assertEquals(0, second.waitFor());
      }
    }
    assertEquals(1, tree.builds().size());
    assertFalse(Files.isSymbolicLink(tree.lock()));
  }

  @Test
  void lock_ofDeadOwner_isTakenOver() throws Exception {
    Process dead = new ProcessBuilder(LauncherTree.find("uname").toString(), "-n").start();
    String host = new String(dead.getInputStream().readAllBytes(), UTF_8).strip();
    dead.waitFor();
    Files.createDirectories(tree.root().resolve("target"));
    Files.createSymbolicLink(tree.lock(), Path.of(host + ":" + dead.pid()));
    assertEquals(0, tree.run(tree.javaHome()).exitCode());
    assertEquals(1, tree.builds().size());
    assertFalse(Files.isSymbolicLink(tree.lock()));
  }

  @Test
  void build_failing_isShownAndExits69() throws Exception {
    Files.createFile(tree.root().resolve("broken"));
    Result result = tree.run(tree.javaHome());
    assertEquals(69, result.exitCode());
    assertEquals("", result.out());
    assertTrue(result.err().contains("cannot find symbol"), result.err());
    assertFalse(Files.isSymbolicLink(tree.lock()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "_CONDOR_JOB_AD", "FLUX_JOB_ID"})
  void batchJob_withoutJar_isRefused(String variable) throws Exception {
    Result result = tree.run(Map.of("JAVA_HOME", tree.jdk().toString(), variable, "4711"));
    assertEquals(69, result.exitCode());
    assertTrue(result.err().contains("run ./holdfast once on the login node"), result.err());
    assertEquals(List.of(), tree.builds());
  }

  @Test
  void batchJob_withOldJar_runsIt() throws Exception {
    tree.makeJar();
    Files.setLastModifiedTime(tree.root().resolve("pom.xml"), FileTime.from(Instant.now()));
    Map<String, String> gridEngine =
        Map.of("JAVA_HOME", tree.jdk().toString(), "JOB_ID", "1", "SGE_ROOT", "/sge");
    assertEquals(0, tree.run(gridEngine).exitCode());
    assertEquals(List.of(), tree.builds());
  }

  private String cacheUsed(Path jdk, String... arguments) throws Exception {
    Result result = tree.run(Map.of("JAVA_HOME", jdk.toString()), arguments);
    assertEquals("", result.err());
    assertEquals(0, result.exitCode());
    return result
        .out()
        .lines()
        .filter(line -> line.startsWith("[-XX:AOTCache="))
        .findFirst()
        .orElse("none");
  }

  @Test
  void cache_ofJarThatMavenBuilt_isMadeByTheFirstRunAndUsed() throws Exception {
    tree.makeJar();
    String cache = "[-XX:AOTCache=" + tree.root().resolve("cli/target/holdfast.aot") + "]";
    assertEquals(cache, cacheUsed(tree.jdk()));
    assertEquals(cache, cacheUsed(tree.jdk(), "ls"));
    assertEquals(1, LauncherTree.cachesAsked(tree.jdk()));
    assertEquals(List.of(), tree.builds());
  }

  @Test
  void cache_thatCannotBeMade_isNotTriedAgain() throws Exception {
    tree.makeJar();
    Files.createFile(tree.jdk().resolve("bin/cacheless"));
    assertEquals("none", cacheUsed(tree.jdk()));
    assertEquals("none", cacheUsed(tree.jdk()));
    assertEquals(1, LauncherTree.cachesAsked(tree.jdk()));
  }

  @Test
  void cache_ofAnotherJdk_isNotUsed() throws Exception {
    tree.makeJar();
    cacheUsed(tree.jdk());
    assertEquals("none", cacheUsed(tree.makeJdk("jdk 26", "26")));
  }

  @Test
  void cache_olderThanJar_isMadeAgain() throws Exception {
    tree.makeJar();
    cacheUsed(tree.jdk());
    Files.setLastModifiedTime(tree.jar(), FileTime.from(Instant.now().plusSeconds(3600)));
    assertEquals("none", cacheUsed(tree.jdk()), "by the clock it is older still");
    assertEquals(2, LauncherTree.cachesAsked(tree.jdk()));
  }

  @Test
  void cache_inBatchJob_isNotMade() throws Exception {
    tree.makeJar();
    Result result =
        tree.run(Map.of("JAVA_HOME", tree.jdk().toString(), "SLURM_JOB_ID", "4711"), "ls");
    assertEquals(0, result.exitCode());
    assertEquals(0, LauncherTree.cachesAsked(tree.jdk()));
  }

  @Test
  void compiler_ofShortCommands_isTheQuickOne() throws Exception {
    tree.makeJar();
    String quick = "[-XX:TieredStopAtLevel=1]";
    assertTrue(tree.run(tree.javaHome(), "interval", "-q").out().contains(quick));
    assertTrue(tree.run(tree.javaHome(), "run", "--", "a").out().contains(quick));
    assertFalse(tree.run(tree.javaHome(), "verify").out().contains(quick));
  }

  @Test
  void installedLayout_withoutSources_runsItsJar() throws Exception {
    Files.delete(tree.root().resolve("mvnw"));
    Path installed = Files.createDirectories(tree.root().resolve("lib")).resolve("holdfast.jar");
    Files.createFile(installed);
    assertTrue(tree.run(tree.javaHome()).out().contains("[-jar]\n[" + installed + "]"));
  }
}
