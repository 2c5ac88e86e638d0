// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Holdfast;
import dev.holdfast.Outcome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/security.md promises of the command and the files it makes. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
final class SecurityTest {
  private static final int STEPS = 4;

  @TempDir private Path temp;

  private Path key(String name, int seed, String mode) throws Exception {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) seed);
    Path file = Files.write(temp.resolve(name), key);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static Command.Result finish(
      Path folder, String umask, Map<String, String> environment, Object... line) throws Exception {
    ProcessBuilder builder = Command.process(List.of("-Xmx64m", "-XX:+UseSerialGC"), line);
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"));
    command.addAll(builder.command());
    builder.command(command).directory(folder.toFile());
    builder.environment().putAll(environment);
    return Command.finish(builder.start());
  }

  private static Command.Result finish(Path folder, Map<String, String> environment, Object... line)
      throws Exception {
    return finish(folder, "022", environment, line);
  }

  // Modes -----------------------------------------------------------------------------------------

  /**
   * The command itself looks, while the flag is up and the supervisor's note is there; what it has
   * written differently is in the way the second time.
   */
  @ParameterizedTest
  @ValueSource(strings = {"000", "022", "077"})
  void run_anyUmask_makesFilesThatAreTheUsersAlone(String umask) throws Exception {
    String program =
        "echo \"$1\" > chk.dat; touch chk.ok;"
            + " while [ ! -e \"$HOLDFAST_DUE\" ]; do sleep 0.02; done;"
            + " find . '(' -path './job.holdfast*' -o -path './holdfast-aside-*' ')'"
            + " -printf '%m %y %p\\n' > modes";
    for (String content : List.of("one", "two")) {
      Command.Result run =
          finish(
              temp,
              umask,
              Map.of("HOLDFAST_FRESH", "0"),
              "run",
              "--store",
              "job.holdfast",
              "--policy",
              "1s",
              "--state",
              "chk.dat",
              "--done",
              "chk.ok",
              "--",
              "sh",
              "-c",
              program,
              "sh",
              content);
      assertEquals(0, run.code(), run::toString);
      if (content.equals("one")) {
        Files.writeString(temp.resolve("chk.dat"), "in the way");
        Files.delete(lastEnd());
      }
    }
    List<String> modes = Files.readAllLines(temp.resolve("modes"));
    for (String name :
        List.of("/log/", "/HOLDFAST", "/ALIVE", ".run/due", ".run/child-", "aside-1")) {
      assertTrue(modes.stream().anyMatch(line -> line.contains(name)), name + " in " + modes);
    }
    for (String line : modes) {
      boolean moved = line.contains("aside-1/"); // the program's own, as it made it
      assertTrue(moved || line.startsWith("600 f ") || line.startsWith("700 d "), line);
    }
  }

  /** A job that says complete is not run again; without its END it has failed. */
  private Path lastEnd() throws Exception {
    try (var log = Files.list(temp.resolve("job.holdfast").resolve("log"))) {
      return log.max(Path::compareTo).orElseThrow();
    }
  }

  @ParameterizedTest
  @CsvSource({"000, rw-rw-rw-", "027, rw-r-----", "077, rw-------"})
  void export_makesAFileAsTheUmaskSays(String umask, String mode) throws Exception {
    SmallStore store = SmallStore.make(temp);
    Path file = temp.resolve("field.npy");
    finish(temp, umask, Map.of(), "export", store.path() + "@:field", "-o", file).mustBeDone();
    assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void run_controlFolderThatOthersMayWrite_isRefused() throws Exception {
    Path control = Files.createDirectory(temp.resolve("job.holdfast.run"));
    Files.setPosixFilePermissions(control, PosixFilePermissions.fromString("rwxrwxrwx"));
    Command.Result run =
        finish(
            temp,
            Map.of(),
            "run",
            "--store",
            "job.holdfast",
            "--state",
            "chk.dat",
            "--",
            "touch",
            "started");
    assertEquals(ExitCode.BAD_CONFIGURATION, run.code(), run::toString);
    run.mustSay("may be written by others", "chmod go-w");
    assertFalse(Files.exists(temp.resolve("started")));
  }

  // Keys ------------------------------------------------------------------------------------------

  private Outcome job(Path key, long stopAfter) throws Exception {
    return Holdfast.job("sealed")
        .store(temp.resolve("sealed.holdfast"))
        .keyFile(key)
        .stopAfter(stopAfter)
        .run(hf -> {
          double[] field = hf.protect("field", new double[20_000]);
          for (long step : hf.steps(STEPS)) {
            for (int i = 0; i < field.length; i++) {
              field[i] += i * 0.5 + step;
            }
          }
        });
  }

  private static double[] expected() {
    double[] field = new double[20_000];
    for (int step = 0; step < STEPS; step++) {
      for (int i = 0; i < field.length; i++) {
        field[i] += i * 0.5 + step;
      }
    }
    return field;
  }

  @Test
  void sealedJob_stoppedAndRunAgain_isReadWithItsKeyOnly() throws Exception {
    Path key = key("key", 1, "rw-------");
    assertInstanceOf(Outcome.StoppedAt.class, job(key, 2));
    assertInstanceOf(Outcome.Complete.class, job(key, Long.MAX_VALUE));
    Path store = temp.resolve("sealed.holdfast");
    Map<String, String> named = Map.of("HOLDFAST_KEY_FILE", key.toString());
    for (String verb : List.of("ls", "status", "verify")) {
      finish(temp, named, verb, store).mustBeDone();
    }
    Path file = temp.resolve("field.raw");
    finish(temp, named, "export", store + "@:field", "-o", file).mustBeDone();
    double[] field = new double[20_000];
    ByteBuffer.wrap(Files.readAllBytes(file))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asDoubleBuffer()
        .get(field);
    assertArrayEquals(expected(), field);
    refusedWithoutItsKey(store, key);
  }

  private void refusedWithoutItsKey(Path store, Path key) throws Exception {
    for (String verb : List.of("ls", "status", "verify", "stop")) {
      finish(temp, Map.of(), verb, store)
          .mustFail(ExitCode.BAD_CONFIGURATION, "is sealed with key", "HOLDFAST_KEY_FILE");
    }
    finish(temp, Map.of(), "run", "--store", store, "--", "touch", "started")
        .mustFail(ExitCode.BAD_CONFIGURATION, "is sealed with key");
    assertFalse(Files.exists(temp.resolve("started")));
    Map<String, String> other =
        Map.of("HOLDFAST_KEY_FILE", key("other", 2, "rw-------").toString());
    finish(temp, other, "verify", store)
        .mustFail(ExitCode.BAD_CONFIGURATION, "sealed with another key");
    key("key", 1, "rw-r--r--");
    finish(temp, Map.of("HOLDFAST_KEY_FILE", key.toString()), "verify", store)
        .mustFail(ExitCode.BAD_CONFIGURATION, "chmod 600");
  }

  /** Where a job finds its key, its commands find it too. */
  @Test
  void propertiesFile_namesTheKeyForCommandsAsForJobs() throws Exception {
    Path key = key("key", 1, "rw-------");
    job(key, Long.MAX_VALUE);
    finish(temp, Map.of(), "verify").mustFail(ExitCode.BAD_CONFIGURATION, "is sealed with key");
    Files.writeString(temp.resolve("holdfast.properties"), "key_file = key\n");
    finish(temp, Map.of(), "verify").mustBeDone();
  }

  @Test
  void run_ofAProgramWithRestartFiles_sealsThem() throws Exception {
    Map<String, String> named = Map.of("HOLDFAST_KEY_FILE", key("key", 1, "rw-------").toString());
    String text = "the state of the program, which nobody else shall read";
    Command.Result run =
        finish(
            temp,
            named,
            "run",
            "--store",
            "job.holdfast",
            "--state",
            "chk.dat",
            "--done",
            "chk.ok",
            "--",
            "sh",
            "-c",
            "echo '" + text + "' > chk.dat; touch chk.ok");
    assertEquals(0, run.code(), run::toString);
    finish(temp, named, "verify", "job.holdfast").mustBeDone();
    finish(temp, named, "export", "job.holdfast@:chk.dat", "-o", "out").mustBeDone();
    assertEquals(text + "\n", Files.readString(temp.resolve("out")));
    finish(temp, Map.of(), "ls", "job.holdfast")
        .mustFail(ExitCode.BAD_CONFIGURATION, "is sealed with key");
  }
}
