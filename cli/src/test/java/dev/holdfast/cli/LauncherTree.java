// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A made-up source tree around a copy of the launcher, whose {@code java} and {@code mvnw} are
 * stubs. The copy does not look into the folders of the real machine.
 */
final class LauncherTree {
  private static final List<String> TOOLS =
      List.of("cat find head ln mkdir mv readlink rm sed sleep touch uname".split(" "));

  /**
   * Prints what it was given: where it is, what reached it, and every argument in brackets. Makes a
   * cache when it is asked to, unless a file named cacheless is beside it, and counts how often.
   */
  private static final String JAVA_STUB =
      """
      #!/bin/sh
      echo "java ${0%/bin/java}"
      echo "options ${JAVA_TOOL_OPTIONS-none} ${_JAVA_OPTIONS-none} ${JDK_JAVA_OPTIONS-none}"
      echo "locale ${LC_ALL-none}"
      for argument; do
        echo "[$argument]"
        case $argument in
          -XX:AOTCacheOutput=*)
            echo asked >>"${0%/java}/caches"
            [ -e "${0%/java}/cacheless" ] || : >"${argument#*=}"
            ;;
        esac
      done
      exit "${STUB_EXIT:-0}"
      """;

  /** Chatters, counts its calls, waits for a file named go if told to, and makes the jar. */
  private static final String MVNW_STUB =
      """
      #!/bin/sh
      echo "chatter on standard output"
      echo "built with $JAVA_HOME" >>builds
      while [ -e hold ] && [ ! -e go ]; do sleep 1; done
      [ ! -e broken ] || { echo "cannot find symbol"; exit 1; }
      for argument; do
        case $argument in -Dholdfast.jar=*) mkdir -p cli/target && : >"${argument#*=}" ;; esac
      done
      """;

  private final Path temp;
  private final Path root;
  private final Path launcher;
  private final Path jar;
  private final Path jdk;
  private final List<Process> started = new ArrayList<>();

  /** What a run of the launcher came to. */
  record Result(int exitCode, String out, String err) {
    List<String> arguments() {
      List<String> lines = out.lines().toList();
      int jarFlag = lines.indexOf("[-jar]");
      return lines.subList(jarFlag + 2, lines.size());
    }
  }

  LauncherTree(Path temp) throws IOException {
    this.temp = temp;
    root = Files.createDirectories(temp.resolve("a tree"));
    launcher = root.resolve("holdfast");
    jar = root.resolve("cli/target/holdfast.jar");
    jdk = makeJdk("jdk 25", "25.0.3");
    String text = Files.readString(Path.of("").toAbsolutePath().resolveSibling("holdfast"), UTF_8);
    String folders = "/usr/lib/jvm/* /opt/java/* /opt/* ";
    String macFolder = "/Library/Java/JavaVirtualMachines/*/Contents/Home;";
    assertTrue(text.contains(folders) && text.contains(macFolder), "folders searched");
    script(launcher, text.replace(folders, "").replace(macFolder, ";"));
    script(root.resolve("mvnw"), MVNW_STUB);
    Files.createFile(root.resolve("pom.xml"));
    Path tools = Files.createDirectories(temp.resolve("tools"));
    for (String tool : TOOLS) {
      Files.createSymbolicLink(tools.resolve(tool), find(tool));
    }
  }

  Path temp() {
    return temp;
  }

  Path root() {
    return root;
  }

  Path launcher() {
    return launcher;
  }

  Path jar() {
    return jar;
  }

  /** The home of a stub that is new enough. */
  Path jdk() {
    return jdk;
  }

  Result run(Map<String, String> environment, String... arguments) throws Exception {
    return finish(start(launcher, environment, arguments));
  }

  /** Starts the launcher in another folder, with tools on its PATH that include no java. */
  Process start(Path launcher, Map<String, String> environment, String... arguments)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(launcher.toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().clear();
    builder.environment().put("PATH", temp.resolve("tools").toString());
    builder.environment().put("HOME", temp.resolve("no home").toString());
    builder.environment().putAll(environment);
    Process process = builder.directory(temp.toFile()).start();
    started.add(process);
    return process;
  }

  /** Ends what a failed test left running. */
  void endStragglers() {
    for (Process process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  static Result finish(Process process) throws Exception {
    // What is printed here fits the buffer of a pipe, so one may be read after the other.
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    return new Result(process.waitFor(), out, err);
  }

  Map<String, String> javaHome() {
    return Map.of("JAVA_HOME", jdk.toString());
  }

  Path lock() {
    return root.resolve("target/launcher-build.lock");
  }

  List<String> builds() throws IOException {
    Path file = root.resolve("builds");
    return Files.exists(file) ? Files.readAllLines(file, UTF_8) : List.of();
  }

  /** How often a JDK was asked for a cache of loaded classes. */
  static int cachesAsked(Path jdk) throws IOException {
    Path file = jdk.resolve("bin/caches");
    return Files.exists(file) ? Files.readAllLines(file, UTF_8).size() : 0;
  }

  void makeJar() throws IOException {
    Files.createDirectories(jar.getParent());
    Files.createFile(jar);
    // Far apart, so that the grain of the clock does not matter.
    Files.setLastModifiedTime(root.resolve("pom.xml"), FileTime.from(Instant.EPOCH));
    Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH.plusSeconds(60)));
  }

  Path makeJdk(String folder, String version) throws IOException {
    Path home = temp.resolve(folder);
    Files.createDirectories(home.resolve("bin"));
    script(home.resolve("bin/java"), JAVA_STUB);
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"Stub\"\nJAVA_VERSION=\"" + version + "\"\n", UTF_8);
    return home;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text, UTF_8);
    assertTrue(file.toFile().setExecutable(true));
  }

  static Path find(String tool) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + tool + " on the PATH"));
  }
}
