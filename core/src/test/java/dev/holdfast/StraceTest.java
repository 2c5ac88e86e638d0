// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel is asked for before a version is acknowledged, and when it refuses. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class StraceTest {
  private static final Pattern CALL = Pattern.compile("(\\d+) +(.*)");
  private static final Pattern ACK = Pattern.compile("write\\(1<.*\"ACK (\\d+) .*");
  private static final int ACKNOWLEDGEMENTS_MIN = 10;

  /**
   * Which syncs of the writing thread fail: before come those of the signpost, of the OPEN record
   * and of the output file; the output file is synced again between the two tries.
   */
  private static final String FIRST_VERSION_TWICE = "4..6+2";

  @TempDir private Path temp;

  @BeforeAll
  static void needStrace() throws IOException {
    boolean works;
    try {
      works =
          new ProcessBuilder(
                      "strace", "-qq", "-o", "/dev/null", "-e", inject(FIRST_VERSION_TWICE), "true")
                  .redirectErrorStream(true)
                  .start()
                  .onExit()
                  .join()
                  .exitValue()
              == 0;
    } catch (IOException e) {
      works = false;
    }
    assumeTrue(works, "skipped: no strace here that may trace and inject faults");
  }

  private static String inject(String when) {
    return "inject=fdatasync:error=EIO:when=" + when;
  }

  @Test
  void acknowledgement_always_comesAfterDataNameDirectoryAndListing() throws Exception {
    Path trace = temp.resolve("trace.txt");
    List<String> tracer =
        List.of(
            "strace",
            "-f",
            "-qq",
            "-y",
            "-s",
            "200",
            "-o",
            trace.toString(),
            "-e",
            "trace=openat,fdatasync,fsync,link,linkat,write,getdents64,rename");
    SoakJob job = new SoakJob(temp.toRealPath(), "tick", new SoakReference());
    try (ChildJvm child = job.startUnder(tracer, Map.of(), "target=60")) {
      assertEquals(0, child.awaitExit(job::heard), child.errors());
    }
    List<String> calls = completed(Files.readAllLines(trace));
    int acknowledged = 0;
    for (int i = 0; i < calls.size(); i++) {
      Matcher ack = ACK.matcher(calls.get(i));
      if (ack.matches()) {
        assertProtocol(calls.subList(0, i), Long.parseLong(ack.group(1)));
        acknowledged++;
      }
    }
    assertEquals(job.acknowledgements(), acknowledged);
    assertTrue(acknowledged >= ACKNOWLEDGEMENTS_MIN, acknowledged + " acknowledgements");
  }

  /** The calls in the order in which they returned; an acknowledgement counts from its begin. */
  private static List<String> completed(List<String> lines) {
    Map<String, String> unfinished = new HashMap<>();
    List<String> calls = new ArrayList<>();
    for (String line : lines) {
      Matcher call = CALL.matcher(line);
      if (!call.matches()) {
        continue;
      }
      String thread = call.group(1);
      String text = call.group(2);
      int cut = text.indexOf(" <unfinished ...>");
      if (ACK.matcher(text).matches()) {
        calls.add(text);
      } else if (cut >= 0) {
        unfinished.put(thread, text.substring(0, cut));
      } else if (text.startsWith("<... ")) {
        String begin = unfinished.remove(thread);
        if (begin != null) {
          calls.add(begin + text.substring(text.indexOf("resumed>") + "resumed>".length()));
        }
      } else {
        calls.add(text);
      }
    }
    return calls;
  }

  private void assertProtocol(List<String> calls, long number) throws IOException {
    String log = temp.toRealPath().resolve("store/log").toString();
    String record = String.format(Locale.ROOT, "%s/%016x.hf", log, number);
    String temporary = String.format(Locale.ROOT, "%s/.%016x-", log, number);
    String out = temp.toRealPath().resolve("out.csv").toString();
    int created =
        next(
            calls,
            0,
            number,
            "create",
            call ->
                call.startsWith("openat(") && call.contains(temporary) && call.contains("O_EXCL"));
    int synced =
        next(
            calls,
            created,
            number,
            "fdatasync of the file",
            call -> call.startsWith("fdatasync(") && call.contains(temporary));
    int linked =
        next(
            calls,
            synced,
            number,
            "link",
            call -> call.startsWith("link") && call.contains(temporary) && call.contains(record));
    // Once it is synced the program may go on writing to it, as for a second capture.
    assertTrue(
        calls.subList(0, created).reversed().stream()
            .takeWhile(call -> !call.startsWith("link"))
            .anyMatch(call ->
                call.startsWith("fdatasync(")
                    && call.contains("<" + out + ">")
                    && call.endsWith("= 0")),
        () -> "output file not synced before version " + number);
    int directory =
        next(
            calls,
            linked,
            number,
            "fsync of the directory",
            call -> call.startsWith("fsync(") && call.contains("<" + log + ">"));
    int opened =
        next(
            calls,
            directory,
            number,
            "opening the directory again",
            call -> call.startsWith("openat(") && call.contains("\"" + log + "\""));
    next(
        calls,
        opened,
        number,
        "listing",
        call -> call.startsWith("getdents64(") && call.contains("<" + log + ">"));
  }

  /** The first such call after another one; it must have succeeded. */
  private static int next(
      List<String> calls, int from, long number, String what, Predicate<String> wanted) {
    for (int i = from; i < calls.size(); i++) {
      if (wanted.test(calls.get(i))) {
        assertFalse(calls.get(i).contains("= -1"), calls.get(i));
        return i + 1;
      }
    }
    throw new AssertionError(
        what
            + " is missing before the acknowledgement of version "
            + number
            + ":\n"
            + String.join("\n", calls.subList(Math.max(0, calls.size() - 40), calls.size())));
  }

  @Test
  void syncOfVersion_failsTwice_isNotAcknowledgedAndLaterOneIs() throws Exception {
    List<String> said = runWithFailingSync(FIRST_VERSION_TWICE, 0);
    assertTrue(said.contains("FAILED 3"), said::toString);
    assertTrue(said.stream().noneMatch(line -> line.matches("ACK \\d+ 3 .*")), said::toString);
    assertTrue(said.stream().anyMatch(line -> line.startsWith("ACK ")), said::toString);
    SoakJob job = new SoakJob(temp, "tick", new SoakReference());
    said.stream().filter(line -> !line.startsWith("FAILED")).forEach(job::heard);
    try (ChildJvm next = job.start(Map.of(), "target=50")) {
      assertEquals(0, next.awaitExit(job::heard), next.errors());
    }
    assertEquals(2, job.restarts());
    assertTrue(job.restoredStep() >= 40, job.restoredStep() + " restored");
    job.checkFile();
  }

  @Test
  void syncOfVersion_failsOnce_isAcknowledgedByItsSecondTry() throws Exception {
    List<String> said = runWithFailingSync("4", 0);
    assertTrue(said.stream().anyMatch(line -> line.matches("ACK \\d+ 3 .*")), said::toString);
    assertTrue(said.stream().noneMatch(line -> line.startsWith("FAILED")), said::toString);
  }

  @Test
  void syncOfOutputFile_fails_nothingIsAcknowledgedAnyMore() throws Exception {
    List<String> said = runWithFailingSync("3", 1);
    assertTrue(said.contains("FAILED 3"), said::toString);
    assertTrue(said.stream().noneMatch(line -> line.startsWith("ACK")), said::toString);
    SoakJob job = new SoakJob(temp, "tick", new SoakReference());
    try (ChildJvm next = job.start(Map.of(), "target=20")) {
      assertEquals(0, next.awaitExit(job::heard), next.errors());
    }
    assertEquals(0, job.restoredStep());
    job.checkFile();
  }

  private List<String> runWithFailingSync(String when, int exitCode) throws IOException {
    List<String> tracer =
        List.of(
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", inject(when));
    SoakJob job = new SoakJob(temp, "tick", new SoakReference());
    List<String> said = new ArrayList<>();
    try (ChildJvm child = job.startUnder(tracer, Map.of(), "target=40", "interval=3600000")) {
      assertEquals(exitCode, child.awaitExit(said::add), child.errors());
    }
    return said;
  }
}
