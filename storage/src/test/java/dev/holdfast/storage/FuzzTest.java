// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fuzzing of every parser, guided by the branches an input reaches: 20 seconds each, a quarter of
 * an hour each with {@code -Dholdfast.soak=true} (docs/decisions/0018-fuzzing.md). Each parser has
 * a JVM of its own with a heap of 96 MiB: what asks for more, takes longer than {@value
 * #INPUT_SECONDS_MAX} s or ends that JVM is an error like any exception that is not a
 * StoreException.
 *
 * <p>{@code -Dholdfast.fuzz.seed=N} repeats a run, as far as time allows; {@code
 * -Dholdfast.fuzz.keep=true} adds inputs that reach something new to the corpus.
 */
class FuzzTest {
  private static final int SECONDS = Boolean.getBoolean("holdfast.soak") ? 900 : 20;
  private static final int INPUT_SECONDS_MAX = 10;
  private static final boolean KEEP = Boolean.getBoolean("holdfast.fuzz.keep");
  private static final int SEED =
      Integer.getInteger("holdfast.fuzz.seed", 1 + (int) (System.nanoTime() & 0x3fff_ffff));
  private static final Path WORK = Path.of("target", "fuzz").toAbsolutePath();
  private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in \\d+ second");

  private static final Pattern USED_JARS =
      Pattern.compile("(jazzer|zstd-jni|junit|opentest4j)[^/\\\\]*$");

  private static final ExecutorService TWO_AT_A_TIME = Executors.newFixedThreadPool(2);
  private static final Map<String, Future<Run>> RUNS = new ConcurrentHashMap<>();
  private static final Map<String, Long> EXECUTIONS = new TreeMap<>();

  /** How a fuzzer ended. */
  private record Run(int exitCode, String output, Path folder) {}

  @BeforeAll
  static void startAll() {
    start(FuzzTarget.PLANTED, () -> fuzz(FuzzTarget.PLANTED, FuzzedParser.FRAME));
    for (FuzzedParser parser : FuzzedParser.values()) {
      start(parser.name(), () -> fuzz(parser.name(), parser));
    }
  }

  private static void start(String name, Callable<Run> run) {
    RUNS.put(name, TWO_AT_A_TIME.submit(run));
  }

  private static Run ended(String name) throws Exception {
    return Objects.requireNonNull(RUNS.get(name), name).get();
  }

  @AfterAll
  static void stop() {
    TWO_AT_A_TIME.shutdownNow();
    EXECUTIONS.put("executions", EXECUTIONS.values().stream().mapToLong(Long::longValue).sum());
    TrustReport.write("fuzzing", EXECUTIONS);
  }

  /** Fuzzing that finds nothing tells nothing unless it is known to find what is there. */
  @Test
  void fuzzing_ofAnErrorBehindSixBytes_findsIt() throws Exception {
    Run run = ended(FuzzTarget.PLANTED);
    assertTrue(run.exitCode() != 0 && run.output().contains("the planted error"), run.output());
    assertEquals(1, crashes(run).size(), run.output());
  }

  @ParameterizedTest
  @EnumSource(FuzzedParser.class)
  void parser_anyBytes_areAcceptedOrRefusedWithAStoreException(FuzzedParser parser)
      throws Exception {
    Run run = ended(parser.name());
    Matcher done = DONE.matcher(run.output());
    if (run.exitCode() != 0 || !done.find()) {
      throw new AssertionError(explain(parser, run));
    }
    long executions = Long.parseLong(done.group(1));
    assertTrue(executions > 100, run.output());
    EXECUTIONS.put(parser.name().toLowerCase(Locale.ROOT) + "_executions", executions);
  }

  private static String explain(FuzzedParser parser, Run run) throws IOException {
    Path corpus = FuzzCorpusTest.CORPUS.resolve(parser.folder()).toAbsolutePath();
    return "fuzzing "
        + parser
        + " (seed "
        + SEED
        + ") ended with exit code "
        + run.exitCode()
        + ", inputs "
        + crashes(run)
        + ". To see it again: copy the input to "
        + corpus
        + " and run\n  ./mvnw -pl storage -am test -Dtest=FuzzCorpusTest"
        + " -Dsurefire.failIfNoSpecifiedTests=false\n"
        + run.output();
  }

  private static List<Path> crashes(Run run) throws IOException {
    try (var files = Files.list(run.folder())) {
      return files
          .filter(file -> file.getFileName().toString().matches("(crash|timeout|oom|leak)-.*"))
          .toList();
    }
  }

  /** Small texts have few branches, and these are found at once. */
  private static int seconds(FuzzedParser parser) {
    return switch (parser) {
      case FRAME, EXTENTS, BLOCK, INDEX, SECTIONS -> SECONDS;
      case SIGNPOST, STOP_REQUEST, NAMES -> SECONDS / 4;
    };
  }

  private static Run fuzz(String target, FuzzedParser parser) throws Exception {
    Path folder = fresh(WORK.resolve(target.toLowerCase(Locale.ROOT).replace('_', '-')));
    Path found = Files.createDirectory(folder.resolve("found"));
    Path written = Files.createDirectory(folder.resolve("written"));
    int i = 0;
    for (byte[] bytes : parser.written()) {
      Files.write(written.resolve("written-" + i++), bytes);
    }
    Path corpus = FuzzCorpusTest.CORPUS.resolve(parser.folder()).toAbsolutePath();
    Run run =
        jazzer(
            target,
            folder,
            "-max_total_time=" + seconds(parser),
            "-seed=" + SEED,
            "-timeout=" + INPUT_SECONDS_MAX,
            "-rss_limit_mb=1024",
            "-artifact_prefix=" + folder + "/",
            found.toString(),
            written.toString(),
            corpus.toString());
    if (KEEP && run.exitCode() == 0 && target.equals(parser.name())) {
      Run merge = jazzer(target, folder, "-merge=1", corpus.toString(), found.toString());
      assertEquals(0, merge.exitCode(), merge.output());
    }
    return run;
  }

  private static Path fresh(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (var old = Files.walk(folder)) {
        for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    return Files.createDirectories(folder);
  }

  /** Without what the parsers do not use: the fuzzer begins by reading all of it. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.endsWith(".jar") || USED_JARS.matcher(entry).find())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Run jazzer(String target, Path folder, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx96m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:+EnableDynamicAgentLoading",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-ea",
            "-cp",
            classPath(),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + FuzzTarget.class.getName(),
            "--target_args=" + target,
            "--instrumentation_includes=dev.holdfast.storage.**",
            "--custom_hook_includes=dev.holdfast.storage.**",
            "--reproducer_path=" + folder));
    command.addAll(List.of(options));
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    try {
      int exitCode = process.waitFor();
      return new Run(exitCode, Files.readString(output), folder);
    } finally {
      process.destroyForcibly();
    }
  }
}
